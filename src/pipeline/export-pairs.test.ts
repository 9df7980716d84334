import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { packValues } from '../store/run-values.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Layout, ObservationBlock, Run, Store } from '../store/store.ts';
import { readPairs } from '../tables/pairs-csv.ts';
import type { Pairs } from '../weather/pairs.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { exportPairs, type PairsQuery } from './export-pairs.ts';
import { importTable } from './import.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-export-pairs-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = (ending: string) => join(folder, `${files++}.${ending}`);
const newStore = () => openStore(newFile('db'));
const always = { from: -Infinity, until: Infinity };

async function exported(store: Store, query: Partial<PairsQuery> = {}) {
  let text = '';
  const result = await exportPairs(store, { period: always, ...query }, async (piece) => {
    text += piece;
  });
  return { text, ...result };
}

async function pairsIn(text: string): Promise<Pairs> {
  const file = newFile('csv');
  writeFileSync(file, text);
  const { pairs } = await readPairs([file]);
  rmSync(file);
  return pairs;
}

/** A store that holds a table and nothing else. */
async function storeOf(pairs: Pairs): Promise<Store> {
  const store = await newStore();
  await importTable(store, pairs, { source: 'table', origin: 'table', zoneOf: () => 'UTC', now: 8e15 });
  return store;
}

const missing = { nil: Number.NaN, freq: 5 };
const value = fc.option(fc.double({ min: -200, max: 200, noNaN: true }), missing);
/** No outcome that would be taken for a mistake of unit. */
const outcome = fc.option(fc.double({ min: -50, max: 50, noNaN: true }), missing);
const place = fc.record({
  name: fc
    .string({ unit: fc.constantFrom('a', 'B', ' ', ',', '"', 'é', '🌦'), minLength: 1, maxLength: 5 })
    .map((text) => text.trim())
    .filter((text) => text !== ''),
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  elevation: fc.option(fc.integer({ min: -400, max: 8000 }), { nil: Number.NaN }),
});

/** Small tables in which runs share valid times, so that some outcomes are revised from row to row. */
const table = fc
  .record({
    columns: fc.uniqueArray(
      fc.constantFrom('member_1', 'member_2', 'member_10', 'model_gfs', 'model_b', 'x_1', 'x_wind'),
      { minLength: 1 },
    ),
    places: fc.uniqueArray(place, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
    /** What is reported: by valid time and delay one value. */
    reports: fc.array(outcome, { minLength: 16, maxLength: 16 }),
  })
  .chain(({ columns, places, reports }) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.uniqueArray(
        fc.record({
          place: fc.constantFrom(...places),
          variable: fc.constantFrom('temperature_2m', 'dew_point_2m'),
          initHours: fc.nat(4).map((n) => 6 * n),
          leadHours: fc.constantFrom(0, 1.5, 6, 12, 18, 24, 1 / 3),
          latencyHours: fc.constantFrom(0, 0, 1, 5),
          delayHours: fc.nat(2),
          forecasts: fc.array(value, { minLength: columns.length, maxLength: columns.length }),
        }),
        {
          minLength: 1,
          maxLength: 40,
          selector: ({ place, variable, initHours, leadHours }) =>
            `${place.name}|${variable}|${initHours}|${leadHours}`,
        },
      ),
      reports: fc.constant(reports),
    }),
  );

const number = (x: number) => (Number.isNaN(x) ? '' : String(x));
const instant = (hours: number) => formatInstant(Date.UTC(2020, 0, 1) + Math.round(hours * msPerHour));

function textOf({
  columns,
  rows,
  reports,
}: typeof table extends fc.Arbitrary<infer Value> ? Value : never): string {
  const header = `place,latitude,longitude,elevation,init_time,valid_time,variable,unit,available_time,outcome_known_time,${columns.join(',')},observation`;
  const lines = rows.map((row) => {
    const valid = row.initHours + row.leadHours;
    const report = reports[(Math.round(valid * 3) + 5 * row.delayHours) % reports.length];
    return [
      `"${row.place.name.replaceAll('"', '""')}"`,
      number(row.place.latitude),
      number(row.place.longitude),
      number(row.place.elevation),
      instant(row.initHours),
      instant(valid),
      row.variable,
      '°C',
      instant(row.initHours + row.latencyHours),
      instant(valid + row.delayHours),
      ...row.forecasts.map(number),
      number(report),
    ].join(',');
  });
  return `${[header, ...lines].join('\n')}\n`;
}

