import { addAbortListener } from 'node:events';
import { WeatherglassError } from '../errors.ts';

/** A limit in time; disposing it lifts the limit. */
export interface Deadline extends Disposable {
  /** Aborts with a Timeout when the time is over, or with the outer signal's reason when that aborts first. */
  readonly signal: AbortSignal;
}

/** Tells the time and wakes. Nothing else in this project sets a timer: a test that passes its own clock rules time. */
export interface Clock {
  /** Milliseconds since 1970, as the system believes; may jump when it is corrected. */
  now(): number;
  /** Milliseconds since some moment in the past; never goes back. For durations. */
  monotonic(): number;
  /** Resolves after `ms`. Rejects with the signal's reason, at once, when that aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Starts a limit of `ms`. Dispose it when the work is done: it holds a timer, and listens to `signal`.
   *
   * @param what the operation that is limited, for the message
   */
  deadline(ms: number, signal?: AbortSignal, what?: string): Deadline;
}

/** What a clock is made of. */
export interface Timers {
  readonly now: () => number;
  readonly monotonic: () => number;
  /** Calls `run` once after `ms`, unless the function that it returns is called before. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** A clock on top of one kind of timer. */
export function clockOn({ now, monotonic, after: start }: Timers): Clock {
  const after: Timers['after'] = (ms, run) => {
    if (Number.isNaN(ms)) throw new WeatherglassError('Internal', 'a clock was asked to wait for NaN ms');
    // Node warns of less than 0, which is what is left of a time that is over.
    return start(Math.max(0, ms), run);
  };
  return {
    now,
    monotonic,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const cancel = after(ms, resolve);
      using _ = signal && addAbortListener(signal, () => reject(signal.reason));
      try {
        await promise;
      } finally {
        cancel();
      }
    },
    deadline(ms, outer, what = 'the operation') {
      const controller = new AbortController();
      const { signal } = controller;
      if (outer?.aborted) {
        controller.abort(outer.reason);
        return { signal, [Symbol.dispose]() {} };
      }
      const end = () => {
        cancel();
        listening?.[Symbol.dispose]();
      };
      const cancel = after(ms, () => {
        end();
        controller.abort(new WeatherglassError('Timeout', `${what} took longer than ${seconds(ms)}`));
      });
      const listening =
        outer &&
        addAbortListener(outer, () => {
          end();
          controller.abort(outer.reason);
        });
      return { signal, [Symbol.dispose]: end };
    },
  };
}

/** Longer timeouts than this overflow in setTimeout, and fire at once. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The clock of this machine. As with setTimeout, a process does not end while someone waits for it. */
export const systemClock: Clock = clockOn({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    let timer: NodeJS.Timeout;
    const wait = (left: number) => {
      timer =
        left > longestTimeoutMs
          ? setTimeout(wait, longestTimeoutMs, left - longestTimeoutMs)
          : setTimeout(run, left);
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
});

/** A duration for a message, such as `30 s`; to three digits. */
export function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))} s`;
}
