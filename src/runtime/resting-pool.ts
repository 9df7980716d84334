import { WeatherglassError } from '../errors.ts';
import type { Clock } from './clock.ts';
import type { ComputePool } from './compute-pool.ts';
import { reclaimMemory } from './reclaim-memory.ts';

/**
 * A pool for a process that lives long and computes now and then: its threads start with the first run, and end when there
 * has been none for `restMs`, with all the memory that their work has left behind.
 *
 * @param open starts the threads
 * @param threads how many that will be
 */
export function restingPool(
  open: () => ComputePool,
  threads: number,
  restMs: number,
  clock: Clock,
): ComputePool {
  let pool: ComputePool | undefined;
  let runs = 0;
  let closed = false;
  let wait = new AbortController();
  let ended: PromiseLike<void> | undefined;

  async function restLater(signal: AbortSignal): Promise<void> {
    try {
      await clock.sleep(restMs, signal);
      signal.throwIfAborted();
      ended = pool?.[Symbol.asyncDispose]();
      pool = undefined;
      await ended;
      await reclaimMemory(clock, signal);
    } catch (error) {
      // There is something to do again; or threads have not ended well, which is no reason for the process to end.
      if (!signal.aborted) process.emitWarning(error as Error);
    }
  }

  return {
    threads,
    async run(job, inputs, onResult, options) {
      if (closed) throw new WeatherglassError('Cancelled', 'stopped on request');
      wait.abort();
      pool ??= open();
      runs++;
      try {
        await pool.run(job, inputs, onResult, options);
      } finally {
        if (--runs === 0 && !closed) {
          wait = new AbortController();
          void restLater(wait.signal);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      wait.abort();
      await ended;
      await pool?.[Symbol.asyncDispose]();
    },
  };
}
