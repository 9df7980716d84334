import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { recentNames } from '../models/model.ts';
import { packValues } from '../store/run-values.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Layout, Run, Store } from '../store/store.ts';
import { findVariable } from '../weather/variable.ts';
import { advance, type History, type HistoryQuery, readHistory } from './history.ts';

const HOUR = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'weatherglass-history-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

const places = ['hill', 'plain'].map((name) => ({
  name,
  latitude: 47,
  longitude: 8,
  elevation: 400,
  zone: 'UTC',
}));
const variables = ['temperature_2m', 'wind_speed_10m'].map((name) => findVariable(name));

/** Times are hours; a forecast is known an hour after its issue and an outcome when it is valid, unless said otherwise. */
interface Forecast {
  readonly place?: string;
  readonly source?: string;
  readonly variable?: string;
  readonly issued: number;
  readonly known?: number;
  readonly leads: readonly number[];
  readonly columns?: readonly string[];
  /** Instead of the variable and its leads. */
  readonly series?: Layout['series'];
  /** Leads x columns. */
  readonly values: readonly number[];
}

interface Outcome {
  readonly place?: string;
  readonly variable?: string;
  readonly valid: number;
  readonly known?: number;
  readonly value: number;
  readonly flag?: string;
}

function runOf(given: Forecast): Run {
  const { place = 'hill', source = 'gfs', variable = 'temperature_2m', columns = ['model_a'] } = given;
  const layout: Layout = { columns, series: given.series ?? [{ variable, leads: given.leads }] };
  return {
    place,
    source,
    issuedAt: given.issued * HOUR,
    knownAt: (given.known ?? given.issued + 1) * HOUR,
    layout,
    values: packValues(Float64Array.from(given.values)),
  };
}

async function put(
  store: Store,
  forecasts: readonly Forecast[],
  outcomes: readonly Outcome[],
): Promise<void> {
  const names = variables.map(({ name }) => name);
  await store.write({
    places,
    variables,
    runs: forecasts.map(runOf),
    observations: {
      rows: outcomes.length,
      places: places.map(({ name }) => name),
      variables: names,
      origins: ['station'],
      place: Int32Array.from(outcomes, ({ place = 'hill' }) =>
        places.findIndex(({ name }) => name === place),
      ),
      variable: Int32Array.from(outcomes, ({ variable = 'temperature_2m' }) => names.indexOf(variable)),
      origin: new Int32Array(outcomes.length),
      validTime: Float64Array.from(outcomes, ({ valid }) => valid * HOUR),
      knownAt: Float64Array.from(outcomes, ({ valid, known = valid }) => known * HOUR),
      value: Float64Array.from(outcomes, ({ value }) => value),
      flag: outcomes.map(({ flag = '' }) => flag),
    },
  });
}

interface Row {
  readonly source: string;
  readonly variable: string;
  readonly place: string;
  readonly lead: number;
  readonly issued: number;
  readonly valid: number;
  readonly available: number;
  readonly forecast: Readonly<Record<string, number>>;
  readonly outcome: number;
  readonly known: number;
}

/** Everything in the blocks, row by row. */
function rowsOf({ groups }: History): Row[] {
  return groups.flatMap(({ source, cases }) =>
    Array.from({ length: cases.size }, (_, row) => ({
      source,
      variable: cases.variable.name,
      place: cases.places[cases.place[row]],
      lead: cases.lead,
      issued: cases.initTime[row] / HOUR,
      valid: cases.validTime[row] / HOUR,
      available: cases.availableTime[row] / HOUR,
      forecast: Object.fromEntries(
        cases.columns.map((name, k) => [name, cases.forecasts[row * cases.columns.length + k]]),
      ),
      outcome: cases.outcome[row],
      known: cases.knownTime[row] / HOUR,
    })),
  );
}

type Query = Partial<Omit<HistoryQuery, 'knownUntil' | 'issuedFrom'>> & {
  readonly knownUntil?: number;
  readonly issuedFrom?: number;
};

/** The history of a new store that holds this. */
async function historyOf(
  forecasts: readonly Forecast[],
  outcomes: readonly Outcome[],
  { knownUntil = 1000, issuedFrom, ...rest }: Query = {},
  usesRecent = false,
): Promise<History> {
  await using store = await openStore(join(folder, `${files++}.db`));
  await put(store, forecasts, outcomes);
  const from = issuedFrom === undefined ? undefined : issuedFrom * HOUR;
  return await readHistory(
    store,
    { ...rest, knownUntil: knownUntil * HOUR, issuedFrom: from },
    { usesRecent },
  );
}

const forecast: Forecast = { issued: 0, leads: [6, 12], values: [10, 11] };

