import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventOutcome, eventShares, longestSpells, statisticOf } from './event-shares.ts';

const period = (from: number, to: number) => ({ from, to, start: 0, end: 0 });
/** Three courses of four hours. */
const rain = { count: 3, dimension: 4, values: Float64Array.of(4, 4, 0, 0, 0, 6, 1, 0, 0, 0, 0, 0) };

describe('eventShares', () => {
  it('sums along each course', () => {
    const above = { statistic: 'sum', comparison: '>', threshold: 6.5 } as const;
    const { periods, anyTime } = eventShares(rain, above, [period(0, 2), period(1, 3), period(2, 4)]);
    // 8, 4, 0; 6, 7, 1; 0, 0, 0.
    expect([...periods]).toEqual([1 / 3, 1 / 3, 0]);
    expect(anyTime).toBe(2 / 3);
  });

  it('counts hours in a row', () => {
    const dry = { statistic: 'spell', comparison: '<', threshold: 0.1 } as const;
    const { periods, anyTime } = eventShares(rain, dry, [period(0, 2), period(1, 3), period(2, 4)]);
    expect([...periods]).toEqual([1 / 3, 1 / 3, 2 / 3]);
    expect(anyTime).toBe(2 / 3);
    // Dry hours at the end: 2, 1 and all four.
    expect([...longestSpells(rain, dry)]).toEqual([1, 2, 4]);
    expect([...longestSpells(rain, dry, new Set([2]))]).toEqual([1, 2, 2]);
  });

  it('has no share where an hour is missing', () => {
    const gap = { count: 1, dimension: 3, values: Float64Array.of(1, Number.NaN, 9) };
    const above = { statistic: 'max', comparison: '>', threshold: 5 } as const;
    const { periods, anyTime } = eventShares(gap, above, [period(0, 2), period(2, 3)]);
    expect([...periods]).toEqual([Number.NaN, 1]);
    expect(anyTime).toBe(1);
    expect(eventShares(gap, above, [period(0, 2)]).anyTime).toBeNaN();
    expect(eventOutcome({ ...above, statistic: 'spell' }, gap.values, 0, 3)).toBeNaN();
  });

  it('a spell as long as asked for happens at any time where the longest row is as long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 8, maxLength: 8 }),
        fc.integer({ min: 1, max: 8 }),
        (values, hours) => {
          const course = { count: 1, dimension: 8, values: Float64Array.from(values) };
          const dry = { statistic: 'spell', comparison: '<', threshold: 0.5 } as const;
          const periods = Array.from({ length: 9 - hours }, (_, from) => period(from, from + hours));
          const [longest] = longestSpells(course, dry);
          expect(eventShares(course, dry, periods).anyTime).toBe(longest >= hours ? 1 : 0);
        },
      ),
    );
  });
});

it('sum, mean and extremes', () => {
  const values = Float64Array.of(9, 1, 2, 6, 9);
  const of = (statistic: 'sum' | 'mean' | 'min' | 'max') => statisticOf(statistic, values, 1, 4);
  expect([of('sum'), of('mean'), of('min'), of('max')]).toEqual([9, 3, 1, 6]);
});
