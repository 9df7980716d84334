import { describe, expect, it } from 'vitest';
import { runMaker } from '../src/collect/issued-runs.ts';
import { soundRuns } from '../src/collect/sound-runs.ts';
import type { IssuedForecast } from '../src/sources/source.ts';
import type { Store } from '../src/store/store.ts';
import { day, forecastWith, issuedAt, runWith, storeWith } from './hand-made-runs.ts';
import { temporaryFolder } from './loop-tables.ts';

const folder = temporaryFolder('sound-runs');

const inFahrenheit = day.map((celsius) => 1.8 * celsius + 32);
/** A store's only run is of source `a`. */
const knows = new Map([['a\nGarden', { at: 0, failures: 0, newest: issuedAt }]]);

/** What is wrong with forecasts, beside what a store has. */
async function wrongWith(store: Store, ...forecasts: readonly IssuedForecast[]): Promise<readonly string[]> {
  const { runs, wrong } = await soundRuns(store, runMaker(), forecasts, knows);
  expect(runs.length + wrong.length).toBe(forecasts.length);
  return wrong.map(({ error }) => error.message);
}

describe('soundRuns', () => {
  it('leaves out temperatures that fit those of another source only in °F', async () => {
    await using store = await storeWith(folder, runWith(day));
    expect(await wrongWith(store, forecastWith(inFahrenheit, { source: 'b' }))).toEqual([
      'b, Garden, run of 2026-01-01T00:00Z: temperature_2m is said to be in °C, but fits what else is forecast there only in °F',
    ]);
  });

  it('leaves out those that fit the same source only so, where there is no other', async () => {
    await using store = await storeWith(folder, runWith(day));
    expect(await wrongWith(store, forecastWith(inFahrenheit))).toEqual([expect.stringMatching('only in °F')]);
  });

  it('leaves out what no air has been, where there is nothing else', async () => {
    await using store = await storeWith(folder);
    const kelvin = day.map((celsius) => celsius + 273.15);
    const { wrong } = await soundRuns(store, runMaker(), [forecastWith(kelvin)], new Map());
    expect(wrong).toMatchObject([
      {
        source: 'a',
        place: 'Garden',
        error: { message: expect.stringMatching('up to 289.1 °C, which no air') },
      },
    ]);
  });

  it('lets through what is right, or merely wrong, beside what is mislabelled too', async () => {
    await using store = await storeWith(folder, runWith(day));
    const warm = day.map((celsius) => celsius + 15);
    expect(
      await wrongWith(store, forecastWith(day, { source: 'b' }), forecastWith(warm, { source: 'c' })),
    ).toEqual([]);
    await using mislabelled = await storeWith(folder, runWith(inFahrenheit));
    expect(await wrongWith(mislabelled, forecastWith(day, { source: 'b' }))).toEqual([]);
  });

  it('judges each on its own', async () => {
    await using store = await storeWith(folder, runWith(day));
    const forecasts = [
      forecastWith([10, Infinity], { source: 'impossible' }),
      forecastWith(day, { source: 'right' }),
      forecastWith(inFahrenheit, { source: 'mislabelled' }),
    ];
    const { runs, wrong } = await soundRuns(store, runMaker(), forecasts, knows);
    expect(runs.map(({ source }) => source)).toEqual(['right']);
    expect(wrong.map(({ source }) => source)).toEqual(['impossible', 'mislabelled']);
  });
});
