import { expect, test } from 'vitest';
import { binnedMatrix, drawing, normal, rowsFrom } from './hand-made.ts';
import {
  featureGroups,
  fillCounts,
  fillCurvatures,
  openHistogram,
  packGradients,
  subtractHistogram,
} from './histogram.ts';

function histogramOf(rows: Int32Array, gathered: Float64Array, words: Int32Array) {
  const histogram = openHistogram(1, false);
  fillCounts(rows, 0, rows.length, gathered, [words], histogram.packedOf);
  return histogram;
}

test('a packed sum holds count and gradient, and what a child leaves of its parent is exact', () => {
  const random = drawing(3);
  const x = Float64Array.from({ length: 4 * 5000 }, () => Math.floor(random() * 9));
  const { binned } = binnedMatrix(x, 4);
  const { words } = featureGroups(binned);
  const gradient = Float64Array.from({ length: 5000 }, () => 1e6 * normal(random));
  const packed = new Float64Array(5000);
  const all = rowsFrom(0, 5000);
  const { unit, scale } = packGradients(all, gradient, packed);
  const child = all.filter((row) => row % 3 === 0);
  const rest = all.filter((row) => row % 3 !== 0);
  const left = histogramOf(all, packed, words[0]);
  subtractHistogram(
    left,
    histogramOf(
      child,
      packed.filter((_, row) => row % 3 === 0),
      words[0],
    ),
  );
  expect(left.packed).toEqual(
    histogramOf(
      rest,
      packed.filter((_, row) => row % 3 !== 0),
      words[0],
    ).packed,
  );
  // Feature 1, value 4: bin 5.
  const inside = [...rest].filter((row) => x[row * 4 + 1] === 4);
  const sum = left.packed[256 + 5];
  const count = Math.round(sum / unit);
  expect(count).toBe(inside.length);
  const exact = inside.reduce((total, row) => total + gradient[row], 0);
  expect(Math.abs((sum - count * unit) / scale - exact)).toBeLessThan(inside.length / scale);
  expect(inside.length / scale).toBeLessThan(10);
});

test('three groups at once are three groups', () => {
  const random = drawing(4);
  const { binned } = binnedMatrix(Float64Array.from({ length: 12 * 200 }, random), 12);
  const { words } = featureGroups(binned);
  const rows = rowsFrom(0, 200).filter((row) => row % 2 === 0);
  const gathered = Float64Array.from(rows, random);
  const together = openHistogram(3, false);
  fillCounts(rows, 3, 90, gathered, words, together.packedOf);
  const apart = openHistogram(3, false);
  words.forEach((one, k) => fillCounts(rows, 3, 90, gathered, [one], [apart.packedOf[k]]));
  expect(together.packed).toEqual(apart.packed);
  expect(together.packed.filter((sum) => sum > 0).length).toBeGreaterThan(500);
});

test('two sums a bin', () => {
  const { binned } = binnedMatrix(Float64Array.of(1, 2, 1, 2, Number.NaN), 1);
  const { words } = featureGroups(binned);
  const histogram = openHistogram(1, true);
  const ones = new Float64Array(5).fill(1);
  const curvature = Float64Array.of(1, 2, 3, 4, 5);
  const { packedOf, curvatureOf } = histogram;
  fillCurvatures(rowsFrom(0, 5), 0, 5, ones, curvature, words[0], packedOf[0], curvatureOf[0]);
  expect(histogram.packed.slice(0, 3)).toEqual(Float64Array.of(1, 2, 2));
  expect(histogram.curvature.slice(0, 3)).toEqual(Float64Array.of(5, 4, 6));
});

test('refuses gradients that are no numbers', () => {
  expect(() => packGradients(rowsFrom(0, 1), Float64Array.of(Number.NaN), new Float64Array(1))).toThrow(
    'no number',
  );
});
