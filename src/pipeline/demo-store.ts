import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import { readNoaaSample } from '../sources/noaa-sample.ts';
import { zoneOf } from '../sources/zone.ts';
import type { Store } from '../store/store.ts';
import { msPerDay } from '../weather/time.ts';
import { importTable } from './import.ts';
import { type ReplayResult, replay } from './loop.ts';

/** Note of a store that holds a sample instead of somebody's own places: what it is. */
export const demoNote = 'demo';
/** Epoch milliseconds as text: the time as of which a sample is served. */
export const demoTimeNote = 'demo.as_of';

/** Days of the sample that the loop is run over. */
const REPLAYED_DAYS = 60;

/** The present; for a store with an old sample the end of its last day. */
export async function presentOf(store: Store): Promise<number> {
  return Number((await store.note(demoTimeNote)) ?? Date.now());
}

/**
 * Fills a store with the embedded NOAA sample, replays its last 60 days, and marks it as a demo as of its last day.
 *
 * @throws WeatherglassError NotFound where the sample was not installed; Cancelled; what writing throws.
 */
export async function fillDemoStore(
  store: Store,
  options: RunOptions,
  pool: ComputePool,
): Promise<ReplayResult> {
  const observations = await readNoaaSample(options.signal);
  await importTable(store, observations, {
    source: '',
    origin: 'NOAA sample',
    zoneOf,
    now: Date.now(),
    signal: options.signal,
  });
  const { knownUntil } = await store.summary();
  await store.write({
    notes: {
      [demoNote]: 'the NOAA sample of Seattle and New York, 2012–2015',
      [demoTimeNote]: String(knownUntil),
    },
  });
  const end = Math.ceil(knownUntil / msPerDay) * msPerDay;
  return await replay(store, { ...options, from: end - REPLAYED_DAYS * msPerDay }, pool);
}
