import { firstAt } from '../weather/first-at.ts';
import { dayOfYear, daysPerYear, msPerDay, msPerHour } from '../weather/time.ts';
import type { ObservedSeries } from './observed-series.ts';

/** Days of the year to either side from which past trajectories are taken first. */
const SEASON_DAYS = 45;
/** Past trajectories that are too few to say what hangs together. */
export const LEAST_TEMPLATE = 20;
/** More say hardly more. The newest are taken. */
const MOST_TEMPLATE = 1000;

/** What was observed over the same hours of past days: the template of the Schaake shuffle. */
export interface PastTrajectories {
  /** Trajectories x times, without gaps, the newest first. */
  readonly values: Float64Array;
  readonly count: number;
  /** Whether all are of the same season. */
  readonly sameSeason: boolean;
  /** Of the oldest and of the newest the first time; NaN where there are none. */
  readonly from: number;
  readonly until: number;
}

/**
 * Past courses of a variable over some times, each so many whole days earlier, as far as they were known and trusted at a
 * time. Of the season: the days of the year within ±45 of the first time, in all years. Where these are fewer than 20, of
 * any season. One with a gap is left out whole.
 *
 * @param times ascending, epoch milliseconds
 * @param daily whether they are ends of local days, which by coordinated time come an hour earlier in summer
 */
export function pastTrajectories(
  series: ObservedSeries,
  times: ArrayLike<number>,
  asOf: number,
  daily: boolean,
): PastTrajectories {
  const ofSeason = earlierBy(series, times, asOf, daily, (shift) => {
    const apart = Math.abs(dayOfYear(times[0]) - dayOfYear(times[0] - shift));
    // Half a day more: a leap year's days are a little apart from those of others.
    return Math.min(apart, daysPerYear - apart) < SEASON_DAYS + 0.5;
  });
  if (ofSeason.count >= LEAST_TEMPLATE) return { ...ofSeason, sameSeason: true };
  const any = earlierBy(series, times, asOf, daily, () => true);
  return { ...any, sameSeason: any.count === ofSeason.count };
}

function earlierBy(
  { indexOf, validTime, first, firstKnownAt }: ObservedSeries,
  times: ArrayLike<number>,
  asOf: number,
  daily: boolean,
  wanted: (shift: number) => boolean,
): Omit<PastTrajectories, 'sameSeason'> {
  const rows: number[] = [];
  let [count, from, until] = [0, Number.NaN, Number.NaN];
  const start = times[0];
  const newest = firstAt(validTime, asOf + 1) - 1;
  // The last time must be observed already, and the first not lie before all that is.
  let shift = Math.ceil((times[times.length - 1] - (validTime[newest] ?? -Infinity)) / msPerDay) * msPerDay;
  for (
    shift = Math.max(shift, msPerDay);
    start - shift >= validTime[0] && count < MOST_TEMPLATE;
    shift += msPerDay
  ) {
    if (!wanted(shift)) continue;
    const before = rows.length;
    for (let d = 0; d < times.length; d++) {
      const time = times[d] - shift;
      const at =
        indexOf.get(time) ??
        (daily ? (indexOf.get(time - msPerHour) ?? indexOf.get(time + msPerHour)) : undefined);
      if (at === undefined || firstKnownAt[at] > asOf || Number.isNaN(first[at])) break;
      rows.push(first[at]);
    }
    if (rows.length < before + times.length) {
      rows.length = before;
      continue;
    }
    if (count++ === 0) until = start - shift;
    from = start - shift;
  }
  return { values: Float64Array.from(rows), count, from, until };
}
