import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, systemClock } from './clock.ts';
import type { TaskView } from './inspection.ts';

/** What a log line says of the task that wrote it, such as `{ request: '12-3' }`. */
export type Labels = Readonly<Record<string, string>>;

export interface TaskOptions {
  /** When the task should have ended, on `clock.monotonic()`; one that runs longer is shown as stuck. */
  readonly deadlineAt?: number | undefined;
  /** Measures its age; by default the clock of its parent. */
  readonly clock?: Clock | undefined;
  /** Added to the labels of its parent. */
  readonly labels?: Labels | undefined;
}

/** A task that lasts from {@link openTask} until it is disposed. */
export interface OpenTask extends Disposable {
  /** Calls `fn` with this as the current task. */
  run<T>(fn: () => T): T;
}

interface Task {
  readonly id: number;
  readonly name: string;
  readonly parent: Task | undefined;
  readonly startedAt: number;
  readonly deadlineAt: number | undefined;
  readonly clock: Clock;
  readonly labels: Labels;
  /** What it waits for, the latest last; one task may wait for several things at once. */
  waits: { readonly what: string }[] | undefined;
}

const current = new AsyncLocalStorage<Task>();
const running = new Map<number, Task>();
const noLabels: Labels = Object.freeze({});
const noOptions: TaskOptions = {};
let lastId = 0;

/**
 * Runs `fn` as a child of the current task. It can be looked at from its start until its promise settles.
 *
 * Takes half a microsecond, so that every request can be one.
 */
export async function task<T>(name: string, fn: () => Promise<T>, options = noOptions): Promise<T> {
  const self = start(name, options);
  try {
    return await current.run(self, fn);
  } finally {
    running.delete(self.id);
  }
}

/** Starts a task that is no single function, such as the parent of a group. Ends when it is disposed. */
export function openTask(name: string, options = noOptions): OpenTask {
  const self = start(name, options);
  return {
    run: (fn) => current.run(self, fn),
    [Symbol.dispose]() {
      running.delete(self.id);
    },
  };
}

/** Says what the current task waits for until the promise settles, and gives its result. */
export async function waitingFor<T>(what: string, promise: Promise<T>): Promise<T> {
  const self = current.getStore();
  if (self === undefined) return promise;
  self.waits ??= [];
  const { waits } = self;
  const wait = { what };
  waits.push(wait);
  try {
    return await promise;
  } finally {
    waits.splice(waits.indexOf(wait), 1);
  }
}

/** The labels of the current task and its parents; of one name, that of the innermost. Empty outside any task. */
export function currentLabels(): Labels {
  return current.getStore()?.labels ?? noLabels;
}

/** The tasks of this process that have started and not settled, the oldest first. */
export function runningTasks(): readonly TaskView[] {
  return Array.from(running.values(), (self) => {
    const now = self.clock.monotonic();
    return {
      id: self.id,
      name: self.name,
      parent: nearestRunning(self.parent)?.id ?? null,
      ageMs: now - self.startedAt,
      waitingFor: self.waits?.at(-1)?.what ?? null,
      leftMs: self.deadlineAt === undefined ? null : self.deadlineAt - now,
    };
  });
}

function start(name: string, { deadlineAt, clock, labels }: TaskOptions): Task {
  const caller = current.getStore();
  // A callback may outlive the task that set it. Its own tasks must not keep that one in memory, nor, when each of
  // them starts the next, all before it.
  const parent = nearestRunning(caller);
  const itsClock = clock ?? caller?.clock ?? systemClock;
  const inherited = caller?.labels ?? noLabels;
  const self: Task = {
    id: ++lastId,
    name,
    parent,
    startedAt: itsClock.monotonic(),
    deadlineAt,
    clock: itsClock,
    labels: labels === undefined ? inherited : { ...inherited, ...labels },
    waits: undefined,
  };
  running.set(self.id, self);
  return self;
}

function nearestRunning(self: Task | undefined): Task | undefined {
  let nearest = self;
  while (nearest !== undefined && !running.has(nearest.id)) nearest = nearest.parent;
  return nearest;
}
