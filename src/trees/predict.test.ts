import { describe, expect, test } from 'vitest';
import { binRows } from './bins.ts';
import { boost, boostDefaults } from './boost.ts';
import { binnedMatrix, drawing, normal, rowsFrom, unstopped } from './hand-made.ts';
import { squaredError } from './objectives.ts';
import { openPredictor } from './predict.ts';
import { joinTrees, leafOf, type Trees, treeCount } from './tree.ts';

/** Rows of six features: two of categories, two with missing values. */
function matrix(rows: number, seed: number): Float64Array {
  const random = drawing(seed);
  return Float64Array.from({ length: rows * 6 }, (_, k) => {
    if (k % 6 === 1) return Math.floor(random() * 90);
    if (k % 6 === 4) return Math.floor(random() * 5);
    return k % 6 > 3 && random() < 0.2 ? Number.NaN : normal(random);
  });
}

function grown(leaves: number, rounds: number, rows = 800) {
  const x = matrix(rows, leaves);
  const random = drawing(99);
  const { bins, binned } = binnedMatrix(x, 6, { categorical: [1, 4] });
  const y = Float64Array.from(
    { length: rows },
    (_, row) =>
      Math.sin(x[row * 6 + 1]) +
      x[row * 6] * x[row * 6 + 2] +
      (Number.isNaN(x[row * 6 + 5]) ? 1 : 0) +
      normal(random),
  );
  const settings = { ...boostDefaults, rounds, leaves, minRows: 2 };
  const model = boost(
    { bins, binned, train: rowsFrom(0, rows) },
    squaredError(y),
    settings,
    drawing(1),
    unstopped,
  );
  return { bins, trees: model.trees[0] };
}

/** The sums that a walk from each root gives. */
function walked(trees: Trees, binned: Parameters<typeof leafOf>[2]): number[] {
  return Array.from({ length: binned.rows }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < treeCount(trees); k++) sum += trees.value[leafOf(trees, trees.roots[k], binned, row)];
    return sum;
  });
}

describe('many rows at once', () => {
  // 32 leaves fill five bits of a leaf's number, 256 all eight; blocks have 32 rows.
  test.each([
    [2, 4, 33],
    [5, 3, 1],
    [31, 8, 100],
    [32, 4, 64],
    [33, 4, 63],
    [100, 2, 40],
    [256, 2, 300],
  ])('%i leaves, %i trees, %i rows answer as row by row', (leaves, rounds, rows) => {
    const { bins, trees } = grown(leaves, rounds);
    expect(trees.left.filter((left) => left === 0)).toHaveLength(leaves * rounds);
    expect(trees.set.some((set) => set >= 0)).toBe(true);
    const binned = binRows(bins, matrix(rows, 7), unstopped);
    const scores = new Float64Array(rows).fill(5);
    openPredictor(trees, bins).add(binned, scores, unstopped);
    walked(trees, binned).forEach((sum, row) => expect(scores[row]).toBeCloseTo(5 + sum, 10));
  });

  test('a predictor has no memory of the rows before', () => {
    const { bins, trees } = grown(31, 3);
    const predictor = openPredictor(trees, bins);
    const [first, second] = [3, 4].map((seed) => binRows(bins, matrix(50, seed), unstopped));
    const fresh = new Float64Array(50);
    predictor.add(second, fresh, unstopped);
    const scores = new Float64Array(50);
    predictor.add(first, new Float64Array(50), unstopped);
    predictor.add(second, scores, unstopped);
    expect(scores).toEqual(fresh);
  });

  test('trees of one leaf, and no trees at all', () => {
    const { bins } = grown(2, 1);
    const binned = binRows(bins, matrix(40, 1), unstopped);
    const leaf: Trees = {
      roots: Int32Array.of(0, 1),
      left: Int32Array.of(0),
      feature: Uint16Array.of(0),
      threshold: Uint8Array.of(0),
      missingRight: Uint8Array.of(0),
      set: Int32Array.of(-1),
      sets: new Int32Array(0),
      value: Float64Array.of(2.5),
    };
    const scores = new Float64Array(40);
    openPredictor(joinTrees([leaf, leaf]), bins).add(binned, scores, unstopped);
    openPredictor(joinTrees([]), bins).add(binned, scores, unstopped);
    expect(scores).toEqual(new Float64Array(40).fill(5));
  });

  test('stops where the checkpoint throws', () => {
    const { bins, trees } = grown(2, 1);
    const binned = binRows(bins, matrix(5000, 1), unstopped);
    const checkpoint = (done: number) => {
      if (done > 0) throw new Error('cancelled here');
    };
    const scores = new Float64Array(5000);
    expect(() => openPredictor(trees, bins).add(binned, scores, { checkpoint })).toThrow('cancelled here');
    expect(scores[4999]).toBe(0);
  });
});

test('trees are plain data: a clone answers the same', () => {
  const { bins, trees } = grown(20, 3);
  const binned = binRows(bins, matrix(40, 2), unstopped);
  const copy = structuredClone({ bins, trees });
  expect(walked(copy.trees, binRows(copy.bins, matrix(40, 2), unstopped))).toEqual(walked(trees, binned));
});
