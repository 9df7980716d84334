import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countBelow, empirical, ensembles, makeSample } from './empirical.ts';

/** One sample, moved and clamped. */
function one(values: readonly number[], shift = 0, lower = -Infinity, upper = Infinity) {
  return empirical([makeSample(values)], Int32Array.of(0), Float64Array.of(shift), lower, upper);
}

/** CRPS from its definition over an explicit copy. */
function bruteForce(values: readonly number[], y: number, fair: boolean): number {
  const n = values.length;
  const distance = values.reduce((sum, x) => sum + Math.abs(x - y), 0) / n;
  const spread = values.reduce((sum, x) => sum + values.reduce((s, other) => s + Math.abs(x - other), 0), 0);
  return distance - spread / (2 * n * (fair ? n - 1 : n));
}

// Whole numbers bring ties, and outcomes and bounds that meet a value.
const amount = fc.oneof(fc.double({ min: -20, max: 20, noNaN: true }), fc.integer({ min: -5, max: 5 }));
const cases = fc.record({
  values: fc.array(amount, { minLength: 1, maxLength: 20 }),
  shift: amount,
  lower: fc.oneof(fc.constant(-Infinity), fc.integer({ min: -8, max: 0 })),
  upper: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 8 })),
  y: amount,
});

describe('CRPS', () => {
  test('by hand', () => {
    // 1, 2, 4 against 3: distances (2 + 1 + 1)/3; the pairs 1–2, 2–4, 1–4 differ by 6, so 6/9 off (plain), 6/6 (fair).
    expect(one([1, 2, 4]).crps(0, 3)).toBeCloseTo(4 / 3 - 2 / 3, 15);
    expect(one([1, 2, 4]).fairCrps(0, 3)).toBeCloseTo(4 / 3 - 1, 15);
    // Moved by −2 and kept above 0 the sample is 0, 0, 2; against 1 every distance is 1 and two pairs differ by 2.
    expect(one([1, 2, 4], -2, 0).crps(0, 1)).toBeCloseTo(1 - 4 / 9, 15);
    expect(one([1, 2, 4], -2, 0).fairCrps(0, 1)).toBeCloseTo(1 - 4 / 6, 15);
  });

  // tests/test_crps.py of Python's scoringrules.
  test('as published', () => {
    const members = [
      1.7812118, 0.5863797, 0.7038174, -0.7743998, -0.2751647, 1.1863249, 1.2990966, -0.3242982, -0.5968781,
      0.9064937,
    ];
    expect(one(members).crps(0, -0.6042506)).toBeCloseTo(0.6126602, 7);
  });

  test('agrees with its definition on a moved and clamped copy, in any order', () => {
    fc.assert(
      fc.property(cases, ({ values, shift, lower, upper, y }) => {
        const copy = values.map((x) => Math.min(upper, Math.max(lower, x + shift)));
        const forecast = one(values, shift, lower, upper);
        const backwards = one(values.toReversed(), shift, lower, upper);
        expect(forecast.crps(0, y)).toBeCloseTo(bruteForce(copy, y, false), 12);
        expect(forecast.mean(0)).toBeCloseTo(copy.reduce((sum, x) => sum + x, 0) / copy.length, 12);
        expect(backwards.crps(0, y)).toBe(forecast.crps(0, y));
        if (values.length > 1) expect(forecast.fairCrps(0, y)).toBeCloseTo(bruteForce(copy, y, true), 11);
        else expect(forecast.fairCrps(0, y)).toBeNaN();
      }),
      { numRuns: 1000 },
    );
  });

  test('keeps its digits far from 0', () => {
    const pascal = [101_325.25, 101_326.5, 101_324];
    expect(one(pascal).crps(0, 101_325)).toBeCloseTo(bruteForce([0.25, 1.5, -1], 0, false), 9);
  });

  test('of one value is the distance', () => {
    expect(one([2.5]).crps(0, 4)).toBe(1.5);
    expect(one([2.5, 2.5, 2.5]).crps(0, 4)).toBe(1.5);
    expect(one([2.5, 2.5, 2.5]).fairCrps(0, 4)).toBe(1.5);
  });
});

