import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binRows } from './bins.ts';
import { type ForestSettings, forestDefaults, growForest } from './forest.ts';
import { openForestQuantiles } from './forest-quantiles.ts';
import { binnedMatrix, drawing, normal, rowsFrom, unstopped } from './hand-made.ts';
import { leafOf } from './tree.ts';

const small: ForestSettings = { ...forestDefaults, trees: 10, candidates: 2, minRows: 2 };

function grown(
  x: readonly number[],
  features: number,
  y: readonly number[],
  settings: ForestSettings,
  { weights, categorical = [], seed = 1 }: { weights?: number[]; categorical?: number[]; seed?: number } = {},
) {
  const { bins, binned } = binnedMatrix(Float64Array.from(x), features, { categorical });
  const rows = {
    bins,
    binned,
    rows: rowsFrom(0, y.length),
    outcome: Float64Array.from(y),
    ...(weights !== undefined && { weights: Float64Array.from(weights) }),
  };
  const forest = growForest(rows, settings, drawing(seed), unstopped);
  const quantiles = (fresh: readonly number[], levels: readonly number[]) => {
    const some = binRows(bins, Float64Array.from(fresh), unstopped);
    const out = new Float64Array(some.rows * levels.length);
    openForestQuantiles(forest).answer(some, Float64Array.from(levels), out, unstopped);
    return [...out];
  };
  return { forest, binned, quantiles };
}

describe('quantiles of a forest', () => {
  test('hand-worked: one question is possible, so each leaf is its side', () => {
    const { quantiles } = grown([0, 0, 0, 0, 1, 1], 1, [4, 1, 3, 2, 30, 10], small);
    // Four outcomes of weight ¼: F(2) = ½ is enough for the median.
    expect(quantiles([0], [0, 0.25, 0.26, 0.5, 0.75, 0.76, 1])).toEqual([1, 1, 2, 2, 3, 4, 4]);
    expect(quantiles([1], [0.5, 0.51])).toEqual([10, 30]);
  });

  test('weights shift them', () => {
    const { quantiles } = grown([0, 0, 0, 1, 1], 1, [1, 2, 3, 9, 9], small, { weights: [1, 1, 6, 1, 1] });
    expect(quantiles([0], [0.12, 0.25, 0.26])).toEqual([1, 2, 3]);
  });

  test('are those of the weighted empirical law of the leaves', () => {
    const random = drawing(8);
    const x = Array.from({ length: 300 * 3 }, () =>
      random() < 0.1 ? Number.NaN : Math.round(4 * normal(random)),
    );
    const y = Array.from({ length: 300 }, (_, row) => Math.round((x[row * 3] || 0) + normal(random)) + 0);
    const weights = y.map(() => 1 + Math.floor(3 * random()));
    const { forest, binned, quantiles } = grown(x, 3, y, { ...small, minRows: 5 }, { weights });
    const levels = [0.05, 0.3, 0.5, 0.62, 0.95];
    const got = quantiles(x.slice(0, 30), levels);
    for (let row = 0; row < 10; row++) {
      const law = new Map<number, number>();
      for (let tree = 0; tree < 10; tree++) {
        const leaf = leafOf(forest.trees, forest.trees.roots[tree], binned, row);
        const inside = y
          .map((_, one) => one)
          .filter((one) => leafOf(forest.trees, forest.trees.roots[tree], binned, one) === leaf);
        const total = inside.reduce((sum, one) => sum + weights[one], 0);
        for (const one of inside) law.set(y[one], (law.get(y[one]) ?? 0) + weights[one] / total / 10);
      }
      const steps = [...law].sort(([a], [b]) => a - b);
      levels.forEach((level, k) => {
        let sum = 0;
        const quantile = steps.find(([, share]) => (sum += share) >= level - 1e-9)?.[0];
        expect(got[row * levels.length + k]).toBe(quantile);
      });
    }
  });

  test('never cross, and are outcomes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.double({ noNaN: true, min: -5, max: 5 })), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.uniqueArray(fc.double({ noNaN: true, min: 0, max: 1 }), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (cases, drawn, bootstrap) => {
          const levels = drawn.toSorted((a, b) => a - b);
          const y = cases.map(([, outcome]) => outcome);
          const settings = { ...small, trees: 3, minRows: 1, candidates: 1, bootstrap };
          const { quantiles } = grown(
            cases.map(([x]) => x),
            1,
            y,
            settings,
          );
          const got = quantiles([3, Number.NaN], levels);
          for (const from of [0, levels.length]) {
            const row = got.slice(from, from + levels.length);
            expect(row).toEqual(row.toSorted((a, b) => a - b));
            for (const value of row) expect(y).toContain(value);
          }
        },
      ),
    );
  });

  test('levels must ascend', () => {
    const { quantiles } = grown([0, 1], 1, [1, 2], small);
    expect(() => quantiles([0], [0.5, 0.5])).toThrow('ascending');
  });
});

