import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysFromCivil, daysInMonth } from './calendar.ts';

test('days are counted from 1970', () => {
  expect(daysFromCivil(1970, 1, 1)).toBe(0);
  expect(daysFromCivil(1969, 12, 31)).toBe(-1);
  // 10,957 = 30 x 365 + 7 leap days.
  expect(daysFromCivil(2000, 1, 1)).toBe(10_957);
});

test('months and days are those of the Gregorian calendar', () => {
  const epoch = Temporal.PlainDate.from('1970-01-01');
  const year = fc.integer({ min: 0, max: 9999 });
  fc.assert(
    fc.property(year, fc.integer({ min: 1, max: 12 }), (y, month) => {
      const first = Temporal.PlainDate.from({ year: y, month, day: 1 });
      expect(daysInMonth(y, month)).toBe(first.daysInMonth);
      expect(daysFromCivil(y, month, 1)).toBe(epoch.until(first).days);
    }),
    {
      examples: [
        [0, 1],
        [1900, 2],
        [2000, 2],
        [2024, 2],
      ],
    },
  );
});
