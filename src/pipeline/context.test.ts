import { describe, expect, test } from 'vitest';
import type { Pairs } from '../weather/pairs.ts';
import { findVariable } from '../weather/variable.ts';
import { contextOf } from './context.ts';

const HOUR = 3_600_000;

/** Times are in hours. Left out: issued at 0, available at issue, temperature at the first place. */
interface Row {
  readonly valid: number;
  readonly issued?: number;
  readonly available?: number;
  readonly variable?: string;
  readonly place?: number;
  /** A value for each column, or the one of the only column. */
  readonly forecast: number | readonly number[];
}

const temperature = 'temperature_2m';
const dewPoint = 'dew_point_2m';
const humidity = 'relative_humidity_2m';

function tableOf(
  rows: readonly Row[],
  columns = ['model_a'],
  variables = [temperature, dewPoint, humidity],
): Pairs {
  const hours = (of: (row: Row) => number) => Float64Array.from(rows, (row) => HOUR * of(row));
  const count = (kind: string) => columns.filter((name) => name.startsWith(kind)).length;
  return {
    rows: rows.length,
    places: ['hill', 'plain'].map((name) => ({ name, latitude: NaN, longitude: NaN, elevation: NaN })),
    variables: variables.map((name) => findVariable(name)),
    columns,
    members: count('member_'),
    models: count('model_'),
    predictors: count('x_'),
    place: Int32Array.from(rows, ({ place = 0 }) => place),
    variable: Int32Array.from(rows, ({ variable = temperature }) => variables.indexOf(variable)),
    initTime: hours(({ issued = 0 }) => issued),
    validTime: hours(({ valid }) => valid),
    lead: Float32Array.from(rows, ({ valid, issued = 0 }) => valid - issued),
    availableTime: hours(({ issued = 0, available = issued }) => available),
    outcomeKnownTime: hours(({ valid }) => valid),
    forecasts: Float64Array.from(rows.flatMap(({ forecast }) => forecast)),
    observation: new Float64Array(rows.length).fill(NaN),
  };
}

/** What the rows of a variable are told, in their order: a list for each name. */
function toldOf(pairs: Pairs, variable = temperature): Record<string, number[]> {
  const rows = [...pairs.variable.keys()].filter(
    (row) => pairs.variables[pairs.variable[row]].name === variable,
  );
  const { contextNames, context } = contextOf(pairs, rows);
  expect(context).toHaveLength(rows.length * contextNames.length);
  return Object.fromEntries(
    contextNames.map((name, k) => [name, rows.map((_, i) => context[i * contextNames.length + k])]),
  );
}

describe('the change since the issue before', () => {
  const issues = [
    { issued: 0, valid: 48, forecast: 10 },
    { issued: 12, valid: 48, forecast: 13 },
    { issued: 24, valid: 48, forecast: 11 },
  ];

  test('is told of the same valid time, and so is that of the issue before itself', () => {
    expect(toldOf(tableOf(issues))).toEqual({ change: [NaN, 3, -2], change_before: [NaN, NaN, 3] });
    expect(toldOf(tableOf(issues.toReversed()))).toEqual({
      change: [-2, 3, NaN],
      change_before: [3, NaN, NaN],
    });
  });

  test('is not told of another valid time, place or variable', () => {
    const others = [
      { issued: 0, valid: 49, forecast: 90 },
      { issued: 0, valid: 48, place: 1, forecast: 91 },
      { issued: 0, valid: 48, variable: dewPoint, forecast: 92 },
    ];
    const { change, change_before } = toldOf(tableOf([...others, ...issues.slice(1)]));
    expect(change).toEqual([NaN, NaN, NaN, -2]);
    expect(change_before).toBeUndefined();
  });

  test('is not that of a row of the same issue', () => {
    expect(toldOf(tableOf([issues[0], { ...issues[0], forecast: 12 }]))).toEqual({});
  });

  test('is missing while the issue before is not yet available', () => {
    const late = (available: number) =>
      toldOf(tableOf(issues.map((row) => (row.issued === 12 ? { ...row, available } : row))));
    expect(late(24.5)).toEqual({ change: [NaN, 3, NaN] });
    expect(late(24)).toEqual({ change: [NaN, 3, -2], change_before: [NaN, NaN, 3] });
  });

  test('is that of the mean of the members; without any, of the models', () => {
    const columns = ['member_1', 'member_2', 'model_a', 'model_b'];
    const rows = [
      { issued: 0, valid: 48, forecast: [10, 14, 70, 80] },
      { issued: 12, valid: 48, forecast: [15, NaN, 71, 81] },
      { issued: 0, valid: 48, variable: dewPoint, forecast: [NaN, NaN, 3, 5] },
      { issued: 12, valid: 48, variable: dewPoint, forecast: [NaN, NaN, NaN, 8] },
    ];
    expect(toldOf(tableOf(rows, columns)).change).toEqual([NaN, 15 - 12]);
    expect(toldOf(tableOf(rows, columns), dewPoint).change).toEqual([NaN, 8 - 4]);
  });
});

