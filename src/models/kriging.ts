import { solvePositiveDefinite } from './least-squares.ts';
import type { Neighbourhood } from './station-sites.ts';

/** How alike two places are, and how much a station's bias is its own affair. */
export interface Likeness {
  /** Distance along the surface over which likeness falls to 1/e, km. */
  readonly distanceKm: number;
  /** Difference of height at which it falls to 1/e, m. */
  readonly heightM: number;
  /** Variance of what is uncertain about a station's bias, in units of that of the biases themselves. */
  readonly nugget: number;
}

/** What the bias at a point is made of. */
export interface Kriged {
  /** For each neighbour the share of its bias. */
  readonly weights: Float64Array;
  /** How much of the biases' variance is left unknown, 0 … 1; 1 where no station says anything. */
  readonly unknown: number;
}

/**
 * Simple kriging of station biases around 0, the region's mean:
 *
 *   b(P) = Σ wₛ bₛ,   w = (1 + ν) (R + νI)⁻¹ r,   unknown = 1 − rᵀ (R + νI)⁻¹ r
 *
 * with R the likenesses of the neighbours to each other, r those to the point, exp(−d/D) exp(−(Δh/H)²), and ν the nugget.
 * The factor 1 + ν undoes what shrinks a single station: where it stands, its (already shrunken) bias holds in full.
 * A likeness is positive definite: the exponential is so on the sphere (Gneiting 2013, doi 10.3150/12-BEJSP06), the Gaussian on a
 * line, and a product of such functions is. Without neighbours weights are empty and all is unknown.
 *
 * Source: Chilès & Delfiner 2012, Geostatistics, 2nd edition, chapter 3, doi 10.1002/9781118136188.
 */
export function krige(
  { stations, km, rise }: Neighbourhood,
  { distanceKm, heightM, nugget }: Likeness,
): Kriged {
  const count = stations.length;
  const matrix = new Float64Array(count * count);
  const toPoint = new Float64Array(count);
  const likeness = (k: number) => {
    const rises = rise[k] / heightM;
    return Math.exp(-km[k] / distanceKm - rises * rises);
  };
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) matrix[i * count + j] = likeness(i * count + j);
    matrix[i * count + i] = 1 + nugget;
    toPoint[i] = likeness(count * count + i);
  }
  const weights = solvePositiveDefinite(matrix, toPoint, count);
  let unknown = 1;
  for (let i = 0; i < count; i++) {
    unknown -= toPoint[i] * weights[i];
    weights[i] *= 1 + nugget;
  }
  return { weights, unknown: Math.max(0, unknown) };
}
