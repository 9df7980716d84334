import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Pairs } from '../weather/pairs.ts';
import { findVariable } from '../weather/variable.ts';
import { groupCases } from './case-groups.ts';

const HOUR = 3_600_000;

interface Row {
  readonly place?: number;
  readonly variable?: number;
  readonly lead?: number;
  /** In hours. */
  readonly valid?: number;
  readonly forecasts: readonly number[];
  readonly outcome?: number;
}

const variables = ['temperature_2m', 'dew_point_2m'].map((name) => findVariable(name));
const columns = ['member_1', 'member_2', 'model_a', 'x_1'];

function tableOf(rows: readonly Row[]): Pairs {
  const hours = (of: (row: Row) => number) => Float64Array.from(rows, (row) => HOUR * of(row));
  return {
    rows: rows.length,
    places: ['hill', 'plain', 'coast'].map((name) => ({
      name,
      latitude: NaN,
      longitude: NaN,
      elevation: NaN,
    })),
    variables,
    columns,
    members: 2,
    models: 1,
    predictors: 1,
    place: Int32Array.from(rows, ({ place = 0 }) => place),
    variable: Int32Array.from(rows, ({ variable = 0 }) => variable),
    initTime: hours(({ valid = 0, lead = 24 }) => valid - lead),
    validTime: hours(({ valid = 0 }) => valid),
    lead: Float32Array.from(rows, ({ lead = 24 }) => lead),
    availableTime: hours(({ valid = 0, lead = 24 }) => valid - lead + 5),
    outcomeKnownTime: hours(({ valid = 0 }) => valid + 2),
    forecasts: Float64Array.from(rows.flatMap(({ forecasts }) => forecasts)),
    observation: Float64Array.from(rows, ({ outcome = 0 }) => outcome),
  };
}

const whole = [1, 2, 3, 4];

