import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binOf, binRows, learnBins, mostValueBins } from './bins.ts';
import { binnedMatrix, unstopped } from './hand-made.ts';

const columnOf = (values: readonly number[], settings = {}) => {
  const { bins, binned } = binnedMatrix(Float64Array.from(values), 1, settings);
  return { bins, column: values.map((_, row) => binOf(binned, 0, row)) };
};

describe('bins of numbers', () => {
  test('few values have a bin each, between thresholds half-way', () => {
    const { bins, column } = columnOf([3, 1, 2, 2, Number.NaN, 1]);
    expect([...bins.edges[0]]).toEqual([1.5, 2.5]);
    expect(column).toEqual([3, 1, 2, 2, 0, 1]);
  });

  test('many values share bins evenly', () => {
    const { bins, column } = columnOf(Array.from({ length: 10_000 }, (_, k) => (k * 7919) % 10_000));
    expect(bins.counts[0]).toBe(mostValueBins);
    const sizes = new Map<number, number>();
    for (const bin of column) sizes.set(bin, (sizes.get(bin) ?? 0) + 1);
    expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(39);
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(40);
  });

  test('a value that half of the rows have takes no bins from the others', () => {
    const { bins } = columnOf(
      Array.from({ length: 1000 }, (_, k) => (k % 2 === 0 ? 0 : k)),
      { most: 10 },
    );
    expect(bins.counts[0]).toBe(10);
  });

  test('infinite values are values; a feature without any has one bin', () => {
    expect(columnOf([Infinity, 1, -Infinity]).column).toEqual([3, 2, 1]);
    const { bins, column } = columnOf([Number.NaN, Number.NaN]);
    expect(column).toEqual([0, 0]);
    expect(bins.counts[0]).toBe(1);
  });

  test('order is kept: a greater value never has a lower bin, and new values fall between the old', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double(), { minLength: 1, maxLength: 400 }),
        fc.array(fc.double(), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 2, max: mostValueBins }),
        (learned, fresh, most) => {
          const bins = learnBins(Float64Array.from(learned), 1, { most }, unstopped);
          expect(bins.counts[0]).toBeLessThanOrEqual(most);
          const sorted = [...learned, ...fresh].filter((x) => !Number.isNaN(x)).sort((a, b) => a - b);
          const binned = binRows(bins, Float64Array.from(sorted), unstopped);
          const got = sorted.map((_, row) => binOf(binned, 0, row));
          expect(got).toEqual(got.toSorted((a, b) => a - b));
          for (const bin of got) expect(bin >= 1 && bin <= bins.counts[0]).toBe(true);
        },
      ),
    );
  });
});

describe('bins of categories', () => {
  test('codes keep their order; a new one, a broken one and NaN are missing', () => {
    const bins = learnBins(Float32Array.of(0, 2, 5, 2, Number.NaN), 1, { categorical: [0] }, unstopped);
    const binned = binRows(bins, Float64Array.of(5, 2, 0, 1, 6, 2.5, -1, Number.NaN), unstopped);
    expect(Array.from({ length: 8 }, (_, row) => binOf(binned, 0, row))).toEqual([3, 2, 1, 0, 0, 0, 0, 0]);
  });

  test('of too many the rarest share the last bin', () => {
    const codes = [7, 7, 7, 3, 3, 9, 1];
    expect(columnOf(codes, { categorical: [0], most: 3 }).column).toEqual([2, 2, 2, 1, 1, 3, 3]);
  });

  test('refuses codes that are none', () => {
    for (const code of [0.5, -1, 70_000])
      expect(() => columnOf([code], { categorical: [0] })).toThrow('feature 0 has categories');
  });
});

test('features of several columns stay apart', () => {
  const x = Float64Array.from({ length: 3 * 7 }, (_, k) => (k % 7) * 100 + Math.floor(k / 7));
  const { binned } = binnedMatrix(x, 7);
  for (let feature = 0; feature < 7; feature++)
    expect([0, 1, 2].map((row) => binOf(binned, feature, row))).toEqual([1, 2, 3]);
});

test('refuses a matrix that is not rows x features', () => {
  expect(() => learnBins(new Float64Array(7), 2, {}, unstopped)).toThrow('no rows of 2 features');
});