describe('growing a forest', () => {
  test('finds the feature that matters, and what missing and categories say', () => {
    const random = drawing(2);
    const x: number[] = [];
    const y: number[] = [];
    for (let row = 0; row < 600; row++) {
      const code = Math.floor(random() * 6);
      const value = random() < 0.3 ? Number.NaN : random();
      x.push(normal(random), code, value);
      y.push((code % 2) * 10 + (Number.isNaN(value) ? 100 : 0) + random());
    }
    const settings = { ...small, trees: 20, candidates: 3, minRows: 5 };
    const { forest, quantiles } = grown(x, 3, y, settings, { categorical: [1] });
    const [noise, category, missing] = forest.importance;
    expect(missing).toBeGreaterThan(category);
    expect(category).toBeGreaterThan(3 * noise);
    const [odd, even, gone] = quantiles([0, 3, 0.5, 0, 4, 0.5, 0, 3, Number.NaN], [0.5]);
    expect(Math.floor(odd)).toBe(10);
    expect(Math.floor(even)).toBe(0);
    expect(Math.floor(gone)).toBe(110);
  });

  test('leaves have minRows, and hold each row once', () => {
    const random = drawing(3);
    const x = Array.from({ length: 200 }, () => random());
    const { forest } = grown(x, 1, x, { ...small, trees: 2, minRows: 7, mostKept: 200 });
    const sizes = [...forest.size].filter((size) => size > 0);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(7);
    expect(sizes.length).toBeGreaterThan(10);
    for (const tree of [0, 1]) {
      const members = forest.members.slice(tree * 200, tree * 200 + 200).sort();
      expect(members).toEqual(rowsFrom(0, 200));
    }
  });

  test('of a large leaf as many outcomes are kept as asked for, evenly by rank', () => {
    const y = Array.from({ length: 100 }, (_, k) => 99 - k);
    const { forest } = grown(
      Array.from(y, () => 3),
      1,
      y,
      { ...small, trees: 2, mostKept: 4 },
    );
    expect([...forest.size].filter((size) => size > 0)).toEqual([4, 4]);
    expect([...forest.members].map((rank) => forest.outcomes[rank])).toEqual([
      12, 37, 62, 87, 12, 37, 62, 87,
    ]);
  });

  test('equal seeds give equal bytes, others do not', () => {
    const random = drawing(4);
    const x = Array.from({ length: 300 }, () => random());
    const y = Array.from({ length: 100 }, () => random());
    const settings = { ...small, bootstrap: true };
    const run = (seed: number) => grown(x, 3, y, settings, { seed }).forest;
    expect(run(1)).toEqual(run(1));
    expect(run(1).trees).not.toEqual(run(2).trees);
  });

  test.each([
    ['constant outcomes', [1, 2, 3, 4], [7, 7, 7, 7]],
    ['one row', [1], [7]],
    ['only missing values', [Number.NaN, Number.NaN], [7, 7]],
    ['a constant feature', [3, 3, 3], [7, 7, 8]],
  ])('%s make one leaf', (_, x, y) => {
    const { forest, quantiles } = grown(x, 1, y, { ...small, minRows: 1 });
    expect(forest.trees.left).toHaveLength(10);
    expect(quantiles([1, Number.NaN], [0.5])).toEqual([7, 7]);
  });

  test('refuses no rows, NaN and settings out of range', () => {
    expect(() => grown([1], 1, [Number.NaN], small)).toThrow('no number');
    expect(() => grown([1], 1, [], small)).toThrow('no row to learn from');
    expect(() => grown([1], 1, [1], { ...small, trees: 0 })).toThrow('at least one tree');
  });

  test('stops where the checkpoint throws, between trees and within one', () => {
    const random = drawing(5);
    const { bins, binned } = binnedMatrix(Float64Array.from({ length: 100 }, random), 1);
    const outcome = Float64Array.from({ length: 100 }, random);
    const rows = { bins, binned, rows: rowsFrom(0, 100), outcome };
    for (const last of [5, 30]) {
      let calls = 0;
      const checkpoint = () => {
        if (++calls === last) throw new Error('cancelled here');
      };
      expect(() => growForest(rows, small, drawing(1), { checkpoint })).toThrow('cancelled here');
      expect(calls).toBe(last);
    }
  });
});
