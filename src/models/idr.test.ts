import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { normalQuantile } from '../forecast/normal.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import { emos } from './emos.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { idr } from './idr.ts';
import type { Control, Selection } from './model.ts';
import { settingsFor } from './settings.ts';

const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const rain = findVariable('precipitation');

type Pair = readonly [forecasts: readonly number[], outcome: number];

function blockOf(pairs: readonly Pair[], variable = temperature): Selection {
  const size = pairs.length;
  const models = pairs[0][0].length;
  const cases = handMadeCases({
    size,
    variable,
    columns: Array.from({ length: models }, (_, k) => `model_${k}`),
    forecasts: Float64Array.from(pairs.flatMap(([forecasts]) => forecasts)),
    outcome: Float64Array.from(pairs, ([, outcome]) => outcome),
  });
  return { cases, rows: Int32Array.from({ length: size }, (_, i) => i) };
}

/** Simulated pairs whose noise grows with the forecast; whole numbers, so that there are ties. */
function simulatedPairs(seed: string, count: number, scale = 1): Pair[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const forecast = Math.round(scale * 10 * random());
    return [[forecast], Math.round(forecast + (1 + forecast / 5) * normalQuantile(random()))];
  });
}

/**
 * P(outcome ≤ z | forecast x) by the formula of isotonic regression: the least, over j ≤ x, of the greatest, over
 * k ≥ x, share of outcomes ≤ z among the pairs with forecasts from j to k.
 */
function minMax(pairs: readonly Pair[], forecasts: readonly number[], x: number, z: number): number {
  const share = (j: number, k: number) => {
    const between = pairs.filter(([[forecast]]) => forecast >= j && forecast <= k);
    return between.filter(([, outcome]) => outcome <= z).length / between.length;
  };
  const least = forecasts.filter((j) => j <= x);
  const greatest = forecasts.filter((k) => k >= x);
  return Math.min(...least.map((j) => Math.max(...greatest.map((k) => share(j, k)))));
}

describe('the estimated cdf', () => {
  const pairs = simulatedPairs('ties', 130);
  const { forecasts, points, cdf } = idr.fit(blockOf(pairs), settingsFor(temperature), control);
  const distinct = [...new Set(pairs.map(([[forecast]]) => forecast))].sort((a, b) => a - b);

  test('is that of the min-max formula of isotonic regression', () => {
    expect(Array.from(forecasts)).toEqual(distinct);
    let compared = 0;
    for (const [k, z] of points.entries())
      for (const [g, x] of distinct.entries()) {
        expect(cdf[g * points.length + k]).toBeCloseTo(minMax(pairs, distinct, x, z), 12);
        compared++;
      }
    expect(compared).toBeGreaterThan(400);
  });

  test('holds every outcome, and points beyond them on either side', () => {
    const outcomes = pairs.map(([, outcome]) => outcome);
    for (const outcome of outcomes) expect(points).toContain(outcome);
    expect(points[0]).toBeLessThan(Math.min(...outcomes));
    expect(points.at(-1)).toBeGreaterThan(Math.max(...outcomes));
    expect(points.every((z, k) => k === 0 || z > points[k - 1])).toBe(true);
  });
});

it('rises in the value and falls in the forecast, whatever the pairs', () => {
  const pair = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -30, max: 30 }));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 100, maxLength: 160 }), (drawn) => {
      const pairs = drawn.map(([forecast, outcome]): Pair => [[forecast], outcome]);
      const { forecasts, points, cdf } = idr.fit(blockOf(pairs), settingsFor(temperature), control);
      const count = points.length;
      for (let g = 0; g < forecasts.length; g++)
        for (let k = 0; k < count; k++) {
          const value = cdf[g * count + k];
          expect(value >= 0 && value <= 1).toBe(true);
          if (k > 0) expect(value).toBeGreaterThanOrEqual(cdf[g * count + k - 1] - 1e-12);
          if (g > 0) expect(value).toBeLessThanOrEqual(cdf[(g - 1) * count + k] + 1e-12);
        }
    }),
    { numRuns: 20 },
  );
});

