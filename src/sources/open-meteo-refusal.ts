import { msPerDay } from '../weather/time.ts';
import type { Refusal } from './source.ts';

/** What the reason names, and how long that limit lasts at the most. */
const limits: readonly (readonly [RegExp, (now: number) => number])[] = [
  [/minutely/i, () => 60_000],
  [/hourly/i, () => 3_600_000],
  // Counters of a day begin again at 00 UTC.
  [/daily/i, (now) => msPerDay - (now % msPerDay)],
  [/concurrent/i, () => 5000],
];

/**
 * Why Open-Meteo refused; undefined where a reply is no refusal.
 *
 * `body` is what came, parsed or as text. Refusals are JSON, `{"error":true,"reason":"…"}`, with status 400, 429 or 503,
 * and carry no Retry-After; which limit was reached stands in the reason alone. Two refusals come with status 200 and
 * are no JSON: coordinates of `nan` where a model has nothing at a place, and words about an error amid the data.
 *
 * Source: RateLimiter.swift, ForecastapiQuery.swift and JsonWriter.swift of github.com/open-meteo/open-meteo.
 *
 * @example openMeteoRefusal(429, { error: true, reason: 'Minutely API request limit exceeded.' }, now)?.retryAfterMs; // 60000
 */
export function openMeteoRefusal(status: number, body: unknown, now: number): Refusal | undefined {
  const read = typeof body === 'string' ? parsed(body) : body;
  const given = statedReason(read);
  if (status === 429) {
    const reason = given ?? 'a limit of requests is exceeded';
    const wait = limits.find(([named]) => named.test(reason))?.[1](now);
    return wait === undefined ? { reason } : { reason, retryAfterMs: wait };
  }
  if (status >= 400) return { reason: given ?? `the request was refused with status ${status}` };
  if (given !== undefined) return { reason: given };
  if (read !== undefined || typeof body !== 'string') return undefined;
  if (/"(latitude|longitude|elevation)":\[?-?nan/i.test(body))
    return { reason: 'there is nothing at this place: its coordinates came back as nan' };
  const broken = /Unexpected error while streaming data: .{0,200}/s.exec(body);
  return broken === null ? undefined : { reason: broken[0] };
}

/** The value of a JSON text; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function statedReason(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body) || body.error !== true)
    return undefined;
  return 'reason' in body && typeof body.reason === 'string' ? body.reason : 'no reason was given';
}
