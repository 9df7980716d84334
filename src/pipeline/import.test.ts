import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unpackValues } from '../store/run-values.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Run, Store } from '../store/store.ts';
import type { Observations, Pairs } from '../weather/pairs.ts';
import { findVariable } from '../weather/variable.ts';
import { type ImportOptions, importTable } from './import.ts';

const HOUR = 3_600_000;
/** Hour 0 of the tables below. */
const start = Date.UTC(2026, 0, 1);
const now = start + 10_000 * HOUR;

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-import-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
let store: Store;
beforeEach(async () => {
  store = await openStore(join(folder, `${files++}.db`));
});
afterEach(() => store[Symbol.asyncDispose]());

/** Times are hours; a forecast is available an hour after its issue, an outcome known when it is valid. */
interface PairRow {
  readonly place?: string;
  readonly variable?: string;
  readonly issued: number;
  readonly lead: number;
  readonly available?: number;
  readonly forecasts?: readonly number[];
  readonly outcome?: number;
  readonly known?: number;
}

interface SeenRow {
  readonly place?: string;
  readonly variable?: string;
  readonly valid: number;
  readonly known?: number;
  readonly value: number;
}

const hours = <Row>(rows: readonly Row[], of: (row: Row) => number) =>
  Float64Array.from(rows, (row) => start + HOUR * of(row));

function namesIn(rows: readonly { readonly place?: string; readonly variable?: string }[]) {
  const places = [...new Set(rows.map(({ place = 'hill' }) => place))];
  const variables = [...new Set(rows.map(({ variable = 'temperature_2m' }) => variable))];
  return {
    rows: rows.length,
    places: places.map((name) => ({ name, latitude: 47, longitude: 8, elevation: 400 })),
    variables: variables.map((name) => findVariable(name)),
    place: Int32Array.from(rows, ({ place = 'hill' }) => places.indexOf(place)),
    variable: Int32Array.from(rows, ({ variable = 'temperature_2m' }) => variables.indexOf(variable)),
  };
}

function pairsOf(rows: readonly PairRow[], columns: readonly string[] = ['member_1', 'member_2']): Pairs {
  const count = (family: string) => columns.filter((name) => name.startsWith(family)).length;
  return {
    ...namesIn(rows),
    columns,
    members: count('member_'),
    models: count('model_'),
    predictors: count('x_'),
    initTime: hours(rows, ({ issued }) => issued),
    validTime: hours(rows, ({ issued, lead }) => issued + lead),
    lead: Float32Array.from(rows, ({ lead }) => lead),
    availableTime: hours(rows, ({ issued, available = issued + 1 }) => available),
    outcomeKnownTime: hours(rows, ({ issued, lead, known = issued + lead }) => known),
    forecasts: Float64Array.from(rows.flatMap(({ forecasts = columns.map(() => 1) }) => forecasts)),
    observation: Float64Array.from(rows, ({ outcome = Number.NaN }) => outcome),
  };
}

function seenOf(rows: readonly SeenRow[]): Observations {
  return {
    ...namesIn(rows),
    validTime: hours(rows, ({ valid }) => valid),
    knownTime: hours(rows, ({ valid, known = valid }) => known),
    value: Float64Array.from(rows, ({ value }) => value),
  };
}

const importing = (table: Pairs | Observations, options: Partial<ImportOptions> = {}) =>
  importTable(store, table, {
    source: 'gfs',
    origin: 'station',
    zoneOf: ({ name }) => (name === 'hill' ? 'Europe/Zurich' : 'UTC'),
    now,
    ...options,
  });

const nothing = { places: 0, runs: 0, observations: 0, revisions: 0, predictions: 0 };

/** Runs as text: place, issue and arrival, then each series with its values. */
function shown({ place, source, issuedAt, knownAt, layout, values }: Run): string {
  const numbers = new Float64Array(values.stored.length);
  unpackValues(values, 0, numbers.length, numbers, 0);
  const series = layout.series.map(({ variable, leads }) => `${variable} ${leads.join(',')}`).join(' ');
  const hour = (time: number) => (time - start) / HOUR;
  return `${source} ${place} ${hour(issuedAt)}/${hour(knownAt)} ${series} = ${numbers.join(' ')}`;
}
const runs = async () => (await Array.fromAsync(store.runs())).flat().map(shown);
const seen = async () =>
  (await Array.fromAsync(store.observations())).flatMap((block) =>
    Array.from(
      { length: block.rows },
      (_, row) =>
        `${block.places[block.place[row]]} ${block.variables[block.variable[row]]} ${(block.validTime[row] - start) / HOUR}/${(block.knownAt[row] - start) / HOUR} = ${block.value[row]} by ${block.origins[block.origin[row]]}`,
    ),
  );

