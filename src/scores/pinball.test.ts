import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { percentLevels } from '../forecast/distributions.ts';
import { checkLevels, crpsOfQuantiles, meanPinball, pinballLoss } from './pinball.ts';

describe('pinballLoss', () => {
  test('hand-worked on both sides of the quantile', () => {
    expect(pinballLoss(10, 12, 0.9)).toBeCloseTo(1.8, 14);
    expect(pinballLoss(10, 7, 0.9)).toBeCloseTo(0.3, 14);
    expect(pinballLoss(10, 10, 0.9)).toBe(0);
    expect(pinballLoss(Number.NaN, 10, 0.9)).toBeNaN();
  });

  test('of the median it is half the absolute error; it is never negative', () => {
    const value = fc.double({ min: -100, max: 100, noNaN: true });
    const level = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(value, value, level, (q, y, tau) => {
        expect(pinballLoss(q, y, 0.5)).toBeCloseTo(Math.abs(q - y) / 2, 12);
        expect(pinballLoss(q, y, tau)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('is least, on average, at the quantile of what happens', () => {
    const outcomes = Array.from({ length: 100 }, (_, i) => i + 0.5);
    const loss = (q: number) => outcomes.reduce((sum, y) => sum + pinballLoss(q, y, 0.8), 0);
    for (const other of [70, 75, 79, 81, 85, 95]) expect(loss(80)).toBeLessThan(loss(other));
  });
});

describe('meanPinball and crpsOfQuantiles', () => {
  test('hand-worked: quantiles 9, 10, 13 at levels 0.1, 0.5, 0.9, outcome 11, second row', () => {
    const rows = new Float32Array([0, 0, 0, 9, 10, 13]);
    // Losses 0.1·2, 0.5·1, 0.1·2; the trapezoid weighs them by 0.5, 0.8, 0.5.
    expect(meanPinball(rows, 3, [0.1, 0.5, 0.9], 11)).toBeCloseTo(0.9 / 3, 14);
    expect(crpsOfQuantiles(rows, 3, [0.1, 0.5, 0.9], 11)).toBeCloseTo(0.6, 14);
  });

  test('a missing quantile, a missing outcome or no level at all: NaN', () => {
    expect(meanPinball(new Float64Array([1, Number.NaN]), 0, [0.2, 0.8], 1)).toBeNaN();
    expect(crpsOfQuantiles(new Float64Array([1, Number.NaN]), 0, [0.2, 0.8], 1)).toBeNaN();
    expect(crpsOfQuantiles(new Float64Array([1, 2]), 0, [0.2, 0.8], Number.NaN)).toBeNaN();
    expect(meanPinball(new Float64Array(0), 0, [], 1)).toBeNaN();
    expect(crpsOfQuantiles(new Float64Array(0), 0, [], 1)).toBeNaN();
  });

  test('the percent levels are the 99 nearest numbers to 0.01 … 0.99', () => {
    expect(percentLevels).toHaveLength(99);
    expect([percentLevels[0], percentLevels[6], percentLevels[98]]).toEqual([0.01, 0.07, 0.99]);
    expect(() => checkLevels(percentLevels)).not.toThrow();
  });

  test('at the percent levels the CRPS is 0.99 · 2 · mean pinball', () => {
    const values = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 99, maxLength: 99 });
    fc.assert(
      fc.property(values, fc.double({ min: -60, max: 60, noNaN: true }), (unordered, y) => {
        const quantiles = Float64Array.from(unordered).sort();
        const expected = 0.99 * 2 * meanPinball(quantiles, 0, percentLevels, y);
        expect(crpsOfQuantiles(quantiles, 0, percentLevels, y)).toBeCloseTo(expected, 10);
      }),
    );
  });

  test('converges to the closed form of the uniform law, with the square of the step', () => {
    // ∫ (F − 1{z ≥ y})² dz for F(z) = z on [0, 1] is (y³ + (1 − y)³)/3.
    const y = 0.3;
    const exact = (y ** 3 + (1 - y) ** 3) / 3;
    const error = (count: number) => {
      const levels = Float64Array.from({ length: count - 1 }, (_, k) => (k + 1) / count);
      return Math.abs(crpsOfQuantiles(levels, 0, levels, y) - exact);
    };
    expect(error(10)).toBeLessThan(1e-2);
    expect(error(100)).toBeLessThan(1e-4);
    expect(error(1000)).toBeLessThan(1e-6);
    expect(error(10)).toBeGreaterThan(10 * error(100));
  });

  test('unevenly spaced levels converge too', () => {
    const y = 0.7;
    const exact = (y ** 3 + (1 - y) ** 3) / 3;
    const levels = Float64Array.from({ length: 999 }, (_, k) => ((k + 1) / 1000) ** 2);
    expect(crpsOfQuantiles(levels, 0, levels, y)).toBeCloseTo(exact, 5);
  });
});

describe('checkLevels', () => {
  test.each([[[0, 0.5]], [[0.5, 1]], [[0.5, 0.5]], [[0.5, 0.1]], [[Number.NaN]]])('refuses %j', (levels) => {
    let thrown: unknown;
    try {
      checkLevels(levels);
    } catch (error) {
      thrown = error;
    }
    expect(isWeatherglassError(thrown, 'Usage')).toBe(true);
  });
});
