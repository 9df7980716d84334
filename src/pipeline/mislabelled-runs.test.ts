import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { IssuedForecast } from '../sources/source.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Run } from '../store/store.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { runMaker } from './issued-runs.ts';
import { refuseMislabelled } from './mislabelled-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-issued-'));
afterAll(() => rmSync(folder, { recursive: true }));

const issuedAt = Date.UTC(2026, 0, 1);
const { runOf } = runMaker();

/** A run of temperatures by hand, one for each hour from `first` on. */
function runWith(temperatures: readonly number[], more: Partial<IssuedForecast> = {}, first = 1): Run {
  return runOf({
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
  });
}

/** A store that has some runs. */
async function storeWith(...runs: readonly Run[]) {
  const store = await openStore(join(mkdtempSync(join(folder, 'x-')), 'weatherglass.db'));
  const place = { name: 'Garden', latitude: 47, longitude: 8, elevation: 400, zone: 'UTC' };
  await store.write({ places: [place], variables: [findVariable('temperature_2m')], runs });
  return store;
}

const day = Array.from({ length: 24 }, (_, k) => 10 + (k % 7));

describe('refuseMislabelled', () => {
  const inFahrenheit = day.map((celsius) => 1.8 * celsius + 32);
  const at = { at: 0, failures: 0, newest: issuedAt };
  const progress = new Map([['a\nGarden', at]]);

  it('refuses temperatures that fit those of another source only in °F', async () => {
    await using store = await storeWith(runWith(day));
    await expect(
      refuseMislabelled(store, [runWith(inFahrenheit, { source: 'b' })], progress),
    ).rejects.toMatchObject({
      name: 'InvalidData',
      message:
        'b, Garden, run of 2026-01-01T00:00Z: temperature_2m is said to be in °C, but fits what else is forecast there only in °F',
    });
  });

  it('refuses those of the same source, where there is no other', async () => {
    await using store = await storeWith(runWith(day));
    await expect(refuseMislabelled(store, [runWith(inFahrenheit)], progress)).rejects.toThrow('only in °F');
  });

  it('refuses what no air has been, where there is nothing else', async () => {
    await using store = await storeWith();
    const kelvin = day.map((celsius) => celsius + 273.15);
    await expect(refuseMislabelled(store, [runWith(kelvin)], new Map())).rejects.toThrow(
      'is up to 289.1 °C, which no air has ever been',
    );
  });

  it('lets through what is right, or merely wrong, beside what is mislabelled too', async () => {
    await using store = await storeWith(runWith(day));
    await refuseMislabelled(store, [runWith(day, { source: 'b' })], progress);
    await refuseMislabelled(
      store,
      [
        runWith(
          day.map((celsius) => celsius + 15),
          { source: 'b' },
        ),
      ],
      progress,
    );
    await using mislabelled = await storeWith(runWith(inFahrenheit));
    await refuseMislabelled(mislabelled, [runWith(day, { source: 'b' })], progress);
  });
});