/** Rows as objects, in an order of their own; the outcome is the latest of those the table has. */
function rowsOf(pairs: Pairs) {
  const latest = new Map<string, { readonly known: number; readonly value: number }>();
  const keyOf = (row: number) => `${pairs.place[row]} ${pairs.variable[row]} ${pairs.validTime[row]}`;
  for (let row = 0; row < pairs.rows; row++) {
    const known = pairs.outcomeKnownTime[row];
    if (!Number.isNaN(pairs.observation[row]) && !(known <= (latest.get(keyOf(row))?.known ?? -Infinity)))
      latest.set(keyOf(row), { known, value: pairs.observation[row] });
  }
  const width = pairs.columns.length;
  return Array.from({ length: pairs.rows }, (_, row) => ({
    place: pairs.places[pairs.place[row]],
    variable: pairs.variables[pairs.variable[row]].name,
    init: pairs.initTime[row],
    valid: pairs.validTime[row],
    available: pairs.availableTime[row],
    known: latest.get(keyOf(row))?.known ?? pairs.validTime[row],
    observation: latest.get(keyOf(row))?.value ?? Number.NaN,
    // + 0 because −0 is written as 0.
    forecasts: Array.from(pairs.forecasts.subarray(row * width, (row + 1) * width), (x) => x + 0),
  })).sort(
    (a, b) =>
      (a.place.name < b.place.name ? -1 : a.place.name > b.place.name ? 1 : 0) ||
      a.init - b.init ||
      (a.variable < b.variable ? -1 : a.variable > b.variable ? 1 : 0) ||
      a.valid - b.valid,
  );
}

it('an imported table is exported row for row, and exported again byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(table, async (drawn) => {
      const original = await pairsIn(textOf(drawn));
      await using store = await storeOf(original);
      const { text, rows, notices } = await exported(store);
      expect(rows).toBe(original.rows);
      expect(notices).toEqual([]);
      const back = await pairsIn(text);
      expect(back.columns).toEqual(original.columns);
      expect(rowsOf(back)).toEqual(rowsOf(original));

      await using second = await storeOf(back);
      expect((await exported(second)).text).toBe(text);
    }),
    { numRuns: 60 },
  );
});

const start = Date.UTC(2024, 0, 1);
const hours = (n: number) => start + n * msPerHour;
const oslo = { name: 'Oslo', latitude: 59.9, longitude: 10.7, elevation: 94, zone: 'Europe/Oslo' };
const bergen = { name: 'Bergen', latitude: 60.4, longitude: 5.3, elevation: 12, zone: 'Europe/Oslo' };
const temperature = findVariable('temperature_2m');
const dew = findVariable('dew_point_2m');

function runOf(issued: number, known: number, layout: Layout, values: readonly number[], more = {}): Run {
  return {
    place: 'Oslo',
    source: 'met',
    issuedAt: hours(issued),
    knownAt: hours(known),
    layout,
    values: packValues(Float64Array.from(values)),
    ...more,
  };
}

function outcomesOf(
  rows: readonly (readonly [valid: number, known: number, value: number, flag?: string])[],
) {
  return {
    rows: rows.length,
    places: ['Oslo'],
    variables: ['temperature_2m'],
    origins: ['station'],
    place: new Int32Array(rows.length),
    variable: new Int32Array(rows.length),
    origin: new Int32Array(rows.length),
    validTime: Float64Array.from(rows, ([valid]) => hours(valid)),
    knownAt: Float64Array.from(rows, ([, known]) => hours(known)),
    value: Float64Array.from(rows, ([, , value]) => value),
    flag: rows.map(([, , , flag = '']) => flag),
  } satisfies ObservationBlock;
}

const layout = (
  columns: readonly string[],
  leads: readonly number[],
  variable = 'temperature_2m',
): Layout => ({
  columns,
  series: [{ variable, leads }],
});

async function filled(changes: Parameters<Store['write']>[0] = {}): Promise<Store> {
  const store = await newStore();
  await store.write({ places: [oslo, bergen], variables: [temperature, dew], ...changes });
  return store;
}

/** The table without its first line and the fields of the place, which are the same everywhere. */
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.replace('Oslo,59.9,10.7,94,', '').replaceAll('2024-01-0', ''));