describe('what the issue says of the valid times around', () => {
  test('is this forecast minus the nearest one before, and minus the nearest one after', () => {
    const rows = [
      { valid: 18, forecast: 20 },
      { valid: 6, forecast: 10 },
      { valid: 12, forecast: 14 },
      // Of another issue and of another place.
      { issued: 6, valid: 13, forecast: 90 },
      { valid: 11, place: 1, forecast: 91 },
    ];
    expect(toldOf(tableOf(rows))).toEqual({
      before_temperature_2m: [6, NaN, 4, NaN, NaN],
      after_temperature_2m: [NaN, -4, -6, NaN, NaN],
    });
  });

  test('goes no farther than a day', () => {
    const rows = [6, 30, 54.5].map((valid, k) => ({ valid, forecast: 10 ** k }));
    expect(toldOf(tableOf(rows))).toEqual({
      before_temperature_2m: [NaN, 9, NaN],
      after_temperature_2m: [-9, NaN, NaN],
    });
  });

  test('is a difference of another variable of the same unit', () => {
    const rows = [
      { valid: 12, forecast: 14 },
      ...[9, 12, 15].map((valid, k) => ({ valid, variable: dewPoint, forecast: [2, 5, 9][k] })),
    ];
    expect(toldOf(tableOf(rows))).toEqual({
      before_dew_point_2m: [12],
      with_dew_point_2m: [9],
      after_dew_point_2m: [5],
    });
    // The other way round there is one temperature alone.
    expect(toldOf(tableOf(rows), dewPoint)).toEqual({
      before_temperature_2m: [NaN, NaN, 9 - 14],
      with_temperature_2m: [NaN, 5 - 14, NaN],
      after_temperature_2m: [2 - 14, NaN, NaN],
      before_dew_point_2m: [NaN, 3, 4],
      after_dew_point_2m: [-3, -4, NaN],
    });
  });

  test('is the other forecast itself where the unit is another', () => {
    const rows = [
      { valid: 12, forecast: 14 },
      ...[9, 12, 15].map((valid, k) => ({ valid, variable: humidity, forecast: [60, 70, 90][k] })),
    ];
    expect(toldOf(tableOf(rows))).toEqual({
      before_relative_humidity_2m: [60],
      with_relative_humidity_2m: [70],
      after_relative_humidity_2m: [90],
    });
  });

  test('is missing where it was not yet available', () => {
    const rows = [
      { valid: 12, available: 2, forecast: 14 },
      { valid: 12, place: 1, available: 3, forecast: 14 },
      ...[0, 1].flatMap((place) =>
        [9, 12, 15].map((valid) => ({ valid, place, available: 3, variable: dewPoint, forecast: 5 })),
      ),
    ];
    expect(toldOf(tableOf(rows))).toEqual({
      before_dew_point_2m: [NaN, 9],
      with_dew_point_2m: [NaN, 9],
      after_dew_point_2m: [NaN, 9],
    });
  });

  test('is told of the first six variables of the table, and of the own one wherever it stands', () => {
    const variables = [
      'temperature_2m',
      'temperature_80m',
      'temperature_120m',
      'temperature_180m',
      'dew_point_2m',
      'apparent_temperature',
      'wet_bulb_temperature_2m',
      'relative_humidity_2m',
    ];
    const rows = variables.flatMap((variable) => [6, 12].map((valid) => ({ valid, variable, forecast: 1 })));
    const lookedAt = (variable: string) =>
      Object.keys(toldOf(tableOf(rows, ['model_a'], variables), variable))
        .filter((name) => name.startsWith('before_'))
        .map((name) => name.slice('before_'.length));
    expect(lookedAt('dew_point_2m')).toEqual(variables.slice(0, 6));
    expect(lookedAt('relative_humidity_2m')).toEqual([...variables.slice(0, 6), 'relative_humidity_2m']);
  });
});

