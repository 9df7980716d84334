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
    );
    expect(groups.map(({ variable, lead, size }) => [variable.name, lead, size])).toEqual([
      ['temperature_2m', 24, 2],
      ['temperature_2m', 240, 1],
      ['dew_point_2m', 6, 1],
      ['dew_point_2m', 48, 1],
    ]);
  });

  test('hold their rows by valid time, then place, each with all that is its own', () => {
    const { groups, tableRows } = groupCases(
      tableOf([
        { valid: 30, place: 2, forecasts: [1, 2, 3, 4], outcome: 10 },
        { valid: 6, place: 1, forecasts: [5, 6, 7, 8], outcome: 20 },
        { valid: 30, place: 0, forecasts: [9, 10, 11, 12], outcome: NaN },
      ]),
    );
    expect(groups).toHaveLength(1);
    const [cases] = groups;
    expect({ ...cases, variable: cases.variable.name }).toEqual({
      size: 3,
      variable: 'temperature_2m',
      lead: 24,
      leads: Float64Array.of(24, 24, 24),
      places: ['hill', 'plain', 'coast'],
      place: Int32Array.of(1, 0, 2),
      initTime: Float64Array.of(-18 * HOUR, 6 * HOUR, 6 * HOUR),
      validTime: Float64Array.of(6 * HOUR, 30 * HOUR, 30 * HOUR),
      availableTime: Float64Array.of(-13 * HOUR, 11 * HOUR, 11 * HOUR),
      knownTime: Float64Array.of(8 * HOUR, 32 * HOUR, 32 * HOUR),
      columns,
      members: 2,
      models: 1,
      predictors: 1,
      forecasts: Float64Array.of(5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4),
      recent: new Float64Array(),
      contextNames: [],
      context: new Float64Array(),
      outcome: Float64Array.of(20, NaN, 10),
    });
    expect(tableRows).toEqual([Int32Array.of(1, 2, 0)]);
  });

  test('share the locations of all places; without any there are none', () => {
    const table = tableOf([{ forecasts: whole }, { lead: 48, forecasts: whole }]);
    const places = table.places.map((place, k) =>
      k === 1 ? place : { ...place, latitude: 47 + k, longitude: 8 },
    );
    const { groups } = groupCases({ ...table, places });
    const expected = Float64Array.of(47, 8, NaN, NaN, NaN, NaN, 49, 8, NaN);
    for (const { locations } of groups) expect(locations).toEqual(expected);
    expect(groups[0].locations).toBe(groups[1].locations);
    expect(groups[0].locations!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(groupCases(table).groups[0]).not.toHaveProperty('locations');
  });

  test('two issues of one valid time and nominal lead stand in the order of issue', () => {
    const pairs = tableOf([
      { valid: 30, forecasts: [2, 2, 2, 2] },
      { valid: 30, forecasts: [1, 1, 1, 1] },
    ]);
    const [cases] = groupCases({ ...pairs, initTime: Float64Array.of(5, 3) }).groups;
    expect(Array.from(cases.initTime)).toEqual([3, 5]);
    expect(cases.forecasts[0]).toBe(1);
  });

  test('are there for threads to share', () => {
    const { groups } = groupCases(tableOf([{ forecasts: whole }]), { usesRecent: true, usesContext: true });
    const arrays = Object.entries(groups[0]).filter(([, value]) => ArrayBuffer.isView(value));
    const shared = arrays.filter(([, { buffer }]) => buffer instanceof SharedArrayBuffer);
    expect(shared.map(([name]) => name)).toEqual([
      'leads',
      'place',
      'initTime',
      'validTime',
      'availableTime',
      'knownTime',
      'forecasts',
      'recent',
      'context',
      'outcome',
    ]);
    expect(shared).toHaveLength(arrays.length);
  });
});

const gap = NaN;

