import { expect, test } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { handMadeCases } from './hand-made-cases.ts';
import type { Control } from './model.ts';
import { raw } from './raw.ts';
import { settingsFor } from './settings.ts';

const temperature = findVariable('temperature_2m');
const control: Control = { checkpoint() {} };

/** The raw forecast of one case with the given columns. */
function forecastOf(columns: Readonly<Record<string, number>>) {
  const cases = handMadeCases({
    size: 1,
    variable: temperature,
    columns: Object.keys(columns),
    forecasts: Float64Array.from(Object.values(columns)),
    outcome: Float64Array.of(7),
  });
  const rows = Int32Array.of(0);
  const artefact = raw.fit({ cases, rows }, settingsFor(temperature), control);
  expect(artefact.trainedOn.rows).toBe(0);
  return raw.predict(artefact, { cases, rows });
}

// Members 1, 2, 6 and an outcome of 3: mean distance (2 + 1 + 3)/3 = 2, mean difference over all nine ordered pairs
// 2(1 + 5 + 4)/9 = 20/9, of which half: 2 − 10/9 = 8/9; over the six pairs of different members 2 − 5/3 = 1/3.
test('members, and not the models beside them', () => {
  const forecast = forecastOf({ member_1: 6, member_2: 1, member_3: 2, model_a: 100, x_1: -50 });
  expect(forecast.mean(0)).toBe(3);
  expect(forecast.quantile(0, 0.5)).toBe(2);
  expect(forecast.crps(0, 3)).toBeCloseTo(8 / 9, 12);
  expect(forecast.fairCrps(0, 3)).toBeCloseTo(1 / 3, 12);
});

test('models with equal weight, where there are no members', () => {
  const forecast = forecastOf({ model_a: 4, model_b: 8, x_1: 99 });
  expect(forecast.mean(0)).toBe(6);
  expect(forecast.cdf(0, 4)).toBe(0.5);
  expect(forecast.cdf(0, 99)).toBe(1);
});

test('a single forecast is a point: its CRPS is the absolute error, and there is no fair one', () => {
  const forecast = forecastOf({ model_a: 4 });
  expect(forecast.crps(0, 6.5)).toBe(2.5);
  expect(forecast.fairCrps(0, 6.5)).toBeNaN();
  expect([forecast.quantile(0, 0.01), forecast.quantile(0, 0.99)]).toEqual([4, 4]);
});

test('missing members are left out', () => {
  const forecast = forecastOf({ member_1: 6, member_2: Number.NaN, member_3: 2 });
  expect(forecast.mean(0)).toBe(4);
});

test('predictors alone are no forecast', () => {
  const forecast = forecastOf({ x_1: 4 });
  expect(forecast.mean(0)).toBeNaN();
  expect(forecast.crps(0, 4)).toBeNaN();
});
