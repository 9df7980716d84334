import { describe, expect, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { dressed, persistence } from './dressed.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { type Control, recentNames, type Selection } from './model.ts';
import { settingsFor } from './settings.ts';

const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const rain = findVariable('precipitation');

interface Row {
  /** Forecasts by the models, all rows alike. */
  readonly models?: readonly number[];
  /** The last known outcome, on the fitted scale. */
  readonly last?: number;
  readonly outcome?: number;
}

function blockOf(variable: Variable, rows: readonly Row[]): Selection {
  const size = rows.length;
  const models = rows[0].models?.length ?? 0;
  const cases = handMadeCases({
    size,
    variable,
    columns: Array.from({ length: models }, (_, k) => `model_${k}`),
    forecasts: Float64Array.from(rows.flatMap((row) => row.models ?? [])),
    recent: rows.some((row) => row.last !== undefined)
      ? Float64Array.from(
          rows.flatMap(({ last = Number.NaN }) => recentNames.map((name) => (name === 'last' ? last : 77))),
        )
      : new Float64Array(),
    outcome: Float64Array.from(rows, ({ outcome = Number.NaN }) => outcome),
  });
  return { cases, rows: Int32Array.from({ length: size }, (_, i) => i) };
}

const isCannotFit = (compute: () => unknown) => {
  try {
    compute();
  } catch (error) {
    return isWeatherglassError(error, 'CannotFit');
  }
  return false;
};

describe('a dressed single forecast', () => {
  // Errors 12 − 10 = 2, 19 − 20 = −1 and 35 − 30 = 5: around 40 that is 39, 42, 45, with their bias of 2.
  const training = blockOf(temperature, [
    { models: [10], outcome: 12 },
    { models: [20], outcome: 19 },
    { models: [30], outcome: 35 },
    { models: [99] },
  ]);
  const artefact = dressed.fit(training, settingsFor(temperature), control);
  const answer = dressed.predict(artefact, blockOf(temperature, [{ models: [40], outcome: -500 }]));

  test('wears its past errors, bias and all', () => {
    expect(answer.mean(0)).toBe(42);
    expect([0.2, 0.5, 0.9].map((p) => answer.quantile(0, p))).toEqual([39, 42, 45]);
    expect(answer.cdf(0, 39)).toBeCloseTo(1 / 3, 12);
    expect(artefact.trainedOn.rows).toBe(4);
  });

  // Mean distance to 42 is (3 + 0 + 3)/3 = 2, mean difference of the nine pairs 2(3 + 6 + 3)/9 = 8/3: 2 − 4/3.
  test('is scored as the sample it is', () => {
    expect(answer.crps(0, 42)).toBeCloseTo(2 / 3, 12);
  });

  test('stays within the bounds of its variable', () => {
    const wet = dressed.fit(
      blockOf(rain, [
        { models: [4], outcome: 0 },
        { models: [4], outcome: 5 },
      ]),
      settingsFor(rain),
      control,
    );
    const small = dressed.predict(wet, blockOf(rain, [{ models: [1] }]));
    expect([small.quantile(0, 0.25), small.quantile(0, 0.75)]).toEqual([0, 2]);
    expect(small.mean(0)).toBe(1);
    expect(small.cdf(0, 0)).toBe(0.5);
  });

  test('needs two past errors', () => {
    const one = blockOf(temperature, [{ models: [1], outcome: 2 }, { models: [1] }]);
    expect(isCannotFit(() => dressed.fit(one, settingsFor(temperature), control))).toBe(true);
    expect(dressed.simpler).toBe('climatology');
  });

  test('without any forecast cannot be made', () => {
    const nothing = blockOf(temperature, [{ outcome: 1 }, { outcome: 2 }]);
    expect(isCannotFit(() => dressed.fit(nothing, settingsFor(temperature), control))).toBe(true);
  });
});

test('several forecasts are their own distribution, learned from nothing', () => {
  const training = blockOf(temperature, [{ models: [1, 2], outcome: 100 }]);
  const artefact = dressed.fit(training, settingsFor(temperature), control);
  const answer = dressed.predict(artefact, blockOf(temperature, [{ models: [4, 8] }]));
  expect([answer.quantile(0, 0.25), answer.quantile(0, 0.75)]).toEqual([4, 8]);
});

describe('persistence', () => {
  const settings = settingsFor(temperature);

  // Outcome minus last: 1, −3, 2.
  const training = blockOf(temperature, [
    { last: 10, outcome: 11 },
    { last: 11, outcome: 8 },
    { last: 8, outcome: 10 },
    { outcome: 7 },
  ]);

  test('is the last outcome with the errors of that rule', () => {
    const artefact = persistence.fit(training, settings, control);
    const answer = persistence.predict(artefact, blockOf(temperature, [{ last: 20 }, {}]));
    expect([0.2, 0.5, 0.9].map((p) => answer.quantile(0, p))).toEqual([17, 21, 22]);
    expect(answer.mean(0)).toBeCloseTo(20, 12);
    expect(answer.crps(1, 20)).toBeNaN();
  });

  // Recent outcomes of rain are roots: a last of 3 means 9 mm. Errors 16 − 9 = 7 and 0 − 1 = −1.
  test('takes roots back to the unit', () => {
    const wet = blockOf(rain, [
      { last: 3, outcome: 16 },
      { last: 1, outcome: 0 },
    ]);
    const artefact = persistence.fit(wet, settingsFor(rain), control);
    const answer = persistence.predict(artefact, blockOf(rain, [{ last: 2 }, { last: 0 }]));
    expect([answer.quantile(0, 0.25), answer.quantile(0, 0.75)]).toEqual([3, 11]);
    expect([answer.quantile(1, 0.25), answer.quantile(1, 0.75)]).toEqual([0, 7]);
  });

  test('without recent outcomes cannot be made', () => {
    const nothing = blockOf(temperature, [{ outcome: 1 }, { outcome: 2 }]);
    expect(isCannotFit(() => persistence.fit(nothing, settings, control))).toBe(true);
    expect(persistence.usesRecent).toBe(true);
  });
});
