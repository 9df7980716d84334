import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { packValues } from '../store/run-values.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Run, Store } from '../store/store.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { passedThrough, sourcesOf } from './pass-through.ts';
import type { ServedPrediction } from './served.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-pass-'));
afterAll(() => rmSync(folder, { recursive: true }));

const midnight = Date.UTC(2026, 0, 5);
const noon = midnight + 12 * msPerHour;
const names = ['weather_code', 'wind_direction_10m', 'cloud_cover', 'precipitation', 'temperature_2m'];

let store: Store;
let stores = 0;
beforeEach(async () => {
  store = await openStore(join(folder, `${++stores}.db`));
  await store.write({
    places: [{ name: 'A', latitude: 47, longitude: 8, elevation: 400, zone: 'UTC' }],
    variables: names.map((name) => findVariable(name)),
  });
});
afterEach(() => store[Symbol.asyncDispose]());

/** Values of variables at leads of 13 and 14 hours, column by column. */
function run(
  source: string,
  issuedAt: number,
  columns: readonly string[],
  series: Readonly<Record<string, readonly number[]>>,
): Run {
  const leads = [13, 14].map((lead) => lead - (issuedAt - midnight) / msPerHour);
  return {
    place: 'A',
    source,
    issuedAt,
    knownAt: issuedAt + msPerHour,
    layout: { columns, series: Object.keys(series).map((variable) => ({ variable, leads })) },
    values: packValues(Float64Array.from(Object.values(series).flat())),
  };
}

function prediction(variable: string, hour: number, median: number): ServedPrediction {
  return { place: 'A', variable, validTime: midnight + hour * msPerHour, median } as ServedPrediction;
}

test('what is not predicted passes through from the newest run that has it', async () => {
  await store.write({
    runs: [
      run('old', midnight, ['model_a'], { cloud_cover: [10, 20], wind_direction_10m: [350, 10] }),
      run('new', midnight + 6 * msPerHour, ['model_b', 'model_c', 'x_q10'], {
        cloud_cover: [40, 60, 5, Number.NaN, 80, 5],
        temperature_2m: [1, 3, 0, 2, 4, 0],
      }),
    ],
  });
  const passed = await passedThrough(store, { places: ['A'], asOf: noon }, [
    prediction('temperature_2m', 13, 2),
  ]);
  const times = [midnight + 13 * msPerHour, midnight + 14 * msPerHour];
  expect(passed).toEqual([
    {
      place: 'A',
      variable: 'wind_direction_10m',
      unit: '°',
      source: 'old',
      issuedAt: midnight,
      validTimes: times,
      values: [350, 10],
    },
    // The mean of those there are, without what is no forecast.
    {
      place: 'A',
      variable: 'cloud_cover',
      unit: '%',
      source: 'new',
      issuedAt: midnight + 6 * msPerHour,
      validTimes: times,
      values: [50, 80],
    },
  ]);
  expect([...sourcesOf([], passed)]).toEqual(['old', 'new']);
});

test('only what was known, of what is ahead, as far as is asked', async () => {
  await store.write({ runs: [run('one', midnight, ['model_a'], { cloud_cover: [10, 20] })] });
  const ahead = async (asOf: number, until?: number) =>
    (await passedThrough(store, { places: ['A'], variables: ['cloud_cover'], asOf, until }, [])).map(
      ({ values }) => values,
    );
  expect(await ahead(noon)).toEqual([[10, 20]]);
  expect(await ahead(noon, midnight + 13 * msPerHour)).toEqual([[10]]);
  expect(await ahead(midnight + 13 * msPerHour)).toEqual([[20]]);
  expect(await ahead(midnight + 14 * msPerHour)).toEqual([]);
  expect(await ahead(midnight)).toEqual([]);
});

test('the weather follows the calibrated rain', async () => {
  await store.write({
    runs: [
      run('one', midnight, ['model_a'], {
        weather_code: [63, 2],
        cloud_cover: [90, 60],
        temperature_2m: [8, -3],
      }),
    ],
  });
  const passed = await passedThrough(store, { places: ['A'], variables: ['weather_code'], asOf: noon }, [
    prediction('precipitation', 13, 0),
    prediction('precipitation', 14, 0.4),
  ]);
  // Rain that is not to come is an overcast sky; rain that is, at −3 °C, light snow.
  expect(passed.map(({ values }) => values)).toEqual([[3, 71]]);
});
