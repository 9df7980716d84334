import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pavSpace, poolAdjacentViolators, poolTies } from './pool-adjacent-violators.ts';

function fitted(values: readonly number[], weights: readonly number[]): number[] {
  const fit = Float64Array.from(values);
  poolAdjacentViolators(fit, Float64Array.from(weights));
  return [...fit];
}

function loss(values: readonly number[], weights: readonly number[], fit: readonly number[]): number {
  return values.reduce((sum, v, i) => sum + weights[i] * (v - fit[i]) ** 2, 0);
}

/** The least loss over every way to cut the values into runs with non-decreasing means: 2^(n−1) of them. */
function leastLoss(values: readonly number[], weights: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let cuts = 0; cuts < 2 ** (values.length - 1); cuts++) {
    const fit: number[] = [];
    let monotone = true;
    for (let start = 0; start < values.length; ) {
      let end = start + 1;
      while (end < values.length && (cuts & (1 << (end - 1))) === 0) end++;
      let weight = 0;
      let sum = 0;
      for (let i = start; i < end; i++) {
        weight += weights[i];
        sum += weights[i] * values[i];
      }
      if (start > 0 && sum / weight < fit[start - 1]) monotone = false;
      for (let i = start; i < end; i++) fit.push(sum / weight);
      start = end;
    }
    if (monotone) least = Math.min(least, loss(values, weights, fit));
  }
  return least;
}

const weighted = (maxLength: number) =>
  fc
    .array(
      fc.tuple(fc.double({ min: -10, max: 10, noNaN: true }), fc.double({ min: 0.1, max: 10, noNaN: true })),
      { minLength: 1, maxLength },
    )
    .map((rows) => ({ values: rows.map((row) => row[0]), weights: rows.map((row) => row[1]) }));

describe('poolAdjacentViolators', () => {
  test('hand-worked, with and without weights', () => {
    expect(fitted([1, 3, 2, 4], [1, 1, 1, 1])).toEqual([1, 2.5, 2.5, 4]);
    expect(fitted([1, 3, 2, 4], [1, 3, 1, 1])).toEqual([1, 2.75, 2.75, 4]);
    expect(fitted([3, 2, 1], [1, 1, 1])).toEqual([2, 2, 2]);
    // 4 and 0 pool to 2, which is below 3, so that 3 joins: (3 + 4 + 0)/3.
    expect(fitted([3, 4, 0, 9], [1, 1, 1, 1])).toEqual([7 / 3, 7 / 3, 7 / 3, 9]);
  });

  test('tells where its blocks begin, and fits a front part alone', () => {
    const values = new Float64Array([1, 3, 2, 4, -7]);
    const space = pavSpace(8);
    expect(poolAdjacentViolators(values, new Float64Array(5).fill(1), 4, space)).toBe(3);
    expect([...space.starts.subarray(0, 3)]).toEqual([0, 1, 3]);
    expect([...values]).toEqual([1, 2.5, 2.5, 4, -7]);
  });

  test('nothing to fit', () => {
    expect(poolAdjacentViolators(new Float64Array(0), new Float64Array(0))).toBe(0);
  });

  test('relative frequencies of 0s and 1s are exact', () => {
    const outcomes = [1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1];
    // 1 of the first 3, 1 of the next 3, then 3 of 4, then all.
    const third = 1 / 3;
    expect(
      fitted(
        outcomes,
        outcomes.map(() => 1),
      ),
    ).toEqual([...Array.from({ length: 6 }, () => third), 0.75, 0.75, 0.75, 0.75, 1, 1, 1]);
  });

  test('the fit does not decrease, keeps the weighted mean, and is its own fit', () => {
    fc.assert(
      fc.property(weighted(80), ({ values, weights }) => {
        const fit = fitted(values, weights);
        for (let i = 1; i < fit.length; i++) expect(fit[i]).toBeGreaterThanOrEqual(fit[i - 1]);
        const mean = (column: readonly number[]) => column.reduce((sum, v, i) => sum + v * weights[i], 0);
        expect(mean(fit)).toBeCloseTo(mean(values), 9);
        expect(fitted(fit, weights)).toEqual(fit);
      }),
    );
  });

  test('no other non-decreasing sequence fits better', () => {
    fc.assert(
      fc.property(weighted(8), ({ values, weights }) => {
        expect(loss(values, weights, fitted(values, weights))).toBeCloseTo(leastLoss(values, weights), 8);
      }),
    );
  });

  test('weights say how often a value is there', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 1, max: 4 })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(rows, (pairs) => {
        const once = fitted(
          pairs.map((pair) => pair[0]),
          pairs.map((pair) => pair[1]),
        );
        const repeated = fitted(
          pairs.flatMap(([v, w]) => Array.from({ length: w }, () => v)),
          pairs.flatMap(([, w]) => Array.from({ length: w }, () => 1)),
        );
        const spread = pairs.flatMap(([, w], i) => Array.from({ length: w }, () => once[i]));
        repeated.forEach((v, i) => {
          expect(v).toBeCloseTo(spread[i], 10);
        });
      }),
    );
  });
});

describe('poolTies', () => {
  test('joins equal x by weighted mean', () => {
    const x = new Float64Array([1, 2, 2, 2, 5, 5]);
    const values = new Float64Array([7, 1, 0, 0, 2, 8]);
    const weights = new Float64Array([1, 1, 1, 2, 1, 3]);
    expect(poolTies(x, values, weights)).toBe(3);
    expect([...x.subarray(0, 3)]).toEqual([1, 2, 5]);
    expect([...values.subarray(0, 3)]).toEqual([7, 0.25, 6.5]);
    expect([...weights.subarray(0, 3)]).toEqual([1, 4, 4]);
  });

  test('leaves distinct x and their values as they are', () => {
    const x = new Float64Array([1, 2, 3]);
    const values = new Float64Array([0.1, 0.7, 0.3]);
    const weights = new Float64Array([0.3, 0.7, 1.1]);
    expect(poolTies(x, values, weights)).toBe(3);
    expect([...values]).toEqual([0.1, 0.7, 0.3]);
    expect([...weights]).toEqual([0.3, 0.7, 1.1]);
    expect(poolTies(new Float64Array(0), new Float64Array(0), new Float64Array(0))).toBe(0);
  });
});
