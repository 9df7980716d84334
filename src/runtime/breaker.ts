import { WeatherglassError } from '../errors.ts';
import { type Clock, seconds } from './clock.ts';
import { type BreakerView, exhibit } from './inspection.ts';
import { networkTrouble, type Transient } from './retry.ts';

export interface BreakerPolicy {
  /** So many transient failures in a row open it. */
  readonly failures: number;
  /** How long it stays open before one call may probe. */
  readonly coolMs: number;
  /** After this long another call may take the place of a probe that has not ended; by default ten times `coolMs`. */
  readonly longestProbeMs?: number | undefined;
}

export const defaultBreaker: BreakerPolicy = { failures: 5, coolMs: 30_000 };

/** Leaves a source alone that has failed again and again. Disposing it takes it out of the inspection. */
export interface Breaker extends Disposable {
  /**
   * Calls `fn`, or refuses to.
   *
   * Closed, it lets every call through. After so many transient failures in a row it opens and refuses all; after
   * `coolMs` it is half-open: the next call is the probe, the others are still refused. The probe's success closes it,
   * its transient failure opens it for another `coolMs`. Any other failure proves nothing about the source (the caller
   * went away, the reply was for a place it does not know): it neither lengthens nor breaks the row, and a probe that
   * ends so leaves its turn to the next call. What began in one state counts no more in the next.
   *
   * @throws the error of `fn` as it is; WeatherglassError Busy when it refuses, with the last failure as cause
   */
  run<T>(fn: () => Promise<T>): Promise<T>;
}

/** A breaker for the source `name`, closed at first. `transient` says which failures count. */
export function openBreaker(
  name: string,
  policy: BreakerPolicy,
  clock: Clock,
  transient: Transient = networkTrouble,
): Breaker {
  const { failures: limit, coolMs, longestProbeMs = 10 * coolMs } = policy;
  let failures = 0;
  let lastFailure: unknown;
  /** From when on a call may probe, on the monotonic clock; undefined while closed. */
  let probeAt: number | undefined;
  let probing = false;
  // Grows when it opens and with each probe: the answer to a call of an earlier era counts no more.
  let era = 0;

  function begin(): number {
    if (probeAt === undefined) return era;
    const leftMs = probeAt - clock.monotonic();
    if (leftMs > 0) {
      const when = probing ? 'it is being tried by another call' : `next try in ${seconds(leftMs)}`;
      const row = failures === 1 ? 'failed' : `failed ${failures} times in a row`;
      throw new WeatherglassError('Busy', `${name} ${row} and is left alone; ${when}`, {
        cause: lastFailure,
      });
    }
    probing = true;
    probeAt = clock.monotonic() + longestProbeMs;
    return ++era;
  }

  function succeeded() {
    failures = 0;
    probeAt = undefined;
    probing = false;
  }

  function failed(error: unknown) {
    const counts = transient(error) !== undefined;
    if (counts) {
      failures++;
      lastFailure = error;
    }
    if (counts ? failures < limit : !probing) return;
    probeAt = clock.monotonic() + (counts ? coolMs : 0);
    probing = false;
    era++;
  }

  function view(): BreakerView {
    const probeInMs = probeAt === undefined || probing ? 0 : Math.max(0, probeAt - clock.monotonic());
    const state = probeAt === undefined ? 'closed' : probeInMs > 0 ? 'open' : 'half-open';
    return { name, state, failures, probeInMs };
  }

  const shown = exhibit('breakers', () => [view()]);
  return {
    async run(fn) {
      const begun = begin();
      try {
        const value = await fn();
        if (begun === era) succeeded();
        return value;
      } catch (error) {
        if (begun === era) failed(error);
        throw error;
      }
    },
    [Symbol.dispose]: () => shown[Symbol.dispose](),
  };
}
