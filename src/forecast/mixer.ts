import { recalibrated } from './recalibration.ts';

/** Experts with less than this share of the greatest weight are left out: nobody would see them. */
const LEAST_SHARE = 1e-3;

/** Pool and aggregate of one target, as quantiles at the mixer's levels. */
export interface Mixer {
  /**
   * Mixes the experts' quantiles at `from` of `quantiles` (experts x levels, row by row) with their weights.
   *
   * An expert with a NaN is asleep: the others share its weight. With all asleep both results are NaN.
   *
   * @param lower least possible value of the variable, `upper` the greatest
   * @param map of {@link recalibration}
   * @param pool mixed quantiles are put here, `aggregate` those after recalibration; both from index 0
   */
  readonly mix: (
    quantiles: Float64Array,
    from: number,
    weights: Float64Array,
    lower: number,
    upper: number,
    map: Float64Array,
    pool: Float64Array,
    aggregate: Float64Array,
  ) => void;
}

/**
 * Opens room for mixing; one mixer serves any number of targets, one after the other.
 *
 * Quantile functions are linear between levels and go on in a straight line beyond the outermost, within the bounds, as
 * `quantileDistributions` has them. The mixed cdf is computed at every knot of every expert and is linear between.
 *
 * @param levels ascending within (0, 1), at least two
 */
export function openMixer(levels: Float64Array, experts: number): Mixer {
  const count = levels.length;
  const width = count + 2;
  const p = Float64Array.of(0, ...levels, 1);
  const knots = new Float64Array(experts * width);
  const grid = new Float64Array(experts * width);
  const below = new Float64Array(experts * width);
  const upTo = new Float64Array(experts * width);
  const position = new Int32Array(experts);
  const share = new Float64Array(experts);
  /** Whether some expert's cdf jumps: it has a knot twice. */
  let jumps = false;

  /** Puts an expert's quantile function with its ends at `slot`; false if it is asleep. */
  function place(quantiles: Float64Array, from: number, slot: number, lower: number, upper: number): boolean {
    const at = slot * width;
    for (let k = 0; k < count; k++) {
      const value = quantiles[from + k];
      if (Number.isNaN(value)) return false;
      knots[at + 1 + k] = k === 0 ? value : Math.max(value, knots[at + k]);
    }
    const first = knots[at + 1];
    const last = knots[at + count];
    const firstSlope = (knots[at + 2] - first) / (levels[1] - levels[0]);
    const lastSlope = (last - knots[at + count - 1]) / (levels[count - 1] - levels[count - 2]);
    knots[at] = Math.min(first, Math.max(lower, first - firstSlope * levels[0]));
    knots[at + width - 1] = Math.max(last, Math.min(upper, last + lastSlope * (1 - levels[count - 1])));
    for (let k = at + 1; k < at + width; k++) jumps ||= knots[k] === knots[k - 1];
    return true;
  }

  /** F(x) of the expert in `slot`, at a jump its upper or lower end; x must not fall from call to call. */
  function cdf(slot: number, x: number, orEqual: boolean): number {
    const at = slot * width;
    let k = position[slot];
    while (k + 1 < width && knots[at + k + 1] < x) k++;
    position[slot] = k;
    if (orEqual) while (k + 1 < width && knots[at + k + 1] <= x) k++;
    const left = knots[at + k];
    if (k === width - 1) return 1;
    if (x < left || (!orEqual && x === left)) return p[k];
    return p[k] + ((p[k + 1] - p[k]) * (x - left)) / (knots[at + k + 1] - left);
  }

  function mixed(slots: number, x: number, orEqual: boolean): number {
    let hit = 0;
    let miss = 0;
    for (let slot = 0; slot < slots; slot++) {
      const f = cdf(slot, x, orEqual);
      // e^{−2(1 − f)²} = e^{−2f²} · e^{4f − 2}
      const term = share[slot] * Math.exp(-2 * f * f);
      miss += term;
      hit += term * Math.exp(4 * f - 2);
    }
    return Math.min(1, Math.max(0, 0.5 + 0.25 * Math.log(hit / miss)));
  }

  /** Quantiles of the cdf on the grid, whose probabilities `map` turns into others; undefined for none. */
  function invert(points: number, map: Float64Array | undefined, out: Float64Array): void {
    const of = (f: number) => (map === undefined ? f : recalibrated(map, f));
    let k = 0;
    for (let j = 0; j < count; j++) {
      const level = levels[j];
      while (k < points - 1 && of(upTo[k]) < level) k++;
      const reached = of(below[k]);
      const before = k === 0 ? 0 : of(upTo[k - 1]);
      out[j] =
        k > 0 && reached > level && reached > before
          ? grid[k - 1] + ((grid[k] - grid[k - 1]) * (level - before)) / (reached - before)
          : grid[k];
    }
  }

  return {
    mix(quantiles, from, weights, lower, upper, map, pool, aggregate) {
      let slots = 0;
      let total = 0;
      let greatest = 0;
      jumps = false;
      for (let i = 0; i < experts; i++)
        if (weights[i] > greatest && !Number.isNaN(quantiles[from + i * count])) greatest = weights[i];
      for (let i = 0; i < experts; i++) {
        if (
          !(weights[i] > 0 && weights[i] >= LEAST_SHARE * greatest) ||
          !place(quantiles, from + i * count, slots, lower, upper)
        )
          continue;
        share[slots] = weights[i];
        total += weights[i];
        slots++;
      }
      if (slots === 0) {
        pool.fill(Number.NaN, 0, count);
        aggregate.fill(Number.NaN, 0, count);
        return;
      }
      for (let slot = 0; slot < slots; slot++) share[slot] /= total;
      const all = grid.subarray(0, slots * width);
      all.set(knots.subarray(0, slots * width));
      all.sort();
      let points = 0;
      for (let k = 0; k < all.length; k++) if (k === 0 || all[k] > all[points - 1]) all[points++] = all[k];
      position.fill(0);
      for (let k = 0; k < points; k++) {
        below[k] = mixed(slots, all[k], false);
        upTo[k] = jumps ? mixed(slots, all[k], true) : below[k];
      }
      invert(points, undefined, pool);
      invert(points, map, aggregate);
    },
  };
}
