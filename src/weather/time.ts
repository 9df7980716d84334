import { WeatherglassError } from '../errors.ts';
import { daysFromCivil, daysInMonth } from './calendar.ts';

/** Milliseconds of an hour and of a UTC day. */
export const msPerHour = 3_600_000;
export const msPerDay = 86_400_000;

/** Mean length of the Gregorian year in days: 365 + 1/4 − 1/100 + 1/400. */
export const daysPerYear = 365.2425;

/**
 * Epoch milliseconds of an ISO 8601 instant, such as `2004-01-31T00:00Z`.
 *
 * Seconds and their fraction may follow the minutes; what is finer than a millisecond is cut off. An offset such as
 * `+02:00` may stand for the Z. Years have four digits; there are no leap seconds and no 24:00.
 *
 * @throws WeatherglassError InvalidData for a time without zone, a date or time that does not exist, and anything else.
 *
 * @example parseInstant('1970-01-02T00:00Z'); // 86400000
 */
export function parseInstant(text: string): number {
  const instant = parseCommonShape(text);
  return Number.isNaN(instant) ? parseAnyShape(text) : instant;
}

const charColon = 58;
const charDash = 45;
const charT = 84;
const charZ = 90;

/**
 * `YYYY-MM-DDTHH:MM(:SS)Z`, or with +00:00 for the Z, by character codes, NaN for everything else. Files and replies have
 * millions of these; a regular expression takes several times as long.
 */
function parseCommonShape(text: string): number {
  if (text.length === 25 && text.endsWith('+00:00')) return parseCommonShape(`${text.slice(0, 19)}Z`);
  const length = text.length;
  if (length !== 17 && length !== 20) return NaN;
  if (text.charCodeAt(4) !== charDash || text.charCodeAt(7) !== charDash) return NaN;
  if (text.charCodeAt(10) !== charT || text.charCodeAt(13) !== charColon) return NaN;
  if (text.charCodeAt(length - 1) !== charZ) return NaN;
  if (length === 20 && text.charCodeAt(16) !== charColon) return NaN;
  return instantOf(
    twoDigits(text, 0) * 100 + twoDigits(text, 2),
    twoDigits(text, 5),
    twoDigits(text, 8),
    twoDigits(text, 11),
    twoDigits(text, 14),
    length === 20 ? twoDigits(text, 17) : 0,
  );
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

const isoInstant =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:Z|([+-])(\d\d):?(\d\d)?)?$/;

function parseAnyShape(text: string): number {
  const parts = isoInstant.exec(text);
  if (parts === null) {
    const advice = /^\d{4}-\d\d-\d\d$/.test(text) ? 'is a date without a time' : 'is not an instant';
    throw invalidTime(text, `${advice}; write it like 2004-01-31T00:00Z`);
  }
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '0',
    fraction = '',
    sign,
    zoneHours = '0',
    zoneMinutes = '0',
  ] = parts;
  const local = instantOf(+year, +month, +day, +hour, +minute, +second);
  if (Number.isNaN(local) || +zoneHours > 23 || +zoneMinutes > 59)
    throw invalidTime(text, 'is not a date and time that exists; correct it');
  if (sign === undefined && !text.endsWith('Z'))
    throw invalidTime(text, 'says no zone; add Z for UTC, or an offset such as +02:00');
  const offset = (sign === '-' ? -1 : 1) * (+zoneHours * 60 + +zoneMinutes) * 60_000;
  return local + Number(fraction.slice(0, 3).padEnd(3, '0')) - offset;
}

function invalidTime(text: string, problem: string): WeatherglassError {
  return new WeatherglassError('InvalidData', `Time ${JSON.stringify(text)} ${problem}.`);
}

/** Epoch milliseconds of a UTC date and time, NaN where there is none. */
function instantOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;
  return daysFromCivil(year, month, day) * msPerDay + ((hour * 60 + minute) * 60 + second) * 1000;
}

/**
 * An instant as ISO 8601 UTC, such as `2004-01-31T00:00Z`; seconds, and their fraction to the millisecond, only where
 * they are not zero. {@link parseInstant} reads it back.
 *
 * @throws WeatherglassError InvalidData for NaN and outside the years 0 to 9999.
 */
