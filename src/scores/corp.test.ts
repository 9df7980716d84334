import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanBrier } from './brier.ts';
import { corpReliability } from './corp.ts';

/** Isotonic regression by its max–min formula, pair by pair: an independent way to the recalibrated forecasts. */
function recalibratedPairs(probabilities: readonly number[], outcomes: readonly number[]): number[] {
  const share = (from: number, until: number) => {
    const among = outcomes.filter((_, i) => probabilities[i] >= from && probabilities[i] <= until);
    return among.reduce((sum, o) => sum + o, 0) / among.length;
  };
  return probabilities.map((p) =>
    Math.max(
      ...probabilities
        .filter((from) => from <= p)
        .map((from) =>
          Math.min(...probabilities.filter((until) => until >= p).map((until) => share(from, until))),
        ),
    ),
  );
}

const pairs = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.integer({ min: 0, max: 10 }).map((i) => i / 10),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      fc.constantFrom(0, 1),
    ),
    { minLength: 1, maxLength: 25 },
  )
  .map((rows) => ({ probabilities: rows.map((row) => row[0]), outcomes: rows.map((row) => row[1]) }));

describe('corpReliability', () => {
  test('hand-worked', () => {
    // Recalibrated 0, ½, ½, 1. S = (0.04 + 0.36 + 0.36 + 0.04)/4 = 0.2, S_C = (0 + ¼ + ¼ + 0)/4 = 0.125, S_R = ¼.
    const diagram = corpReliability([0.6, 0.2, 0.8, 0.4], [0, 0, 1, 1]);
    expect([...diagram.forecast]).toEqual([0.2, 0.4, 0.6, 0.8]);
    expect([...diagram.recalibrated]).toEqual([0, 0.5, 0.5, 1]);
    expect([...diagram.count]).toEqual([1, 1, 1, 1]);
    expect([...diagram.events]).toEqual([0, 1, 0, 1]);
    expect(diagram.score).toBeCloseTo(0.2, 14);
    expect(diagram.miscalibration).toBeCloseTo(0.075, 14);
    expect(diagram.discrimination).toBeCloseTo(0.125, 14);
    expect(diagram.uncertainty).toBe(0.25);
    expect(diagram.targets).toBe(4);
  });

  test('hand-worked: equal forecasts are one group before anything is pooled', () => {
    const diagram = corpReliability([0.3, 0.7, 0.3, 0.7, 0.7], [1, 1, 0, 1, 0]);
    expect([...diagram.forecast]).toEqual([0.3, 0.7]);
    expect([...diagram.count]).toEqual([2, 3]);
    expect([...diagram.events]).toEqual([1, 2]);
    expect([...diagram.recalibrated]).toEqual([1 / 2, 2 / 3]);
  });

  test('calibrated forecasts lack nothing, and constant ones tell nothing', () => {
    const calibrated = corpReliability([0.25, 0.25, 0.25, 0.25, 1], [0, 1, 0, 0, 1]);
    expect(calibrated.miscalibration).toBe(0);
    expect(calibrated.discrimination).toBeGreaterThan(0.05);
    const constant = corpReliability([0.3, 0.3, 0.3], [0, 1, 1]);
    expect(constant.discrimination).toBe(0);
    expect(constant.miscalibration).toBeCloseTo((2 / 3 - 0.3) ** 2, 14);
  });

  test('the parts are the differences of mean scores, and add up to the score', () => {
    fc.assert(
      fc.property(pairs, ({ probabilities, outcomes }) => {
        const diagram = corpReliability(probabilities, outcomes);
        const score = meanBrier(probabilities, outcomes);
        const baseRate = outcomes.reduce<number>((sum, o) => sum + o, 0) / outcomes.length;
        const ofRecalibrated = meanBrier(recalibratedPairs(probabilities, outcomes), outcomes);
        const ofBaseRate = meanBrier(
          outcomes.map(() => baseRate),
          outcomes,
        );
        expect(diagram.score).toBeCloseTo(score, 12);
        expect(diagram.miscalibration).toBeCloseTo(score - ofRecalibrated, 12);
        expect(diagram.discrimination).toBeCloseTo(ofBaseRate - ofRecalibrated, 12);
        expect(diagram.uncertainty).toBeCloseTo(ofBaseRate, 12);
        const sum = diagram.miscalibration - diagram.discrimination + diagram.uncertainty;
        expect(sum).toBeCloseTo(diagram.score, 12);
        expect(diagram.miscalibration).toBeGreaterThanOrEqual(-1e-15);
        expect(diagram.discrimination).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('the curve agrees with the max–min formula', () => {
    fc.assert(
      fc.property(pairs, ({ probabilities, outcomes }) => {
        const { forecast, recalibrated } = corpReliability(probabilities, outcomes);
        const expected = recalibratedPairs(probabilities, outcomes);
        probabilities.forEach((p, i) => {
          expect(recalibrated[forecast.indexOf(p)]).toBeCloseTo(expected[i], 12);
        });
      }),
    );
  });

  test('a stretched forecast has the same discrimination', () => {
    const outcomes = [0, 1, 0, 0, 1, 0, 1, 1];
    const forecasts = [0.1, 0.2, 0.3, 0.35, 0.5, 0.6, 0.8, 0.9];
    const stretched = corpReliability(
      forecasts.map((p) => p ** 3),
      outcomes,
    );
    const original = corpReliability(forecasts, outcomes);
    expect(stretched.discrimination).toBe(original.discrimination);
    expect(stretched.miscalibration).toBeGreaterThan(original.miscalibration + 0.01);
  });

  test('incomplete pairs are left out; without any pair everything is missing', () => {
    const gaps = corpReliability([0.2, Number.NaN, 0.4, 0.6, 0.8, 0.5], [0, 1, 1, 0, 1, Number.NaN]);
    expect(gaps).toEqual(corpReliability([0.2, 0.4, 0.6, 0.8], [0, 1, 0, 1]));
    const { forecast, score, miscalibration, discrimination, uncertainty, targets } = corpReliability([], []);
    expect(forecast).toHaveLength(0);
    expect([score, miscalibration, discrimination, uncertainty]).toEqual(
      Array.from({ length: 4 }, () => Number.NaN),
    );
    expect(targets).toBe(0);
  });

  test('refuses what is no probability, no outcome, or no pair, saying where', () => {
    expect(() => corpReliability([0.5, 1.2], [0, 1])).toThrow('Pair 1 has probability 1.2');
    expect(() => corpReliability([0.5], [0.5])).toThrow('Pair 0 has probability 0.5 and outcome 0.5');
    expect(() => corpReliability([0.5], [])).toThrow('1 probabilities and 0 outcomes');
  });
});