describe('cdf and quantile', () => {
  test('by hand', () => {
    const forecast = one([4, 1, 2, 2]);
    expect([0, 1, 2, 3, 4].map((x) => forecast.cdf(0, x))).toEqual([0, 0.25, 0.75, 0.75, 1]);
    expect([1, 2, 4, 5].map((x) => forecast.cdfBelow(0, x))).toEqual([0, 0.25, 0.75, 1]);
    // At 1/4 and 3/4 a step is met: the middle between its ends.
    expect([0.1, 0.25, 0.5, 0.75, 0.8].map((p) => forecast.quantile(0, p))).toEqual([1, 1.5, 2, 3, 4]);
  });

  test('what is clamped is an atom', () => {
    const forecast = one([1, 2, 4], -2, 0, 1.5);
    expect([-1e-9, 0, 1, 1.5].map((x) => forecast.cdf(0, x))).toEqual([0, 2 / 3, 2 / 3, 1]);
    expect([0, 1e-9, 1.5, 2].map((x) => forecast.cdfBelow(0, x))).toEqual([0, 2 / 3, 2 / 3, 1]);
    expect([0.5, 2 / 3, 0.9].map((p) => forecast.quantile(0, p))).toEqual([0, 1, 1.5]);
  });

  test('the quantile inverts the cdf to the last digit', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (given, p) => {
        const { values, shift, lower, upper } = given;
        const forecast = one(values, shift, lower, upper);
        const q = forecast.quantile(0, p);
        expect(forecast.cdfBelow(0, q)).toBeLessThanOrEqual(p + 1e-9);
        expect(forecast.cdf(0, q)).toBeGreaterThanOrEqual(p - 1e-9);
        for (const x of values) {
          const clamped = Math.min(upper, Math.max(lower, x + shift));
          expect(forecast.cdf(0, clamped) - forecast.cdfBelow(0, clamped)).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test('an empty sample, a missing shift and a missing outcome are NaN', () => {
  for (const [forecast, y] of [
    [one([]), 1],
    [one([], 0, 0, 1), 1],
    [one([1, 2], Number.NaN), 1],
    [one([1, 2], Number.NaN, 0, 1), -1],
    [one([1, 2]), Number.NaN],
  ] as const) {
    for (const answer of [forecast.crps, forecast.fairCrps, forecast.cdf, forecast.cdfBelow])
      expect(answer(0, y)).toBeNaN();
    if (!Number.isNaN(y))
      expect([forecast.quantile(0, 0.5), forecast.mean(0)]).toEqual([Number.NaN, Number.NaN]);
  }
});

test('ensembles take the members that are there', () => {
  const forecast = ensembles(
    [1, Number.NaN, 3, Number.NaN, Number.NaN, Number.NaN, 5, Number.NaN, Number.NaN],
    3,
    3,
  );
  expect(forecast.size).toBe(3);
  expect([0, 1, 2].map((i) => forecast.mean(i))).toEqual([2, Number.NaN, 5]);
  expect([0, 1, 2].map((i) => forecast.crps(i, 2))).toEqual([0.5, Number.NaN, 3]);
  expect([0, 1, 2].map((i) => forecast.fairCrps(i, 2))).toEqual([0, Number.NaN, Number.NaN]);
  expect([0, 1, 2].map((i) => forecast.quantile(i, 0.5))).toEqual([2, Number.NaN, 5]);
});

test('a sample serves many distributions and leaves its values alone', () => {
  const values = [3, 1, Number.NaN, 2, Infinity];
  const sample = makeSample(values);
  expect(values).toEqual([3, 1, Number.NaN, 2, Infinity]);
  expect(Array.from(sample.values)).toEqual([1, 2, 3]);
  const block = empirical([sample, makeSample([7])], Int32Array.of(0, 1, 0), Float64Array.of(0, 1, 10));
  expect([0, 1, 2].map((i) => block.mean(i))).toEqual([2, 8, 12]);
  for (const n of [0, 1, 64, 65, 200]) {
    const shuffled = Array.from({ length: n }, (_, k) => ((k * 83) % 211) - 100);
    expect(Array.from(makeSample(shuffled).values)).toEqual(shuffled.toSorted((a, b) => a - b));
  }
  expect([1, 2, 2.5].map((x) => countBelow(sample.values, x, false))).toEqual([0, 1, 2]);
  expect([1, 2, 2.5].map((x) => countBelow(sample.values, x, true))).toEqual([1, 2, 2]);
});
