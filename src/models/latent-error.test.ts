import { describe, expect, test } from 'vitest';
import { normalQuantile } from '../forecast/normal.ts';
import type { Family } from '../forecast/parametric.ts';
import { latentError } from './latent-error.ts';

const percent: Family = { law: 'censored-normal', transform: 'none', lower: 0, upper: 100 };
const rain: Family = { law: 'censored-logistic', transform: 'sqrt', lower: 0, upper: Infinity };

test('between the bounds it is the standardised error', () => {
  expect(latentError(percent, 70, 60, 5)).toEqual({ error: 2, square: 4 });
  expect(latentError({ ...percent, law: 'normal' }, 0, 60, 20)).toEqual({ error: -3, square: 9 });
  expect(latentError({ ...percent, law: 'truncated-normal' }, 0, 60, 20)).toEqual({ error: -3, square: 9 });
});

describe('at a bound', () => {
  // From tables: φ(0) = 0.398942, Φ(0) = 0.5; φ(1) = 0.241971, Φ(1) = 0.841345, Φ(−1) = 0.158655; φ(2) = 0.053991,
  // Φ(−2) = 0.022750.
  const tabulated = [
    [0, 0.398942 / 0.5],
    [1, 0.241971 / 0.841345],
    [-1, 0.241971 / 0.158655],
    [-2, 0.053991 / 0.02275],
  ] as const;

  test.each(tabulated)('the expectation of what lies beyond z = %d is φ/Φ', (z, ratio) => {
    const dry = latentError(percent, 0, -10 * z, 10);
    expect(dry.error).toBeCloseTo(-ratio, 4);
    expect(dry.square).toBeCloseTo(1 - z * ratio, 4);
    const full = latentError(percent, 100, 100 + 10 * z, 10);
    expect(full.error).toBeCloseTo(ratio, 4);
    expect(full.square).toBeCloseTo(1 - z * ratio, 4);
    // A root has the same bound.
    expect(latentError(rain, 0, -10 * z, 10)).toEqual(dry);
  });

  test('it is the mean over all normal values beyond', () => {
    const share = 0.3;
    const steps = 200_000;
    let [sum, squares] = [0, 0];
    for (let k = 0; k < steps; k++) {
      const value = normalQuantile((share * (k + 0.5)) / steps);
      sum += value;
      squares += value * value;
    }
    const found = latentError(percent, 0, -normalQuantile(share), 1);
    expect(found.error).toBeCloseTo(sum / steps, 4);
    expect(found.square).toBeCloseTo(squares / steps, 3);
  });

  test('far out it is the distance to the bound, and nothing is lost on the way there', () => {
    expect(latentError(percent, 0, 50, 1)).toEqual({ error: -50, square: 2501 });
    const { error, square } = latentError(percent, 0, 29.999, 1);
    const beyond = latentError(percent, 0, 30.001, 1);
    expect(beyond.error / error).toBeCloseTo(1, 2);
    expect(beyond.square / square).toBeCloseTo(1, 2);
  });

  test('an outcome that was sure to lie beyond says nothing', () => {
    const { error, square } = latentError(percent, 0, -500, 10);
    expect(error).toBeCloseTo(0, 12);
    expect(square).toBe(1);
  });
});

test('NaN in, NaN out', () => {
  for (const [outcome, location] of [
    [Number.NaN, 50],
    [50, Number.NaN],
    [0, Number.NaN],
    [100, Number.NaN],
  ])
    expect(latentError(percent, outcome, location, 5)).toEqual({ error: Number.NaN, square: Number.NaN });
});