export function formatInstant(ms: number): string {
  const date = new Date(Math.floor(ms));
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999))
    throw new WeatherglassError(
      'InvalidData',
      `${ms} is not an instant that can be written; give epoch milliseconds of the years 0 to 9999.`,
    );
  const iso = date.toISOString();
  if (!iso.endsWith('.000Z')) return iso;
  return `${iso.slice(0, iso.endsWith(':00.000Z') ? 16 : 19)}Z`;
}

/**
 * Epoch milliseconds of the beginning of a UTC day, such as `2004-01-31`.
 *
 * @throws WeatherglassError InvalidData for another shape and for a date that does not exist.
 */
export function parseDay(text: string): number {
  if (!/^\d{4}-\d\d-\d\d$/.test(text))
    throw new WeatherglassError(
      'InvalidData',
      `${JSON.stringify(text)} is not a date; write it like 2004-01-31.`,
    );
  const start = parseCommonShape(`${text}T00:00Z`);
  if (Number.isNaN(start))
    throw new WeatherglassError(
      'InvalidData',
      `${JSON.stringify(text)} is not a date that exists; correct it.`,
    );
  return start;
}

/** The instants t with from ≤ t < until, in epoch milliseconds; infinite where an end is open. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

/**
 * A period such as `2004-01-01..2004-01-31`, `2004-01-01..` or `..2004-01-31`, or one UTC day, `2004-01-31`.
 *
 * A date stands for its whole UTC day: a period begins with the first and ends with the end of the last. Either end
 * may also be an instant, as {@link parseInstant} reads it; the end itself is then left out.
 *
 * @throws WeatherglassError InvalidData for an end that cannot be read and for a period that ends before it begins.
 */
export function parsePeriod(text: string): Period {
  const ends = text.split('..');
  const [first, last] = ends.length === 1 ? [text, text] : ends;
  if (ends.length > 2 || text.trim() === '' || (ends.length === 1 && text.includes('T')))
    throw new WeatherglassError(
      'InvalidData',
      `${JSON.stringify(text)} is not a period; write it like 2004-01-01..2004-01-31, either end may be left out.`,
    );
  const from = first === '' ? -Infinity : first.includes('T') ? parseInstant(first) : parseDay(first);
  const until = last === '' ? Infinity : last.includes('T') ? parseInstant(last) : parseDay(last) + msPerDay;
  if (!(from < until))
    throw new WeatherglassError(
      'InvalidData',
      `Period ${JSON.stringify(text)} ends before it begins; exchange its ends.`,
    );
  return { from, until };
}

/**
 * The instants start, start + step, …: `count` of them, in epoch milliseconds.
 *
 * @throws WeatherglassError InvalidData unless start is finite, step positive and count a whole number.
 */
export function timeAxis(start: number, stepMs: number, count: number): Float64Array {
  if (
    !Number.isFinite(start) ||
    !(stepMs > 0 && stepMs < Infinity) ||
    !(Number.isInteger(count) && count >= 0)
  )
    throw new WeatherglassError(
      'InvalidData',
      'A time axis needs a finite start, a positive step and a whole number of times, ' +
        `not ${start}, ${stepMs} and ${count}.`,
    );
  return Float64Array.from({ length: count }, (_, index) => start + index * stepMs);
}

/**
 * Where in its UTC calendar year an instant lies, on a scale of mean days, for annual harmonics:
 *
 *   d = 365.2425 (t − year's start) / (year's length),  0 ≤ d < 365.2425,  phase = 2π d / 365.2425
 *
 * So a year is one turn, leap or not, and 31 December meets 1 January without a jump. NaN stays NaN.
 */
export function dayOfYear(ms: number): number {
  const year = new Date(ms).getUTCFullYear();
  if (Number.isNaN(year)) return NaN;
  const start = daysFromCivil(year, 1, 1) * msPerDay;
  const end = daysFromCivil(year + 1, 1, 1) * msPerDay;
  return (daysPerYear * (ms - start)) / (end - start);
}

/** Hours since the beginning of the UTC day, with fraction, 0 ≤ h < 24. NaN stays NaN. */
export function hourOfDay(ms: number): number {
  return (ms - utcDay(ms) * msPerDay) / msPerHour;
}

/** Number of the UTC day, 0 for 1970-01-01. NaN stays NaN. */
export function utcDay(ms: number): number {
  return Math.floor(ms / msPerDay);
}