describe('a prediction', () => {
  const pairs = simulatedPairs('predict', 400, 3);
  const training = blockOf(pairs);
  const artefact = idr.fit(training, settingsFor(temperature), control);
  const { points, pooledShare, forecasts, cdf } = artefact;

  test('is the isotonic cdf mixed with EMOS, which counts as 20 pairs', () => {
    expect(pooledShare).toBeCloseTo(20 / 420, 12);
    const regional = emos.fit(training, settingsFor(temperature), control);
    expect(artefact.coefficients).toEqual(regional.coefficients);
    const targets = blockOf(Array.from(forecasts, (forecast): Pair => [[forecast], 0]));
    const answers = idr.predict(artefact, targets);
    const law = emos.predict(regional, targets);
    for (const g of [0, 3, forecasts.length - 1])
      for (const k of [5, 20, 40]) {
        const middle = (points[k] + points[k + 1]) / 2;
        const expected = (1 - pooledShare) * cdf[g * points.length + k] + pooledShare * law.cdf(g, middle);
        expect(answers.cdf(g, points[k])).toBeCloseTo(expected, 10);
      }
  });

  test('between two forecasts of training lies between their predictions', () => {
    const [low, high] = [forecasts[4], forecasts[5]];
    const answers = idr.predict(
      artefact,
      blockOf([low, low + (high - low) / 4, high].map((forecast): Pair => [[forecast], 0])),
    );
    const law = emos.predict(
      artefact,
      blockOf([low, low + (high - low) / 4, high].map((forecast): Pair => [[forecast], 0])),
    );
    for (const [k, z] of points.entries()) {
      if (k === points.length - 1) continue;
      const isotonic = (i: number) =>
        (answers.cdf(i, z) - pooledShare * law.cdf(i, (z + points[k + 1]) / 2)) / (1 - pooledShare);
      expect(isotonic(1)).toBeCloseTo(0.75 * isotonic(0) + 0.25 * isotonic(2), 9);
    }
  });

  test('of a larger forecast is stochastically larger', () => {
    const larger = Array.from({ length: 80 }, (_, i): Pair => [[-10 + i / 1.7], 0]);
    const answers = idr.predict(artefact, blockOf(larger));
    for (let i = 1; i < larger.length; i++) {
      for (const z of points) expect(answers.cdf(i, z)).toBeLessThanOrEqual(answers.cdf(i - 1, z) + 1e-9);
      for (const p of [0.05, 0.5, 0.95])
        expect(answers.quantile(i, p)).toBeGreaterThanOrEqual(answers.quantile(i - 1, p));
    }
  });

  test('beyond history is neither certain nor impossible', () => {
    // Sixteen points for the tail on either side.
    const [first, last] = [16, points.length - 17];
    const [least, most] = [points[first], points[last]];
    expect(cdf[first - 1]).toBe(0);
    expect(cdf[last]).toBe(1);
    const law = emos.predict(
      artefact,
      blockOf([
        [[forecasts[0]], 0],
        [[forecasts.at(-1)!], 0],
      ]),
    );
    const answers = idr.predict(
      artefact,
      blockOf([
        [[forecasts[0]], 0],
        [[forecasts.at(-1)!], 0],
      ]),
    );
    // Of what EMOS has beyond its share is left; the cut between two points is in their middle.
    const below = law.cdf(0, (points[first - 1] + points[first]) / 2);
    const above = 1 - law.cdf(1, (points[last] + points[last + 1]) / 2);
    expect(answers.cdfBelow(0, least)).toBeCloseTo(pooledShare * below, 12);
    expect(1 - answers.cdf(1, most)).toBeCloseTo(pooledShare * above, 12);
    expect(answers.cdfBelow(0, least)).toBeGreaterThan(0.001);
    expect(1 - answers.cdf(1, most)).toBeGreaterThan(0);
    expect(answers.quantile(0, 0.001)).toBeLessThan(least);
    // Far outside, IDR repeats its outermost cdf, and points end where they end.
    const far = idr.predict(artefact, blockOf([[[1000], 0]]));
    expect(far.quantile(0, 0.5)).toBeLessThanOrEqual(points.at(-1)!);
    expect(far.crps(0, most)).toBeLessThan(100);
  });

  test('without a forecast is missing', () => {
    const answers = idr.predict(artefact, blockOf([[[Number.NaN], 0]]));
    expect(answers.mean(0)).toBeNaN();
    expect(answers.cdf(0, 3)).toBeNaN();
    expect(answers.quantile(0, 0.5)).toBeNaN();
    expect(answers.crps(0, 3)).toBeNaN();
  });

  test('weights of a case add up to one', () => {
    const answers = idr.predict(
      artefact,
      blockOf([
        [[-3], 0],
        [[7.3], 0],
        [[500], 0],
      ]),
    );
    for (const i of [0, 1, 2]) {
      expect(answers.cdf(i, points.at(-1)!)).toBe(1);
      expect(answers.cdfBelow(i, points[0])).toBe(0);
      expect(answers.mean(i)).toBeGreaterThan(points[0]);
      expect(answers.mean(i)).toBeLessThan(points.at(-1)!);
    }
  });
});