describe('a history', () => {
  test('puts every forecast beside its outcome, by source, variable and lead', async () => {
    const history = await historyOf(
      [forecast, { ...forecast, source: 'icon', leads: [6], values: [9] }],
      [{ valid: 6, known: 7, value: 8.5 }],
    );
    expect(rowsOf(history)).toEqual(
      [
        { source: 'gfs', lead: 6, valid: 6, forecast: { model_a: 10 }, outcome: 8.5, known: 7 },
        { source: 'gfs', lead: 12, valid: 12, forecast: { model_a: 11 }, outcome: Number.NaN, known: 12 },
        { source: 'icon', lead: 6, valid: 6, forecast: { model_a: 9 }, outcome: 8.5, known: 7 },
      ].map((row) => ({ ...row, variable: 'temperature_2m', place: 'hill', issued: 0, available: 1 })),
    );
    expect(history.groups.map(({ cases }) => [cases.members, cases.models, cases.predictors])).toEqual(
      Array.from({ length: 3 }, () => [0, 1, 0]),
    );
  });

  test('has what is asked for only', async () => {
    const forecasts = ['hill', 'plain'].flatMap((place) =>
      ['temperature_2m', 'wind_speed_10m'].map((variable) => ({ ...forecast, place, variable })),
    );
    const outcomes = forecasts.map(({ place, variable }) => ({ place, variable, valid: 6, value: 3 }));
    const history = await historyOf(forecasts, outcomes, {
      places: ['plain'],
      variables: ['wind_speed_10m'],
    });
    expect(history.places.map(({ name }) => name)).toEqual(['plain']);
    expect(history.variables.map(({ name }) => name)).toEqual(['wind_speed_10m']);
    expect(
      rowsOf(history).map(({ place, variable, lead, outcome }) => [place, variable, lead, outcome]),
    ).toEqual([
      ['plain', 'wind_speed_10m', 6, 3],
      ['plain', 'wind_speed_10m', 12, Number.NaN],
    ]);
    // A run may hold more than that.
    const series = variables.map(({ name }) => ({ variable: name, leads: [6, 12] }));
    const both = await historyOf([{ ...forecast, series, values: [1, 2, 3, 4] }], [], {
      variables: ['wind_speed_10m'],
    });
    expect(rowsOf(both).map((row) => [row.variable, row.lead, row.forecast.model_a])).toEqual([
      ['wind_speed_10m', 6, 3],
      ['wind_speed_10m', 12, 4],
    ]);
    const later = await historyOf([forecast, { ...forecast, issued: 5 }], [], { issuedFrom: 1 });
    expect(new Set(rowsOf(later).map(({ issued }) => issued))).toEqual(new Set([5]));
  });

  test('knows nothing that became known later', async () => {
    const forecasts = [forecast, { ...forecast, known: 9, values: [20, 21] }];
    const outcomes = [
      { valid: 6, known: 8, value: 1 },
      { valid: 6, known: 10, value: 2 },
      { valid: 12, known: 13, value: 3 },
    ];
    const seen = async (knownUntil: number) => {
      const history = await historyOf(forecasts, outcomes, { knownUntil });
      advance(history, Infinity);
      return rowsOf(history).map(({ valid, available, outcome }) => [valid, available, outcome]);
    };
    expect(await seen(7)).toEqual([
      [6, 1, Number.NaN],
      [12, 1, Number.NaN],
    ]);
    expect(await seen(9)).toEqual([
      [6, 1, 1],
      [6, 9, 1],
      [12, 1, Number.NaN],
      [12, 9, Number.NaN],
    ]);
    expect((await seen(10)).map(([, , outcome]) => outcome)).toEqual([2, 2, Number.NaN, Number.NaN]);
  });

  test('has what models know of the latest outcomes where they ask for it', async () => {
    const forecasts = [0, 24].map((issued) => ({ issued, leads: [24], values: [10] }));
    const outcomes = [{ valid: 24, value: 13 }];
    const { groups } = await historyOf(forecasts, outcomes, {}, true);
    const recent = groups[0].cases.recent.subarray(recentNames.length);
    expect(recent[recentNames.indexOf('last')]).toBe(13);
    expect(recent[recentNames.indexOf('error_last')]).toBe(3);
    expect((await historyOf(forecasts, outcomes)).groups[0].cases.recent).toHaveLength(0);
  });
});

