import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addToPitHistogram, coverageShare, randomisedPit } from './pit.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const interval = fc.tuple(unit, unit).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

describe('randomisedPit', () => {
  test('hand-worked', () => {
    expect(randomisedPit(0, 0.6, 0.5)).toBeCloseTo(0.3, 14);
    expect(randomisedPit(0.4, 0.4, 0.9)).toBe(0.4);
    expect(randomisedPit(Number.NaN, 0.6, 0.5)).toBeNaN();
  });
});

describe('coverageShare', () => {
  test('hand-worked: an atom partly, wholly and not inside', () => {
    expect(coverageShare(0, 0.6, 0.05, 0.95)).toBeCloseTo(0.55 / 0.6, 14);
    expect(coverageShare(0.2, 0.6, 0.05, 0.95)).toBe(1);
    expect(coverageShare(0, 1, 0.05, 0.95)).toBeCloseTo(0.9, 14);
    expect(coverageShare(0, 0.04, 0.05, 0.95)).toBe(0);
    expect(coverageShare(0.96, 1, 0.05, 0.95)).toBe(0);
  });

  test('a continuous law is inside or not, ends included', () => {
    expect(coverageShare(0.5, 0.5, 0.05, 0.95)).toBe(1);
    expect(coverageShare(0.05, 0.05, 0.05, 0.95)).toBe(1);
    expect(coverageShare(0.95, 0.95, 0.05, 0.95)).toBe(1);
    expect(coverageShare(0.951, 0.951, 0.05, 0.95)).toBe(0);
  });

  test('a missing PIT has no share', () => {
    expect(coverageShare(Number.NaN, 0.5, 0.05, 0.95)).toBeNaN();
    expect(coverageShare(0.5, Number.NaN, 0.05, 0.95)).toBeNaN();
  });

  test('is the expectation of falling inside with the randomised PIT', () => {
    fc.assert(
      fc.property(interval, interval, ([lower, upper], [from, until]) => {
        let inside = 0;
        const draws = 2000;
        for (let i = 0; i < draws; i++) {
          const pit = randomisedPit(lower, upper, (i + 0.5) / draws);
          if (pit >= from && pit <= until) inside++;
        }
        // Of evenly spread u, one at either end can fall on the wrong side.
        if (upper - lower > 1e-9) {
          expect(Math.abs(coverageShare(lower, upper, from, until) - inside / draws)).toBeLessThan(1.1e-3);
        }
      }),
    );
  });
});

describe('addToPitHistogram', () => {
  test('hand-worked', () => {
    const histogram = new Float64Array(4);
    addToPitHistogram(histogram, 0, 0.5);
    expect([...histogram]).toEqual([0.5, 0.5, 0, 0]);
    addToPitHistogram(histogram, 0.125, 0.625);
    expect([...histogram]).toEqual([0.75, 1, 0.25, 0]);
    addToPitHistogram(histogram, 0.3, 0.3);
    addToPitHistogram(histogram, 1, 1);
    addToPitHistogram(histogram, 0.25, 0.25);
    expect([...histogram]).toEqual([0.75, 3, 0.25, 1]);
    addToPitHistogram(histogram, Number.NaN, 1);
    expect([...histogram]).toEqual([0.75, 3, 0.25, 1]);
  });

  test('every outcome adds one in all, to each bin its share', () => {
    fc.assert(
      fc.property(interval, fc.integer({ min: 1, max: 30 }), ([lower, upper], bins) => {
        const histogram = new Float64Array(bins);
        addToPitHistogram(histogram, lower, upper);
        expect(histogram.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        if (upper - lower > 1e-6) {
          histogram.forEach((share, k) => {
            expect(share).toBeCloseTo(coverageShare(lower, upper, k / bins, (k + 1) / bins), 8);
          });
        }
      }),
    );
  });

  test('is flat for calibrated forecasts with an atom', () => {
    // Dry with 60 %: six outcomes of ten are dry, the others spread evenly over the rest.
    const histogram = new Float64Array(5);
    for (let i = 0; i < 600; i++) addToPitHistogram(histogram, 0, 0.6);
    for (let i = 0; i < 400; i++)
      addToPitHistogram(histogram, 0.6 + (i + 0.5) / 1000, 0.6 + (i + 0.5) / 1000);
    for (const bin of histogram) expect(bin).toBeCloseTo(200, 9);
  });
});
