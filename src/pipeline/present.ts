import type { Store } from '../store/store.ts';

/** Note of a store that holds a sample instead of somebody's own places: what it is. */
export const demoNote = 'demo';
/** Epoch milliseconds as text: the time as of which a sample is served. */
export const demoTimeNote = 'demo.as_of';

/** The present; for a store with an old sample the end of its last day. */
export async function presentOf(store: Store): Promise<number> {
  return Number((await store.note(demoTimeNote)) ?? Date.now());
}