describe('outcomes that were corrected', () => {
  const outcomes = [
    { valid: 6, known: 7, value: 1 },
    { valid: 6, known: 20, value: 2 },
    { valid: 6, known: 30, value: Number.NaN },
    { valid: 12, known: 14, value: 5 },
    { valid: 12, known: 25, value: 6 },
  ];

  test('are as first reported until time advances, then as they were known', async () => {
    const history = await historyOf([forecast, { ...forecast, source: 'icon' }], outcomes);
    const seen = (asOf: number) => {
      advance(history, asOf * HOUR);
      const [gfs, icon] = ['gfs', 'icon'].map((source) =>
        rowsOf(history)
          .filter((row) => row.source === source)
          .map(({ outcome, known }) => [outcome, known]),
      );
      expect(icon).toEqual(gfs);
      return gfs;
    };
    const first = [
      [1, 7],
      [5, 14],
    ];
    expect(seen(0)).toEqual(first);
    expect(seen(19.9)).toEqual(first);
    expect(seen(20)).toEqual([
      [2, 20],
      [5, 14],
    ]);
    expect(seen(29)).toEqual([
      [2, 20],
      [6, 25],
    ]);
    expect(seen(1000)).toEqual([
      [Number.NaN, 30],
      [6, 25],
    ]);
    // Time never goes back.
    expect(seen(8)).toEqual([
      [Number.NaN, 30],
      [6, 25],
    ]);
  });

  test('change at their own place and of their own variable alone', async () => {
    const forecasts = ['hill', 'plain'].flatMap((place) =>
      ['temperature_2m', 'wind_speed_10m'].map((variable) => ({ ...forecast, place, variable })),
    );
    const history = await historyOf(
      forecasts,
      forecasts.flatMap(({ place, variable }) => [
        { place, variable, valid: 6, value: 1 },
        ...(place === 'plain' && variable === 'wind_speed_10m'
          ? [{ place, variable, valid: 6, known: 9, value: 2 }]
          : []),
      ]),
    );
    advance(history, 9 * HOUR);
    expect(
      rowsOf(history)
        .filter(({ outcome }) => outcome === 2)
        .map(({ place, variable, lead }) => [place, variable, lead]),
    ).toEqual([['plain', 'wind_speed_10m', 6]]);
  });

  test('do not train while they are flagged, but can be had', async () => {
    const flagged = [
      { valid: 6, value: 99, flag: 'stuck' },
      { valid: 12, value: 3 },
      { valid: 12, known: 15, value: 98, flag: 'spike' },
    ];
    const outcomesOf = async (query: Query, asOf: number) => {
      const history = await historyOf([forecast], flagged, query);
      advance(history, asOf * HOUR);
      return rowsOf(history).map(({ outcome }) => outcome);
    };
    expect(await outcomesOf({}, 12)).toEqual([Number.NaN, 3]);
    expect(await outcomesOf({}, 15)).toEqual([Number.NaN, Number.NaN]);
    expect(await outcomesOf({ flagged: true }, 15)).toEqual([99, 98]);
  });
});

describe('what no source forecasts', () => {
  const wind = (valid: number, value: number, known = valid + 0.5): Outcome => ({
    variable: 'wind_speed_10m',
    valid,
    known,
    value,
  });

  test('is asked of each observation for every day of two weeks', async () => {
    const history = await historyOf([forecast], [wind(0, 5), wind(24, 7), { valid: 6, value: 1 }]);
    const rows = rowsOf(history).filter(({ source }) => source === '');
    expect(rows).toHaveLength(2 * 14);
    expect(new Set(rows.map(({ variable }) => variable))).toEqual(new Set(['wind_speed_10m']));
    expect(rows.filter(({ issued }) => issued === 24).map(({ lead }) => lead)).toEqual(
      Array.from({ length: 14 }, (_, day) => 24 * (day + 1)),
    );
    expect(rows[0]).toEqual({
      source: '',
      variable: 'wind_speed_10m',
      place: 'hill',
      lead: 24,
      issued: 0,
      valid: 24,
      available: 0.5,
      forecast: {},
      outcome: 7,
      known: 24.5,
    });
    expect(rows.slice(1).every(({ outcome }) => Number.isNaN(outcome))).toBe(true);
  });

  test('is that at each place by itself', async () => {
    const history = await historyOf(
      [{ ...forecast, variable: 'wind_speed_10m' }],
      [wind(0, 5), { ...wind(0, 6), place: 'plain' }],
    );
    expect(new Set(rowsOf(history).map(({ source, place }) => `${place} ${source}`))).toEqual(
      new Set(['hill gfs', 'plain ']),
    );
  });

  test('begins where it is asked to', async () => {
    const rows = rowsOf(await historyOf([], [wind(0, 5), wind(24, 7)], { issuedFrom: 10 }));
    expect(new Set(rows.map(({ issued }) => issued))).toEqual(new Set([24]));
  });
});

