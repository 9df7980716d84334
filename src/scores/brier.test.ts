import { describe, expect, test } from 'vitest';
import { brierScore, meanBrier } from './brier.ts';

describe('Brier score', () => {
  test('hand-worked', () => {
    expect(brierScore(0.8, 1)).toBeCloseTo(0.04, 14);
    expect(brierScore(0.8, 0)).toBeCloseTo(0.64, 14);
    expect(brierScore(1, 1)).toBe(0);
    expect(brierScore(Number.NaN, 1)).toBeNaN();
  });

  test('the mean leaves incomplete pairs out', () => {
    expect(meanBrier([0.8, Number.NaN, 0.5, 0.1], [1, 1, Number.NaN, 0])).toBeCloseTo(0.025, 14);
    expect(meanBrier([Number.NaN], [1])).toBeNaN();
    expect(meanBrier([], [])).toBeNaN();
  });

  test('is proper: on average least for the true probability', () => {
    const truth = 0.3;
    const expected = (p: number) => truth * brierScore(p, 1) + (1 - truth) * brierScore(p, 0);
    for (const p of [0, 0.2, 0.29, 0.31, 0.5, 1]) expect(expected(truth)).toBeLessThan(expected(p));
  });

  test('refuses columns of different lengths', () => {
    expect(() => meanBrier([0.5], [1, 0])).toThrow('1 probabilities and 2 outcomes');
  });
});
