import { AggregatorRegistry } from 'prom-client';
import { type ProcessView, type RouteView, requestBounds, type Snapshot } from '../runtime/inspection.ts';

type Labels = Readonly<Record<string, string | number>>;
interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly metricName?: string;
}

/** A number of each process, or of each of some parts of it. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly of: (view: ProcessView) => readonly Sample[];
}

function gauge(name: string, help: string, of: Metric['of']): Metric {
  return { name, help, type: 'gauge', of };
}

function counter(name: string, help: string, of: Metric['of']): Metric {
  return { name, help, type: 'counter', of };
}

function one(value: number): Sample[] {
  return [{ labels: {}, value }];
}

const breakerStates = ['closed', 'half-open', 'open'];

const metrics: readonly Metric[] = [
  gauge('uptime_seconds', 'Time since the process began.', ({ uptimeMs }) => one(uptimeMs / 1000)),
  gauge('resident_memory_bytes', 'Memory in use.', ({ memory }) => one(memory.rssBytes)),
  gauge('heap_used_bytes', 'Heap in use.', ({ memory }) => one(memory.heapUsedBytes)),
  gauge('array_buffer_bytes', 'Memory of typed arrays and buffers.', ({ memory }) =>
    one(memory.arrayBufferBytes),
  ),
  gauge('event_loop_delay_seconds', 'How late timers were over the last minute.', ({ eventLoop }) => [
    { labels: { quantile: '0.5' }, value: eventLoop.p50Ms / 1000 },
    { labels: { quantile: '0.99' }, value: eventLoop.p99Ms / 1000 },
    { labels: { quantile: '1' }, value: eventLoop.maxMs / 1000 },
  ]),
  gauge('event_loop_busy_ratio', 'Share of the time with something to do.', ({ eventLoop }) =>
    one(eventLoop.busy),
  ),
  counter('event_loop_stalls_total', 'Times that the event loop stood still for 50 ms.', ({ eventLoop }) =>
    one(eventLoop.stalled),
  ),
  gauge('tasks', 'Tasks under way.', ({ tasks }) => one(tasks.length)),
  gauge('tasks_stuck', 'Tasks beyond their deadline.', ({ tasks }) =>
    one(tasks.filter(({ leftMs }) => leftMs !== null && leftMs < 0).length),
  ),
  gauge('pool_threads', 'Threads for CPU work.', ({ pools }) =>
    pools.map(({ name, threads }) => ({ labels: { pool: name }, value: threads.length })),
  ),
  gauge('pool_threads_busy', 'Threads that work on a chunk.', ({ pools }) =>
    pools.map(({ name, threads }) => ({
      labels: { pool: name },
      value: threads.filter(({ job }) => job !== null).length,
    })),
  ),
  gauge('pool_queue', 'Chunks that wait for a thread.', ({ pools }) =>
    pools.map(({ name, queue }) => ({ labels: { pool: name }, value: queue })),
  ),
  counter('pool_chunks_total', 'Chunks of work, by how they ended.', ({ pools }) =>
    pools.flatMap(({ name, completed, failed, retried }) =>
      Object.entries({ completed, failed, retried }).map(([result, value]) => ({
        labels: { pool: name, result },
        value,
      })),
    ),
  ),
  counter('pool_threads_replaced_total', 'Threads that died and were replaced.', ({ pools }) =>
    pools.map(({ name, replaced }) => ({ labels: { pool: name }, value: replaced })),
  ),
  gauge('store_bytes', 'Size of a store.', ({ stores }) =>
    stores.map(({ name, bytes }) => ({ labels: { store: name }, value: bytes })),
  ),
  gauge('store_writes_waiting', 'Writes that wait for their commit.', ({ stores }) =>
    stores.map(({ name, waiting }) => ({ labels: { store: name }, value: waiting })),
  ),
  counter('store_commits_total', 'Commits.', ({ stores }) =>
    stores.map(({ name, commits }) => ({ labels: { store: name }, value: commits })),
  ),
  gauge('store_slowest_commit_seconds', 'The longest that a commit took.', ({ stores }) =>
    stores.map(({ name, slowestCommitMs }) => ({ labels: { store: name }, value: slowestCommitMs / 1000 })),
  ),
  gauge('cache_entries', 'Entries of a cache.', ({ caches }) =>
    caches.map(({ name, entries }) => ({ labels: { cache: name }, value: entries })),
  ),
  counter('cache_lookups_total', 'Look-ups in a cache, by result.', ({ caches }) =>
    caches.flatMap(({ name, hits, misses }) => [
      { labels: { cache: name, result: 'hit' }, value: hits },
      { labels: { cache: name, result: 'miss' }, value: misses },
    ]),
  ),
  counter('source_requests_total', 'Requests to a data source, by result.', ({ sources }) =>
    sources.flatMap(({ name, requests, failures }) => [
      { labels: { source: name, result: 'answered' }, value: requests - failures },
      { labels: { source: name, result: 'failed' }, value: failures },
    ]),
  ),
  gauge('source_last_success_timestamp_seconds', 'When a data source last answered.', ({ sources }) =>
    sources.flatMap(({ name, lastSuccessAt }) =>
      lastSuccessAt === null ? [] : [{ labels: { source: name }, value: lastSuccessAt / 1000 }],
    ),
  ),
  gauge(
    'late',
    'Sources, sensors and places that have had nothing new for longer than usual.',
    ({ name, late }) => (name === 'primary' ? one(late.length) : []),
  ),
  gauge('breaker_state', 'Whether calls go through: 0 closed, 1 half-open, 2 open.', ({ breakers }) =>
    breakers.map(({ name, state }) => ({ labels: { breaker: name }, value: breakerStates.indexOf(state) })),
  ),
  gauge('budget_used_ratio', 'Share of a quota that is used.', ({ budgets }) =>
    budgets.map(({ name, used, limit }) => ({ labels: { budget: name }, value: used / limit })),
  ),
  gauge('semaphore_waiting', 'Tasks that wait for a slot of a semaphore.', ({ semaphores }) =>
    semaphores.map(({ name, waiting }) => ({ labels: { semaphore: name }, value: waiting })),
  ),
  {
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its reply.',
    type: 'histogram',
    of: ({ routes }) => routes.flatMap(durations),
  },
];

/** A histogram of Prometheus: how many took at most so long, by rising bounds; their sum and their number. */
function durations({ route, method, status, count, seconds, withinBounds }: RouteView): Sample[] {
  const name = 'weatherglass_http_request_duration_seconds';
  const labels = { route, method, status };
  return [
    ...withinBounds.map((within, k) => ({
      metricName: `${name}_bucket`,
      labels: { ...labels, le: requestBounds[k] },
      value: within,
    })),
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: seconds },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

/** A snapshot in the text format of Prometheus; every sample says of which process it is. */
export async function metricsOf({
  processes,
  silent,
}: Snapshot): Promise<{ contentType: string; text: string }> {
  const described = metrics.map(({ name, help, type, of }) => ({
    name: `weatherglass_${name}`,
    help,
    type,
    aggregator: 'first',
    values: processes.flatMap((view) =>
      of(view).map((sample) => ({ ...sample, labels: { process: view.name, ...sample.labels } })),
    ),
  }));
  const silence = {
    name: 'weatherglass_processes_silent',
    help: 'Processes that did not say in time how they are.',
    type: 'gauge',
    aggregator: 'first',
    values: [{ labels: {}, value: silent.length }],
  };
  const registry = AggregatorRegistry.aggregate([[...described, silence]]);
  return { contentType: registry.contentType, text: await registry.metrics() };
}
