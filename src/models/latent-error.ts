import { normalCdf, normalPdf } from '../forecast/normal.ts';
import type { Family } from '../forecast/parametric.ts';
import { forth } from '../forecast/transform.ts';

/** What an outcome says of a law: its standardised error, and the square of it. */
export interface LatentError {
  readonly error: number;
  readonly square: number;
}

/**
 * Standardised error of an outcome, all on the fitted scale. Of an outcome at a bound that the law is censored at, such as
 * a dry day, the latent value lies anywhere beyond: then its expectation, and that of its square, by a normal law,
 *
 *   E[Z | Z ≤ z] = −φ(z)/Φ(z),   E[Z² | Z ≤ z] = 1 − z φ(z)/Φ(z),   z = (bound − location)/sd
 *
 * (the E-step for a Tobit model: Amemiya 1984, doi 10.1016/0304-4076(84)90074-5). NaN in, NaN out.
 */
export function latentError(
  { law, transform, lower, upper }: Family,
  outcome: number,
  location: number,
  sd: number,
): LatentError {
  const error = (outcome - location) / sd;
  if (law.startsWith('censored')) {
    const [least, most] = [forth(transform, lower), forth(transform, upper)];
    if (outcome <= least) return beyond((least - location) / sd, 1);
    if (outcome >= most) return beyond((location - most) / sd, -1);
  }
  return { error, square: error * error };
}

/** Of what lies below z, or mirrored above. */
function beyond(z: number, side: 1 | -1): LatentError {
  // Far out the ratio goes to −z.
  const ratio = z < -30 ? -z : normalPdf(z) / normalCdf(z);
  return { error: -side * ratio, square: 1 - z * ratio };
}
