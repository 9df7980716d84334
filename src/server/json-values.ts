import { formatInstant } from '../weather/time.ts';

/** An instant as text; null where there is none. */
export function instantOrNull(time: number): string | null {
  return Number.isFinite(time) ? formatInstant(time) : null;
}

/** A number with the digits that mean something; null where there is none. */
export function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}
