import { addAbortListener } from 'node:events';
import { WeatherglassError } from '../errors.ts';
import { openTask, task, waitingFor } from './tasks.ts';

/** How one input went. */
export type Settled<T> = { readonly value: T } | { readonly error: unknown };

export interface EachOptions<Input> {
  /** What is done, such as `collect`: the name of the task, and with `about` of the task of each input. */
  readonly name: string;
  /** How many inputs are worked on at once, at least 1. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  /** Names an input, such as its place; by default its index. */
  readonly about?: ((input: Input) => string) | undefined;
}

type Work<Input, Output> = (input: Input, signal: AbortSignal, index: number) => Promise<Output>;

/**
 * Calls `fn` once for each input, and gives the results in the order of the inputs, failures among them.
 *
 * Returns when everything it started has stopped. After an abort no further input is started: those left fail with
 * the signal's reason.
 */
export async function settleAll<Input, Output>(
  inputs: readonly Input[],
  { name, concurrency, signal = new AbortController().signal, about }: EachOptions<Input>,
  fn: Work<Input, Output>,
): Promise<Settled<Output>[]> {
  if (!(concurrency >= 1)) {
    throw new WeatherglassError('Usage', `${name} needs a concurrency of at least 1, not ${concurrency}`);
  }
  const results = new Array<Settled<Output>>(inputs.length);
  let next = 0;
  async function one(input: Input, index: number): Promise<Settled<Output>> {
    try {
      const itsName = `${name} ${about?.(input) ?? index}`;
      return { value: await task(itsName, () => fn(input, signal, index)) };
    } catch (error) {
      return { error };
    }
  }
  // Each lane takes the next input when its last is done, so a million inputs are not a million promises.
  async function lane() {
    while (next < inputs.length) {
      const index = next++;
      results[index] = signal.aborted ? { error: signal.reason } : await one(inputs[index], index);
    }
  }
  const lanes = Math.min(Math.floor(concurrency), inputs.length);
  await task(name, () => Promise.all(Array.from({ length: lanes }, lane)));
  return results;
}

/**
 * Calls `fn` once for each input, and gives the outputs in the order of the inputs, if none fails.
 *
 * The first failure aborts the signal of the others and is thrown when all have stopped; so is the reason of an abort
 * from outside, when that comes first. What fails later is a consequence, and is dropped.
 */
export async function mapAll<Input, Output>(
  inputs: readonly Input[],
  options: EachOptions<Input>,
  fn: Work<Input, Output>,
): Promise<Output[]> {
  using cause = abortedWith(options.signal);
  const settled = await settleAll(inputs, { ...options, signal: cause.signal }, async (...given) => {
    try {
      return await fn(...given);
    } catch (error) {
      cause.abort(error);
      throw error;
    }
  });
  cause.signal.throwIfAborted();
  return settled.map((result) => {
    if ('error' in result) throw result.error;
    return result.value;
  });
}

/**
 * Tasks that end before their block does: `await using group = openTaskGroup({ name })`.
 *
 * What ends the group first is its cause: a failure of one task, an abort from outside, or `cancel`. The cause aborts
 * the signal of all tasks; what fails after it is a consequence, and is dropped.
 */
export interface TaskGroup extends AsyncDisposable {
  readonly signal: AbortSignal;
  /** Starts a task of the group. Throws the cause when the group has already ended. */
  spawn(name: string, fn: (signal: AbortSignal) => Promise<unknown>): void;
  /** Ends the group, by default with Cancelled. */
  cancel(reason?: unknown): void;
  /** Waits until all tasks have stopped, then throws the cause, if any. A task of the group would wait for itself. */
  join(): Promise<void>;
  /**
   * Cancels what still runs and waits until it has stopped. Never throws, because it cannot know whether the block
   * has thrown already: failures are told by `join`.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens a group; its tasks are shown as the children of one that is called `name`. */
export function openTaskGroup({
  name,
  signal: outer,
}: {
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}): TaskGroup {
  const parent = openTask(name);
  const cause = abortedWith(outer);
  const running = new Set<Promise<void>>();

  const cancel = (reason: unknown = new WeatherglassError('Cancelled', `${name} was stopped on request`)) =>
    cause.abort(reason);

  // A task may start others while this waits.
  async function stopped() {
    while (running.size > 0) await Promise.all(running);
  }

  async function run(childName: string, fn: (signal: AbortSignal) => Promise<unknown>) {
    try {
      await task(childName, () => fn(cause.signal));
    } catch (error) {
      cause.abort(error);
    }
  }

  return {
    signal: cause.signal,
    cancel,
    spawn(childName, fn) {
      cause.signal.throwIfAborted();
      const child = parent.run(() => run(childName, fn)).then(() => void running.delete(child));
      running.add(child);
    },
    async join() {
      await waitingFor(`tasks of ${name}`, stopped());
      cause.signal.throwIfAborted();
    },
    async [Symbol.asyncDispose]() {
      cancel();
      await waitingFor(`tasks of ${name}`, stopped());
      cause[Symbol.dispose]();
      parent[Symbol.dispose]();
    },
  };
}

/** A signal that follows `outer` until it is disposed, and can be aborted on its own. The first reason stays. */
function abortedWith(outer: AbortSignal | undefined) {
  const controller = new AbortController();
  if (outer?.aborted) controller.abort(outer.reason);
  const listening = outer && addAbortListener(outer, () => controller.abort(outer.reason));
  return {
    signal: controller.signal,
    abort: (reason: unknown) => controller.abort(reason),
    [Symbol.dispose]: () => listening?.[Symbol.dispose](),
  };
}
