import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import type { ObservationBlock, Store } from '../store/store.ts';
import { namePlaces } from '../weather/name-places.ts';
import { placeChunks } from './place-chunks.ts';
import type { CheckedChunk, QualityChunk } from './quality-chunk.ts';

export interface QualityOptions extends RunOptions {
  /** Observations that became known after this … */
  readonly after: number;
  /** … and by this. */
  readonly until: number;
}

export interface QualityResult {
  /** Observations looked at, and those whose flag has changed. */
  readonly checked: number;
  readonly flagged: number;
}

/**
 * Checks observations before anything learns from them, in the pool's threads: those that are not to be trusted are kept with
 * the reason as their flag, and leave training.
 *
 * Checking again changes nothing.
 *
 * @throws WeatherglassError Cancelled; what writing throws.
 */
export async function checkQuality(
  store: Store,
  { after, until, ...run }: QualityOptions,
  pool: ComputePool,
): Promise<QualityResult> {
  const chunks = (await placeChunks(store, pool.threads)).map(
    (places): QualityChunk => ({ store: store.location, places, after, until }),
  );
  const flagged: ObservationBlock[] = [];
  let checked = 0;
  await pool.run<QualityChunk, CheckedChunk>(
    'qualityChunk',
    chunks,
    (result) => {
      checked += result.checked;
      if (result.flagged !== undefined) flagged.push(result.flagged);
    },
    { ...run, about: (index) => namePlaces(chunks[index].places) },
  );
  // All places together: what is a neighbour of another must not change while that is checked.
  for (const observations of flagged) await store.write({ observations });
  return { checked, flagged: flagged.reduce((sum, { rows }) => sum + rows, 0) };
}