describe('columns', () => {
  test('are those in which the block has any value', () => {
    const { groups, incompleteForecasts } = groupCases(
      tableOf([
        { lead: 24, forecasts: [1, 2, gap, 4] },
        { lead: 48, forecasts: [gap, gap, 3, gap] },
        { lead: 72, forecasts: [gap, 2, 3, gap] },
        { lead: 96, forecasts: [gap, gap, gap, gap] },
      ]),
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
    );
    expect(incompleteForecasts).toBe(2);
    expect(groups[0].columns).toEqual(['member_1', 'member_2', 'x_1']);
    expect(Array.from(groups[0].validTime)).toEqual([HOUR, 4 * HOUR]);
  });

  test('where every row misses another one there is no block', () => {
    const { groups, incompleteForecasts, tableRows } = groupCases(
      tableOf([
        { valid: 1, forecasts: [1, gap, gap, gap] },
        { valid: 2, forecasts: [gap, 2, gap, gap] },
      ]),
    );
    expect([groups.length, tableRows.length, incompleteForecasts]).toEqual([0, 0, 2]);
  });
});

describe('blocks across leads', () => {
  const across = (rows: readonly Row[]) => groupCases(tableOf(rows), { acrossLeads: true });

  test('are one for each variable, rows by valid time, then place, then issue', () => {
    const { groups, tableRows } = across([
      { variable: 1, lead: 48, valid: 60, forecasts: whole },
      { lead: 24, valid: 60, forecasts: [2, 2, 2, 2], outcome: 7 },
      { lead: 48, valid: 54, place: 1, forecasts: [3, 3, 3, 3] },
      { lead: 48, valid: 60, forecasts: [4, 4, 4, 4], outcome: 7 },
      { lead: 6, valid: 54, place: 0, forecasts: [5, 5, 5, 5] },
      { variable: 1, lead: 6, valid: 60, forecasts: whole },
    ]);
    expect(groups.map(({ variable, size }) => [variable.name, size])).toEqual([
      ['temperature_2m', 4],
      ['dew_point_2m', 2],
    ]);
    const [cases] = groups;
    expect(cases.lead).toBeNaN();
    expect(cases.leads).toEqual(Float64Array.of(6, 48, 48, 24));
    expect(cases.validTime).toEqual(Float64Array.of(54 * HOUR, 54 * HOUR, 60 * HOUR, 60 * HOUR));
    expect(cases.initTime).toEqual(Float64Array.of(48 * HOUR, 6 * HOUR, 12 * HOUR, 36 * HOUR));
    expect(cases.place).toEqual(Int32Array.of(0, 1, 0, 0));
    expect(Array.from(cases.forecasts)).toEqual([5, 3, 4, 2].flatMap((value) => Array(4).fill(value)));
    expect(tableRows).toEqual([Int32Array.of(4, 2, 3, 1), Int32Array.of(0, 5)]);
  });

  test('of a variable that has one lead are of that lead', () => {
    const [cases] = across([{ forecasts: whole }, { valid: 9, forecasts: whole }]).groups;
    expect([cases.lead, ...cases.leads]).toEqual([24, 24, 24]);
  });

  test('hold every column that one of the leads has; a row is complete that has those of its own lead', () => {
    const { groups, tableRows, incompleteForecasts, emptiestColumn } = across([
      { lead: 24, valid: 1, forecasts: [1, 2, gap, 4] },
      { lead: 24, valid: 2, forecasts: [1, gap, gap, 4] },
      { lead: 48, valid: 3, forecasts: [gap, gap, 3, gap] },
      // The other variable has columns of its own.
      { variable: 1, lead: 24, valid: 4, forecasts: [gap, gap, gap, 9] },
    ]);
    expect(groups.map(({ columns: own }) => own)).toEqual([columns, ['x_1']]);
    expect(Array.from(groups[0].forecasts)).toEqual([1, 2, gap, 4, gap, gap, 3, gap]);
    expect(tableRows).toEqual([Int32Array.of(0, 2), Int32Array.of(3)]);
    expect([incompleteForecasts, emptiestColumn]).toEqual([1, 'member_2']);
  });

  test('go without a lead of which every row misses a column', () => {
    const { groups, incompleteForecasts } = across([
      { lead: 6, valid: 1, forecasts: [1, gap, gap, gap] },
      { lead: 6, valid: 2, forecasts: [gap, 2, gap, gap] },
      { lead: 24, valid: 3, forecasts: whole },
      { lead: 48, valid: 4, forecasts: whole },
    ]);
    expect(groups.map(({ leads }) => Array.from(leads))).toEqual([[24, 48]]);
    expect(incompleteForecasts).toBe(2);
  });
});

