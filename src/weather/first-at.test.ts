import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstAt } from './first-at.ts';

test('the first time at or after another is found in any ascending list', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 })),
      fc.integer({ min: -1, max: 21 }),
      (times, time) => {
        const ascending = times.toSorted((a, b) => a - b);
        const found = ascending.findIndex((one) => one >= time);
        expect(firstAt(ascending, time)).toBe(found < 0 ? ascending.length : found);
      },
    ),
  );
});
