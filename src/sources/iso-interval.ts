import { WeatherglassError } from '../errors.ts';
import { msPerDay, msPerHour, parseInstant } from '../weather/time.ts';

/** The instants t with start ≤ t < end, in epoch milliseconds. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

const duration = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * An ISO 8601 interval: `start/end`, `start/duration` or `duration/end`.
 *
 * Durations are of days, hours, minutes and seconds, such as `P1DT6H`; a day has 24 hours. Years and months have no fixed
 * length, and fractions are not sent by anyone we ask: both are refused.
 *
 * @throws WeatherglassError InvalidData for anything else, and for an interval that is empty or ends before it begins.
 *
 * @example parseInterval('1970-01-01T01:00:00+00:00/PT10H'); // { start: 3600000, end: 39600000 }
 */
export function parseInterval(text: string): Interval {
  const ends = text.split('/').map((end) => end.trim());
  if (ends.length !== 2) throw invalidInterval(text, 'has not two ends');
  const [first, last] = ends;
  if (first.startsWith('P') && last.startsWith('P')) throw invalidInterval(text, 'has no instant');
  const start = first.startsWith('P') ? parseInstant(last) - lengthOf(first, text) : parseInstant(first);
  const end = last.startsWith('P') ? start + lengthOf(last, text) : parseInstant(last);
  if (!(start < end)) throw invalidInterval(text, 'does not end after it begins');
  return { start, end };
}

/** Milliseconds of a duration. */
function lengthOf(text: string, interval: string): number {
  const parts = duration.exec(text);
  if (parts === null || text === 'P')
    throw invalidInterval(interval, `has a duration that is not one of days, hours, minutes and seconds`);
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = parts;
  return +days * msPerDay + +hours * msPerHour + +minutes * 60_000 + +seconds * 1000;
}

function invalidInterval(text: string, problem: string): WeatherglassError {
  return new WeatherglassError(
    'InvalidData',
    `Interval ${JSON.stringify(text)} ${problem}; write it like 2004-01-31T00:00Z/PT6H.`,
  );
}

/** The whole hours t with start ≤ t < end and from ≤ t ≤ until. */
export function hoursIn({ start, end }: Interval, from: number, until: number): number[] {
  const hours: number[] = [];
  for (let t = wholeHour(Math.max(start, from)); t < end && t <= until; t += msPerHour) hours.push(t);
  return hours;
}

/** Ends t of the whole hours that lie within the interval from beginning to end, with from < t ≤ until. */
export function hourEndsIn({ start, end }: Interval, from: number, until: number): number[] {
  const ends: number[] = [];
  const first = wholeHour(Math.max(start, from)) + msPerHour;
  for (let t = first; t <= end && t <= until; t += msPerHour) ends.push(t);
  return ends;
}

/** The first whole hour at or after an instant. */
function wholeHour(instant: number): number {
  return Math.ceil(instant / msPerHour) * msPerHour;
}
