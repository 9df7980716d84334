import { describe, expect, test } from 'vitest';
import { recentErrorNames, recentNames, recentOutcomeNames } from '../models/model.ts';
import type { Pairs } from '../weather/pairs.ts';
import { findVariable } from '../weather/variable.ts';
import { groupCases } from './case-groups.ts';

const DAY = 86_400_000;
const HOUR = DAY / 24;

/** Times are in days. Left out: the forecast is available a day ahead, the outcome known when it is valid. */
interface Row {
  readonly valid: number;
  readonly outcome?: number;
  readonly known?: number;
  readonly available?: number;
  readonly forecast?: number;
  readonly place?: string;
  readonly variable?: string;
  readonly lead?: number;
}

function tableOf(rows: readonly Row[], variables = ['temperature_2m']): Pairs {
  const places = [...new Set(rows.map(({ place = 'here' }) => place))];
  const days = (of: (row: Row) => number) => Float64Array.from(rows, (row) => DAY * of(row));
  return {
    rows: rows.length,
    places: places.map((name) => ({ name, latitude: NaN, longitude: NaN, elevation: NaN })),
    variables: variables.map((name) => findVariable(name)),
    columns: ['model_a'],
    members: 0,
    models: 1,
    predictors: 0,
    place: Int32Array.from(rows, ({ place = 'here' }) => places.indexOf(place)),
    variable: Int32Array.from(rows, ({ variable = variables[0] }) => variables.indexOf(variable)),
    initTime: days(({ valid, lead = 24 }) => valid - lead / 24),
    validTime: days(({ valid }) => valid),
    lead: Float32Array.from(rows, ({ lead = 24 }) => lead),
    availableTime: days(({ valid, available = valid - 1 }) => available),
    outcomeKnownTime: days(({ valid, known = valid }) => known),
    forecasts: Float64Array.from(rows, ({ forecast = 0 }) => forecast),
    observation: Float64Array.from(rows, ({ outcome = NaN }) => outcome),
  };
}

/** What was known, for the row that is valid at a day, by name. */
function recentAt(pairs: Pairs, valid: number, group = 0): Record<string, number> {
  const cases = groupCases(pairs, { usesRecent: true }).groups[group];
  const row = cases.validTime.indexOf(valid * DAY);
  expect(row).toBeGreaterThanOrEqual(0);
  const width = recentNames.length;
  return Object.fromEntries(recentNames.map((name, k) => [name, cases.recent[row * width + k]]));
}

const history = [
  { valid: 0, outcome: 10, forecast: 8 },
  { valid: 1, outcome: 14, forecast: 15 },
  { valid: 4, outcome: 20, forecast: 17 },
];
/** Weighted by exp(−age/τ). */
const mean = (memory: number, ...valueAndAge: (readonly [number, number])[]) => {
  const weight = (age: number) => Math.exp(-age / memory);
  return (
    valueAndAge.reduce((sum, [value, age]) => sum + weight(age) * value, 0) /
    valueAndAge.reduce((sum, [, age]) => sum + weight(age), 0)
  );
};

describe('what a row is told', () => {
  // Known at day 5: 20 of age 0, 14 of age 3, 10 of age 4. With τ = 3: (20 + 14/e + 10 e^(−4/3))/(1 + 1/e + e^(−4/3))
  // = (20 + 5.1503 + 2.6360)/1.6315 = 17.031. Errors 3, −1, 2: (3 − 0.36788 + 0.52719)/1.63148 = 1.9365.
  test('is the last outcome and means that fade with 3, 10 and 30 days, and the same of errors', () => {
    const told = recentAt(tableOf([...history, { valid: 6 }]), 6);
    expect(told.last).toBe(20);
    expect(told.mean_3d).toBeCloseTo(17.031, 3);
    expect(told.mean_10d).toBeCloseTo(mean(10, [20, 0], [14, 3], [10, 4]), 5);
    expect(told.mean_30d).toBeCloseTo(mean(30, [20, 0], [14, 3], [10, 4]), 5);
    expect(told.error_last).toBe(3);
    expect(told.error_3d).toBeCloseTo(1.9365, 4);
    expect(told.error_30d).toBeCloseTo(mean(30, [3, 0], [-1, 3], [2, 4]), 5);
  });

  test('is what was known when its forecast was available, to the instant', () => {
    const rows = [...history.slice(0, 2), { ...history[2], known: 5 }];
    expect(recentAt(tableOf([...rows, { valid: 6, available: 5 }]), 6).last).toBe(20);
    const before = recentAt(tableOf([...rows, { valid: 6, available: 5 - HOUR / DAY / 3600 }]), 6);
    expect(before.last).toBe(14);
    // Age counts back from the last outcome that is known.
    expect(before.mean_3d).toBeCloseTo(mean(3, [14, 0], [10, 1]), 5);
    expect(before.error_last).toBe(-1);
  });

  test('leaves out what became known late in the middle of it', () => {
    const late = [history[0], { ...history[1], known: 9 }, history[2]];
    const told = recentAt(tableOf([...late, { valid: 6 }]), 6);
    expect(told.mean_3d).toBeCloseTo(mean(3, [20, 0], [10, 4]), 5);
    expect(told.error_3d).toBeCloseTo(mean(3, [3, 0], [2, 4]), 5);
  });

  test('does not depend on the order of the table', () => {
    const rows = [...history, { valid: 6 }];
    expect(recentAt(tableOf(rows.toReversed()), 6)).toEqual(recentAt(tableOf(rows), 6));
  });

  test('is never its own outcome, though that was there before a late forecast', () => {
    const told = recentAt(tableOf([...history, { valid: 5, outcome: 99, available: 7 }]), 5);
    expect(told.last).toBe(20);
    expect(told.error_last).toBe(3);
  });

  test('has no error of a forecast that came later, though its outcome was known', () => {
    const rows = [...history.slice(0, 2), { ...history[2], available: 8 }, { valid: 6 }];
    const told = recentAt(tableOf(rows), 6);
    expect(told.last).toBe(20);
    expect(told.error_last).toBe(-1);
  });

  test('reaches back less than 90 days', () => {
    const old = { valid: 0, outcome: 7 };
    expect(recentAt(tableOf([old, { valid: 90.9 }]), 90.9).last).toBe(7);
    for (const value of Object.values(recentAt(tableOf([old, { valid: 91 }]), 91))) expect(value).toBeNaN();
  });

  test('is nothing where nothing is known', () => {
    const told = recentAt(tableOf([{ valid: 6 }, { valid: 5 }, { valid: 8, outcome: 3 }]), 6);
    for (const name of recentNames) expect(told[name]).toBeNaN();
  });
});