describe('export of pairs', () => {
  it('has the latest version of an outcome, nothing where it was taken back, and counts what is flagged', async () => {
    await using store = await filled({
      runs: [runOf(0, 1, layout(['model_a'], [6, 12, 18, 24]), [1, 2, 3, 0.1 + 0.2])],
      observations: outcomesOf([
        [6, 6, 1.5],
        [6, 9, 1.25],
        [12, 12, 2.5],
        [12, 13, Number.NaN],
        [24, 24, 40, 'unlikely'],
      ]),
    });
    const { text, notices } = await exported(store);
    expect(linesOf(text)).toEqual([
      '1T00:00Z,1T06:00Z,temperature_2m,°C,1T01:00Z,1T09:00Z,1,1.25',
      '1T00:00Z,1T12:00Z,temperature_2m,°C,1T01:00Z,,2,',
      '1T00:00Z,1T18:00Z,temperature_2m,°C,1T01:00Z,,3,',
      '1T00:00Z,2T00:00Z,temperature_2m,°C,1T01:00Z,2T00:00Z,0.30000000000000004,40',
    ]);
    expect(notices).toEqual([
      '1 row holds an outcome that is flagged as not to be trusted, which the table does not say',
    ]);
  });

  it('makes one row of a forecast that arrived again, or in parts', async () => {
    await using store = await filled({
      runs: [
        runOf(0, 1, layout(['model_a'], [6, 12]), [1, 2]),
        // Another column of the same arrival.
        runOf(0, 1, layout(['model_b'], [12]), [20]),
        // A correction of one step.
        runOf(0, 3, layout(['model_a'], [12]), [2.5]),
        runOf(0, 2, layout(['model_a'], [6], 'dew_point_2m'), [-4]),
      ],
    });
    const { text, rows, notices } = await exported(store);
    expect(rows).toBe(3);
    expect(linesOf(text)).toEqual([
      '1T00:00Z,1T06:00Z,dew_point_2m,°C,1T02:00Z,,-4,,',
      '1T00:00Z,1T06:00Z,temperature_2m,°C,1T01:00Z,,1,,',
      '1T00:00Z,1T12:00Z,temperature_2m,°C,1T03:00Z,,2.5,20,',
    ]);
    expect(notices).toEqual(['1 forecast arrived again: the last arrival is in the table']);
    const back = await pairsIn(text);
    await using second = await storeOf(back);
    expect((await exported(second)).text).toBe(text);
  });

  it('keeps an issue together however many runs a block of the store has', async () => {
    const one = layout(['x_a'], [1]);
    const runs = Array.from({ length: 1300 }, (_, k) => runOf(Math.floor(k / 650), 2 + k, one, [k]));
    await using store = await filled({ runs });
    const { text, rows } = await exported(store);
    expect(rows).toBe(2);
    expect(linesOf(text)).toEqual([
      '1T00:00Z,1T01:00Z,temperature_2m,°C,2024-01-28T03:00Z,,649,',
      '1T01:00Z,1T02:00Z,temperature_2m,°C,2024-02-24T05:00Z,,1299,',
    ]);
  });

  it('has the places, variables and days asked for, and columns that these have', async () => {
    await using store = await filled({
      runs: [
        runOf(0, 0, layout(['member_1', 'member_2'], [24, 48, 72]), [1, 2, 3, 4, 5, 6]),
        runOf(0, 0, layout(['x_dew'], [24], 'dew_point_2m'), [7], { place: 'Bergen' }),
      ],
    });
    const header = (text: string) => text.slice(0, text.indexOf('\n')).split(',').slice(10, -1);
    const all = await exported(store);
    expect(header(all.text)).toEqual(['member_1', 'member_2', 'x_dew']);
    expect(all.rows).toBe(4);
    const bergenOnly = await exported(store, { places: ['Bergen'] });
    expect(header(bergenOnly.text)).toEqual(['x_dew']);
    const one = await exported(store, { variables: ['temperature_2m'] });
    expect(header(one.text)).toEqual(['member_1', 'member_2']);
    const days = await exported(store, {
      variables: ['temperature_2m'],
      period: { from: hours(48), until: hours(72) },
    });
    expect(linesOf(days.text)).toEqual(['1T00:00Z,3T00:00Z,temperature_2m,°C,1T00:00Z,,3,4,']);
  });

  it('asks for one source where there are several of what was chosen', async () => {
    await using store = await filled({
      runs: [
        runOf(0, 0, layout(['model_a'], [24]), [1]),
        runOf(0, 0, layout(['model_b'], [24]), [2], { source: 'dwd' }),
        runOf(0, 0, layout(['model_b'], [24]), [3], { source: 'dwd', place: 'Bergen' }),
      ],
    });
    await expect(exported(store)).rejects.toMatchObject({
      name: 'Usage',
      message: 'there are forecasts by met, dwd: choose one by --source, a table holds those of one',
    });
    expect((await exported(store, { source: 'dwd' })).rows).toBe(2);
    expect((await exported(store, { places: ['Bergen'] })).rows).toBe(1);
    await expect(exported(store, { source: 'dvd' })).rejects.toMatchObject({
      name: 'NotFound',
      message: expect.stringContaining('Did you mean dwd?'),
    });
  });

  it('refuses to write nothing, saying why, and stops when asked', async () => {
    await using store = await filled({ runs: [runOf(0, 0, layout(['model_a'], [24]), [1])] });
    const refused = (query: Partial<PairsQuery>) => expect(exported(store, query)).rejects;
    await refused({ places: ['Bergen'] }).toMatchObject({
      name: 'NotFound',
      message: expect.stringMatching(/^nothing to export: there are no forecasts for Bergen in .*import/),
    });
    await refused({ period: { from: hours(48), until: Infinity } }).toMatchObject({
      name: 'NotFound',
      message: expect.stringMatching(/no forecasts, valid from 2024-01-03T00:00Z by met in/),
    });
    await refused({ places: ['Bergn'] }).toMatchObject({ message: expect.stringContaining('Bergen?') });
    await refused({ variables: ['temprature_2m'] }).toMatchObject({
      message: expect.stringContaining('Did you mean temperature_2m?'),
    });
    await refused({ signal: AbortSignal.abort() }).toMatchObject({ name: 'Cancelled' });
  });
});
