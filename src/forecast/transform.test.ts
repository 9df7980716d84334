import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transforms } from '../weather/variable.ts';
import { back, forth } from './transform.ts';

test('4 mm are 2 on the root scale', () => {
  expect([4, 0, -9, Infinity, -Infinity].map((x) => forth('sqrt', x))).toEqual([
    2,
    0,
    -3,
    Infinity,
    -Infinity,
  ]);
  expect([2, 0, -3, Infinity, -Infinity].map((u) => back('sqrt', u))).toEqual([
    4,
    0,
    -9,
    Infinity,
    -Infinity,
  ]);
  expect(forth('none', -1.5)).toBe(-1.5);
});

test.each(transforms)('%s goes forth and back, keeps the order and the missing', (transform) => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(value, value, (x, y) => {
      const there = forth(transform, x);
      expect(Math.abs(back(transform, there) - x)).toBeLessThanOrEqual(1e-15 * Math.abs(x) + 1e-320);
      expect(Math.sign(there)).toBe(Math.sign(x));
      if (x < y) expect(there).toBeLessThanOrEqual(forth(transform, y));
    }),
  );
  expect(forth(transform, Number.NaN)).toBeNaN();
  expect(back(transform, Number.NaN)).toBeNaN();
});
