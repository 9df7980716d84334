import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { type OrderedRows, orderings, orderQuantiles } from './orderings.ts';

const rows = (moves: OrderedRows['moves'], below: number[], above: number[]): OrderedRows => ({
  moves,
  below: Int32Array.from(below),
  above: Int32Array.from(above),
});

describe('by hand', () => {
  // Rows of three levels, behind one number that is none of them: dew point 8, 10, 12; temperature 9, 9.5, 13.
  const given = () => Float32Array.of(-1, 8, 10, 12, 9, 9.5, 13);

  test('what is below gives way', () => {
    const quantiles = given();
    expect(orderQuantiles(quantiles, 1, 3, rows('below', [0], [1]))).toEqual({ values: 1, quantiles: 1 });
    expect([...quantiles]).toEqual([-1, 8, 9.5, 12, 9, 9.5, 13]);
  });

  test('what is above gives way', () => {
    const quantiles = given();
    expect(orderQuantiles(quantiles, 1, 3, rows('above', [0], [1]))).toEqual({ values: 1, quantiles: 1 });
    expect([...quantiles]).toEqual([-1, 8, 10, 12, 9, 10, 13]);
  });

  test('both meet halfway', () => {
    const quantiles = given();
    expect(orderQuantiles(quantiles, 1, 3, rows('both', [0], [1]))).toEqual({ values: 2, quantiles: 2 });
    expect([...quantiles]).toEqual([-1, 8, 9.75, 12, 9, 9.75, 13]);
  });

  test('each pair of rows for itself, and all moves are counted', () => {
    const quantiles = Float32Array.of(5, 6, 1, 2, 3, 4, 0, 9);
    // Row 0 below row 2 (5 > 3, 6 > 4), row 1 below row 3 (1 > 0).
    expect(orderQuantiles(quantiles, 0, 2, rows('below', [0, 1], [2, 3]))).toEqual({
      values: 2,
      quantiles: 3,
    });
    expect([...quantiles]).toEqual([3, 4, 0, 2, 3, 4, 0, 9]);
  });

  test('what is missing changes nothing, and nothing changes it', () => {
    const quantiles = Float32Array.of(Number.NaN, 7, 3, Number.NaN);
    expect(orderQuantiles(quantiles, 0, 2, rows('below', [0], [1])).quantiles).toBe(0);
    expect([...quantiles]).toEqual([Number.NaN, 7, 3, Number.NaN]);
  });
});

test('done once it is done, in order, and no quantiles cross that did not', () => {
  const row = fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(row, row, fc.constantFrom('below', 'above', 'both'), (low, high, moves) => {
      const given = [low, high].flatMap((one) => one.toSorted((a, b) => a - b));
      const quantiles = Float32Array.from(given);
      const ordered = rows(moves, [0], [1]);
      const moved = orderQuantiles(quantiles, 0, 4, ordered).quantiles;
      expect(moved).toBe(quantiles.filter((value, k) => value !== Math.fround(given[k])).length);
      expect(orderQuantiles(quantiles, 0, 4, ordered).quantiles).toBe(0);
      const stays = moves === 'below' ? 4 : 0;
      if (moves !== 'both')
        expect([...quantiles.subarray(stays, stays + 4)]).toEqual(given.slice(stays, stays + 4));
      for (let k = 0; k < 4; k++) {
        expect(quantiles[k]).toBeLessThanOrEqual(quantiles[4 + k]);
        if (k > 0) expect(quantiles[k]).toBeGreaterThanOrEqual(quantiles[k - 1]);
        if (k > 0) expect(quantiles[4 + k]).toBeGreaterThanOrEqual(quantiles[3 + k]);
      }
    }),
  );
});

test('what is ordered is of one unit', () => {
  for (const { below, above } of orderings)
    expect(findVariable(below).unit, below).toBe(findVariable(above).unit);
});