test('a run that came in parts is one forecast: with the columns, leads and values of all of them', async () => {
  const history = await historyOf(
    [
      { ...forecast, columns: ['member_1'], values: [10, 11] },
      { ...forecast, columns: ['model_a'], values: [12, 13] },
      { ...forecast, columns: ['model_a'], leads: [12, 18], values: [13, 14] },
      { ...forecast, columns: ['member_1'], leads: [18], values: [15] },
      { ...forecast, issued: 6, columns: ['member_1', 'model_a'], values: [1, 2, 3, 4] },
    ],
    [],
  );
  expect(rowsOf(history).map((row) => [row.issued, row.lead, row.forecast])).toEqual([
    [0, 6, { member_1: 10, model_a: 12 }],
    [6, 6, { member_1: 1, model_a: 2 }],
    [0, 12, { member_1: 11, model_a: 13 }],
    [6, 12, { member_1: 3, model_a: 4 }],
    [0, 18, { member_1: 15, model_a: 14 }],
  ]);
});

// The same, worked out from the plain lists of what was put.
test('rows are those that were put, as known by any time, whatever was put', async () => {
  const anyForecast = fc.record({
    place: fc.constantFrom('hill', 'plain'),
    source: fc.constantFrom('gfs', 'icon'),
    issued: fc.integer({ min: 0, max: 4 }).map((n) => 6 * n),
    // Two issues may arrive together.
    delay: fc.constantFrom(1, 7, 30),
    // Tenths need their decimals to be restored, thirds need doubles.
    values: fc.array(
      fc.oneof(
        fc.integer().map((n) => n / 10),
        fc.constant(1 / 3),
      ),
      {
        minLength: 2,
        maxLength: 2,
      },
    ),
    leads: fc.constantFrom([6, 12], [2.3, 7.1], [12, 24]),
  });
  const anyOutcome = fc
    .record({
      place: fc.constantFrom('hill', 'plain'),
      valid: fc.integer({ min: 0, max: 8 }).map((n) => 6 * n),
      delay: fc.integer({ min: 0, max: 20 }),
      value: fc.integer({ min: -50, max: 50 }),
      missing: fc.boolean(),
    })
    // Each version says something else: one that says the same again is none.
    .map(({ missing, ...one }) => ({
      ...one,
      value: missing && one.delay === 0 ? Number.NaN : one.value + one.delay / 100,
    }));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(anyForecast, {
        maxLength: 8,
        selector: ({ place, source, issued, delay }) => `${place} ${source} ${issued} ${delay}`,
      }),
      fc.uniqueArray(anyOutcome, {
        maxLength: 12,
        selector: ({ place, valid, delay }) => `${place} ${valid} ${delay}`,
      }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 60 }),
      async (forecasts, outcomes, knownUntil, asOf) => {
        const history = await historyOf(
          forecasts.map((one) => ({ ...one, known: one.issued + one.delay })),
          outcomes.map((one) => ({ ...one, known: one.valid + one.delay })),
          { knownUntil },
        );
        advance(history, asOf * HOUR);
        const versions = (place: string, valid: number) =>
          outcomes
            .filter((one) => one.place === place && one.valid === valid && valid + one.delay <= knownUntil)
            .sort((a, b) => a.delay - b.delay)
            .filter(({ delay }, k) => k === 0 || valid + delay <= asOf);
        const expected = forecasts
          .filter(({ issued, delay }) => issued + delay <= knownUntil)
          .flatMap(({ place, source, issued, delay, leads, values }) =>
            leads.map((lead, k) => {
              const valid = issued + lead;
              const latest = versions(place, valid).at(-1);
              return {
                source,
                variable: 'temperature_2m',
                place,
                lead: Math.fround(lead),
                issued,
                valid,
                available: issued + delay,
                forecast: { model_a: values[k] },
                outcome: latest?.value ?? Number.NaN,
                known: valid + (latest?.delay ?? 0),
              };
            }),
          );
        const text = (row: Row) => JSON.stringify(row);
        expect(
          rowsOf(history)
            .filter(({ source }) => source !== '')
            .map(text)
            .sort(),
        ).toEqual(expected.map(text).sort());
        // Of a place without forecasts each observation is an issue.
        const silent = places
          .map(({ name }) => name)
          .filter((name) => !expected.some(({ place }) => place === name));
        const issues = new Set(
          outcomes
            .filter(({ place, valid, delay }) => silent.includes(place) && valid + delay <= knownUntil)
            .map(({ place, valid }) => `${place} ${valid}`),
        );
        const alone = rowsOf(history).filter(({ source }) => source === '');
        expect(new Set(alone.map(({ place, issued }) => `${place} ${issued}`))).toEqual(issues);
        expect(alone).toHaveLength(14 * issues.size);
      },
    ),
    { numRuns: 40 },
  );
});
