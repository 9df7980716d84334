/**
 * Mixing experts by their proper scores: the aggregating algorithm for the CRPS.
 *
 * V'yugin & Trunov 2019, "Online learning with continuous ranked probability score", PMLR 105: on an interval of length
 * R the CRPS is mixable with learning rate 2/R. Experts F_i with weights w_i are replaced by
 *
 *   F(x) = 1/2 + 1/4 · ln( Σ w_i e^{−2(1 − F_i(x))²} / Σ w_i e^{−2 F_i(x)²} )
 *
 * and no outcome on the interval costs that more than −R/2 · ln Σ w_i e^{−2 CRPS_i / R}: never more than the weighted
 * mean of the experts' own scores.
 */

/** Weight a day's losses still have a day later: half of it is forgotten after 69 days. */
export const memoryPerDay = 0.99;

/** The most by which one expert's loss counts as greater than another's: e^−700 is about the least double. */
const GREATEST_LEAD = 700;

/** What the outcomes of one valid day said about the experts. */
export interface DailyLosses {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** Targets of that day. */
  readonly targets: number;
  /** Sum over the targets of each expert's {@link mixableLoss}. */
  readonly losses: Float64Array;
}

/**
 * Loss of an expert on one target in the natural unit of mixing: 2 · CRPS / R.
 *
 * @param range R, the width over which the experts' laws differ, in the unit of `crps`; 0 where all say the same
 */
export function mixableLoss(crps: number, range: number): number {
  return range > 0 ? (2 * crps) / range : 0;
}

/**
 * Weights of experts after some days: w_i ∝ exp(−L_i), L_i = Σ_d memory^age(d) · ℓ_{i,d}; equal where nothing is known.
 *
 * ℓ_{i,d} is the day's sum of losses divided by the root of its targets. Places and leads of a day share their weather:
 * counted in full, a hundred targets would be taken for a hundred experiences, and all weight would go to one expert;
 * counted as one, mixing would take years to learn anything.
 *
 * @param days by rising day
 * @param asOfDay the day the weights are for; later days are not looked at
 */
export function expertWeights(days: readonly DailyLosses[], experts: number, asOfDay: number): Float64Array {
  const total = new Float64Array(experts);
  for (const { day, targets, losses } of days) {
    if (day > asOfDay || targets === 0) continue;
    const share = memoryPerDay ** (asOfDay - day) / Math.sqrt(targets);
    for (let i = 0; i < experts; i++) total[i] += share * losses[i];
  }
  const least = total.reduce((a, b) => Math.min(a, b), Infinity);
  // With nothing left of its weight, an expert could not answer even where all others are silent.
  const weights = total.map((loss) => Math.exp(Math.max(least - loss, -GREATEST_LEAD)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** How the aggregate has fared against the best expert, in the unit of {@link expertWeights}' ℓ (nats). */
export interface Regret {
  /** Loss of the mixture minus that of the best expert; negative where mixing won. */
  readonly regret: number;
  /** The regret cannot have been more than this, where the weights were made as {@link regretOf} says. */
  readonly bound: number;
  readonly best: number;
}

/**
 * Regret over some days, each weighted by how much of it is remembered on the last one, with its bound.
 *
 * The bound is Hoeffding's for exponential weights, with what was observed put in, for weights that `expertWeights` made as
 * of the valid day from the days up to `delay` before it, the same for all targets of a day:
 *
 *   ln N + Σ_d m_d r_d² / 8 + Σ_d m_d r_d · Σ_{j unknown at d} r_j / 4
 *
 * N experts, r_d the spread between the best and the worst expert's loss of day d, m_d how much of it is remembered. The
 * last sum is the price of outcomes that were not known yet when the day's weights were made (Joulani, György &
 * Szepesvári 2013, ICML, treat such delays).
 *
 * @param mixed loss of the mixture, by day, summed over the day's targets
 * @param delay days between a valid day and the first whose weights know it
 */
export function regretOf(
  days: readonly DailyLosses[],
  mixed: readonly number[],
  experts: number,
  delay: number,
): Regret {
  const last = days.at(-1)?.day ?? 0;
  const total = new Float64Array(experts);
  let own = 0;
  let bound = Math.log(experts);
  const spreads: { readonly day: number; readonly spread: number }[] = [];
  days.forEach(({ day, targets, losses }, d) => {
    if (targets === 0) return;
    const memory = memoryPerDay ** (last - day);
    const share = memory / Math.sqrt(targets);
    for (let i = 0; i < experts; i++) total[i] += share * losses[i];
    own += share * mixed[d];
    const spread = (Math.max(...losses) - Math.min(...losses)) / Math.sqrt(targets);
    while (spreads.length > 0 && spreads[0].day <= day - delay) spreads.shift();
    const pending = spreads.reduce((sum, one) => sum + one.spread, 0);
    bound += memory * spread * (spread / 8 + pending / 4);
    spreads.push({ day, spread });
  });
  const best = total.reduce((least, loss, i) => (loss < total[least] ? i : least), 0);
  return { regret: own - (total[best] ?? 0), bound, best };
}

/** Bins of the PIT that recalibration learns from. */
export const pitBins = 20;
/** How many effective outcomes the belief counts as that the pool is calibrated. */
const BELIEF = 1000;

/** Counts of the pool's PIT on one valid day. */
export interface DailyPit {
  readonly day: number;
  readonly targets: number;
  /** {@link pitBins} counts. */
  readonly counts: Float64Array;
}

/**
 * Recalibration of a pool: its own past PIT as a distribution on [0, 1], the cdf of which turns a probability of the
 * pool into a better one. Linear between its values at 0, 1/{@link pitBins}, …, 1, which this returns.
 *
 * A pool of calibrated laws is too wide (Gneiting & Ranjan 2013, doi 10.1214/13-EJS823). Days count by the root of their
 * targets and are forgotten as in {@link expertWeights}; a uniform PIT is believed in as if it had been seen
 * a thousand times.
 */
export function recalibration(days: readonly DailyPit[], asOfDay: number): Float64Array {
  const shares = new Float64Array(pitBins).fill(BELIEF / pitBins);
  for (const { day, targets, counts } of days) {
    if (day > asOfDay || targets === 0) continue;
    const share = memoryPerDay ** (asOfDay - day) / Math.sqrt(targets);
    for (let k = 0; k < pitBins; k++) shares[k] += share * counts[k];
  }
  const total = shares.reduce((a, b) => a + b, 0);
  const map = new Float64Array(pitBins + 1);
  for (let k = 0; k < pitBins; k++) map[k + 1] = map[k] + shares[k] / total;
  map[pitBins] = 1;
  return map;
}

/** The probability that a recalibration makes of `p`. */
export function recalibrated(map: Float64Array, p: number): number {
  const at = Math.min(pitBins - 1, Math.floor(p * pitBins));
  return map[at] + (map[at + 1] - map[at]) * (p * pitBins - at);
}

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
      for (let i = 0; i < experts; i++) {
        if (!(weights[i] > 0) || !place(quantiles, from + i * count, slots, lower, upper)) continue;
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
        upTo[k] = mixed(slots, all[k], true);
      }
      invert(points, undefined, pool);
      invert(points, map, aggregate);
    },
  };
}
