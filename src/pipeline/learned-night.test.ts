import { describe, expect, test } from 'vitest';
import { type HandMadeRow, handMadePairs } from './hand-made-pairs.ts';
import { nightRows } from './learned-night.ts';

/** Hours of the day that the simulated sun shines in. */
const isDay = (hour: number) => hour >= 6 && hour < 18;

/** Every third hour of some days, forecast a day ahead; the last day has no outcomes yet. */
function hourly(days: number, outcome: (day: number, hour: number) => number): HandMadeRow[] {
  return Array.from({ length: 8 * (days + 1) }, (_, i) => {
    const day = Math.floor(i / 8);
    const hour = 3 * (i % 8);
    return { valid: day + hour / 24, outcome: day < days ? outcome(day, hour) : Number.NaN };
  });
}

const sun = (days: number) => hourly(days, (_, hour) => (isDay(hour) ? 300 : 0));

/** Hours of the last day that are taken for night. */
function nights(rows: readonly HandMadeRow[], variable = 'shortwave_radiation'): number[] {
  const night = nightRows(handMadePairs(rows, [], variable));
  const last = Math.floor(rows.at(-1)!.valid);
  return rows.flatMap(({ valid }, i) =>
    valid >= last && night[i] === 1 ? [Math.round(24 * (valid - last))] : [],
  );
}

describe('the hours of the night', () => {
  test('are those in which there never was any sun', () => {
    expect(nights(sun(40))).toEqual([0, 3, 18, 21]);
  });

  test('need ten outcomes, and as many of an hour with light', () => {
    expect(nights(sun(9))).toEqual([]);
    // At 0 and 3 o'clock of the tenth day, when those hours of the next are forecast, only nine noons are known.
    expect(nights(sun(10))).toEqual([18, 21]);
    expect(nights(sun(11))).toEqual([0, 3, 18, 21]);
  });

  test('end with the first light, and begin again 14 days later', () => {
    const withLight = (day: number) => (when: number, hour: number) =>
      isDay(hour) || (when === day && hour === 3) ? 300 : 0;
    // The forecasts are for day 60, made on day 59; 14 days before is day 45.
    expect(nights(hourly(60, withLight(46)))).toEqual([0, 18, 21]);
    expect(nights(hourly(60, withLight(45)))).toEqual([0, 3, 18, 21]);
  });

  test('have the last of the twilight, up to a thousandth of what is possible', () => {
    // Of an hour 3,600 s can be sunny. What radiation can be has no bound: of it only 0 is dark.
    const dim = (value: number) => (_: number, hour: number) => (isDay(hour) ? 300 : hour === 18 ? value : 0);
    expect(nights(hourly(40, dim(3.5)), 'sunshine_duration')).toEqual([0, 3, 18, 21]);
    expect(nights(hourly(40, dim(3.7)), 'sunshine_duration')).toEqual([0, 3, 21]);
    expect(nights(hourly(40, dim(0.1)))).toEqual([0, 3, 21]);
  });

  test('are fewer the farther ahead, for nights grow shorter', () => {
    // Light at 6, 9, 12 and 15 o'clock.
    const ahead = (days: number) =>
      nights(sun(60).map((row) => ({ ...row, available: row.valid - days, lead: 24 * days })));
    expect(ahead(2)).toEqual([0, 3, 18, 21]);
    expect(ahead(8)).toEqual([0, 3, 18, 21]);
    // Within three hours of 6 and 15 o'clock there may be light nine days on.
    expect(ahead(9)).toEqual([0, 21]);
    expect(ahead(18)).toEqual([]);
  });

  test('are not those of a month without rain', () => {
    expect(
      nights(
        hourly(40, () => 0),
        'precipitation',
      ),
    ).toEqual([]);
    // It rains in the afternoon now and then, on two days of 31: not hardly ever dry.
    const showers = (day: number, hour: number) => (hour === 15 && day % 15 === 0 ? 4 : 0);
    expect(nights(hourly(40, showers), 'precipitation')).toEqual([]);
  });

  test('may have one dark afternoon in ten', () => {
    const dull = (days: readonly number[]) => (day: number, hour: number) =>
      isDay(hour) && !days.includes(day) ? 300 : 0;
    expect(nights(hourly(40, dull([30])))).toEqual([0, 3, 18, 21]);
    expect(nights(hourly(40, dull([30, 31])))).toEqual([]);
  });

  test('are none of what does not live on sunlight, or is of a whole day', () => {
    const zero = (_: number, hour: number) => (isDay(hour) ? 20 : 0);
    expect(nights(hourly(40, zero), 'temperature_2m')).toEqual([]);
    // A calm valley at night has wind all the same.
    expect(nights(hourly(40, zero), 'wind_speed_10m')).toEqual([]);
    expect(nights(hourly(40, zero), 'precipitation_sum')).toEqual([]);
  });

  test('are each place’s own', () => {
    const dark = sun(40).map((row) => ({ ...row, place: 1, outcome: 0 }));
    const night = nightRows(handMadePairs([...sun(40), ...dark], [], 'shortwave_radiation'));
    const ofPlace = (place: number) => night.subarray(place * 328, (place + 1) * 328);
    expect(ofPlace(0)).toContain(1);
    // Where it is never light, nothing says that darkness is not the weather.
    expect(ofPlace(1)).not.toContain(1);
  });

  test('are learned from what was known when the forecast was available', () => {
    const late = sun(40).map((row) => ({ ...row, known: row.valid + 15 }));
    const night = nightRows(handMadePairs(late, [], 'shortwave_radiation'));
    // Of 31 days the 16 that are known do not suffice.
    expect(night).not.toContain(1);
    // The last hour with an outcome, 21 o'clock of day 39, is lit: known by its end, or too late to be heard of.
    const lit = (known: number) =>
      sun(40).map((row) => (row.valid === 39.875 ? { ...row, outcome: 500, known } : row));
    expect(nights(lit(39.875))).toEqual([0, 3, 18]);
    expect(nights(lit(39.876))).toEqual([0, 3, 18, 21]);
  });

  test('do not tell a forecast that came late of its own outcome', () => {
    const late = sun(40).map((row) => ({ ...row, available: row.valid + 1 }));
    expect(nightRows(handMadePairs(late, [], 'shortwave_radiation'))).not.toContain(1);
  });
});
