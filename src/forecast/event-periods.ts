import { type LocalDay, localDay } from '../weather/local-day.ts';
import { msPerHour } from '../weather/time.ts';
import type { WeatherEvent } from './event.ts';

/** A period that an event is asked of, all of whose hours are there. */
export interface EventPeriod {
  /** Its values are at the indexes from ≤ i < to of the valid times. */
  readonly from: number;
  readonly to: number;
  /** Epoch milliseconds. */
  readonly start: number;
  /** The valid time. */
  readonly end: number;
  /** The zone's date, of a local day. */
  readonly date?: string;
}

type Timing = Pick<WeatherEvent, 'statistic' | 'hours' | 'stepHours' | 'variable'>;

/**
 * The periods that some valid times can tell of: for an event of n hours one that ends at each valid time that has all of its
 * hours, else the place's local days that are there as a whole.
 *
 * A value of an hour belongs to the day in which the hour ends, up to midnight; an instant at midnight belongs to the day
 * that begins. Where an hour is missing, no period has it: a sum of the rest would be too small.
 *
 * @param validTimes epoch milliseconds, ascending
 */
export function eventPeriods(event: Timing, validTimes: Float64Array, zone: string): EventPeriod[] {
  const step = event.stepHours * msPerHour;
  if (event.hours === 'day') return wholeDays(validTimes, zone, event.variable.periodHours > 0, step);
  const length = event.hours * msPerHour;
  // A single value needs no neighbours, however far apart the values are.
  const width = event.statistic === 'value' ? 1 : length / step;
  const periods: EventPeriod[] = [];
  let row = 0;
  for (let i = 0; i < validTimes.length; i++) {
    row = i > 0 && follows(event, validTimes[i] - validTimes[i - 1]) ? row + 1 : 1;
    if (row < width) continue;
    const end = validTimes[i];
    const start = event.variable.periodHours === 0 && width === 1 ? end : end - length;
    periods.push({ from: i + 1 - width, to: i + 1, start, end });
  }
  return periods;
}

function wholeDays(validTimes: Float64Array, zone: string, isOfHour: boolean, step: number): EventPeriod[] {
  const periods: EventPeriod[] = [];
  for (let from = 0; from < validTimes.length; ) {
    // What stands for the hour up to midnight is of the day that ends.
    const day = localDay(isOfHour ? validTimes[from] - 1 : validTimes[from], zone);
    let to = from + 1;
    let unbroken = true;
    while (to < validTimes.length && isWithin(day, validTimes[to], isOfHour)) {
      unbroken &&= validTimes[to] - validTimes[to - 1] === step;
      to++;
    }
    const before = validTimes[from] - step;
    const after = validTimes[to - 1] + step;
    if (unbroken && !isWithin(day, before, isOfHour) && !isWithin(day, after, isOfHour))
      periods.push({ from, to, start: day.start, end: day.end, date: day.date });
    from = to;
  }
  return periods;
}

function isWithin({ start, end }: LocalDay, time: number, isOfHour: boolean): boolean {
  return isOfHour ? time > start && time <= end : time >= start && time < end;
}

/** The most hours in a row that valid times have, for an event's step. */
export function longestRow(event: Pick<Timing, 'stepHours'>, validTimes: Float64Array): number {
  let row = 0;
  let longest = 0;
  validTimes.forEach((time, i) => {
    row = i > 0 && follows(event, time - validTimes[i - 1]) ? row + 1 : 1;
    longest = Math.max(longest, row);
  });
  return longest * event.stepHours;
}

/** Whether a value comes right after another so many milliseconds earlier. A local day may be an hour longer or shorter. */
export function follows({ stepHours }: Pick<Timing, 'stepHours'>, apart: number): boolean {
  return Math.abs(apart / msPerHour - stepHours) <= (stepHours % 24 === 0 ? 1 : 0);
}
