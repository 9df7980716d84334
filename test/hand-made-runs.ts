import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { runMaker } from '../src/collect/issued-runs.ts';
import type { IssuedForecast } from '../src/sources/source.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Run, Store } from '../src/store/store.ts';
import { msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';

/** Runs by hand of one model at one place. */

export const issuedAt = Date.UTC(2026, 0, 1);

/** Temperatures of 24 hours, °C. */
export const day: readonly number[] = Array.from({ length: 24 }, (_, k) => 10 + (k % 7));

/** A forecast of temperatures, one for each hour from `first` on. */
export function forecastWith(
  temperatures: readonly number[],
  more: Partial<IssuedForecast> = {},
  first = 1,
): IssuedForecast {
  return {
    source: 'a',
    place: 'Garden',
    issuedAt,
    knownAt: issuedAt + 4 * msPerHour,
    columns: ['model_a'],
    series: [
      {
        variable: 'temperature_2m',
        leads: temperatures.map((_, k) => first + k),
        values: Float64Array.from(temperatures),
      },
    ],
    ...more,
  };
}

export function runWith(...forecast: Parameters<typeof forecastWith>): Run {
  return runMaker().runOf(forecastWith(...forecast));
}

/** A new store in a folder, with some runs. */
export async function storeWith(folder: string, ...runs: readonly Run[]): Promise<Store> {
  const store = await openStore(join(mkdtempSync(join(folder, 'x-')), 'weatherglass.db'));
  const place = { name: 'Garden', latitude: 47, longitude: 8, elevation: 400, zone: 'UTC' };
  await store.write({ places: [place], variables: [findVariable('temperature_2m')], runs });
  return store;
}