describe('blocks', () => {
  test('are one for each variable and lead, in the order of variables and of rising leads', () => {
    const { groups } = groupCases(
      tableOf([
        { variable: 1, lead: 48, forecasts: whole },
        { variable: 0, lead: 240, forecasts: whole },
        { variable: 1, lead: 6, forecasts: whole },
        { variable: 0, lead: 24, forecasts: whole },
        { variable: 0, lead: 24, valid: 9, forecasts: whole },
      ]),
      false,
    );
    expect(groups.map(({ variable, lead, size }) => [variable.name, lead, size])).toEqual([
      ['temperature_2m', 24, 2],
      ['temperature_2m', 240, 1],
      ['dew_point_2m', 6, 1],
      ['dew_point_2m', 48, 1],
    ]);
  });

  test('hold their rows by valid time, then place, each with all that is its own', () => {
    const { groups, knownTimes } = groupCases(
      tableOf([
        { valid: 30, place: 2, forecasts: [1, 2, 3, 4], outcome: 10 },
        { valid: 6, place: 1, forecasts: [5, 6, 7, 8], outcome: 20 },
        { valid: 30, place: 0, forecasts: [9, 10, 11, 12], outcome: NaN },
      ]),
      false,
    );
    expect(groups).toHaveLength(1);
    const [cases] = groups;
    expect({ ...cases, variable: cases.variable.name }).toEqual({
      size: 3,
      variable: 'temperature_2m',
      lead: 24,
      places: ['hill', 'plain', 'coast'],
      place: Int32Array.of(1, 0, 2),
      initTime: Float64Array.of(-18 * HOUR, 6 * HOUR, 6 * HOUR),
      validTime: Float64Array.of(6 * HOUR, 30 * HOUR, 30 * HOUR),
      availableTime: Float64Array.of(-13 * HOUR, 11 * HOUR, 11 * HOUR),
      columns,
      members: 2,
      models: 1,
      predictors: 1,
      forecasts: Float64Array.of(5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4),
      recent: new Float64Array(),
      outcome: Float64Array.of(20, NaN, 10),
    });
    expect(knownTimes).toEqual([Float64Array.of(8 * HOUR, 32 * HOUR, 32 * HOUR)]);
  });

  test('share the locations of all places; without any there are none', () => {
    const table = tableOf([{ forecasts: whole }, { lead: 48, forecasts: whole }]);
    const places = table.places.map((place, k) =>
      k === 1 ? place : { ...place, latitude: 47 + k, longitude: 8 },
    );
    const { groups } = groupCases({ ...table, places }, false);
    const expected = Float64Array.of(47, 8, NaN, NaN, NaN, NaN, 49, 8, NaN);
    for (const { locations } of groups) expect(locations).toEqual(expected);
    expect(groups[0].locations).toBe(groups[1].locations);
    expect(groups[0].locations!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(groupCases(table, false).groups[0]).not.toHaveProperty('locations');
  });

  test('two issues of one valid time and nominal lead stand in the order of issue', () => {
    const pairs = tableOf([
      { valid: 30, forecasts: [2, 2, 2, 2] },
      { valid: 30, forecasts: [1, 1, 1, 1] },
    ]);
    const [cases] = groupCases({ ...pairs, initTime: Float64Array.of(5, 3) }, false).groups;
    expect(Array.from(cases.initTime)).toEqual([3, 5]);
    expect(cases.forecasts[0]).toBe(1);
  });

  test('are there for threads to share', () => {
    const { groups, knownTimes } = groupCases(tableOf([{ forecasts: whole }]), false);
    const { place, initTime, validTime, availableTime, forecasts, outcome } = groups[0];
    for (const column of [place, initTime, validTime, availableTime, forecasts, outcome, knownTimes[0]])
      expect(column.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('columns', () => {
  const gap = NaN;

  test('are those in which the block has any value', () => {
    const { groups, incompleteForecasts } = groupCases(
      tableOf([
        { lead: 24, forecasts: [1, 2, gap, 4] },
        { lead: 48, forecasts: [gap, gap, 3, gap] },
        { lead: 72, forecasts: [gap, 2, 3, gap] },
        { lead: 96, forecasts: [gap, gap, gap, gap] },
      ]),
      false,
    );
    expect(
      groups.map(({ columns: own, members, models, predictors }) => [own, members, models, predictors]),
    ).toEqual([
      [['member_1', 'member_2', 'x_1'], 2, 0, 1],
      [['model_a'], 0, 1, 0],
      [['member_2', 'model_a'], 1, 1, 0],
      [[], 0, 0, 0],
    ]);
    expect(groups.map(({ forecasts }) => Array.from(forecasts))).toEqual([[1, 2, 4], [3], [2, 3], []]);
    // A row without any column is complete: there are models that need no forecast.
    expect(incompleteForecasts).toBe(0);
  });

  test('a row that misses one of them is left out and counted', () => {
    const { groups, incompleteForecasts } = groupCases(
      tableOf([
        { valid: 1, forecasts: [1, 2, gap, 4] },
        { valid: 2, forecasts: [1, gap, gap, 4] },
        { valid: 3, forecasts: [gap, gap, gap, gap] },
        { valid: 4, forecasts: [5, 6, gap, 8], outcome: NaN },
      ]),
      false,
    );
    expect(incompleteForecasts).toBe(2);
    expect(groups[0].columns).toEqual(['member_1', 'member_2', 'x_1']);
    expect(Array.from(groups[0].validTime)).toEqual([HOUR, 4 * HOUR]);
  });

  test('where every row misses another one there is no block', () => {
    const { groups, incompleteForecasts, knownTimes } = groupCases(
      tableOf([
        { valid: 1, forecasts: [1, gap, gap, gap] },
        { valid: 2, forecasts: [gap, 2, gap, gap] },
      ]),
      false,
    );
    expect([groups.length, knownTimes.length, incompleteForecasts]).toEqual([0, 0, 2]);
  });
});

it('loses and invents no row', () => {
  const row = fc.record({
    place: fc.nat(2),
    variable: fc.nat(1),
    lead: fc.constantFrom(6, 24, 48),
    valid: fc.nat(50),
    forecasts: fc.array(fc.constantFrom(1, 2.5, -3, NaN), { minLength: 4, maxLength: 4 }),
    outcome: fc.constantFrom(1, 2, NaN),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
      const { groups, knownTimes, incompleteForecasts } = groupCases(tableOf(rows), false);
      const key = (place: number, variable: string, lead: number, valid: number, outcome: number) =>
        [place, variable, lead, valid, outcome].join(' ');
      const found = groups.flatMap((cases) =>
        Array.from(cases.place, (place, i) =>
          key(place, cases.variable.name, cases.lead, cases.validTime[i] / HOUR, cases.outcome[i]),
        ),
      );
      const given = rows.map(({ place, variable, lead, valid, outcome }) =>
        key(place, variables[variable].name, lead, valid, outcome),
      );
      expect(found.length + incompleteForecasts).toBe(rows.length);
      const left = [...given];
      for (const one of found) {
        expect(left).toContain(one);
        left.splice(left.indexOf(one), 1);
      }
      groups.forEach((cases, index) => {
        expect(cases.forecasts.some(Number.isNaN)).toBe(false);
        expect(cases.forecasts).toHaveLength(cases.size * cases.columns.length);
        expect(cases.members + cases.models + cases.predictors).toBe(cases.columns.length);
        expect(knownTimes[index]).toHaveLength(cases.size);
        const sorted = cases.validTime.toSorted();
        expect(cases.validTime).toEqual(sorted);
      });
    }),
  );
});
