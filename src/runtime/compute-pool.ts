import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { type ErrorName, errorTable, WeatherglassError } from '../errors.ts';

/** What a job answers across threads: errors lose their class on the way, so they travel as data. */
export type JobReply<T> =
  | { readonly ok: T }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack?: string } };

/** Handed to every job beside its own input. */
export interface JobControl {
  /** One shared number; not 0 means stop. An AbortSignal would not reach a worker's busy loop. */
  readonly cancelled: Int32Array;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Worker threads for synchronous CPU work. */
export interface ComputePool extends AsyncDisposable {
  readonly threads: number;
  /**
   * Runs the named job of the worker module once for each input and gives the results in the order of the inputs.
   *
   * The first failure stops the rest and is thrown when all have stopped, as is an abort (Cancelled). `onResult`
   * sees each result in order as soon as those before it are there, so that a long run need not hold them all.
   */
  run<Input, Output>(
    job: string,
    inputs: readonly Input[],
    onResult: (output: Output, index: number) => Promise<void> | void,
    options?: RunOptions,
  ): Promise<void>;
}

/**
 * Opens a pool whose threads load the worker module at once, so that they start while the caller still reads.
 *
 * @param workerUrl module whose named exports are jobs: `(input & JobControl) => JobReply`, or a promise of it
 * @param threads one for each core by default
 */
export function openComputePool(workerUrl: URL, threads = availableParallelism()): ComputePool {
  const piscina = new Piscina({
    filename: workerUrl.href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Infinity,
    atomics: 'disabled',
  });
  return {
    threads,
    async run<Input, Output>(
      job: string,
      inputs: readonly Input[],
      onResult: (output: Output, index: number) => Promise<void> | void,
      options: RunOptions = {},
    ) {
      const cancelled = new Int32Array(new SharedArrayBuffer(4));
      const stop = () => Atomics.store(cancelled, 0, 1);
      options.signal?.addEventListener('abort', stop, { once: true });
      if (options.signal?.aborted) stop();
      let done = 0;
      let failure: { readonly error: unknown } | undefined;
      const fail = (error: unknown) => {
        failure ??= { error };
        stop();
      };
      let next = 0;
      const waiting = new Map<number, Output>();
      let delivered = 0;
      let delivering: Promise<void> = Promise.resolve();
      const deliver = async () => {
        while (waiting.has(delivered)) {
          const output = waiting.get(delivered) as Output;
          waiting.delete(delivered);
          await onResult(output, delivered++);
        }
      };
      // Each lane takes the next input when its last is done: a shared queue, never longer than the threads.
      const lane = async () => {
        while (next < inputs.length && Atomics.load(cancelled, 0) === 0) {
          const index = next++;
          try {
            const reply = (await piscina
              .run({ ...inputs[index], cancelled }, { name: job })
              .catch((cause) => {
                throw new WeatherglassError('Internal', `${job} failed in its thread: ${cause}`, { cause });
              })) as JobReply<Output>;
            if ('error' in reply) throw revive(reply.error);
            waiting.set(index, reply.ok);
            options.onProgress?.(++done, inputs.length);
            await (delivering = delivering.then(deliver));
          } catch (error) {
            fail(error);
          }
        }
      };
      await Promise.all(Array.from({ length: threads + 1 }, lane));
      options.signal?.removeEventListener('abort', stop);
      if (options.signal?.aborted) throw new WeatherglassError('Cancelled', 'stopped on request');
      if (failure !== undefined) throw failure.error;
    },
    async [Symbol.asyncDispose]() {
      await piscina.destroy();
    },
  };
}

function revive({ name, message, stack }: { name: string; message: string; stack?: string }): Error {
  if (name in errorTable) return new WeatherglassError(name as ErrorName, message, { cause: stack });
  return new WeatherglassError('Internal', `a worker failed: ${name}: ${message}`, { cause: stack });
}
