import { WeatherglassError } from '../errors.ts';
import { didYouMean } from './nearest-names.ts';
import { parseDay } from './time.ts';

/** A day of a time zone: the instants t with start ≤ t < end, in epoch milliseconds; 23 to 25 hours as a rule. */
export interface LocalDay {
  /** The zone's date, such as `2021-03-28`. */
  readonly date: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The zone's name itself, if there is such a zone.
 *
 * Offsets such as `+02:00` are no zones: they cannot say when summer time begins.
 *
 * @throws WeatherglassError InvalidData, with the nearest names.
 */
export function checkZone(zone: string): string {
  try {
    // Temporal would also take an offset, or a whole timestamp, for a zone.
    if (!/^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(zone))
      throw new RangeError('not shaped like the name of a zone');
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return zone;
  } catch (cause) {
    throw new WeatherglassError(
      'InvalidData',
      `There is no time zone ${JSON.stringify(zone)}.${didYouMean(zone, Intl.supportedValuesOf('timeZone'))} ` +
        'Use an IANA name such as Europe/Berlin, or UTC.',
      { cause },
    );
  }
}

/**
 * The local day of a zone that an instant belongs to.
 *
 * A day lasts from its first instant to the first instant of the next, so days neither overlap nor leave gaps, even
 * where clocks go back over midnight and show the old date again.
 *
 * @throws WeatherglassError InvalidData for a zone that does not exist or an instant that is not finite.
 *
 * @example localDay(Date.UTC(2021, 2, 28, 12), 'Europe/Berlin'); // 23 hours from 2021-03-27T23:00Z
 */
export function localDay(ms: number, zone: string): LocalDay {
  checkZone(zone);
  if (!Number.isFinite(ms))
    throw new WeatherglassError('InvalidData', `${ms} is not an instant; give epoch milliseconds.`);
  let date = Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO(zone).toPlainDate();
  let start = startOf(date, zone);
  let end = startOf(date.add({ days: 1 }), zone);
  while (ms >= end) {
    date = date.add({ days: 1 });
    start = end;
    end = startOf(date.add({ days: 1 }), zone);
  }
  return { date: date.toString(), start, end };
}

/**
 * `count` local days of a zone, one after the other, beginning with `fromDate`.
 *
 * A date that the zone left out, as Samoa did 2011-12-30, is left out here too.
 *
 * @throws WeatherglassError InvalidData for a date or zone that does not exist or a count that is not a whole number.
 */
export function localDays(fromDate: string, count: number, zone: string): LocalDay[] {
  checkZone(zone);
  parseDay(fromDate);
  if (!(Number.isInteger(count) && count >= 0))
    throw new WeatherglassError('InvalidData', `The number of days must be a whole number, not ${count}.`);
  const days: LocalDay[] = [];
  let date = Temporal.PlainDate.from(fromDate);
  let start = startOf(date, zone);
  while (days.length < count) {
    const next = date.add({ days: 1 });
    const end = startOf(next, zone);
    if (end > start) days.push({ date: date.toString(), start, end });
    date = next;
    start = end;
  }
  return days;
}

/** The first instant of a date; of the date after it where the zone left the date out. */
function startOf(date: Temporal.PlainDate, zone: string): number {
  return date.toZonedDateTime(zone).epochMilliseconds;
}
