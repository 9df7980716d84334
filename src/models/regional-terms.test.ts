import { describe, expect, test } from 'vitest';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { handMadeCases } from './hand-made-cases.ts';
import type { Cases } from './model.ts';
import { isOfDate, needsOwnOutcomes, regionalFormula } from './regional-terms.ts';

const year = ['cos_year_1', 'sin_year_1'];
const day = ['cos_day_1', 'sin_day_1', 'cos_day_2', 'sin_day_2'];
const errors = ['error_last', 'error_3d', 'error_10d', 'error_30d'];
const mean = ['mean', 'mean * cos_year_1', 'mean * sin_year_1'];

const formulaOf = (cases: Cases) =>
  regionalFormula({ cases, rows: Int32Array.from({ length: cases.size }, (_, row) => row) });

describe('the regional formula', () => {
  test('of a single forecast', () => {
    expect(formulaOf(handMadeCases({ size: 2, columns: ['model_a'] }))).toEqual({
      location: ['one', ...year, ...mean, 'over_last', ...errors],
      scale: ['one', ...year],
      hasForecast: true,
    });
  });

  test('of two models adds what each is more than their mean, and how far apart they are', () => {
    expect(formulaOf(handMadeCases({ size: 2, columns: ['model_a', 'model_b'] }))).toEqual({
      location: ['one', ...year, ...mean, 'over_model_a', 'over_model_b', 'over_last', ...errors, 'log_sd'],
      scale: ['one', ...year, 'log_sd'],
      hasForecast: true,
    });
  });

  test('of members beside a model adds what that is more than the mean of the members', () => {
    const { location } = formulaOf(handMadeCases({ size: 2, columns: ['member_1', 'member_2', 'model_a'] }));
    expect(location.filter((term) => term.startsWith('over_'))).toEqual(['over_model_a', 'over_last']);
    expect(location).toContain('log_sd');
  });

  test('without a forecast has outcomes and predictors', () => {
    const cases = handMadeCases({
      size: 2,
      columns: ['x_sun', 'x_cloud'],
      contextNames: ['before_x_sun', 'change'],
      context: Float64Array.of(Number.NaN, Number.NaN, 1, Number.NaN),
    });
    expect(formulaOf(cases)).toEqual({
      location: [
        'one',
        ...year,
        'last',
        'mean_3d',
        'mean_10d',
        'mean_30d',
        ...errors,
        'x_sun',
        'x_cloud',
        'before_x_sun',
      ],
      scale: ['one', ...year],
      hasForecast: false,
    });
  });

  test('has what is told of some of its rows, or was told of rows before', () => {
    const context = Float64Array.of(1, Number.NaN, Number.NaN, 2, Number.NaN, Number.NaN);
    const cases = handMadeCases({
      size: 3,
      columns: ['model_a'],
      contextNames: ['change', 'after_x'],
      context,
    });
    const first = regionalFormula({ cases, rows: Int32Array.of(0) });
    expect(first.location).toContain('change');
    expect(first.location).not.toContain('after_x');
    const last = Int32Array.of(2);
    expect(regionalFormula({ cases, rows: last }).location).not.toContain('change');
    expect(regionalFormula({ cases, rows: last }, first)).toEqual(first);
    expect(formulaOf(cases).location.slice(-2)).toEqual(['change', 'after_x']);
  });

  test('has the height where it is known of some place, or was before', () => {
    const locations = Float64Array.of(47, 8, Number.NaN, 48, 9, 100);
    const block = { size: 2, columns: ['model_a'], places: ['a', 'b'], place: Int32Array.of(0, 1) };
    const cases = handMadeCases({ ...block, locations });
    const known = regionalFormula({ cases, rows: Int32Array.of(1) });
    expect(known.location).toContain('elevation');
    const unknown = { cases, rows: Int32Array.of(0) };
    expect(regionalFormula(unknown).location).not.toContain('elevation');
    expect(regionalFormula(unknown, known)).toEqual(known);
    expect(formulaOf(handMadeCases(block)).location).not.toContain('elevation');
  });

  test('knows the hour of the day where there are several, but of days as a whole', () => {
    const validTime = Float64Array.of(0, 6 * msPerHour);
    const hourly = handMadeCases({ size: 2, columns: ['model_a'], validTime });
    expect(formulaOf(hourly).location).toEqual(expect.arrayContaining(day));
    expect(formulaOf(hourly).scale).toEqual(['one', ...year, ...day]);
    const variable = findVariable('temperature_2m_max');
    expect(formulaOf({ ...hourly, variable }).scale).toEqual(['one', ...year]);
  });
});

test('terms of a date follow the calendar, alone or multiplied', () => {
  const terms = ['one', 'mean', 'sin_year_1', 'mean * cos_year_1', 'x_sun'];
  expect(terms.filter(isOfDate)).toEqual(['sin_year_1', 'mean * cos_year_1']);
});

test('terms that need outcomes of the place are those of recent ones', () => {
  const terms = ['one', 'mean', 'last', 'error_3d', 'over_last', 'over_model_a'];
  expect(terms.filter(needsOwnOutcomes)).toEqual(['last', 'error_3d', 'over_last']);
});