test('rows that miss a column stay where gaps are kept', () => {
  const rows = [{ forecasts: [1, gap, gap, gap] }, { valid: 1, forecasts: [gap, 2, gap, gap] }];
  const { groups, incompleteForecasts, emptiestColumn } = groupCases(tableOf(rows), { keepGaps: true });
  expect(Array.from(groups[0].forecasts)).toEqual([1, gap, gap, 2]);
  expect([incompleteForecasts, emptiestColumn]).toEqual([0, undefined]);
});

test('what else was known is worked out for the rows of each block', () => {
  // The same valid time said a day later, and both said again three hours after it.
  const rows = [
    { lead: 24, valid: 24, forecasts: [1, 1, 1, 1] },
    { lead: 27, valid: 27, forecasts: [2, 2, 2, 2] },
    { lead: 21, valid: 24, forecasts: [5, 5, 5, 5] },
    { lead: 24, valid: 27, forecasts: [9, 9, 9, 9] },
  ];
  const changes = (acrossLeads: boolean) =>
    groupCases(tableOf(rows), { usesContext: true, acrossLeads }).groups.map(
      ({ size, contextNames, context }) =>
        Array.from({ length: size }, (_, row) =>
          contextNames.includes('change')
            ? context[row * contextNames.length + contextNames.indexOf('change')]
            : undefined,
        ),
    );
  expect(changes(true)).toEqual([[NaN, 4, NaN, 7]]);
  expect(changes(false)).toEqual([[4], [NaN, 7], [undefined]]);
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
    fc.property(fc.array(row, { maxLength: 40 }), fc.boolean(), (rows, acrossLeads) => {
      const { groups, tableRows, incompleteForecasts } = groupCases(tableOf(rows), { acrossLeads });
      const key = (place: number, variable: string, lead: number, valid: number, outcome: number) =>
        [place, variable, lead, valid, outcome].join(' ');
      const found = groups.flatMap((cases) =>
        Array.from(cases.place, (place, i) =>
          key(place, cases.variable.name, cases.leads[i], cases.validTime[i] / HOUR, cases.outcome[i]),
        ),
      );
      const given = rows.map(({ place, variable, lead, valid, outcome }) =>
        key(place, variables[variable].name, lead, valid, outcome),
      );
      expect(found).toEqual(tableRows.flatMap((own) => Array.from(own, (one) => given[one])));
      expect(found.length + incompleteForecasts).toBe(rows.length);
      const left = [...given];
      for (const one of found) {
        expect(left).toContain(one);
        left.splice(left.indexOf(one), 1);
      }
      groups.forEach((cases, index) => {
        if (!acrossLeads) expect(cases.forecasts.some(Number.isNaN)).toBe(false);
        expect(cases.forecasts).toHaveLength(cases.size * cases.columns.length);
        expect(cases.members + cases.models + cases.predictors).toBe(cases.columns.length);
        for (const column of [cases.knownTime, cases.leads, tableRows[index]])
          expect(column).toHaveLength(cases.size);
        const sorted = cases.validTime.toSorted();
        expect(cases.validTime).toEqual(sorted);
      });
    }),
  );
});
