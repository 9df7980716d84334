import { describe, expect, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { findVariable } from '../weather/variable.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { columnsOf, harmonics, isHarmonic, isRecent } from './terms.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Two rows of rain with two members, a model and a predictor. */
const cases = handMadeCases({
  size: 2,
  variable: findVariable('precipitation'),
  // A quarter of a day, and a day and a half, after the epoch.
  validTime: Float64Array.of(6 * HOUR, 36 * HOUR),
  columns: ['member_1', 'member_2', 'model_a', 'x_wind'],
  forecasts: Float64Array.of(4, 16, 25, -9, 0, 0, 1, 7),
  recent: Float64Array.of(1, 2, 3, 4, -1, -2, -3, -4, 5, 6, 7, Number.NaN, -5, -6, -7, Number.NaN),
  contextNames: ['change', 'with_dew_point_2m'],
  context: Float64Array.of(-0.5, 8, Number.NaN, 9),
  outcome: Float64Array.of(3, 4),
});
const both = { cases, rows: Int32Array.of(0, 1) };

const valuesOf = (term: string, transform: 'none' | 'sqrt' = 'none') =>
  Array.from(columnsOf([term], both, transform));

describe('what a term says', () => {
  // Roots 2 and 4: mean 3, variance 1 + 1 = 2. As they are: mean 10, variance 36 + 36 = 72.
  test.each([
    ['one', 'none', [1, 1]],
    ['mean', 'none', [10, 0]],
    ['mean', 'sqrt', [3, 0]],
    ['variance', 'none', [72, 0]],
    ['variance', 'sqrt', [2, 0]],
    ['log_sd', 'none', [0.5 * Math.log(72), -Infinity]],
    ['log_sd', 'sqrt', [0.5 * Math.log(2), -Infinity]],
    ['model_a', 'none', [25, 1]],
    ['model_a', 'sqrt', [5, 1]],
    ['member_2', 'sqrt', [4, 0]],
    // A predictor has a unit of its own and may be negative.
    ['x_wind', 'none', [-9, 7]],
    ['x_wind', 'sqrt', [-9, 7]],
    // Recent outcomes come on the fitted scale.
    ['last', 'sqrt', [1, 5]],
    ['mean_3d', 'none', [2, 6]],
    ['mean_10d', 'none', [3, 7]],
    ['mean_30d', 'none', [4, Number.NaN]],
    ['error_last', 'none', [-1, -5]],
    ['error_3d', 'sqrt', [-2, -6]],
    ['error_30d', 'none', [-4, Number.NaN]],
    // The model over the mean, and the mean over the last outcome.
    ['over_model_a', 'none', [25 - 10, 1 - 0]],
    ['over_model_a', 'sqrt', [5 - 3, 1 - 0]],
    ['over_last', 'none', [10 - 1, 0 - 5]],
    ['over_last', 'sqrt', [3 - 1, 0 - 5]],
    // What else was known stays as it is.
    ['change', 'none', [-0.5, Number.NaN]],
    ['change', 'sqrt', [-0.5, Number.NaN]],
    ['with_dew_point_2m', 'sqrt', [8, 9]],
  ] as const)('%s on the scale %s', (term, transform, expected) => {
    expect(valuesOf(term, transform)).toEqual(expected);
  });

  test.each([
    ['cos_day_1', [0, -1]],
    ['sin_day_1', [1, 0]],
    ['cos_day_2', [-1, 1]],
    ['sin_day_2', [0, 0]],
  ] as const)('%s at six and at noon', (term, expected) => {
    valuesOf(term).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 10));
  });

  test('the year turns in 365.2425 days', () => {
    const turn = 365.2425 * DAY;
    const year = {
      cases: { ...cases, size: 4, validTime: Float64Array.of(0, turn / 8, turn / 4, 50 * turn) },
      rows: Int32Array.of(0, 1, 2, 3),
    };
    const at = (term: string) => Array.from(columnsOf([term], year, 'none'));
    [1, Math.SQRT1_2, 0, 1].forEach((value, i) => expect(at('cos_year_1')[i]).toBeCloseTo(value, 9));
    [0, 1, 0, 0].forEach((value, i) => expect(at('sin_year_2')[i]).toBeCloseTo(value, 9));
  });
});

test('columns stand row by row, in the order of terms and of the selected rows', () => {
  const selection = { cases, rows: Int32Array.of(1, 0, 1) };
  expect(Array.from(columnsOf(['x_wind', 'one', 'model_a'], selection, 'none'))).toEqual([
    7, 1, 1, -9, 1, 25, 7, 1, 1,
  ]);
  expect(columnsOf([], selection, 'none')).toHaveLength(0);
});

test('without recent outcomes they are missing', () => {
  const selection = { cases: { ...cases, recent: new Float64Array() }, rows: Int32Array.of(0) };
  const terms = ['last', 'mean_30d', 'over_last'];
  expect(Array.from(columnsOf(terms, selection, 'none'))).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

// A predictor may well be called so; it must not turn into a wave where it is absent.
test.each([
  ...['model_b', 'x_day_length', 'x_year_1', 'cos_week_1', 'medain', 'exchange'].map((term) => [term, term]),
  // Of a difference, the column itself is missing.
  ['over_model_b', 'model_b'],
  ['over_exchange', 'exchange'],
])('a column of %s that is not there is an error that says what is', (term, column) => {
  let caught: unknown;
  try {
    columnsOf([term], both, 'none');
  } catch (error) {
    caught = error;
  }
  expect(isWeatherglassError(caught, 'InvalidData')).toBe(true);
  expect(String(caught)).toContain(`no column ${column},`);
  expect(String(caught)).toContain('member_1, member_2, model_a, x_wind');
  expect(String(caught)).toContain('precipitation');
});

test('names of waves and memories', () => {
  expect(harmonics('year', 2)).toEqual(['cos_year_1', 'sin_year_1', 'cos_year_2', 'sin_year_2']);
  expect(harmonics('day', 0)).toEqual([]);
  expect([...harmonics('year', 3), ...harmonics('day', 3)].every(isHarmonic)).toBe(true);
  expect(['one', 'mean', 'x_cos_day_1', 'model_sin_year_1'].some(isHarmonic)).toBe(false);
  expect(['last', 'mean_3d', 'mean_10d', 'error_last', 'error_30d'].every(isRecent)).toBe(true);
  expect(['mean', 'one', 'x_last', 'error'].some(isRecent)).toBe(false);
});