describe('whose outcomes', () => {
  test('those of its own place', () => {
    const rows = [{ valid: 0, outcome: 1 }, { valid: 1, outcome: 50, place: 'elsewhere' }, { valid: 3 }];
    expect(recentAt(tableOf(rows), 3)).toMatchObject({ last: 1, mean_30d: 1 });
  });

  test('those of its own variable', () => {
    const variables = ['temperature_2m', 'dew_point_2m'];
    const rows = [
      { valid: 0, outcome: 1 },
      { valid: 1, outcome: 50, variable: 'dew_point_2m' },
      { valid: 3 },
    ];
    expect(recentAt(tableOf(rows, variables), 3)).toMatchObject({ last: 1, mean_30d: 1 });
  });

  test('those in rows of any lead, each once; errors of its own lead alone', () => {
    const rows = [
      { valid: 0, outcome: 1, forecast: 0 },
      { valid: 0, outcome: 1, forecast: 4, lead: 72 },
      { valid: 1, outcome: 9, forecast: 4, lead: 72 },
      { valid: 3 },
    ];
    const told = recentAt(tableOf(rows), 3);
    expect(told.last).toBe(9);
    expect(told.mean_3d).toBeCloseTo(mean(3, [9, 0], [1, 1]), 5);
    expect(told).toMatchObject({ error_last: 1, error_30d: 1 });
  });

  test('of two arrivals of one outcome the earlier', () => {
    const rows = [
      { valid: 0, outcome: 5, known: 3 },
      { valid: 0, outcome: 4, known: 1, lead: 72 },
      { valid: 0, outcome: 6, known: 2, lead: 48 },
      { valid: 9 },
    ];
    expect(recentAt(tableOf(rows), 9, 0).last).toBe(4);
  });

  test('those whose own forecast is missing, too', () => {
    const rows = [
      { valid: 0, outcome: 1 },
      { valid: 1, outcome: 9, forecast: NaN },
      { valid: 3, forecast: 1 },
    ];
    const told = recentAt(tableOf(rows), 3);
    expect(told.last).toBe(9);
    expect(told.error_last).toBe(1);
  });
});

// Roots of 9, 16 mm are 3, 4; those of the forecasts 1, 25 mm are 1, 5.
test('amounts are told as roots, the scale they are fitted on', () => {
  const variables = ['precipitation'];
  const rows = [{ valid: 0, outcome: 9, forecast: 1 }, { valid: 1, outcome: 16, forecast: 25 }, { valid: 3 }];
  const told = recentAt(tableOf(rows, variables), 3);
  expect(told).toMatchObject({ last: 4, error_last: -1 });
  expect(told.mean_3d).toBeCloseTo(mean(3, [4, 0], [3, 1]), 5);
  expect(told.error_10d).toBeCloseTo(mean(10, [-1, 0], [2, 1]), 5);
});

test('errors are those of the same lead in a block of several, too', () => {
  const rows = [
    { valid: 1, outcome: 10, forecast: 9 },
    { valid: 1, outcome: 10, forecast: 4, lead: 48, available: -1 },
    { valid: 3, forecast: 0, lead: 24, available: 2 },
    { valid: 3, forecast: 0, lead: 48, available: 1.5 },
  ];
  const [cases] = groupCases(tableOf(rows), { usesRecent: true, acrossLeads: true }).groups;
  const column = (name: (typeof recentNames)[number]) =>
    Array.from(cases.leads, (_, row) => cases.recent[row * recentNames.length + recentNames.indexOf(name)]);
  expect(Array.from(cases.leads)).toEqual([48, 24, 48, 24]);
  expect(column('last').slice(2)).toEqual([10, 10]);
  expect(column('error_last').slice(2)).toEqual([6, 1]);
});

test('outcomes come first, then errors; nothing is worked out that nobody uses', () => {
  expect(recentNames).toEqual([...recentOutcomeNames, ...recentErrorNames]);
  const pairs = tableOf([...history, { valid: 6 }]);
  expect(groupCases(pairs).groups[0].recent).toHaveLength(0);
  const { recent } = groupCases(pairs, { usesRecent: true }).groups[0];
  expect(recent).toHaveLength(4 * recentNames.length);
  expect(recent.buffer).toBeInstanceOf(SharedArrayBuffer);
});
