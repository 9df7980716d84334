import type { Distributions } from './distributions.ts';

/**
 * Distributions on shared points: case i has weight `weights[i * points.length + k]` on `points[k]`.
 *
 * Points ascend strictly; the weights of a case are ≥ 0 and sum to 1 (NaN: no distribution). CRPS is
 * Σ_k (x_{k+1} − x_k)(F_k − 1{x_k ≥ y})², with the step that holds y cut there.
 */
export function weightedAtoms(points: Float64Array, weights: Float64Array, law = 'steps'): Distributions {
  const count = points.length;

  const isMissing = (i: number) => Number.isNaN(weights[i * count]);

  function share(i: number, x: number, orEqual: boolean): number {
    if (isMissing(i) || Number.isNaN(x)) return Number.NaN;
    let sum = 0;
    let k = 0;
    for (; k < count && (points[k] < x || (orEqual && points[k] === x)); k++) sum += weights[i * count + k];
    return k === count ? 1 : Math.min(1, sum);
  }

  function crps(i: number, y: number): number {
    if (isMissing(i)) return Number.NaN;
    let sum = Math.max(0, points[0] - y) + Math.max(0, y - points[count - 1]);
    let cdf = 0;
    for (let k = 0; k + 1 < count; k++) {
      cdf += weights[i * count + k];
      const [left, right] = [points[k], points[k + 1]];
      const cut = Math.min(right, Math.max(left, y));
      sum += (cut - left) * cdf * cdf + (right - cut) * (1 - cdf) * (1 - cdf);
    }
    return sum;
  }

  return {
    size: weights.length / count,
    law,
    cdf: (i, x) => share(i, x, true),
    cdfBelow: (i, x) => share(i, x, false),
    quantile(i, p) {
      if (isMissing(i)) return Number.NaN;
      let cdf = 0;
      let k = 0;
      for (; k < count - 1; k++) {
        cdf += weights[i * count + k];
        if (cdf >= p - 1e-12) break;
      }
      return points[k];
    },
    mean(i) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += weights[i * count + k] * points[k];
      return sum;
    },
    crps,
    fairCrps: crps,
  };
}
