import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { percentLevels } from './distributions.ts';
import { normalQuantile } from './normal.ts';
import { quantileDistributions } from './quantile-distributions.ts';

const quarters = Float64Array.of(0.25, 0.5, 0.75);
const one = (row: readonly number[], lower?: number, upper?: number) =>
  quantileDistributions(quarters, Float64Array.from(row), lower, upper);

describe('by hand', () => {
  // 1, 2, 4 at the quarters: pieces of a quarter from 0 to 1, 2, 4, and on with the last slope to 6.
  const forecast = one([1, 2, 4]);

  test('cdf and quantile', () => {
    expect([-1, 0, 0.5, 1, 2, 3, 4, 5, 6, 7].map((x) => forecast.cdf(0, x))).toEqual([
      0, 0, 0.125, 0.25, 0.5, 0.625, 0.75, 0.875, 1, 1,
    ]);
    expect([0.125, 0.25, 0.5, 0.625, 0.75, 0.875].map((p) => forecast.quantile(0, p))).toEqual([
      0.5, 1, 2, 3, 4, 5,
    ]);
    expect(forecast.mean(0)).toBe((0.5 + 1.5 + 3 + 5) / 4);
  });

  test('CRPS', () => {
    // Below the outcome 2: ∫(x/4)² from 0 to 2 = 1/6. Above: ∫(1/2 − t/8)² over 4 = 1/3.
    expect(forecast.crps(0, 2)).toBeCloseTo(1 / 6 + 1 / 3, 15);
    // Beyond the law's end the distance is added: ∫F² over all is 1/6 + ∫(1/2 + t/8)² over 4 = 1/6 + 7/3.
    expect(forecast.crps(0, 9)).toBeCloseTo(1 / 6 + 7 / 3 + 3, 14);
    expect(forecast.fairCrps(0, 9)).toBe(forecast.crps(0, 9));
  });

  test('bounds stop the outermost pieces', () => {
    const bounded = one([1, 2, 4], 0.5, 5);
    expect([0.5, 0.75, 4.5, 5].map((x) => bounded.cdf(0, x))).toEqual([0, 0.125, 0.875, 1]);
    expect(bounded.mean(0)).toBe((0.75 + 1.5 + 3 + 4.5) / 4);
    expect(bounded.quantile(0, 1 - 1e-16)).toBeLessThanOrEqual(5);
  });

  test('equal quantiles are an atom', () => {
    const dry = one([0, 0, 1], 0);
    expect([dry.cdfBelow(0, 0), dry.cdf(0, 0), dry.cdf(0, 1), dry.cdf(0, 2)]).toEqual([0, 0.5, 0.75, 1]);
    expect([0.01, 0.25, 0.4, 0.5, 0.75].map((p) => dry.quantile(0, p))).toEqual([0, 0, 0, 0, 1]);
    // ∫(1/2 − x/4)² from 0 to 2.
    expect(dry.crps(0, 0)).toBeCloseTo(1 / 6, 15);
  });

  test('all equal, it is a point', () => {
    const point = one([3, 3, 3]);
    expect([point.crps(0, 5), point.mean(0), point.quantile(0, 0.1)]).toEqual([2, 3, 3]);
    expect([point.cdfBelow(0, 3), point.cdf(0, 3)]).toEqual([0, 1]);
  });
});

test('rows that cross are sorted, each for itself, and the values given stay as they are', () => {
  const values = Float64Array.of(4, 1, 2, 1, 2, 4);
  const block = quantileDistributions(quarters, values);
  expect(Array.from(values)).toEqual([4, 1, 2, 1, 2, 4]);
  expect(block.size).toBe(2);
  for (const p of [0.1, 0.3, 0.6, 0.9]) expect(block.quantile(0, p)).toBe(block.quantile(1, p));
  expect(block.crps(0, 3)).toBe(block.crps(1, 3));
});

test('a row with one missing value is missing, its neighbours are not', () => {
  const block = quantileDistributions(quarters, Float64Array.of(1, 2, 4, 1, Number.NaN, 4, 1, 2, 4), 0, 9);
  for (const answer of [
    block.mean(1),
    block.quantile(1, 0.5),
    block.crps(1, 2),
    block.cdf(1, -9),
    block.cdfBelow(1, 99),
  ])
    expect(answer).toBeNaN();
  for (const i of [0, 2])
    expect([block.mean(i), block.cdf(i, 1), block.cdfBelow(i, 3), block.quantile(i, 0.5)]).toEqual([
      2.5, 0.25, 0.625, 2,
    ]);
  expect(block.crps(2, 2)).toBe(block.crps(0, 2));
});

test('steps of any steepness, wherever they lie', () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  const tiny = fc.constantFrom(0, 5e-324, 1e-310, 1e-12);
  fc.assert(
    fc.property(fc.tuple(value, tiny, tiny), fc.tuple(value, tiny, value), value, (small, big, y) => {
      for (const row of [small, [small[1], small[2], 0], big]) {
        const forecast = one(row, -1e6, 1e6);
        const [p, q] = [0.25, 0.75].map((level) => forecast.quantile(0, level));
        const sorted = row.toSorted((a, b) => a - b);
        expect([p, q]).toEqual([expect.closeTo(sorted[0], 9), expect.closeTo(sorted[2], 9)]);
        expect(q).toBeLessThanOrEqual(sorted[2]);
        expect(forecast.crps(0, y)).toBeGreaterThanOrEqual(0);
        expect(forecast.crps(0, sorted[1])).toBeLessThanOrEqual(sorted[2] - sorted[0] + 2e6);
        expect(forecast.cdf(0, y)).toBeGreaterThanOrEqual(forecast.cdfBelow(0, y));
        expect(Number.isFinite(forecast.mean(0))).toBe(true);
      }
    }),
  );
});

test('percentiles of the normal law nearly have its CRPS', () => {
  const forecast = quantileDistributions(percentLevels, percentLevels.map(normalQuantile));
  expect(forecast.crps(0, 0)).toBeCloseTo((Math.SQRT2 - 1) / Math.sqrt(Math.PI), 3);
  expect(forecast.quantile(0, 0.675)).toBeCloseTo(normalQuantile(0.675), 4);
  expect(forecast.mean(0)).toBeCloseTo(0, 12);
});
