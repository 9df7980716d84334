import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openStore } from '../store/sqlite-store.ts';
import type { ObservationBlock, Store } from '../store/store.ts';
import { readObservations } from '../tables/observations-csv.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { exportObservations } from './export-observations.ts';
import type { ExportQuery } from './export-selection.ts';
import { importTable } from './import.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-export-observations-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hours = (n: number) => Date.UTC(2024, 0, 1) + n * msPerHour;
const places = [
  {
    name: 'Hill, upper',
    latitude: 47.7,
    longitude: -122.2,
    elevation: Number.NaN,
    zone: 'America/Los_Angeles',
  },
  { name: 'Garden', latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN, zone: 'UTC' },
];
const variables = ['temperature_2m', 'precipitation_sum'];

type Row = readonly [
  place: number,
  variable: number,
  valid: number,
  known: number,
  value: number,
  flag?: string,
];

function blockOf(rows: readonly Row[]): ObservationBlock {
  return {
    rows: rows.length,
    places: places.map(({ name }) => name),
    variables,
    origins: ['push'],
    place: Int32Array.from(rows, ([place]) => place),
    variable: Int32Array.from(rows, ([, variable]) => variable),
    origin: new Int32Array(rows.length),
    validTime: Float64Array.from(rows, ([, , valid]) => hours(valid)),
    knownAt: Float64Array.from(rows, ([, , , known]) => hours(known)),
    value: Float64Array.from(rows, ([, , , , value]) => value),
    flag: rows.map(([, , , , , flag = '']) => flag),
  };
}

async function storeOf(name: string, rows: readonly Row[]): Promise<Store> {
  const store = await openStore(join(folder, name));
  await store.write({
    places,
    variables: variables.map((one) => findVariable(one)),
    observations: blockOf(rows),
  });
  return store;
}

async function exported(store: Store, query: Partial<ExportQuery> = {}) {
  let text = '';
  const period = { from: -Infinity, until: Infinity };
  const result = await exportObservations(store, { period, ...query }, async (piece) => {
    text += piece;
  });
  return { text, ...result };
}

const rows: readonly Row[] = [
  [1, 0, 1, 1, 20.125],
  [0, 0, 1, 1, 0.1 + 0.2],
  [0, 0, 1, 4, -1e-7],
  [0, 0, 2, 2, 3, 'stuck'],
  [0, 0, 30, 30, 4],
  [0, 1, 1, 2, 0],
];

it('has every version, by place, variable and time, and counts what is flagged', async () => {
  await using store = await storeOf('versions.db', rows);
  const { text, notices, rows: written } = await exported(store);
  expect(text).toBe(`place,latitude,longitude,elevation,valid_time,known_time,variable,unit,observation
"Hill, upper",47.7,-122.2,,2024-01-01T01:00Z,2024-01-01T02:00Z,precipitation_sum,mm,0
"Hill, upper",47.7,-122.2,,2024-01-01T01:00Z,2024-01-01T01:00Z,temperature_2m,°C,0.30000000000000004
"Hill, upper",47.7,-122.2,,2024-01-01T01:00Z,2024-01-01T04:00Z,temperature_2m,°C,-1e-7
"Hill, upper",47.7,-122.2,,2024-01-01T02:00Z,2024-01-01T02:00Z,temperature_2m,°C,3
"Hill, upper",47.7,-122.2,,2024-01-02T06:00Z,2024-01-02T06:00Z,temperature_2m,°C,4
Garden,,,,2024-01-01T01:00Z,2024-01-01T01:00Z,temperature_2m,°C,20.125
`);
  expect(written).toBe(6);
  expect(notices).toEqual([
    '1 row holds an outcome that is flagged as not to be trusted, which the table does not say',
  ]);
});

it('is imported again version for version, and exported again byte for byte', async () => {
  await using store = await storeOf('first.db', rows);
  const { text } = await exported(store);
  const file = join(folder, 'observations.csv');
  writeFileSync(file, text);
  const { observations } = await readObservations([file]);
  await using second = await openStore(join(folder, 'second.db'));
  const counts = await importTable(second, observations, {
    source: '',
    origin: 'table',
    zoneOf: () => 'UTC',
    now: hours(100),
  });
  expect(counts).toMatchObject({ places: 2, observations: 6, revisions: 1 });
  expect((await exported(second)).text).toBe(text);
});

it('leaves the field of a value that was taken back empty', async () => {
  await using store = await storeOf('back.db', [
    [0, 0, 1, 1, 5],
    [0, 0, 1, 3, Number.NaN],
  ]);
  expect((await exported(store)).text.trimEnd().split('\n').at(-1)).toBe(
    '"Hill, upper",47.7,-122.2,,2024-01-01T01:00Z,2024-01-01T03:00Z,temperature_2m,°C,',
  );
});

it('has what was asked for, and refuses to write nothing', async () => {
  await using store = await storeOf('asked.db', rows);
  expect((await exported(store, { places: ['Garden'] })).rows).toBe(1);
  expect((await exported(store, { variables: ['precipitation_sum'] })).rows).toBe(1);
  expect((await exported(store, { period: { from: hours(2), until: hours(30) } })).rows).toBe(1);
  await expect(
    exported(store, { places: ['Garden'], variables: ['precipitation_sum'] }),
  ).rejects.toMatchObject({
    name: 'NotFound',
    message: expect.stringMatching(
      /^nothing to export: there are no observations of precipitation_sum for Garden in .*asked\.db$/,
    ),
  });
});
