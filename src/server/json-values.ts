import { formatInstant } from '../weather/time.ts';

const TEXTS = 1000;
/** The same few instants are written again and again, and each takes half a microsecond to write. */
const texts = new Map<number, string>();

/** An instant as text. @throws WeatherglassError InvalidData where there is none. */
export function instantText(time: number): string {
  let text = texts.get(time);
  if (text === undefined) {
    text = formatInstant(time);
    if (texts.size === TEXTS) texts.clear();
    texts.set(time, text);
  }
  return text;
}

/** An instant as text; null where there is none. */
export function instantOrNull(time: number): string | null {
  return Number.isFinite(time) ? instantText(time) : null;
}

/** A number with the digits that mean something; null where there is none. */
export function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}
