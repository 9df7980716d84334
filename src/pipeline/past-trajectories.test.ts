import { describe, expect, it } from 'vitest';
import { msPerDay, msPerHour } from '../weather/time.ts';
import type { ObservedSeries } from './observed-series.ts';
import { pastTrajectories } from './past-trajectories.ts';

/** Hours from 2021-01-01 on whose value is their number; each known two hours later. */
function seriesOf(hours: number, missing: ReadonlySet<number> = new Set()): ObservedSeries {
  const all = Array.from({ length: hours }, (_, k) => k).filter((k) => !missing.has(k));
  const validTime = all.map((k) => Date.UTC(2021, 0, 1) + k * msPerHour);
  return {
    validTime,
    firstKnownAt: validTime.map((time) => time + 2 * msPerHour),
    first: all,
    last: all,
    flagged: all.map(() => false),
    indexOf: new Map(validTime.map((time, k) => [time, k])),
  };
}

const hourOf = (time: number) => (time - Date.UTC(2021, 0, 1)) / msPerHour;

describe('pastTrajectories', () => {
  it('takes the same hours of past days, the newest first, and none that was not known yet', () => {
    const series = seriesOf(100 * 24);
    const start = Date.UTC(2021, 2, 1);
    // Hours 6 and 7 of 1 March; at 09:00 hour 7 of that day is known, but it is not in the past of itself.
    const times = [start + 6 * msPerHour, start + 7 * msPerHour];
    const { values, count, until, from, sameSeason } = pastTrajectories(
      series,
      times,
      start + 3 * msPerHour,
      false,
    );
    expect(Array.from(values.slice(0, 2), (hour) => hour % 24)).toEqual([6, 7]);
    expect(until).toBe(start - msPerDay + 6 * msPerHour);
    expect(count).toBe(45);
    expect(from).toBe(start - 45 * msPerDay + 6 * msPerHour);
    expect(sameSeason).toBe(true);
    // A day earlier hour 7 becomes known at 09:00: before that the day is not there.
    const early = pastTrajectories(series, times, start - msPerDay + 8 * msPerHour, false);
    expect(hourOf(early.until)).toBe(hourOf(start) + 6 - 48);
  });

  it('comes back to the season of earlier years', () => {
    const series = seriesOf(3 * 365 * 24);
    const start = Date.UTC(2023, 5, 1);
    const { count, from, until } = pastTrajectories(series, [start], start - msPerDay, false);
    // 45 days of this year but the last two, and 91 of each year before.
    expect(count).toBe(44 + 2 * 91);
    expect([from, until]).toEqual([Date.UTC(2021, 3, 17), start - 2 * msPerDay]);
  });

  it('leaves out a day with a gap, and takes any season where a season is too little', () => {
    const start = Date.UTC(2021, 0, 30);
    const gap = hourOf(start - 3 * msPerDay);
    const times = [start, start + msPerHour];
    const whole = pastTrajectories(seriesOf(29 * 24), times, start, false);
    const { count, values } = pastTrajectories(seriesOf(29 * 24, new Set([gap])), times, start, false);
    expect(count).toBe(whole.count - 1);
    expect([...values]).not.toContain(gap);
    const summer = Date.UTC(2021, 6, 1);
    const any = pastTrajectories(seriesOf(60 * 24), [summer], summer, false);
    expect([any.count, any.sameSeason]).toEqual([60, false]);
  });

  it('finds the days of summer, which end an hour earlier', () => {
    const days = Array.from({ length: 60 }, (_, k) => k);
    // Until 14 March days end at 08:00 UTC, then at 07:00.
    const validTime = days.map((k) => Date.UTC(2021, 1, 1, k < 41 ? 8 : 7) + k * msPerDay);
    const series = {
      ...seriesOf(60),
      validTime,
      firstKnownAt: validTime,
      first: days,
      indexOf: new Map(validTime.map((time, k) => [time, k])),
    };
    const times = [59, 60].map((k) => Date.UTC(2021, 1, 1, 7) + k * msPerDay);
    expect(pastTrajectories(series, times, times[0], true).count).toBe(45);
    expect(pastTrajectories(series, times, times[0], false).count).toBeLessThan(20);
  });

  it('has nothing where nothing was observed', () => {
    expect(pastTrajectories(seriesOf(0), [Date.UTC(2021, 1, 1)], Date.UTC(2021, 1, 1), false).count).toBe(0);
  });
});
