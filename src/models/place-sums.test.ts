import { describe, expect, test } from 'vitest';
import { msPerDay } from '../weather/time.ts';
import { normalNumbers } from './hand-made-region.ts';
import {
  addOutcome,
  fade,
  meanOf,
  noSums,
  type PlaceSums,
  placeLaw,
  residualWeight,
  varianceBetween,
} from './place-sums.ts';

function lawOf(sums: PlaceSums, betweenPlaces: number, time = 0) {
  const law = { bias: Number.NaN, variance: Number.NaN, logSpread: Number.NaN };
  placeLaw(sums, betweenPlaces, time, law);
  return law;
}

function sumsOf(residuals: readonly number[], variance: number, square = 1): PlaceSums {
  const sums = noSums();
  for (const residual of residuals) addOutcome(sums, residual, variance, square);
  return sums;
}

describe('what is said of a place', () => {
  // Σ 1/σ² = 2/4, Σ r/σ² = 6/4, 1/τ² = 1/2: bias 1.5/1, variance 1/1. Σ (r/σ)² = 18 of 2: ½ log (38/22).
  test('after two outcomes, by hand', () => {
    const law = lawOf(sumsOf([2, 4], 4, 9), 2);
    expect(law.bias).toBeCloseTo(1.5, 12);
    expect(law.variance).toBeCloseTo(1, 12);
    expect(law.logSpread).toBeCloseTo(0.5 * Math.log(38 / 22), 12);
  });

  test('without an outcome is the region: bias 0, as uncertain as places differ', () => {
    expect(lawOf(noSums(), 2)).toEqual({ bias: 0, variance: 2, logSpread: 0 });
  });

  test('is bias 0 for sure where places do not differ', () => {
    expect(lawOf(sumsOf([2, 4], 4), 0)).toEqual({ bias: 0, variance: 0, logSpread: 0 });
  });

  test('after many outcomes is their mean residual, and their spread', () => {
    const law = lawOf(sumsOf(new Array<number>(10_000).fill(3), 4, 2), 2);
    expect(law.bias).toBeCloseTo(3, 2);
    expect(law.variance).toBeCloseTo(0, 3);
    expect(Math.exp(2 * law.logSpread)).toBeCloseTo(2, 2);
  });

  // 120 days leave e^−2 of the sums: Σ 1/σ² = 0.0677, Σ r/σ² = 0.2030.
  test('of a place that has been silent for long is less', () => {
    const law = lawOf(sumsOf([2, 4], 4, 9), 2, 120 * msPerDay);
    const left = Math.exp(-2);
    expect(law.variance).toBeCloseTo(1 / (0.5 * left + 0.5), 12);
    expect(law.bias).toBeCloseTo((1.5 * left) / (0.5 * left + 0.5), 12);
    expect(law.logSpread).toBeCloseTo(0.5 * Math.log((18 * left + 20) / (2 * left + 20)), 12);
  });

  test('has weight and mean of its residuals', () => {
    const sums = noSums();
    addOutcome(sums, 2, 1, 1);
    addOutcome(sums, 5, 2, 1);
    // Weights 1 and ½: (2 + 2.5)/1.5.
    expect(residualWeight(sums)).toBeCloseTo(1.5, 12);
    expect(meanOf(sums, 'bias')).toBeCloseTo(3, 12);
  });
});

