import { Piscina } from 'piscina';
import type { JobView, PoolView } from './inspection.ts';
import { type JobReply, type JobRequest, SLOT_LENGTH, SLOTS, slotField } from './job-slot.ts';

export interface ThreadsOptions {
  readonly threads: number;
  readonly graceMs: number;
  readonly heapMb: number | undefined;
}

/** One try of one chunk. */
export interface Attempt {
  readonly job: string;
  readonly about: () => string;
  readonly input: unknown;
  /** Buffers of the input to move instead of copying them. */
  readonly buffers: readonly ArrayBuffer[];
}

/** How a try ended. One that was stopped may yet have ended in another way before it noticed. */
export type Outcome =
  | JobReply<unknown>
  /** Its thread died while it ran there, or it could not be begun in one. */
  | { readonly lost: unknown; readonly begun: boolean }
  /** Before it began, or with its thread. */
  | { readonly stopped: true };

export interface Call {
  readonly outcome: Promise<Outcome>;
  /** Asks the job to stop. A thread that has not done so after the grace is killed. */
  readonly stop: () => void;
}

/** Threads that chunks wait for in one queue, first come, first served. A thread that dies is replaced. */
export interface PoolThreads {
  readonly call: (attempt: Attempt) => Call;
  readonly look: () => Pick<PoolView, 'threads' | 'queue' | 'replaced'>;
  /** Ends the threads; only when every call has ended. */
  readonly close: () => Promise<void>;
}

interface Chunk {
  readonly attempt: Attempt;
  /** When it was sent to a thread. */
  since: number;
  readonly end: (outcome: Outcome) => void;
  slot?: Slot;
}

/** A thread's worth of work: there are as many slots as threads, and a chunk is sent only into a free one. */
interface Slot {
  /** Where its shared numbers begin. */
  readonly at: number;
  chunk?: Chunk | undefined;
  /** Has piscina kill the thread that works on the chunk, or forget the chunk where none does. */
  readonly killer: Killer;
  /** Why the chunk was given up; a killed thread has ended by then, for only then can nothing more come of it. */
  givenUp?: Promise<Outcome> | undefined;
  grace?: NodeJS.Timeout | undefined;
}

/**
 * New objects fill this much of a thread's memory before they are collected. V8's own choice is four times that: 60 MB more
 * for two threads, and nothing gained where the work is done in typed arrays.
 */
const YOUNG_MB = 12;

