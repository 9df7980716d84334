import { describe, expect, it } from 'vitest';
import { newRuns, runMaker } from '../src/collect/issued-runs.ts';
import type { IssuedForecast } from '../src/sources/source.ts';
import { unpackValues } from '../src/store/run-values.ts';
import { msPerHour } from '../src/weather/time.ts';
import { day, issuedAt, runWith, storeWith } from './hand-made-runs.ts';
import { temporaryFolder } from './loop-tables.ts';

const folder = temporaryFolder('issued-runs');

function forecast(more: Partial<IssuedForecast> = {}): IssuedForecast {
  return {
    source: 'example',
    place: 'Garden',
    issuedAt,
    knownAt: issuedAt + 1,
    columns: ['model_a', 'x_spread'],
    series: [
      { variable: 'temperature_2m', leads: [1, 2], values: Float64Array.of(10.7, 0.4, Number.NaN, 900) },
    ],
    ...more,
  };
}

const rain = (leads: readonly number[], ...values: number[]) =>
  forecast({
    columns: ['model_a'],
    series: [{ variable: 'precipitation', leads, values: Float64Array.from(values) }],
  });

const numbers = (one: IssuedForecast) => {
  const { values } = runMaker().runOf(one);
  const out = new Float64Array(values.stored.length);
  unpackValues(values, 0, out.length, out, 0);
  return [...out];
};

describe('a run', () => {
  it('is none that is yet to be issued', () => {
    expect(() => runWith(day, { knownAt: issuedAt - 2 * msPerHour })).toThrow(
      'a, Garden: the run says that it is of 2026-01-01T00:00Z, and came at 2025-12-31T22:00Z: its clock is wrong',
    );
  });

  it('has nothing known before it was issued, whatever a clock says', () => {
    expect(runWith(day, { knownAt: issuedAt - 1 }).knownAt).toBe(issuedAt);
    expect(runWith(day).knownAt).toBe(issuedAt + 4 * msPerHour);
  });

  it('has what was issued, as it was issued', () => {
    const { runOf } = runMaker();
    expect(runOf(forecast())).toMatchObject({
      place: 'Garden',
      source: 'example',
      issuedAt,
      knownAt: issuedAt + 1,
      layout: { columns: ['model_a', 'x_spread'], series: [{ variable: 'temperature_2m', leads: [1, 2] }] },
    });
    expect(numbers(forecast())).toEqual([10.7, 0.4, Number.NaN, 900]);
  });

  it('shares its layout with others of its shape', () => {
    const { runOf } = runMaker();
    expect(runOf(forecast()).layout).toBe(runOf(forecast({ place: 'Field' })).layout);
    expect(runOf(forecast()).layout).not.toBe(runOf(rain([1], 0)).layout);
  });

  it('has traces below a bound at the bound', () => {
    expect(numbers(rain([1, 2], -0.004, 0.2))).toEqual([0, 0.2]);
  });

  it.each([
    [
      'a value that cannot be',
      rain([1, 2], 0, -5),
      /example, Garden, run of 2026-01-01T00:00Z: precipitation is -5 in model_a at 2 h ahead, which cannot be/,
    ],
    ['an infinite value', rain([1], Infinity), /is Infinity/],
    ['times that go back', rain([1, 3, 2], 0, 0, 0), /goes back in time after 3 h ahead/],
    ['a time twice', rain([1, 1], 0, 0), /goes back in time after 1 h ahead/],
    ['a value too few', rain([1, 2], 0), /has 1 values for 2 times and 1 columns/],
  ])('is none with %s', (_, one, message) => {
    expect(() => runMaker().runOf(one)).toThrow(message);
  });
});

describe('newRuns', () => {
  it.each([
    ['the same', runWith(day), 'nothing'],
    ['the same, an hour on', runWith([...day.slice(1), 12], {}, 2), 'nothing'],
    ['far more', runWith([...day, 1, 2, 3, 4]), 'fresh'],
    ['another number', runWith([...day.slice(0, 23), 3]), 'fresh'],
    ['another column', runWith(day, { columns: ['model_b'] }), 'fresh'],
    ['an older issue', runWith(day, { issuedAt: issuedAt - msPerHour }), 'old'],
    ['a newer issue', runWith(day, { issuedAt: issuedAt + msPerHour }), 'fresh'],
  ])('%s', async (_, run, wanted) => {
    await using store = await storeWith(folder, runWith(day));
    const { fresh, old } = await newRuns(store, [run], () => issuedAt);
    expect({ fresh: fresh.length, old: old.length }).toEqual({
      fresh: Number(wanted === 'fresh'),
      old: Number(wanted === 'old'),
    });
  });
});
