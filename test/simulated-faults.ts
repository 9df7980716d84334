import { type Key, partKey, textKey, uniform } from './simulated-noise.ts';
import type { SimulatedProviderName, SimulatedReply, SimulatedRequest } from './simulated-reply.ts';
import { repeatHour, skipHour, spoilOne, spoilUnits, swapHours } from './simulated-spoiling.ts';

/**
 * What can go wrong, by probability of a request; one fault at most hits a reply.
 *
 * - `slow`: the reply comes {@link SimulatedFaults.slowMs} later
 * - `tooMany` 429 with Retry-After, `failed` 500, `overloaded` 503; `refused` 400, as if the question were wrong
 * - `cut`: the connection ends in the middle of the body
 * - `html`: a page with status 200
 * - `fahrenheit`: temperatures in °F, and the unit says so; `mislabelled`: in °F under the name of °C
 * - `backwards`: two neighbours of a series change places; `duplicateHour`, `missingHour`
 * - `nan`: a number has become `nan`, which is no JSON
 * - `localTime`: Open-Meteo answers by the clock of Berlin, whatever zone was asked for
 * - `notModified`: 304, though nothing was sent before; `empty`: 200 without a body
 * - `stale`: what was true 20 hours before
 * - `impossible`: one number of one series, model or report cannot be, or is none
 *
 * A fault for which a reply has no place (such as a unit in a METAR) leaves it as it is.
 */
