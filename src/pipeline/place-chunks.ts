import { chunksOf } from '../runtime/chunks.ts';
import type { Store } from '../store/store.ts';

/** Places of one chunk at most: bounds what a thread holds in memory. */
const MOST_PLACES = 50;

/** Names of the places in the store, cut into chunks of work for so many threads. */
export async function placeChunks(store: Store, threads: number): Promise<readonly (readonly string[])[]> {
  const names = (await store.places()).map(({ name }) => name);
  const size = Math.min(MOST_PLACES, Math.max(1, Math.ceil(names.length / (2 * threads))));
  return chunksOf(names, size);
}
