import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What a thread is told to call. */
export interface Call {
  readonly module: string;
  readonly name: string;
  readonly argument: unknown;
}

/**
 * Calls a function in a new thread, in which nothing has run before, and waits for the thread's end.
 *
 * The compiler shapes shared code by what has passed through it: after five laws the sixth is up to twice as slow as
 * in a process of its own. So what is to be compared runs alone, and its figures depend on no other's.
 *
 * @param module address of the module that exports the function under its own name
 * @param argument plain data, as is the result
 */
export async function alone<Argument, Result>(
  module: string,
  { name }: (argument: Argument) => Result,
  argument: Argument,
): Promise<Result> {
  const workerData: Call = { module, name, argument };
  const worker = new Worker(new URL('./alone-thread.ts', import.meta.url), { workerData });
  try {
    const [result] = (await once(worker, 'message')) as [Result];
    return result;
  } finally {
    await worker.terminate();
  }
}
