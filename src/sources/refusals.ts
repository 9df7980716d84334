import { WeatherglassError } from '../errors.ts';
import { networkTrouble, type Transient } from '../runtime/retry.ts';
import { pageText, shortened } from './reply-body.ts';
import type { Provider } from './source.ts';

/** What a provider sent that is no answer. */
export interface Refused {
  readonly status: number;
  readonly body: string;
  /** The header Retry-After, if there was one. */
  readonly retryAfter: string | undefined;
}

/** Errors that may pass, with how long the provider asks to be left alone. */
const passing = new WeakMap<Error, { readonly retryAfterMs?: number | undefined }>();

/** Marks an error as one that may pass. */
export function mayPass(error: WeatherglassError, retryAfterMs?: number): WeatherglassError {
  passing.set(error, { retryAfterMs });
  return error;
}

/** Which failures of a source are worth another try. */
export const sourceTrouble: Transient = (error) => {
  // What was tried again and again has the last error as its cause.
  for (let one = error, depth = 0; one instanceof Error && depth < 8; one = one.cause, depth++) {
    const known = passing.get(one);
    if (known !== undefined) return known;
  }
  // What was judged here and not marked is for good, although its name may be that of trouble in the network.
  return error instanceof WeatherglassError && error.name !== 'Timeout' ? undefined : networkTrouble(error);
};

/** Whether a status says that it is us whom the provider does not want, whatever we ask. */
export function isUnwanted(status: number): boolean {
  return status === 401 || status === 403;
}

/** How long the provider asks to be left alone, milliseconds; undefined where it does not say. */
export function restAsked(
  provider: Provider,
  { status, body, retryAfter }: Refused,
  now: number,
): number | undefined {
  return retryAfterMs(retryAfter, now) ?? provider.refusal?.(status, jsonOrText(body), now)?.retryAfterMs;
}

/**
 * The error that a refusal is.
 *
 * 429, 500 and above may pass, and 304 where nothing was sent before. 404 is NotFound; 401 and 403 are Usage, for it is us whom the provider does not want;
 * any other status says that the question was wrong.
 */
export function refusalError(
  provider: Provider,
  refused: Refused,
  where: string,
  now: number,
): WeatherglassError {
  const { status, body } = refused;
  const said = provider.refusal?.(status, jsonOrText(body), now)?.reason ?? wordsOf(body);
  const what = `${provider.name}, ${where}: ${status}${said === '' ? '' : `, ${said}`}`;
  if (status === 429 || status >= 500)
    return mayPass(new WeatherglassError('Unavailable', what), restAsked(provider, refused, now));
  if (status === 304)
    // What was asked for with validators never comes to here as 304.
    return mayPass(new WeatherglassError('Unavailable', `${what}, but there is nothing it could be`));
  if (status === 404 || status === 410) return new WeatherglassError('NotFound', what);
  if (isUnwanted(status))
    return new WeatherglassError(
      'Usage',
      `${what}. It refuses us: check the setting contact, and the key if there is one`,
    );
  return new WeatherglassError('InvalidData', what);
}

function jsonOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** What a body says, whatever it is. */
function wordsOf(body: string): string {
  const text = body.trim();
  if (text.startsWith('<')) return pageText(text);
  return shortened(text.replaceAll(/\s+/g, ' '), 200);
}

/** A provider that asks for longer is mistaken, or its clock is: it is asked once a day. */
const LONGEST_REST = 86_400_000;

/** Seconds, or a date; a day at most. Undefined for what is neither. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_REST, Math.max(0, ms));
}
