import { expect, test } from 'vitest';
import { sampleQuantile } from './sample-quantile.ts';

test('hand-worked: linear between order statistics', () => {
  const sorted = new Float64Array([1, 2, 4]);
  expect([0, 0.25, 0.5, 0.75, 1].map((level) => sampleQuantile(sorted, level))).toEqual([1, 1.5, 2, 3, 4]);
  expect(sampleQuantile(new Float64Array([7]), 0.3)).toBe(7);
});

test('no value, or a missing one, has no quantile', () => {
  expect(sampleQuantile(new Float64Array(0), 0.5)).toBeNaN();
  expect(sampleQuantile(new Float64Array([3, Number.NaN, 1]).sort(), 0)).toBeNaN();
});
