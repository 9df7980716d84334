import { normalQuantile } from '../src/forecast/normal.ts';
import { seededRandom } from '../src/scores/random.ts';

/** Standard normal numbers, one a call, the same ones for the same seed. */
export function gaussian(seed: string): () => number {
  const random = seededRandom(seed);
  // Half a step up from a multiple of 2⁻⁵³, for the quantile of 0 is −∞.
  return () => normalQuantile(random() + 2 ** -54);
}
