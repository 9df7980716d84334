import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packValues } from '../store/run-values.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { ObservationBlock, Run, Store } from '../store/store.ts';
import { msPerDay } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { placeNews, placeReport } from './place-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-place-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const days = (n: number) => Date.UTC(2020, 0, 1) + n * msPerDay;
const placeOf = (name: string) => ({ name, latitude: 1, longitude: 2, elevation: 3, zone: 'UTC' });
const places = ['Old', 'New', 'Empty'].map(placeOf);
const variables = ['temperature_2m', 'precipitation_sum'];

type Row = readonly [place: number, variable: number, valid: number, value: number, flag?: string];

function blockOf(rows: readonly Row[]): ObservationBlock {
  const times = Float64Array.from(rows, ([, , valid]) => days(valid));
  return {
    rows: rows.length,
    places: places.map(({ name }) => name),
    variables,
    origins: ['station', 'push'],
    place: Int32Array.from(rows, ([place]) => place),
    variable: Int32Array.from(rows, ([, variable]) => variable),
    origin: Int32Array.from(rows, (_, row) => row % 2),
    validTime: times,
    knownAt: times,
    value: Float64Array.from(rows, ([, , , value]) => value),
    flag: rows.map(([, , , , flag = '']) => flag),
  };
}

const runOf = (place: string, source: string, issued: number): Run => ({
  place,
  source,
  issuedAt: days(issued),
  knownAt: days(issued) + 1,
  layout: { columns: ['model_a'], series: [{ variable: 'temperature_2m', leads: [24] }] },
  values: packValues(Float64Array.of(issued)),
});

let store: Store;
beforeAll(async () => {
  store = await openStore(join(folder, 'weatherglass.db'));
  await store.write({
    places,
    variables: variables.map((name) => findVariable(name)),
    observations: blockOf([
      [0, 0, 0, 1],
      [0, 1, 3, 0],
      [1, 0, 900, 2],
      [1, 0, 1000, 3],
      [1, 1, 700, 4],
      [1, 1, 1000, Number.NaN],
      [1, 0, 999, 5, 'stuck'],
    ]),
    runs: [runOf('New', 'a', 10), runOf('New', 'b', 5), runOf('New', 'a', 11), runOf('Old', 'b', 2)],
  });
});
afterAll(() => store[Symbol.asyncDispose]());

it('finds the newest of every variable however long ago, but not what was taken back', async () => {
  expect(await placeNews(store, places)).toEqual([
    { place: places[0], variables, newestOutcome: days(3), newestRun: days(2) },
    { place: places[1], variables, newestOutcome: days(1000), newestRun: days(11) },
    { place: places[2], variables: [], newestOutcome: Number.NaN, newestRun: Number.NaN },
  ]);
  expect(await placeNews(store, [])).toEqual([]);
});

it('counts all that is stored under a place', async () => {
  expect(await placeReport(store, places[1])).toEqual({
    place: places[1],
    runs: [
      { source: 'a', count: 2, from: days(10), until: days(11), knownUntil: days(11) + 1 },
      { source: 'b', count: 1, from: days(5), until: days(5), knownUntil: days(5) + 1 },
    ],
    outcomes: [
      {
        variable: 'temperature_2m',
        unit: '°C',
        count: 3,
        flagged: 1,
        from: days(900),
        until: days(1000),
        origins: ['station', 'push'],
      },
      {
        variable: 'precipitation_sum',
        unit: 'mm',
        count: 2,
        flagged: 0,
        from: days(700),
        until: days(1000),
        origins: ['station', 'push'],
      },
    ],
    predictions: [],
  });
  expect(await placeReport(store, places[2])).toEqual({
    place: places[2],
    runs: [],
    outcomes: [],
    predictions: [],
  });
});
