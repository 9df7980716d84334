import { demoNote, demoTimeNote } from '../pipeline/present.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './serving.ts';

/** When a request is answered, and from which state of the store. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly demo: boolean;
  /** Another text whenever the same request can have another answer: after every commit, and every minute. */
  readonly state: string;
}

/**
 * Makes the function that tells the moment.
 *
 * The store itself is asked for its version each time, some microseconds: so whoever was told that a push is durable
 * sees it in the next answer, whichever process gives it.
 */
export function momentReader(store: Store, clock: Clock): () => Promise<Moment> {
  let notes:
    | { readonly version: number; readonly demo: boolean; readonly fixedTime: number | undefined }
    | undefined;
  return async () => {
    const version = await store.dataVersion();
    if (notes?.version !== version) {
      const time = await store.note(demoTimeNote);
      notes = {
        version,
        demo: time !== undefined || (await store.note(demoNote)) !== undefined,
        fixedTime: time === undefined ? undefined : Number(time),
      };
    }
    const { demo, fixedTime } = notes;
    const now = fixedTime ?? clock.now();
    return { now, demo, state: `${version} ${fixedTime === undefined ? Math.floor(now / 60_000) : 'fixed'}` };
  };
}
