import { describe, expect, it } from 'vitest';
import { type CollectProgress, newProgress } from '../src/collect/collect-progress.ts';
import { runMaker } from '../src/collect/issued-runs.ts';
import { soundRuns } from '../src/collect/sound-runs.ts';
import type { IssuedForecast } from '../src/sources/source.ts';
import type { Store } from '../src/store/store.ts';
import { msPerHour } from '../src/weather/time.ts';
import { day, forecastWith, issuedAt, runWith, storeWith } from './hand-made-runs.ts';
import { temporaryFolder } from './loop-tables.ts';

const folder = temporaryFolder('sound-runs');

const inFahrenheit = day.map((celsius) => 1.8 * celsius + 32);
/** What a store may have runs of. */
const knows: CollectProgress = {
  ...newProgress(),
  entries: new Map(
    ['a', 'b', 'b/1', 'b/2'].map((source) => [`${source}\nGarden`, { at: 0, failures: 0, newest: issuedAt }]),
  ),
};

/** What is wrong with forecasts, beside what a store has. */
async function wrongWith(store: Store, ...forecasts: readonly IssuedForecast[]): Promise<readonly string[]> {
  const { runs, wrong } = await soundRuns(store, runMaker(), forecasts, knows);
  expect(runs.length + wrong.length).toBe(forecasts.length);
  return wrong.map(({ error }) => error.message);
}

/** A run as it came, and the time from which it is known. */
const knownAfter = (hours: number) => ({ knownAt: issuedAt + hours * msPerHour });
const inCelsiusLabelledFahrenheit = day.map((celsius) => (celsius - 32) / 1.8);

describe('soundRuns', () => {
  it('leaves out temperatures that fit those of two others only in °F', async () => {
    await using store = await storeWith(folder, runWith(day), runWith(day, { source: 'b' }));
    expect(await wrongWith(store, forecastWith(inFahrenheit, { source: 'c' }))).toEqual([
      'c, Garden, run of 2026-01-01T00:00Z: temperature_2m is said to be in °C, but fits what else is forecast there only in °F',
    ]);
  });

  it('leaves out those that fit the last two of the same source only so', async () => {
    const earlier = { issuedAt: issuedAt - 6 * msPerHour, ...knownAfter(-2) };
    await using store = await storeWith(folder, runWith(day, earlier, 7), runWith(day));
    expect(await wrongWith(store, forecastWith(inFahrenheit))).toEqual([expect.stringMatching('only in °F')]);
  });

  it('takes what came in one reply for one opinion', async () => {
    // In °F still below what no air has been.
    const cool = day.map((celsius) => celsius - 5);
    const labelled = cool.map((celsius) => 1.8 * celsius + 32);
    await using store = await storeWith(
      folder,
      runWith(cool, { source: 'b/1' }),
      runWith(cool, { source: 'b/2' }),
    );
    expect(await wrongWith(store, forecastWith(labelled, { source: 'c' }))).toEqual([]);
  });

  it('does not let one that slipped in mislabelled keep out what is right', async () => {
    for (const wrong of [inFahrenheit, inCelsiusLabelledFahrenheit]) {
      await using store = await storeWith(folder, runWith(wrong));
      const next = forecastWith(day.slice(6), { issuedAt: issuedAt + 6 * msPerHour, ...knownAfter(10) });
      expect(await wrongWith(store, forecastWith(day, { source: 'b' }), next)).toEqual([]);
    }
  });

  it('leaves out what no air has been, where there is nothing else', async () => {
    await using store = await storeWith(folder);
    const kelvin = day.map((celsius) => celsius + 273.15);
    const { wrong } = await soundRuns(store, runMaker(), [forecastWith(kelvin)], newProgress());
    expect(wrong).toMatchObject([
      {
        source: 'a',
        place: 'Garden',
        error: { message: expect.stringMatching('up to 289.1 °C, which no air') },
      },
    ]);
  });

  it('lets through what is merely wrong', async () => {
    await using store = await storeWith(folder, runWith(day), runWith(day, { source: 'b' }));
    const warm = day.map((celsius) => celsius + 15);
    expect(await wrongWith(store, forecastWith(warm, { source: 'c' }))).toEqual([]);
  });

  it('judges each on its own', async () => {
    await using store = await storeWith(folder, runWith(day), runWith(day, { source: 'b' }));
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
