import { type Store, verifiedNote } from '../store/store.ts';
import type { Method } from './method.ts';
import { type Mixing, readMixing } from './mixing.ts';

/** Places whose predictions are looked at: how experts are mixed is the same for all. */
const LOOKED_AT = 20;

/**
 * How the experts were mixed as of a time.
 *
 * Scores do not say when their outcomes became known. So where the loop has scored more since, it is what it said itself at
 * that time that counts, in its newest predictions for the places.
 */
export async function mixingAsOf(store: Store, asOf: number, places: readonly string[]): Promise<Mixing[]> {
  const verified = Number((await store.note(verifiedNote)) ?? -Infinity);
  if (verified <= asOf) return readMixing(store, asOf);
  const issued = await store.newestIssues({ places: places.slice(0, LOOKED_AT), issuedUntil: asOf });
  const newest = new Map<string, (typeof issued)[number]>();
  for (const one of issued) {
    const known = newest.get(one.variable);
    if (known === undefined || known.issuedAt < one.issuedAt) newest.set(one.variable, one);
  }
  return [...newest.values()].map(({ variable, method }) => {
    const { experts, bands } = JSON.parse(method) as Method;
    return {
      variable,
      experts,
      bands: bands.map(({ band, weights, recalibration }) => ({
        band,
        weights: Float64Array.from(weights),
        recalibration: Float64Array.from(recalibration),
      })),
    };
  });
}