describe('a table of pairs', () => {
  const table = pairsOf([
    { issued: 0, lead: 12, forecasts: [3, 4], outcome: 5 },
    { issued: 0, lead: 6, forecasts: [1, Number.NaN], outcome: 2 },
    { issued: 6, lead: 6, forecasts: [7, 8], outcome: 5 },
    { issued: 6, lead: 24, forecasts: [9, 10] },
    { issued: 0, lead: 6, variable: 'wind_speed_10m', forecasts: [0.3, 0.4], outcome: 0.5 },
    { issued: 0, lead: 6, available: 4, forecasts: [1.5, 1.6], outcome: 2 },
    { issued: 0, lead: 6, place: 'plain', forecasts: [11, 12], outcome: 13 },
  ]);

  test('becomes places, runs as they were issued, and each outcome once', async () => {
    expect(await importing(table)).toEqual({ ...nothing, places: 2, runs: 4, observations: 4 });
    expect((await store.places()).map(({ name, zone }) => `${name} ${zone}`)).toEqual([
      'hill Europe/Zurich',
      'plain UTC',
    ]);
    expect((await store.variables()).map(({ name }) => name)).toEqual(['temperature_2m', 'wind_speed_10m']);
    expect(await runs()).toEqual([
      'gfs hill 0/1 temperature_2m 6,12 wind_speed_10m 6 = 1 NaN 3 4 0.3 0.4',
      'gfs hill 0/4 temperature_2m 6 = 1.5 1.6',
      'gfs hill 6/7 temperature_2m 6,24 = 7 8 9 10',
      'gfs plain 0/1 temperature_2m 6 = 11 12',
    ]);
    expect(await seen()).toEqual([
      'hill temperature_2m 6/6 = 2 by station',
      'hill temperature_2m 12/12 = 5 by station',
      'hill wind_speed_10m 6/6 = 0.5 by station',
      'plain temperature_2m 6/6 = 13 by station',
    ]);
  });

  test('imported again changes nothing', async () => {
    await importing(table);
    const before = await store.dataVersion();
    expect(await importing(table)).toEqual(nothing);
    expect([await runs(), await seen()].map((all) => all.length)).toEqual([4, 4]);
    // The same under another name is another source; outcomes have one truth.
    expect(await importing(table, { source: 'icon' })).toEqual({ ...nothing, runs: 4 });
    expect(await store.dataVersion()).not.toBe(before);
  });

  test('leaves places as they are that the store has already', async () => {
    const own = { name: 'hill', latitude: 1, longitude: 2, elevation: 3, zone: 'Asia/Tokyo' };
    await store.write({ places: [own] });
    expect((await importing(table)).places).toBe(1);
    expect((await store.places())[0]).toEqual(own);
  });

  test('grows: what is new is added', async () => {
    const days = (count: number) =>
      pairsOf(Array.from({ length: count }, (_, day) => ({ issued: 24 * day, lead: 24, outcome: day })));
    await importing(days(3));
    expect(await importing(days(5))).toEqual({ ...nothing, runs: 2, observations: 2 });
  });

  test('that was stopped is completed by the next import', async () => {
    // More runs than are written in one piece.
    const long = pairsOf(Array.from({ length: 4500 }, (_, k) => ({ issued: k, lead: 24, outcome: k % 10 })));
    const stop = new AbortController();
    const steps: string[] = [];
    const stopped = importing(long, {
      signal: stop.signal,
      onProgress(done, total) {
        steps.push(`${done}/${total}`);
        if (done === 1) stop.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: 'Cancelled' });
    expect(steps).toEqual(['1/4']);
    const { runs: kept } = await store.summary();
    expect(kept).toBe(2000);
    expect(await importing(long)).toEqual({ ...nothing, runs: 2500, observations: 4500 });
  });

  test('of no rows changes nothing', async () => {
    expect(await importing(pairsOf([]))).toEqual(nothing);
    expect(await importing(seenOf([]))).toEqual(nothing);
  });

  test('that contradicts a stored forecast is refused', async () => {
    await importing(table);
    const other = pairsOf([{ issued: 0, lead: 12, forecasts: [3, 4.5] }]);
    await expect(importing(other)).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringContaining('contradicts') as string,
    });
    // A revision has a later arrival.
    const revised = pairsOf([{ issued: 0, lead: 12, available: 2, forecasts: [3, 4.5] }]);
    expect(await importing(revised)).toEqual({ ...nothing, runs: 1 });
  });
});

