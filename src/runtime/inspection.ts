/** A task under way. */
export interface TaskView {
  readonly id: number;
  readonly name: string;
  readonly parent: number | null;
  readonly ageMs: number;
  /** What it is waiting for, such as `semaphore open-meteo`; null while it is at work or does not say. */
  readonly waitingFor: string | null;
  /** Milliseconds until its deadline, less than 0 beyond it; null without one. A task beyond its deadline is stuck. */
  readonly leftMs: number | null;
}

/** A chunk of work in a thread. */
export interface JobView {
  readonly job: string;
  /** What it is about, such as the names of its places. */
  readonly about: string;
  readonly ageMs: number;
  /** Share done, from 0 to 1; null where it is not known. */
  readonly done: number | null;
}

export interface PoolView {
  readonly name: string;
  /** `busy` is the share of its time that the thread worked since it was last looked at. */
  readonly threads: readonly { readonly id: number; readonly busy: number; readonly job: JobView | null }[];
  /** Chunks that wait for a thread, and the most that may. */
  readonly queue: number;
  readonly queueLimit: number;
  readonly completed: number;
  readonly failed: number;
  /** Chunks that were given to another thread after theirs had died. */
  readonly retried: number;
  /** Threads that died and were replaced. */
  readonly replaced: number;
}

export interface StoreView {
  readonly name: string;
  readonly readOnly: boolean;
  readonly bytes: number;
  /** Writes that wait for their commit. */
  readonly waiting: number;
  readonly commits: number;
  /** Milliseconds that the slowest commit so far held the event loop. */
  readonly slowestCommitMs: number;
}

export interface CacheView {
  readonly name: string;
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
}

export interface SourceView {
  readonly name: string;
  readonly requests: number;
  readonly failures: number;
  readonly lastSuccessAt: number | null;
  readonly lastError: string | null;
}

/** Something that has had nothing new for longer than usual. */
export interface LateView {
  readonly reason: string;
}

export interface BreakerView {
  readonly name: string;
  readonly state: 'closed' | 'open' | 'half-open';
  readonly failures: number;
  /** Milliseconds until the next probe; 0 unless open. */
  readonly probeInMs: number;
}

export interface BudgetView {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
  readonly resetsInMs: number;
}

/** A semaphore that bounds how much happens at once. */
export interface SemaphoreView {
  readonly name: string;
  readonly inUse: number;
  readonly limit: number;
  readonly waiting: number;
}

/** Seconds by which requests are sorted, ascending. */
export const requestBounds: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

/** Requests of one route that were answered with one status. */
export interface RouteView {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly count: number;
  readonly seconds: number;
  /** How many took at most so long as each bound of `requestBounds`, in seconds. */
  readonly withinBounds: readonly number[];
}

/** Parts of a process that can be looked at, by kind. */
export interface Parts {
  readonly pools: PoolView;
  readonly stores: StoreView;
  readonly caches: CacheView;
  readonly sources: SourceView;
  readonly late: LateView;
  readonly breakers: BreakerView;
  readonly budgets: BudgetView;
  readonly semaphores: SemaphoreView;
  readonly routes: RouteView;
}

type Kind = keyof Parts;
type Shown = { readonly [K in Kind]: readonly Parts[K][] };

/** A time during which an event loop did nothing else. */
export interface StallView {
  /** When it ended, epoch milliseconds. */
  readonly at: number;
  readonly ms: number;
  /** The section that held it, such as a statement of SQL. */
  readonly cause: string;
}

/** How an event loop has fared over the last half minute to minute. */
export interface EventLoopView {
  /** How late timers were. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Share of the time that it had something to do. */
  readonly busy: number;
  /** Stalls since the process began, and the latest of them. */
  readonly stalled: number;
  readonly stalls: readonly StallView[];
}

export interface MemoryView {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  /** Typed arrays and buffers. */
  readonly arrayBufferBytes: number;
}

/** All there is to see of a process. */
export interface ProcessView extends Shown {
  /** Such as `primary` or `worker 1`. */
  readonly name: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly memory: MemoryView;
  readonly eventLoop: EventLoopView;
  readonly tasks: readonly TaskView[];
}

/** All processes of a service at one time. */
export interface Snapshot {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly processes: readonly ProcessView[];
  /** Processes that did not answer in time. */
  readonly silent: readonly string[];
}

const exhibits: { readonly [K in Kind]: Set<() => readonly Parts[K][]> } = {
  pools: new Set(),
  stores: new Set(),
  caches: new Set(),
  sources: new Set(),
  late: new Set(),
  breakers: new Set(),
  budgets: new Set(),
  semaphores: new Set(),
  routes: new Set(),
};

/**
 * Lets a part of this process be looked at until what is returned is disposed.
 *
 * @param look describes the part as it is; called only when someone looks
 */
export function exhibit<K extends Kind>(kind: K, look: () => readonly Parts[K][]): Disposable {
  exhibits[kind].add(look);
  return {
    [Symbol.dispose]() {
      exhibits[kind].delete(look);
    },
  };
}

/** What a part shows. One that cannot be looked at must not hide the others: it shows nothing, and a warning says why. */
function lookedAt<Part>(look: () => readonly Part[]): readonly Part[] {
  try {
    return look();
  } catch (error) {
    process.emitWarning(error as Error);
    return [];
  }
}

/** What can be looked at in this process, as it is now. */
export function lookAtParts(): Shown {
  const all = <K extends Kind>(kind: K) => [...exhibits[kind]].flatMap((look) => lookedAt<Parts[K]>(look));
  return {
    pools: all('pools'),
    stores: all('stores'),
    caches: all('caches'),
    sources: all('sources'),
    late: all('late'),
    breakers: all('breakers'),
    budgets: all('budgets'),
    semaphores: all('semaphores'),
    routes: all('routes'),
  };
}
