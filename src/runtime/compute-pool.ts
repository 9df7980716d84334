import { availableParallelism } from 'node:os';
import { type ErrorName, errorTable, isWeatherglassError, WeatherglassError } from '../errors.ts';
import { exhibit } from './inspection.ts';
import type { SentError } from './job-slot.ts';
import { type Call, openThreads } from './pool-threads.ts';

export interface PoolOptions {
  /** One for each core by default. */
  readonly threads?: number | undefined;
  /** Chunks of all runs that may wait for a thread; at least 1, and 1,000 by default. */
  readonly queueLimit?: number | undefined;
  /** Milliseconds that a job has to stop when asked before its thread is killed; 5,000 by default. */
  readonly graceMs?: number | undefined;
  /** Most megabytes of a thread's heap, typed arrays apart; Node.js decides by default. */
  readonly heapMb?: number | undefined;
  /** What the console calls it. */
  readonly name?: string | undefined;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface ChunkOptions<Input> extends RunOptions {
  /** What a chunk is about, such as the names of its places: for errors and for the console. */
  readonly about?: ((index: number) => string) | undefined;
  /** Buffers of an input that are moved to the thread instead of copied: the caller loses them. */
  readonly move?: ((input: Input) => readonly ArrayBuffer[]) | undefined;
  /** Takes the failure of a chunk, in its turn among the results; the rest then goes on. */
  readonly onFailure?: ((error: unknown, index: number) => Promise<void> | void) | undefined;
}

/** An input, or what makes it when its turn comes, so that not all need be held at once. */
export type ChunkSource<Input> = Input | (() => Input | Promise<Input>);

/** Worker threads for CPU work. */
export interface ComputePool extends AsyncDisposable {
  readonly threads: number;
  /**
   * Runs the named job of the worker module once for each input and gives the results in the order of the inputs.
   *
   * The first failure stops the rest and is thrown when all have stopped, as is an abort (Cancelled). `onResult`
   * sees each result in order as soon as those before it are there, so that a long run need not hold them all.
   *
   * A chunk whose thread died is given to another one once. Its input is then made again, where it was made; one that
   * was given and whose buffers were moved died with the thread, so that its first death is its last.
   *
   * @throws WeatherglassError Busy, before anything began: too many chunks wait already. Cancelled. Internal: a chunk's
   *   thread died again. What a job, `onResult`, `onFailure` and what makes an input throw.
   */
  run<Input, Output>(
    job: string,
    inputs: readonly ChunkSource<Input>[],
    onResult: (output: Output, index: number) => Promise<void> | void,
    options?: ChunkOptions<Input>,
  ): Promise<void>;
}

/** Whether a job only says that it was asked for what there is not: the mistake is the caller's. */
function isRefusal(error: unknown): boolean {
  return isWeatherglassError(error, 'Usage') || isWeatherglassError(error, 'NotFound');
}

/**
 * Opens a pool whose threads load the worker module at once, so that they start while the caller still reads.
 *
 * Disposing it stops the runs under way, waits for their end, and ends the threads.
 *
 * @param workerUrl module whose named exports are jobs, each made by `poolJob`
 */
export function openComputePool(workerUrl: URL, options: PoolOptions = {}): ComputePool {
  const { queueLimit = 1000, graceMs = 5000, heapMb, name = 'compute' } = options;
  const size = options.threads ?? availableParallelism();
  const threads = openThreads(workerUrl, { threads: size, graceMs, heapMb });
  const counts = { completed: 0, failed: 0, retried: 0 };
  /** What stops each run under way. */
  const runs = new Map<Promise<void>, (error: unknown) => void>();
  let lanesUnderWay = 0;
  let closed: Promise<void> | undefined;
  const shown = exhibit('pools', () => [{ name, queueLimit, ...counts, ...threads.look() }]);

  function start<Input, Output>(
    job: string,
    inputs: readonly ChunkSource<Input>[],
    onResult: (output: Output, index: number) => Promise<void> | void,
    { signal, onProgress, about, move, onFailure }: ChunkOptions<Input>,
    lanes: number,
  ) {
    type Settled = { readonly output: Output } | { readonly error: unknown };
    const calls = new Set<Call>();
    const settled = new Map<number, Settled>();
    let failure: { readonly error: unknown } | undefined;
    let next = 0;
    let done = 0;
    let delivered = 0;
    let delivering: Promise<void> = Promise.resolve();
    /** Lanes that wait, by the chunk whose delivery they wait for. */
    const held = new Map<number, () => void>();

    const fail = (error: unknown) => {
      failure ??= { error };
      for (const call of calls) call.stop();
      for (const release of held.values()) release();
    };

    /** Resolves when a chunk has been delivered, or none will be any more. */
    function deliveryOf(index: number): Promise<void> | undefined {
      if (index < delivered || failure !== undefined) return undefined;
      return new Promise((resolve) => held.set(index, resolve));
    }

    async function compute(index: number): Promise<Output> {
      const source = inputs[index];
      const remade = typeof source === 'function';
      const what = () => about?.(index) ?? `chunk ${index + 1} of ${inputs.length}`;
      for (let first = true; ; first = false) {
        const input = remade ? await (source as () => Input | Promise<Input>)() : source;
        if (failure !== undefined) throw failure.error;
        const buffers = move?.(input) ?? [];
        const call = threads.call({ job, about: what, input, buffers });
        calls.add(call);
        const outcome = await call.outcome;
        calls.delete(call);
        if ('ok' in outcome) return outcome.ok as Output;
        if ('error' in outcome) throw revive(outcome.error);
        if ('stopped' in outcome) throw cancelled();
        const { lost: cause, begun } = outcome;
        const again = first && (remade || buffers.length === 0);
        if (!again || failure !== undefined) throw lostError(job, what(), cause, begun, first);
        counts.retried++;
      }
    }

    async function settle(index: number): Promise<void> {
      const one: Settled = await compute(index).then(
        (output) => ({ output }),
        (error: unknown) => ({ error }),
      );
      // What was stopped is neither a success nor a failure.
      if (failure !== undefined) return;
      if ('error' in one) {
        counts[isRefusal(one.error) ? 'completed' : 'failed']++;
        if (onFailure === undefined) throw one.error;
      } else counts.completed++;
      settled.set(index, one);
      onProgress?.(++done, inputs.length);
      await (delivering = delivering.then(deliver));
    }

    async function deliver(): Promise<void> {
      for (; failure === undefined; delivered++) {
        const one = settled.get(delivered);
        if (one === undefined) return;
        settled.delete(delivered);
        if ('error' in one) await onFailure?.(one.error, delivered);
        else await onResult(one.output, delivered);
        held.get(delivered)?.();
        held.delete(delivered);
      }
    }

    // Each lane takes the next input when its last is done: so few of them wait, and one is always ready for a thread. It
    // does not run far ahead of a slow chunk: results that came before their turn are kept until then.
    async function lane(): Promise<void> {
      while (next < inputs.length && failure === undefined) {
        const index = next++;
        await deliveryOf(index - 2 * lanes);
        if (failure === undefined) await settle(index).catch(fail);
      }
    }

    async function all(): Promise<void> {
      const abort = () => fail(cancelled());
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) abort();
      await Promise.all(Array.from({ length: lanes }, lane));
      signal?.removeEventListener('abort', abort);
      if (failure !== undefined) throw failure.error;
    }

    return { ended: all(), stop: fail };
  }