/** Starts the threads, which load the worker module at once. */
export function openThreads(workerUrl: URL, { threads, graceMs, heapMb }: ThreadsOptions): PoolThreads {
  const shared = new Int32Array(new SharedArrayBuffer(4 * SLOT_LENGTH * threads));
  const piscina = new Piscina({
    filename: workerUrl.href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Infinity,
    workerData: { [SLOTS]: shared },
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_MB,
      ...(heapMb !== undefined && { maxOldGenerationSizeMb: heapMb }),
    },
    // Between jobs a thread sleeps in Atomics.wait, which makes a call cost 20 µs instead of 28. A job may wait for reads
    // and timers all the same; but what it leaves open goes on only when the next one waits, and as the thread's event loop
    // looks busy all the time, how busy it is is worked out here.
    atomics: 'sync',
    recordTiming: false,
  });
  const slots = Array.from(
    { length: threads },
    (_, k): Slot => ({ at: SLOT_LENGTH * k, killer: openKiller() }),
  );
  const free = [...slots];
  const waiting: Chunk[] = [];
  /** Milliseconds that each thread worked since the last look on chunks that have ended. */
  const worked = new Map<number, number>();
  let lookedAt = performance.now();
  let replaced = 0;
  let closing = false;

  // Without a listener the death of a thread that has no work would end the process.
  let lastDeath: unknown = new Error('its module cannot be loaded');
  piscina.on('error', (error) => {
    lastDeath = error;
  });
  piscina.on('workerDestroy', () => {
    if (closing) return;
    replaced++;
    queueMicrotask(failWithoutThreads);
  });

  /** piscina replaces no thread that died while it loaded the module: what it was to do would wait for ever. */
  function failWithoutThreads(): void {
    if (piscina.threads.length > 0) return;
    for (const slot of slots)
      if (slot.chunk !== undefined && threadOf(slot) === 0)
        giveUp(slot, Promise.resolve({ lost: lastDeath, begun: false }));
  }

  function threadOf({ at }: Slot): number {
    return Atomics.load(shared, at + slotField.thread);
  }

  function dispatch(): void {
    while (free.length > 0 && waiting.length > 0) void work(waiting.shift()!, free.pop()!);
  }

  async function work(chunk: Chunk, slot: Slot): Promise<void> {
    shared.fill(0, slot.at, slot.at + SLOT_LENGTH);
    slot.givenUp = undefined;
    slot.chunk = chunk;
    chunk.slot = slot;
    chunk.since = performance.now();
    const outcome = await send(chunk.attempt, slot);
    clearTimeout(slot.grace);
    const thread = threadOf(slot);
    worked.set(thread, (worked.get(thread) ?? 0) + sinceLook(chunk, performance.now()));
    slot.chunk = undefined;
    free.push(slot);
    chunk.end(outcome);
    dispatch();
  }

  async function send({ job, input, buffers }: Attempt, slot: Slot): Promise<Outcome> {
    const request: JobRequest = { input, slot: slot.at };
    try {
      return (await piscina.run(request, {
        name: job,
        signal: slot.killer,
        // Its declared type is that of another overload of postMessage.
        ...(buffers.length > 0 && { transferList: [...new Set(buffers)] as never }),
      })) as Outcome;
    } catch (error) {
      // Jobs answer their errors as data: what is thrown is what befell their thread.
      return slot.givenUp ?? { lost: error, begun: threadOf(slot) !== 0 };
    }
  }

  function stop(chunk: Chunk): void {
    const { slot } = chunk;
    if (slot === undefined) {
      const at = waiting.indexOf(chunk);
      if (at < 0) return;
      waiting.splice(at, 1);
      chunk.end({ stopped: true });
    } else if (slot.chunk === chunk && Atomics.exchange(shared, slot.at + slotField.stop, 1) === 0)
      slot.grace = setTimeout(kill, graceMs, slot);
  }

  function kill(slot: Slot): void {
    const thread = piscina.threads.find(({ threadId }) => threadId === threadOf(slot));
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    if (thread === undefined) resolve({ stopped: true });
    else thread.once('exit', () => resolve({ stopped: true }));
    giveUp(slot, promise);
  }

  function giveUp(slot: Slot, why: Promise<Outcome>): void {
    slot.givenUp = why;
    slot.killer.kill();
  }

  function sinceLook({ since }: Chunk, now: number): number {
    return now - Math.max(since, lookedAt);
  }

  function viewOf({ chunk, at }: Slot & { readonly chunk: Chunk }, now: number): JobView {
    const total = shared[at + slotField.total];
    return {
      job: chunk.attempt.job,
      about: chunk.attempt.about(),
      ageMs: now - chunk.since,
      done: total > 0 ? shared[at + slotField.done] / total : null,
    };
  }

  function look() {
    const now = performance.now();
    const elapsed = now - lookedAt;
    const views = piscina.threads.map(({ threadId: id }) => {
      const slot = slots.find((one) => one.chunk !== undefined && threadOf(one) === id);
      const chunk = slot?.chunk;
      const ms = (worked.get(id) ?? 0) + (chunk === undefined ? 0 : sinceLook(chunk, now));
      return {
        id,
        busy: elapsed > 0 ? Math.min(1, ms / elapsed) : 0,
        job: slot === undefined || chunk === undefined ? null : viewOf({ ...slot, chunk }, now),
      };
    });
    worked.clear();
    lookedAt = now;
    return { threads: views, queue: waiting.length, replaced };
  }

  return {
    call(attempt) {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const chunk: Chunk = { attempt, since: Number.NaN, end: resolve };
      waiting.push(chunk);
      dispatch();
      return { outcome: promise, stop: () => stop(chunk) };
    },
    look,
    async close() {
      closing = true;
      await piscina.destroy();
    },
  };
}

/**
 * What piscina takes as a signal to kill the thread of a chunk, or to forget a chunk that has none. One serves a slot for
 * ever; an AbortSignal can be used once, and its listeners are a part of what a call costs.
 */
interface Killer {
  readonly once: (event: 'abort', listener: () => void) => void;
  readonly off: () => void;
  readonly removeListener: () => void;
  readonly kill: () => void;
}

function openKiller(): Killer {
  let listener: (() => void) | undefined;
  const forget = () => {
    listener = undefined;
  };
  return {
    once(_, heard) {
      listener = heard;
    },
    off: forget,
    removeListener: forget,
    kill: () => listener?.(),
  };
}