describe('a table of observations', () => {
  test('becomes observations, and their revisions', async () => {
    const table = seenOf([
      { valid: 6, known: 9, value: 2.5 },
      { valid: 6, value: 2 },
      { valid: 0, value: Number.NaN },
      { valid: 3, place: 'plain', value: -1 },
    ]);
    expect(await importing(table, { source: '' })).toEqual({
      ...nothing,
      places: 2,
      observations: 3,
      revisions: 1,
    });
    expect(await seen()).toEqual([
      'hill temperature_2m 6/6 = 2 by station',
      'hill temperature_2m 6/9 = 2.5 by station',
      'plain temperature_2m 3/3 = -1 by station',
    ]);
    expect(await importing(table)).toEqual(nothing);
    expect(await store.sources()).toEqual([]);
  });

  test('takes a value back by an empty one that was known later; an empty one alone says nothing', async () => {
    const table = seenOf([
      { valid: 6, value: 2 },
      { valid: 6, known: 9, value: Number.NaN },
      { valid: 12, known: 13, value: Number.NaN },
      { valid: 12, known: 14, value: 3 },
    ]);
    expect(await importing(table)).toEqual({ ...nothing, places: 1, observations: 3, revisions: 1 });
    expect(await seen()).toEqual([
      'hill temperature_2m 6/6 = 2 by station',
      'hill temperature_2m 6/9 = NaN by station',
      'hill temperature_2m 12/14 = 3 by station',
    ]);
    // Of pairs an empty one is an outcome that this forecast came too early, or too late, to know.
    const pairs = pairsOf([
      { issued: 12, lead: 12, outcome: 4 },
      { issued: 18, lead: 6, known: 30 },
    ]);
    expect((await importing(pairs)).observations).toBe(1);
  });

  test('longer than one piece is written whole', async () => {
    const long = seenOf(Array.from({ length: 20_001 }, (_, k) => ({ valid: k / 4, value: k % 30 })));
    const steps: string[] = [];
    const { observations } = await importing(long, {
      onProgress: (done, total) => void steps.push(`${done}/${total}`),
    });
    expect(observations).toBe(20_001);
    expect(steps).toEqual(['1/2', '2/2']);
  });

  test('may say the same twice, but not two things at once', async () => {
    const twice = (value: number) =>
      seenOf([
        { valid: 6, value: 2 },
        { valid: 6, place: 'plain', value: 7 },
        { valid: 6, value },
      ]);
    await expect(importing(twice(3))).rejects.toMatchObject({
      name: 'InvalidData',
      message:
        'temperature_2m of hill at 2026-01-01T06:00Z is both 2 and 3, known at the same time; a revision needs a later known time',
    });
    expect((await store.summary()).places).toBe(0);
    expect((await importing(twice(2))).observations).toBe(2);
  });

  test('from the future is refused before anything is written', async () => {
    const table = seenOf([
      { valid: 6, value: 2 },
      { valid: 12, value: 3 },
    ]);
    await expect(importing(table, { now: start + 11 * HOUR })).rejects.toMatchObject({
      name: 'InvalidData',
      message:
        'temperature_2m of hill at 2026-01-01T12:00Z is observed in the future: it is 2026-01-01T11:00Z now. Correct the times, or the clock.',
    });
    expect((await store.summary()).places).toBe(0);
    expect((await importing(table, { now: start + 12 * HOUR })).observations).toBe(2);
    // What is not known yet is no observation.
    const ahead = pairsOf([{ issued: 0, lead: 24 }]);
    expect(await importing(ahead, { now: start + HOUR })).toEqual({ ...nothing, runs: 1 });
  });
});

describe('temperatures in another unit than declared', () => {
  const series = (from: number, of: (k: number) => number, place = 'hill') =>
    seenOf(Array.from({ length: 24 }, (_, k) => ({ place, valid: from + k, value: of(k) })));
  const mild = series(0, (k) => 12 + (k % 12));

  test('are refused beside what the place has had, with the unit they must be in', async () => {
    await importing(mild);
    const before = await store.dataVersion();
    const fahrenheit = series(24, (k) => 55 + k);
    await expect(importing(fahrenheit)).rejects.toMatchObject({
      name: 'InvalidData',
      message:
        'the middle of the 24 values of temperature_2m at hill is 67 °C, but the last outcomes there are 12 to 23 °C. In °F it would be 19.4 °C: declare the unit °F.',
    });
    expect(await store.dataVersion()).toBe(before);
    // Another place has its own climate.
    expect((await importing(series(24, (k) => 35 + k / 2, 'desert'))).observations).toBe(24);
  });

  test('are refused at a new place too, where nowhere is so hot', async () => {
    await expect(importing(series(0, () => 283))).rejects.toMatchObject({
      message: expect.stringContaining('In K it would be 9.9 °C: declare the unit K.') as string,
    });
  });

  test('are refused among pairs', async () => {
    await importing(mild);
    const pairs = pairsOf([{ issued: 24, lead: 6, outcome: 66 }]);
    await expect(importing(pairs)).rejects.toMatchObject({ name: 'InvalidData' });
    expect(await runs()).toEqual([]);
  });

  test('are not what a cold snap, a first table and a few spikes are', async () => {
    expect((await importing(mild)).observations).toBe(24);
    expect((await importing(series(24, (k) => -10 - (k % 5)))).observations).toBe(24);
    // A sensor that was wrong for an hour is for those who learn from it.
    expect((await importing(series(48, (k) => (k === 3 ? 68 : 15)))).observations).toBe(24);
    const wind = { variable: 'wind_speed_10m' };
    await importing(seenOf(Array.from({ length: 24 }, (_, k) => ({ ...wind, valid: k, value: 2 }))));
    expect((await importing(seenOf([{ ...wind, valid: 30, value: 60 }]))).observations).toBe(1);
  });
});
