import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { type Clock, seconds } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { waitingFor } from './tasks.ts';

export interface RetryPolicy {
  /** How often it is tried at most, the first time included. */
  readonly tries: number;
  /** Longest a try may take. */
  readonly tryMs: number;
  /** Pause after the first try; doubled after each further one, up to `longestPauseMs`. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
  /** A source that asks to be left alone for longer than this is not waited for. */
  readonly longestRetryAfterMs: number;
  /** Longest all tries and pauses may take together. */
  readonly totalMs: number;
}

export const defaultRetry: RetryPolicy = {
  tries: 3,
  tryMs: 30_000,
  pauseMs: 1_000,
  longestPauseMs: 30_000,
  longestRetryAfterMs: 60_000,
  totalMs: 180_000,
};

/**
 * Decides whether a failure may pass, so that it is worth another try: undefined when not.
 *
 * `retryAfterMs` is how long the source asks to be left alone, as in the header Retry-After.
 */
export type Transient = (error: unknown) => { readonly retryAfterMs?: number | undefined } | undefined;

export interface RetryOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1); spreads the pauses, so that those who failed together do not come back together. */
  readonly random: () => number;
  /** What is tried, such as `open-meteo`, for messages and the names of tasks. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** By default {@link networkTrouble}. */
  readonly transient?: Transient | undefined;
}

/**
 * Calls `fn` until it answers, fails for good, or the policy is exhausted; `attempt` counts from 1.
 *
 * The pause after try n is d/2 + random · d/2 with d = pauseMs · 2ⁿ⁻¹, at most longestPauseMs, and not shorter than
 * Retry-After. It is not begun when it would end beyond the total time. A breaker goes around all this, not inside: its
 * refusals would be tried again, too.
 *
 * @throws the error of `fn` as it is when that is not transient; the reason of `signal` when that aborts; otherwise a
 *   WeatherglassError that says how often and how long it was tried, with the last error as its cause and its name
 *   (Unavailable when that has none of ours)
 */
export async function retry<T>(
  policy: RetryPolicy,
  { clock, random, what, signal, transient = networkTrouble }: RetryOptions,
  fn: (signal: AbortSignal, attempt: number) => Promise<T>,
): Promise<T> {
  const startedAt = clock.monotonic();
  using total = clock.deadline(policy.totalMs, signal, what);
  for (let attempt = 1; ; attempt++) {
    let pauseMs: number;
    try {
      return await withDeadline(clock, policy.tryMs, what, total.signal, (its) => fn(its, attempt));
    } catch (error) {
      signal?.throwIfAborted();
      const elapsedMs = clock.monotonic() - startedAt;
      const giveUp = (why = '') => givenUp(what, attempt, elapsedMs, why, error);
      const again = transient(error);
      if (again === undefined) throw error;
      // What a source asks for may be no time at all.
      const asked = again.retryAfterMs ?? 0;
      const retryAfterMs = asked > 0 ? asked : 0;
      if (retryAfterMs > policy.longestRetryAfterMs) {
        throw giveUp(` and must be left alone until ${isoTime(clock.now() + retryAfterMs)}`);
      }
      const longest = Math.min(policy.pauseMs * 2 ** (attempt - 1), policy.longestPauseMs);
      pauseMs = Math.max(longest / 2 + (random() * longest) / 2, retryAfterMs);
      if (attempt >= policy.tries || elapsedMs + pauseMs >= policy.totalMs) throw giveUp();
    }
    await waitingFor(`pause before try ${attempt + 1} of ${what}`, clock.sleep(pauseMs, signal));
  }
}

const networkCodes: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Transient are Unavailable, Timeout, and errors of the network in Node and undici, also as the cause of an error that
 * is not ours. Ours with another name are not, whatever their cause: who named them has judged.
 */
export const networkTrouble: Transient = (error) => {
  let inner = error;
  // Causes are few; a chain that bites its own tail must end as well.
  for (let depth = 0; depth < 8 && inner instanceof Error; depth++, inner = inner.cause) {
    if (isWeatherglassError(inner)) {
      return inner.name === 'Unavailable' || inner.name === 'Timeout' ? {} : undefined;
    }
    if ('code' in inner && networkCodes.has(inner.code)) return {};
  }
  return undefined;
};

function givenUp(what: string, tries: number, elapsedMs: number, why: string, last: unknown) {
  const name = isWeatherglassError(last) ? last.name : 'Unavailable';
  const count = tries === 1 ? 'once' : `${tries} times`;
  const message = last instanceof Error ? last.message : String(last);
  return new WeatherglassError(
    name,
    `${what} failed ${count} in ${seconds(elapsedMs)}${why}; last: ${message}`,
    { cause: last },
  );
}

/** The time as ISO 8601, also when a source asks for more than a date can hold. */
function isoTime(epochMs: number): string {
  return new Date(Math.min(epochMs, 8.64e15)).toISOString();
}
