import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { empirical, makeSample } from './empirical.ts';
import { weightedAtoms } from './weighted-atoms.ts';

/** ½, ¼ and ¼ on 0, 1 and 3. */
const forecast = weightedAtoms(Float64Array.of(0, 1, 3), Float64Array.of(0.5, 0.25, 0.25));

describe('by hand', () => {
  test('cdf and quantile', () => {
    expect([-1, 0, 0.5, 1, 2, 3, 4].map((x) => forecast.cdf(0, x))).toEqual([0, 0.5, 0.5, 0.75, 0.75, 1, 1]);
    expect([0, 0.5, 1, 3, 4].map((x) => forecast.cdfBelow(0, x))).toEqual([0, 0.5, 0.5, 0.75, 1]);
    expect([0.01, 0.5, 0.51, 0.75, 0.76, 0.99].map((p) => forecast.quantile(0, p))).toEqual([
      0, 0, 1, 1, 3, 3,
    ]);
    expect(forecast.mean(0)).toBe(1);
  });

  test.each([
    // E|X − y| − ½E|X − X′|, the latter being ½·¼·1 + ½·¼·3 + ¼·¼·2 = 0.625.
    [0, 1 - 0.625],
    [1, 1 - 0.625],
    [2, 1.5 - 0.625],
    [3, 2 - 0.625],
    [-2, 3 - 0.625],
    [10, 9 - 0.625],
  ])('CRPS of the outcome %d', (y, expected) => {
    expect(forecast.crps(0, y)).toBeCloseTo(expected, 15);
    expect(forecast.fairCrps(0, y)).toBe(forecast.crps(0, y));
  });

  test('an atom without weight is nobody’s quantile', () => {
    const gap = weightedAtoms(Float64Array.of(0, 1, 2), Float64Array.of(0.5, 0, 0.5));
    expect([0.4, 0.5, 0.6].map((p) => gap.quantile(0, p))).toEqual([0, 0, 2]);
  });

  test('one atom is a point', () => {
    const point = weightedAtoms(Float64Array.of(2), Float64Array.of(1));
    expect([
      point.crps(0, 5),
      point.mean(0),
      point.quantile(0, 0.5),
      point.cdf(0, 2),
      point.cdfBelow(0, 2),
    ]).toEqual([3, 2, 2, 1, 0]);
  });
});

// tests/test_crps.py of Python's scoringrules: ten members with the weights 0 … 9, which it makes sum to 1.
test('as published', () => {
  const members = [
    1.7812118, 0.5863797, 0.7038174, -0.7743998, -0.2751647, 1.1863249, 1.2990966, -0.3242982, -0.5968781,
    0.9064937,
  ];
  const order = members.map((_, k) => k).sort((a, b) => members[a] - members[b]);
  const block = weightedAtoms(
    Float64Array.from(order, (k) => members[k]),
    Float64Array.from(order, (k) => k / 45),
  );
  expect(block.crps(0, -0.6042506)).toBeCloseTo(0.4923673, 7);
});

test('equal weights are the empirical law', () => {
  const points = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(points, fc.integer({ min: -60, max: 60 }), (values, y) => {
      const sorted = Float64Array.from(values).sort();
      const atoms = weightedAtoms(
        sorted,
        sorted.map(() => 1 / sorted.length),
      );
      const same = empirical([makeSample(values)], Int32Array.of(0), Float64Array.of(0));
      for (const answer of ['crps', 'cdf', 'cdfBelow'] as const)
        expect(atoms[answer](0, y)).toBeCloseTo(same[answer](0, y), 12);
      expect(atoms.mean(0)).toBeCloseTo(same.mean(0), 12);
      expect(atoms.quantile(0, 0.505)).toBe(same.quantile(0, 0.505));
      // However the weights add up, nothing lies beyond the last point.
      expect(atoms.cdf(0, sorted[sorted.length - 1])).toBe(1);
    }),
  );
});

test('each case has its own weights; NaN is no distribution', () => {
  const weights = Float64Array.of(1, 0, Number.NaN, Number.NaN, 0.25, 0.75);
  const block = weightedAtoms(Float64Array.of(0, 1), weights, 'isotonic');
  expect([block.size, block.law]).toEqual([3, 'isotonic']);
  expect([0, 1, 2].map((i) => block.mean(i))).toEqual([0, Number.NaN, 0.75]);
  expect([0, 1, 2].map((i) => block.quantile(i, 0.5))).toEqual([0, Number.NaN, 1]);
  expect([0, 1, 2].map((i) => block.crps(i, 0))).toEqual([0, Number.NaN, 0.5625]);
  expect([0, 1, 2].map((i) => block.cdf(i, 0))).toEqual([1, Number.NaN, 0.25]);
  for (const x of [-1, 0, 0.5, 2])
    expect([block.cdf(1, x), block.cdfBelow(1, x)]).toEqual([Number.NaN, Number.NaN]);
  const single = weightedAtoms(Float64Array.of(0), Float64Array.of(Number.NaN));
  expect([single.crps(0, 1), single.quantile(0, 0.5), single.cdf(0, 1)]).toEqual(Array(3).fill(Number.NaN));
});