export const faultKinds = [
  'slow',
  'tooMany',
  'failed',
  'overloaded',
  'refused',
  'cut',
  'html',
  'fahrenheit',
  'mislabelled',
  'backwards',
  'duplicateHour',
  'missingHour',
  'nan',
  'localTime',
  'notModified',
  'empty',
  'stale',
  'impossible',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface SimulatedFaults extends Readonly<Partial<Record<FaultKind, number>>> {
  /**
   * How many times in a row the same request (path and query) meets its fault; after these it succeeds once for sure. By
   * default 1, so that whoever asks again finishes; Infinity for a fault that stays.
   */
  readonly repeat?: number;
  /** By default 2,000. */
  readonly slowMs?: number;
  /** Seconds that a 429 asks to wait; by default 2. */
  readonly retryAfter?: number;
  /** Providers that have faults; all by default. */
  readonly only?: readonly SimulatedProviderName[];
  /** What is in the path and query of requests that meet faults; all by default. */
  readonly within?: string;
}

/** How a reply is sent. */
export interface Delivery {
  readonly reply: SimulatedReply;
  /** What was done to it, where anything was. */
  readonly fault?: FaultKind;
  readonly delayMs?: number;
  readonly cut?: boolean;
}

export interface FaultPlan {
  /** The fault of a request; each call counts as one request. */
  readonly draw: (provider: SimulatedProviderName, url: string) => FaultKind | undefined;
}

/**
 * Draws faults by seed, request and how often that same request has come before: in whatever order different requests
 * arrive, each meets the same faults.
 */
export function planFaults(seed: number | string, faults: SimulatedFaults): FaultPlan {
  const key = textKey(`faults ${seed}`);
  const repeat = faults.repeat ?? 1;
  const seen = new Map<Key, number>();
  const held = new Map<Key, { readonly kind: FaultKind; left: number }>();
  const possible = faultKinds.filter((kind) => (faults[kind] ?? 0) > 0);
  return {
    draw(provider, url) {
      if (possible.length === 0 || faults.only?.includes(provider) === false) return undefined;
      if (!url.includes(faults.within ?? '')) return undefined;
      const request = textKey(url);
      const number = seen.get(request) ?? 0;
      seen.set(request, number + 1);
      const hold = held.get(request);
      if (hold !== undefined) {
        if (hold.left-- > 0) return hold.kind;
        held.delete(request);
        return undefined;
      }
      let chance = uniform(partKey(partKey(key, request), number));
      for (const kind of possible) {
        chance -= faults[kind] ?? 0;
        if (chance >= 0) continue;
        held.set(request, { kind, left: repeat - 1 });
        return kind;
      }
      return undefined;
    },
  };
}

const staleMs = 20 * 3_600_000;

/** The request that is answered instead, of faults that lie there. */
export function faultyRequest(
  kind: FaultKind | undefined,
  provider: SimulatedProviderName,
  request: SimulatedRequest,
): SimulatedRequest {
  if (kind === 'stale') return { ...request, now: request.now - staleMs };
  if (kind !== 'localTime' || provider !== 'open-meteo') return request;
  const query = new URLSearchParams(request.query);
  query.set('timezone', 'Europe/Berlin');
  query.delete('timeformat');
  return { ...request, query };
}

const statuses = {
  failed: [500, 'Internal Server Error'],
  overloaded: [503, 'The service is overloaded'],
  refused: [400, 'This question is refused'],
} as const;

const page = '<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in.</body></html>';

/** What becomes of a reply under a fault. */
export function faultyDelivery(
  kind: FaultKind | undefined,
  provider: SimulatedProviderName,
  reply: SimulatedReply,
  faults: SimulatedFaults,
): Delivery {
  if (kind === undefined) return { reply };
  const whole = reply.status === 200 && reply.body !== '';
  const instead = (status: number, body: string, headers: Readonly<Record<string, string>>): Delivery => ({
    reply: { status, headers, body, calls: reply.calls ?? 1 },
    fault: kind,
  });
  const rewritten = (body: string | undefined): Delivery =>
    body === undefined ? { reply } : { reply: { ...reply, body, served: [] }, fault: kind };
  switch (kind) {
    case 'slow':
      return { reply, fault: kind, delayMs: faults.slowMs ?? 2000 };
    case 'tooMany': {
      const text = 'Minutely API request limit exceeded. Please try again in one minute.';
      const refused = refusal(provider, 429, text);
      return instead(429, refused.body, {
        ...refused.headers,
        'Retry-After': String(faults.retryAfter ?? 2),
      });
    }
    case 'failed':
    case 'overloaded':
    case 'refused': {
      const [status, text] = statuses[kind];
      const refused = refusal(provider, status, text);
      return instead(status, refused.body, refused.headers);
    }
    case 'html':
      return instead(200, page, { 'Content-Type': 'text/html' });
    case 'notModified':
      return instead(304, '', {});
    case 'empty':
      return instead(200, '', { 'Content-Type': 'application/json' });
    case 'cut':
      return whole ? { reply: { ...reply, served: [] }, fault: kind, cut: true } : { reply };
    case 'stale':
      return whole ? { reply: { ...reply, served: [] }, fault: kind } : { reply };
    case 'localTime':
      return provider === 'open-meteo' && whole ? rewritten(reply.body) : { reply };
    case 'nan':
      return rewritten(whole ? withNan(reply.body) : undefined);
    case 'fahrenheit':
    case 'mislabelled':
      return rewritten(whole ? spoilUnits(provider, reply.body, kind === 'fahrenheit') : undefined);
    case 'impossible':
      return rewritten(whole ? spoilOne(provider, reply.body) : undefined);
    case 'backwards':
      return rewritten(whole ? swapHours(provider, reply.body) : undefined);
    case 'duplicateHour':
      return rewritten(whole ? repeatHour(provider, reply.body) : undefined);
    case 'missingHour':
      return rewritten(whole ? skipHour(provider, reply.body) : undefined);
  }
}

/** A body in which a number of its second half is `nan`. */
function withNan(body: string): string | undefined {
  const number = /(?<=[[,:])-?\d+\.\d+(?=[,}\]])/g;
  number.lastIndex = Math.floor(body.length / 2);
  const found = number.exec(body);
  return found === null ? undefined : body.slice(0, found.index) + 'nan' + body.slice(number.lastIndex);
}

/** A refusal in the provider's own shape. */
function refusal(provider: SimulatedProviderName, status: number, text: string) {
  switch (provider) {
    case 'open-meteo':
      return {
        body: JSON.stringify({ error: true, reason: text }),
        headers: { 'Content-Type': 'application/json; charset=utf-8' },
      };
    case 'us-nws': {
      const title = status === 503 ? 'Forecast Grid Expired' : 'Unexpected Problem';
      const type = `https://api.weather.gov/problems/${title.replaceAll(' ', '')}`;
      return {
        body: JSON.stringify({ correlationId: 'simulated', title, type, status, detail: text, instance: '' }),
        headers: { 'Content-Type': 'application/problem+json' },
      };
    }
    case 'met-norway':
    case 'metar':
      return {
        body: `<html><head><title>${status}</title></head><body>${text}</body></html>`,
        headers: { 'Content-Type': 'text/html' },
      };
  }
}
