import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import { zoneOf } from '../sources/zone.ts';
import type { Store } from '../store/store.ts';
import { readNoaaSample } from '../tables/noaa-sample.ts';
import { msPerDay } from '../weather/time.ts';
import { importTable } from './import.ts';
import { type ReplayResult, replay } from './loop.ts';
import { demoNote, demoTimeNote } from './present.ts';

/** Days of the sample that the loop is run over. */
const REPLAYED_DAYS = 60;

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
  return replay(store, { ...options, from: end - REPLAYED_DAYS * msPerDay }, pool);
}
