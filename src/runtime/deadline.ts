import type { Clock } from './clock.ts';
import { task } from './tasks.ts';

/**
 * Runs `fn` as a task called `what`, with a signal that aborts after `ms` or when `signal` does.
 *
 * Returns only when `fn` has stopped: one that ignores its signal stays visible as a task beyond its deadline, instead
 * of going on behind its caller's back. Once the signal has aborted, its reason is thrown whatever `fn` still answers:
 * the caller may have been promised an answer by then, and a result must not depend on how late is too late.
 *
 * @param signal from outside; undefined when nothing else can stop it
 * @throws WeatherglassError Timeout, `what took longer than N s`; or the reason of `signal`
 */
export function withDeadline<T>(
  clock: Clock,
  ms: number,
  what: string,
  signal: AbortSignal | undefined,
  fn: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limited = async () => {
    using deadline = clock.deadline(ms, signal, what);
    deadline.signal.throwIfAborted();
    try {
      return await fn(deadline.signal);
    } finally {
      // Thrown from here it takes the place of fn's own result or error.
      deadline.signal.throwIfAborted();
    }
  };
  return task(what, limited, { clock, deadlineAt: clock.monotonic() + ms });
}
