import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betweenKnots, knotsOf } from './lead-knots.ts';

describe('the knots', () => {
  test.each([
    ['few leads are all of them, ascending', [72, 24, 48, 24, 72], [24, 48, 72]],
    ['one lead is itself', [24, 24], [24]],
    ['nine leads are every second', [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 5, 7, 9]],
    // As many leads between any two, however far apart: ranks 0, 1.25, 2.5, 3.75 and 5, rounded.
    ['six uneven leads go by rank', [0, 1, 2, 10, 100, 200], [0, 1, 10, 100, 200]],
  ])('of %s', (_case, leads, expected) => {
    expect([...knotsOf(Float64Array.from(leads))]).toEqual(expected);
  });
});

describe('a lead', () => {
  const knots = Float64Array.of(24, 48, 96);

  test.each([
    [24, 0, 0],
    [30, 0, 0.25],
    [48, 1, 0],
    [72, 1, 0.5],
    [96, 2, 0],
    [6, 0, 0],
    [240, 2, 0],
  ])('of %d h belongs to knot %d and the next with share %f', (lead, knot, share) => {
    expect(betweenKnots(knots, lead)).toEqual({ knot, share });
  });

  test('has the only knot to itself', () => {
    for (const lead of [1, 24, 100])
      expect(betweenKnots(Float64Array.of(24), lead)).toEqual({ knot: 0, share: 0 });
  });

  test('is the mean of its knots by their shares, and beyond them the outermost', () => {
    const leads = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(leads, fc.double({ min: -10, max: 500, noNaN: true }), (some, lead) => {
        const own = knotsOf(Float64Array.from(some));
        const { knot, share } = betweenKnots(own, lead);
        const met = share === 0 ? own[knot] : (1 - share) * own[knot] + share * own[knot + 1];
        expect(met).toBeCloseTo(Math.max(own[0], Math.min(own.at(-1)!, lead)), 9);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThan(1);
      }),
    );
  });
});
