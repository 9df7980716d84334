import { WeatherglassError } from '../errors.ts';
import { type Clock, clockOn } from './clock.ts';

/** A clock whose time passes only when it is told to, for tests and simulations. One caller at a time moves it. */
export interface ManualClock extends Clock {
  /** Timers that wait; 0 at the end proves that none was left behind. */
  readonly pending: number;
  /**
   * Lets `ms` pass. Timers that fall due fire in the order of their times, those of one time in the order in which
   * they were set; what each of them wakes runs until it waits again, so its new timers fire within the same call.
   */
  advance(ms: number): Promise<void>;
  /**
   * Lets as much time pass as the promise needs to settle, and gives its result.
   *
   * @throws WeatherglassError Internal when it has not settled and no timer is left to wait for
   */
  finish<T>(promise: Promise<T>): Promise<T>;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that stands at `startMs` (milliseconds since 1970) until it is advanced; `monotonic` starts at 0. */
export function manualClock(startMs = 0): ManualClock {
  let elapsed = 0;
  // In the order in which they will fire.
  const timers: Timer[] = [];
  const clock = clockOn({
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    after(ms, run) {
      const timer = { due: elapsed + ms, run };
      timers.splice(timers.findLastIndex(({ due }) => due <= timer.due) + 1, 0, timer);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
  });

  /** Fires the first timer, when it is due by `latest`. */
  function fireNext(latest: number): boolean {
    if (timers.length === 0 || timers[0].due > latest || timers[0].due === Infinity) return false;
    const { due, run } = timers.shift() as Timer;
    elapsed = due;
    run();
    return true;
  }

  return {
    ...clock,
    get pending() {
      return timers.length;
    },
    async advance(ms) {
      const end = elapsed + ms;
      do await settled();
      while (fireNext(end));
      elapsed = end;
    },
    async finish(promise) {
      let done = false;
      const end = () => {
        done = true;
      };
      promise.then(end, end);
      do await settled();
      while (!done && fireNext(Infinity));
      if (!done) throw new WeatherglassError('Internal', 'this would wait for ever: no timer is left');
      return promise;
    },
  };
}

/** Resolves when everything that can go on without a timer has: all microtasks run before the next turn of the loop. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