describe('the step of a predictor', () => {
  const columns = ['model_a', 'x_1'];
  /** An issue every twelve hours whose predictor has the given values an hour apart. */
  const issuesOf = (series: readonly (readonly number[])[]) =>
    tableOf(
      series.flatMap((values, k) =>
        values.map((x, i) => ({ issued: 12 * k, valid: 12 * k + i + 1, forecast: [0, x] })),
      ),
      columns,
    );
  const rising = [3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23];
  const steps = [3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2];

  test('that adds up over an issue is what it grew by, at first the value itself, after a reset too', () => {
    const reset = [4, 5, 5, 9, 0, 6, 7, 8, 9, 10, 11];
    // 10 issues of 10 steps each, of which one is a fall.
    const told = toldOf(issuesOf([...Array(9).fill(rising), reset])).step_x_1;
    expect(told).toEqual([...Array(9).fill(steps).flat(), 4, 1, 0, 4, 0, 6, 1, 1, 1, 1, 1]);
  });

  test('that has fallen more often than once in a hundred steps is the difference from then on', () => {
    const falls = [4, 5, 5, 9, 1, 6, 7, 8, 9, 10, 11];
    const table = (last: readonly number[]) => toldOf(issuesOf([...Array(8).fill(rising), last])).step_x_1;
    const told = table(falls);
    expect(told.slice(-11)).toEqual([NaN, 1, 0, 4, -8, 5, 1, 1, 1, 1, 1]);
    // What was told before is as it was: nobody knew.
    expect(told.slice(0, -11)).toEqual(Array(8).fill(steps).flat());
    expect(told.slice(0, -11)).toEqual(table(rising).slice(0, -11));
  });

  test('that never moves is 0, and nothing at first', () => {
    expect(toldOf(issuesOf([[7, 7, 7]])).step_x_1).toEqual([NaN, 0, 0]);
  });

  test('is judged by the rows of its own variable', () => {
    const rows = [1, 2, 3].flatMap((valid) => [
      { valid, forecast: [0, 2 * valid] },
      { valid, variable: dewPoint, forecast: [0, -valid] },
    ]);
    expect(toldOf(tableOf(rows, columns)).step_x_1).toEqual([2, 2, 2]);
    expect(toldOf(tableOf(rows, columns), dewPoint).step_x_1).toEqual([NaN, -1, -1]);
  });

  test('is judged by the steps that are known', () => {
    const rare = [4, 6, 5, 7, NaN, NaN, NaN, NaN, NaN, NaN, NaN];
    const told = toldOf(issuesOf([...Array(20).fill(Array(11).fill(NaN)), rare])).step_x_1;
    expect(told.slice(-11, -7)).toEqual([NaN, 2, -1, 2]);
  });
});

test('what no row is told is left out', () => {
  expect(contextOf(tableOf([{ valid: 12, forecast: 1 }]), [0])).toEqual({
    contextNames: [],
    context: new Float64Array(),
  });
  // The rows asked for count, not the others of the table.
  const rows = [6, 12, 18].map((valid) => ({ valid, forecast: [valid, 2 * valid] }));
  const pairs = tableOf(rows, ['model_a', 'x_1']);
  expect(contextOf(pairs, [2])).toEqual({
    contextNames: ['before_temperature_2m', 'step_x_1', 'step_before_x_1'],
    context: Float64Array.of(6, 12, 12),
  });
});

test('rows come in the order asked for, on memory that threads share', () => {
  const pairs = tableOf([6, 12, 18].map((valid) => ({ valid, forecast: valid ** 2 })));
  const { contextNames, context } = contextOf(pairs, [1, 2, 0]);
  expect(contextNames).toEqual(['before_temperature_2m', 'after_temperature_2m']);
  expect(Array.from(context)).toEqual([108, -180, 180, NaN, NaN, -108]);
  expect(context.buffer).toBeInstanceOf(SharedArrayBuffer);
});
