import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../src/store/sqlite-store.ts';
import type { ObservationBlock } from '../src/store/store.ts';
import { formatInstant, msPerHour } from '../src/weather/time.ts';
import { startServe } from '../test/serve-process.ts';
import { writeHandMadeStore } from '../test/serve-store.ts';
import { httpLoad, only } from './http-load.ts';
import { type Bench, type BenchResult, type Effort, rowsFor } from './measure.ts';

const PUSHES = 20_000;
const READS = 20_000;
const WARM_UP = 2000;
/** Places, each with sixty days of hourly temperatures that a push is held against. */
const PLACES = 200;
const HISTORY_HOURS = 60 * 24;

export const serve: Bench = {
  name: 'serve',
  about: 'durable single-observation pushes and cached predictions over HTTP on loopback, 64 connections',
  run,
};

async function run(effort: Effort): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
  try {
    const file = join(folder, 'weatherglass.db');
    const hour = Math.floor(Date.now() / msPerHour) * msPerHour;
    await writeHandMadeStore(file, hour);
    const places = Array.from({ length: rowsFor(effort, PLACES) }, (_, k) => `place ${k}`);
    const oneByOne = await prepare(file, hour, places, rowsFor(effort, 1000));
    await using served = await startServe(file, folder);
    const push = (k: number) => ({ path: '/v1/observations', body: observation(k, hour, places) });
    const read = () => ({ path: '/v1/predict?place=garden&variable=temperature_2m' });
    // Once through everything, so that nothing is compiled while the clock runs.
    await httpLoad(
      served.url,
      only(rowsFor(effort, WARM_UP), (k) => push(PUSHES + k)),
      201,
    );
    const pushes = await httpLoad(served.url, only(rowsFor(effort, PUSHES), push), 201);
    await httpLoad(served.url, only(rowsFor(effort, WARM_UP), read), 200);
    const reads = await httpLoad(served.url, only(rowsFor(effort, READS), read), 200);
    return {
      figures: {
        pushesPerSecond: pushes.perSecond,
        pushMillisecondsMedian: pushes.milliseconds(0.5),
        pushMilliseconds99: pushes.milliseconds(0.99),
        cachedPredictionsPerSecond: reads.perSecond,
      },
      peers: { commitsOneByOnePerSecond: oneByOne },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Puts places with their history, and tells how many writes of one observation, each awaited, the disk allows. */
async function prepare(
  file: string,
  hour: number,
  places: readonly string[],
  count: number,
): Promise<number> {
  await using store = await openStore(file);
  const somewhere = { latitude: 47, longitude: 8, elevation: 400, zone: 'UTC' };
  await store.write({ places: places.map((name) => ({ name, ...somewhere })) });
  for (const place of places)
    await store.write({
      observations: temperatures(
        place,
        Float64Array.from({ length: HISTORY_HOURS }, (_, k) => hour - (k + 1) * msPerHour),
      ),
    });
  const began = performance.now();
  for (let k = 0; k < count; k++)
    await store.write({
      observations: temperatures('garden', Float64Array.of(hour - (100 + k) * msPerHour)),
    });
  return count / ((performance.now() - began) / 1000);
}

function temperatures(place: string, times: Float64Array): ObservationBlock {
  const rows = times.length;
  return {
    rows,
    places: [place],
    variables: ['temperature_2m'],
    origins: ['bench'],
    place: new Int32Array(rows),
    variable: new Int32Array(rows),
    origin: new Int32Array(rows),
    validTime: times,
    knownAt: times,
    value: Float64Array.from(times, (time) => usualTemperature(time)),
    flag: new Array<string>(rows).fill(''),
  };
}

/** From 5 to 15 °C and back within a day. */
function usualTemperature(time: number): number {
  return 10 + 5 * Math.sin((2 * Math.PI * time) / (24 * msPerHour));
}

/** The k-th push: place after place, every ten seconds back in time. */
function observation(k: number, hour: number, places: readonly string[]): string {
  const time = hour - Math.floor(k / places.length) * 10_000 - 5000;
  return JSON.stringify({
    place: places[k % places.length],
    variable: 'temperature_2m',
    valid_time: formatInstant(time),
    value: Math.round(10 * usualTemperature(time)) / 10,
  });
}