  return {
    threads: size,
    async run(job, inputs, onResult, runOptions = {}) {
      if (closed !== undefined) throw cancelled();
      const lanes = Math.min(inputs.length, size + 1);
      if (lanesUnderWay + lanes > size + Math.max(1, queueLimit))
        throw new WeatherglassError(
          'Busy',
          `the queue of ${size} threads is full: ${job} would make it longer than ${queueLimit} chunks; try again later`,
        );
      lanesUnderWay += lanes;
      const { ended, stop } = start(job, inputs, onResult, runOptions, lanes);
      runs.set(ended, stop);
      try {
        await ended;
      } finally {
        runs.delete(ended);
        lanesUnderWay -= lanes;
      }
    },
    [Symbol.asyncDispose]() {
      closed ??= (async () => {
        for (const stop of runs.values()) stop(cancelled());
        await Promise.allSettled(runs.keys());
        // Never piscina's own close, which kills running jobs.
        await threads.close();
        shown[Symbol.dispose]();
      })();
      return closed;
    },
  };
}

function cancelled(): WeatherglassError {
  return new WeatherglassError('Cancelled', 'stopped on request');
}

function lostError(
  job: string,
  about: string,
  cause: unknown,
  begun: boolean,
  first: boolean,
): WeatherglassError {
  // The error of an answer that cannot be sent cannot be sent either: nothing is left of it.
  const said = cause instanceof Error ? cause.message : '';
  const why = said === '' ? 'what it answered or threw cannot be sent' : said;
  if (!begun)
    return new WeatherglassError('Internal', `${job} could not be begun in a thread, for ${about}: ${why}`, {
      cause,
    });
  const died = first ? 'its thread died, and its input with it' : 'its thread died twice';
  return new WeatherglassError('Internal', `${job}: ${died} (${why}), while working on ${about}`, { cause });
}

function revive({ name, message, stack }: SentError): Error {
  if (name in errorTable) return new WeatherglassError(name as ErrorName, message, { cause: stack });
  return new WeatherglassError('Internal', `a worker failed: ${name}: ${message}`, { cause: stack });
}