describe('what was learned of a place', () => {
  test('has fallen by e after 60 days, whatever steps they came in', () => {
    for (const steps of [[60], [1, 20, 60], Array.from({ length: 60 }, (_, k) => k + 1)]) {
      const sums = noSums();
      fade(sums, 1000 * msPerDay);
      addOutcome(sums, 4, 2, 9);
      for (const step of steps) fade(sums, (1000 + step) * msPerDay);
      const left = Math.exp(-1);
      expect(residualWeight(sums)).toBeCloseTo(left / 2, 12);
      // Σ r/σ² = 2/e and Σ 1/σ² + 1/τ² = 0.5/e + 0.5.
      expect(lawOf(sums, 2).bias).toBeCloseTo((2 * left) / (0.5 * left + 0.5), 12);
      expect(lawOf(sums, 2).logSpread).toBeCloseTo(0.5 * Math.log((9 * left + 20) / (left + 20)), 12);
    }
  });

  test('does not come back for an outcome that is learned late', () => {
    const sums = noSums();
    fade(sums, 100 * msPerDay);
    addOutcome(sums, 4, 2, 1);
    fade(sums, 50 * msPerDay);
    expect(residualWeight(sums)).toBe(0.5);
    fade(sums, 100 * msPerDay);
    expect(residualWeight(sums)).toBe(0.5);
  });
});

describe('the variance between places', () => {
  const normal = normalNumbers('between places');

  // Q = 5 · 16/2 − 4²/10 = 38.4 of 4 differences, c = 10 − 20/10 = 8. Two usual ones add 4 to c, and 4 · 0.02.
  test('of five places, by hand', () => {
    const places = [2, -2, 2, -2, 2].map((bias) => sumsOf([bias, bias], 1));
    expect(varianceBetween(places)).toBeCloseTo((38.4 - 4 + 4 * 0.02) / 12, 12);
  });

  // Q = 4 · 81 of 3 differences, c = 4 − 4/4 = 3, and 2 for two usual ones.
  test('of four, and of four with any that have said nothing', () => {
    const four = [9, -9, 9, -9].map((bias) => sumsOf([bias], 1));
    expect(varianceBetween(four)).toBeCloseTo((324 - 3 + 2 * 0.02) / 5, 12);
    expect(varianceBetween([...four, noSums(), noSums()])).toBe(varianceBetween(four));
  });

  test('is of biases, of what recent outcomes contributed, or of both together', () => {
    const places = [1, -1, 2, -2].map((bias) => {
      const sums = noSums();
      for (let n = 0; n < 1000; n++) addOutcome(sums, bias, 1, 1, 2 * bias);
      return sums;
    });
    const bias = varianceBetween(places, 'bias');
    expect(varianceBetween(places)).toBe(bias);
    expect(varianceBetween(places, 'contributed') / bias).toBeCloseTo(4, 1);
    // What goes together adds in standard deviations: (1 + 2)².
    expect(varianceBetween(places, 'both') / bias).toBeCloseTo(9, 1);
    expect(meanOf(places[2], 'both')).toBeCloseTo(6, 12);
  });

  test('is not of what all have in common', () => {
    const places = (common: number) =>
      [2, -1, 3].map((bias, k) => sumsOf(Array(k + 1).fill(bias + common), 1));
    expect(varianceBetween(places(50))).toBeCloseTo(varianceBetween(places(0)), 9);
  });

  test('of one place is 0: it has nothing that the region has not', () => {
    expect(varianceBetween([sumsOf([9, 9, 9], 1)])).toBe(0);
    expect(varianceBetween([])).toBe(0);
  });

  test('is that which places were simulated with, however unequal their outcomes', () => {
    const places = Array.from({ length: 2000 }, (_, k) => {
      const bias = 2 * normal();
      const variance = 1 + (k % 3);
      return sumsOf(
        Array.from({ length: 1 + (k % 20) }, () => bias + Math.sqrt(variance) * normal()),
        variance,
      );
    });
    // Four times √(2/2000) of it, or more where places have few outcomes.
    expect(varianceBetween(places)).toBeGreaterThan(3.4);
    expect(varianceBetween(places)).toBeLessThan(4.6);
  });

  test('is next to nothing where there is noise alone', () => {
    const places = Array.from({ length: 500 }, () => sumsOf(Array.from({ length: 20 }, normal), 1));
    expect(varianceBetween(places)).toBeLessThan(0.01);
  });

  test('is 0 where places differ less than chance would have it', () => {
    expect(varianceBetween([1, -1, 1, -1, 1, 0].map((one) => sumsOf([one, 0], 1)))).toBe(0);
  });
});
