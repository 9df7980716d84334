import type { PoolView, ProcessView, Snapshot, TaskView } from '../runtime/inspection.ts';
import { formatInstant } from '../weather/time.ts';
import { decimals, percent, table } from './table.ts';

/** A snapshot of the runtime as text: what is there, section by section; sections with nothing in them are left out. */
export function runtimeText({ at, processes, silent }: Snapshot): string {
  const silence = silent.length === 0 ? '' : `no answer from ${silent.join(', ')}\n`;
  return [
    `${formatInstant(Math.floor(at / 1000) * 1000)}\n${silence}`,
    table([
      ['process', 'pid', 'up', 'memory', 'heap', 'loop busy', 'delay p99', 'worst', 'stalls'],
      ...processes.map((view) => [
        view.name,
        String(view.pid),
        duration(view.uptimeMs),
        megabytes(view.memory.rssBytes),
        megabytes(view.memory.heapUsedBytes),
        percent(view.eventLoop.busy),
        `${decimals(view.eventLoop.p99Ms, 1)} ms`,
        `${decimals(view.eventLoop.maxMs, 1)} ms`,
        String(view.eventLoop.stalled),
      ]),
    ]),
    section(processes, ['task', 'age', 'left', 'waits for'], ({ tasks }) =>
      tasks.map((task) => taskCells(task, tasks)),
    ),
    section(processes, ['thread', 'busy', 'works on', 'for', 'done'], ({ pools }) =>
      pools.flatMap((pool) => [poolCells(pool), ...threadCells(pool)]),
    ),
    section(processes, ['stall', 'ended', 'cause'], ({ eventLoop: { stalls } }) =>
      stalls.slice(-5).map(({ at: ended, ms, cause }) => [`${Math.round(ms)} ms`, clockTime(ended), cause]),
    ),
    section(processes, ['store', 'size', 'commits', 'slowest', 'waiting'], ({ stores }) =>
      stores.map(({ name, bytes, readOnly, commits, slowestCommitMs, waiting }) => [
        name,
        megabytes(bytes),
        readOnly ? 'only reads' : String(commits),
        readOnly ? '–' : `${decimals(slowestCommitMs, 1)} ms`,
        readOnly ? '–' : String(waiting),
      ]),
    ),
    section(processes, ['cache', 'entries', 'size', 'hits', 'misses'], ({ caches }) =>
      caches.map(({ name, entries, bytes, hits, misses }) => [
        name,
        String(entries),
        megabytes(bytes),
        String(hits),
        String(misses),
      ]),
    ),
    section(processes, ['late'], ({ late }) => late.map(({ reason }) => [reason])),
    section(processes, ['source', 'requests', 'failed', 'last success', 'last error'], ({ sources }) =>
      sources.map(({ name, requests, failures, lastSuccessAt, lastError }) => [
        name,
        String(requests),
        String(failures),
        lastSuccessAt === null ? '–' : clockTime(lastSuccessAt),
        lastError ?? '–',
      ]),
    ),
    section(processes, ['breaker', 'state', 'failures', 'next probe'], ({ breakers }) =>
      breakers.map(({ name, state, failures, probeInMs }) => [
        name,
        state,
        String(failures),
        state === 'open' ? `in ${duration(probeInMs)}` : '–',
      ]),
    ),
    section(processes, ['budget', 'used', 'of', 'anew in'], ({ budgets }) =>
      budgets.map(({ name, used, limit, resetsInMs }) => [
        name,
        String(used),
        String(limit),
        duration(resetsInMs),
      ]),
    ),
    section(processes, ['semaphore', 'in use', 'of', 'waiting'], ({ semaphores }) =>
      semaphores.map(({ name, inUse, limit, waiting }) => [name, inUse, limit, waiting].map(String)),
    ),
    section(processes, ['requests', 'status', 'count', 'mean'], ({ routes }) =>
      routes.map(({ method, route, status, count, seconds }) => [
        `${method} ${route}`,
        String(status),
        String(count),
        `${decimals((1000 * seconds) / count, 2)} ms`,
      ]),
    ),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/**
 * A table of parts of all processes; '' where none has any. Names of places and errors of sources come from elsewhere: what
 * a terminal would obey is left out.
 */
function section(
  processes: readonly ProcessView[],
  head: readonly string[],
  rowsOf: (view: ProcessView) => readonly (readonly string[])[],
): string {
  const rows = processes.flatMap((view) =>
    rowsOf(view).map((cells) => [view.name, ...cells.map((cell) => cell.replaceAll(/\p{Cc}+/gu, ' '))]),
  );
  return rows.length === 0 ? '' : table([['process', ...head], ...rows]);
}

/** A task below its parent, moved in by its depth. */
function taskCells(
  { name, ageMs, leftMs, waitingFor, parent }: TaskView,
  tasks: readonly TaskView[],
): string[] {
  let depth = 0;
  for (let above = parent; above !== null && depth < 10; depth++)
    above = tasks.find(({ id }) => id === above)?.parent ?? null;
  const left = leftMs === null ? '–' : leftMs < 0 ? `STUCK for ${duration(-leftMs)}` : duration(leftMs);
  return ['  '.repeat(depth) + name, duration(ageMs), left, waitingFor ?? '–'];
}

function poolCells({ name, queue, queueLimit, completed, failed, retried, replaced }: PoolView): string[] {
  const counts = `${completed} done, ${failed} failed, ${retried} tried again, ${replaced} threads replaced`;
  return [name, '', counts, '', `${queue} of ${queueLimit} wait`];
}

function threadCells({ threads }: PoolView): string[][] {
  return threads.map(({ id, busy, job }) => [
    `  ${id}`,
    percent(busy),
    job === null ? '–' : `${job.job} ${job.about}`.trim(),
    job === null ? '–' : duration(job.ageMs),
    job?.done == null ? '–' : percent(job.done),
  ]);
}

function megabytes(bytes: number): string {
  return `${decimals(bytes / 1e6, 1)} MB`;
}

function clockTime(time: number): string {
  return new Date(time).toISOString().slice(11, 19);
}

/** `250 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ];
  const rounded = 1000 * Math.round(ms / 1000);
  const first = units.findIndex(([, size]) => rounded >= size);
  const [name, size] = units[first];
  const [nextName, nextSize] = units[first + 1];
  return `${Math.floor(rounded / size)} ${name} ${Math.floor((rounded % size) / nextSize)} ${nextName}`;
}
