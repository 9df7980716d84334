import { WeatherglassError } from '../errors.ts';

/**
 * The pinball (quantile) loss of one quantile.
 *
 * `ρ = level · (y − q)` where y ≥ q, else `(1 − level) · (q − y)`.
 *
 * q is the forecast quantile at `level` (0 … 1), y the outcome; the loss has their unit. It is half the absolute
 * error at level 0.5. NaN in, NaN out.
 *
 * Source: Koenker & Bassett 1978, doi 10.2307/1913643.
 *
 * @example
 * pinballLoss(10, 12, 0.9); // 1.8: an outcome above the 90 % quantile costs most
 */
export function pinballLoss(quantile: number, y: number, level: number): number {
  const excess = y - quantile;
  return excess >= 0 ? level * excess : (level - 1) * excess;
}

/**
 * The mean {@link pinballLoss} over levels of one row of quantiles: `(1/K) Σ_k ρ_k`.
 *
 * A missing quantile or outcome, or no level at all: NaN.
 *
 * @param quantiles rows of K quantiles in the order of `levels`
 * @param from index of the row's first quantile
 *
 * @example
 * meanPinball(new Float64Array([9, 10, 13]), 0, [0.1, 0.5, 0.9], 11); // (0.2 + 0.5 + 0.2) / 3 = 0.3
 */
export function meanPinball(
  quantiles: Float32Array | Float64Array,
  from: number,
  levels: ArrayLike<number>,
  y: number,
): number {
  let sum = 0;
  for (let k = 0; k < levels.length; k++) sum += pinballLoss(quantiles[from + k], y, levels[k]);
  return sum / levels.length;
}

/**
 * The CRPS of a forecast known by its quantiles, by the trapezoid rule in the level.
 *
 * ```
 * CRPS = 2 ∫ ρ_τ dτ ≈ Σ_k ρ_k · (τ_{k+1} − τ_{k−1})     τ_0 = 0, τ_{K+1} = 1
 * ```
 *
 * ρ_k is the {@link pinballLoss} at level τ_k, taken as zero at levels 0 and 1. For the 99 levels 0.01 … 0.99
 * this is 0.99 · 2 · {@link meanPinball}. What lies beyond the outermost quantiles is not seen.
 *
 * A missing quantile or outcome: NaN. No level at all: NaN.
 *
 * Source: Gneiting & Ranjan 2011, doi 10.1198/jbes.2010.08110 (CRPS as an integral of pinball losses).
 *
 * @param levels strictly ascending within (0, 1); see {@link checkLevels} (not checked here)
 *
 * @example
 * crpsOfQuantiles(new Float64Array([9, 10, 13]), 0, [0.1, 0.5, 0.9], 11); // 0.2·0.5 + 0.5·0.8 + 0.2·0.5 = 0.6
 */
export function crpsOfQuantiles(
  quantiles: Float32Array | Float64Array,
  from: number,
  levels: ArrayLike<number>,
  y: number,
): number {
  const last = levels.length - 1;
  if (last < 0) return Number.NaN;
  let sum = 0;
  let below = 0;
  for (let k = 0; k <= last; k++) {
    const level = levels[k];
    const above = k < last ? levels[k + 1] : 1;
    sum += pinballLoss(quantiles[from + k], y, level) * (above - below);
    below = level;
  }
  return sum;
}

/**
 * Makes sure that levels are usable by {@link crpsOfQuantiles}.
 *
 * @throws WeatherglassError `Usage` unless they are strictly ascending and between 0 and 1, both excluded
 *
 * @example
 * checkLevels([0.5, 0.1]); // throws: level 0.1 follows 0.5 …
 */
export function checkLevels(levels: ArrayLike<number>): void {
  let below = 0;
  for (let k = 0; k < levels.length; k++) {
    const level = levels[k];
    if (!(level > below && level < 1)) {
      throw new WeatherglassError(
        'Usage',
        `Quantile level ${level} follows ${below}: give levels in ascending order, above 0 and below 1.`,
      );
    }
    below = level;
  }
}
