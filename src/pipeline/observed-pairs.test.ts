import { describe, expect, test } from 'vitest';
import type { Observations } from '../weather/pairs.ts';
import { findVariable } from '../weather/variable.ts';
import { pairsOfObservations } from './observed-pairs.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const place = (name: string) => ({ name, latitude: 50, longitude: 10, elevation: Number.NaN });

/** Daily observations of places; each is known `delay` hours after it was valid. */
function daily(days: readonly number[], delay: number): Observations {
  const entries = days.flatMap((count, at) => Array.from({ length: count }, (_, day) => ({ at, day })));
  return {
    rows: entries.length,
    places: days.map((_, at) => place(`place ${at}`)),
    variables: [findVariable('temperature_2m_max')],
    place: Int32Array.from(entries, ({ at }) => at),
    variable: new Int32Array(entries.length),
    validTime: Float64Array.from(entries, ({ day }) => (day + 1) * DAY),
    knownTime: Float64Array.from(entries, ({ day }) => (day + 1) * DAY + delay * HOUR),
    value: Float64Array.from(entries, ({ at, day }) => 100 * at + day),
  };
}

describe('pairs of observations', () => {
  test('a forecast is available once the observation of its issue is known', () => {
    const pairs = pairsOfObservations(daily([3], 5), [24]);
    const rows = Array.from({ length: pairs.rows }, (_, i) => [
      pairs.initTime[i] / DAY,
      (pairs.availableTime[i] - pairs.initTime[i]) / HOUR,
      pairs.validTime[i] / DAY,
      pairs.observation[i],
    ]);
    // Before the first day nothing is known that could delay a forecast; the last row is still to come.
    expect(rows).toEqual([
      [0, 0, 1, 0],
      [1, 5, 2, 1],
      [2, 5, 3, 2],
      [3, 5, 4, Number.NaN],
    ]);
  });

  test('an observation known only after the day it would serve delays nothing', () => {
    const pairs = pairsOfObservations(daily([3], 30), [24]);
    expect(Array.from(pairs.availableTime.subarray(0, 3))).toEqual(Array.from(pairs.initTime.subarray(0, 3)));
  });

  test('a place that fell silent is predicted for the same days as the others', () => {
    const pairs = pairsOfObservations(daily([10, 4], 2), [24, 48]);
    const ahead = Array.from({ length: pairs.rows }, (_, i) => i).filter((i) =>
      Number.isNaN(pairs.observation[i]),
    );
    expect(ahead.map((i) => [pairs.place[i], pairs.validTime[i] / DAY])).toEqual([
      [0, 11],
      [1, 11],
      [0, 12],
      [1, 12],
    ]);
    expect(new Set(ahead.map((i) => pairs.availableTime[i]))).toEqual(new Set([10 * DAY + 2 * HOUR]));
  });

  test('a revised observation counts once, as last known', () => {
    const observed = daily([2], 0);
    const revised: Observations = {
      ...observed,
      rows: 3,
      place: Int32Array.of(0, 0, 0),
      variable: new Int32Array(3),
      validTime: Float64Array.of(DAY, 2 * DAY, DAY),
      knownTime: Float64Array.of(DAY, 2 * DAY, 3 * DAY),
      value: Float64Array.of(1, 2, 7),
    };
    const pairs = pairsOfObservations(revised, [24]);
    expect(Array.from(pairs.observation)).toEqual([7, 2, Number.NaN]);
    expect(pairs.outcomeKnownTime[0]).toBe(3 * DAY);
  });
});