test('with an ensemble the order holds up to the pooled share', () => {
  const random = seededRandom('ensemble');
  const pairs = Array.from({ length: 200 }, (): Pair => {
    const centre = 10 * random();
    const spread = 4 * random();
    const forecasts = Array.from({ length: 3 }, () => centre + spread * normalQuantile(random()));
    return [forecasts, centre + spread * normalQuantile(random())];
  });
  const artefact = idr.fit(blockOf(pairs), settingsFor(temperature), control);
  // The same centres, the second far more certain than the first.
  const answers = idr.predict(
    artefact,
    blockOf([
      [[0, 5, 10], 0],
      [[5, 5.01, 5.02], 0],
    ]),
  );
  const excess = artefact.points.map((z) => answers.cdf(1, z) - answers.cdf(0, z));
  expect(Math.max(...excess)).toBeGreaterThan(0);
  expect(Math.max(...excess)).toBeLessThanOrEqual(artefact.pooledShare + 1e-9);
});

test('rain stays at zero and above, with its atom', () => {
  const random = seededRandom('rain');
  const pairs = Array.from({ length: 250 }, (): Pair => {
    const forecast = Math.max(0, 4 * random() - 1);
    return [[forecast], Math.max(0, forecast + 2 * random() - 1.5)];
  });
  const artefact = idr.fit(blockOf(pairs, rain), settingsFor(rain), control);
  expect(artefact.points[0]).toBe(0);
  expect(artefact.points.filter((z) => z === 0)).toHaveLength(1);
  const answers = idr.predict(
    artefact,
    blockOf(
      [
        [[0], 0],
        [[3], 0],
      ],
      rain,
    ),
  );
  expect(answers.cdf(0, 0)).toBeGreaterThan(0.7);
  expect(answers.cdf(1, 0)).toBeLessThan(0.1);
  expect(answers.cdfBelow(0, 0)).toBe(0);
});

test('of many pairs neighbours share a step, and the cdf is still that of their groups', () => {
  const random = seededRandom('many');
  const pairs = Array.from({ length: 3000 }, (): Pair => {
    const forecast = 10 * random();
    return [[forecast], forecast + normalQuantile(random())];
  });
  const artefact = idr.fit(blockOf(pairs), settingsFor(temperature), control);
  expect(artefact.forecasts.length).toBeGreaterThan(390);
  expect(artefact.forecasts.length).toBeLessThanOrEqual(400);
  expect(artefact.points.length).toBeGreaterThan(270);
  expect(artefact.points.length).toBeLessThanOrEqual(250 + 32);
  const answers = idr.predict(artefact, blockOf([2, 5, 8].map((forecast): Pair => [[forecast], 0])));
  // About 0.1 of the scale is what isotonic regression of so many pairs leaves open.
  [2, 5, 8].forEach((forecast, i) => {
    expect(Math.abs(answers.quantile(i, 0.5) - forecast)).toBeLessThan(0.35);
    expect(Math.abs(answers.quantile(i, 0.8413) - forecast - 1)).toBeLessThan(0.4);
  });
});

test('fewer than 100 pairs cannot be fitted, and EMOS stands in', () => {
  const fit = (pairs: readonly Pair[]) => idr.fit(blockOf(pairs), settingsFor(temperature), control);
  const pairs = simulatedPairs('few', 100);
  expect(fit(pairs).trainedOn.rows).toBe(100);
  const missing: Pair = [[Number.NaN], 3];
  const unknown: Pair = [[3], Number.NaN];
  for (const few of [pairs.slice(1), [...pairs.slice(1), missing], [...pairs.slice(1), unknown]]) {
    let caught: unknown;
    try {
      fit(few);
    } catch (error) {
      caught = error;
    }
    expect(isWeatherglassError(caught, 'CannotFit')).toBe(true);
    expect(String(caught)).toContain('99 pairs');
  }
  expect(idr.simpler).toBe('emos');
});
