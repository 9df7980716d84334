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

/** Weight a day's losses still have a day later: half of it is forgotten after 346 days. */
export const memoryPerDay = 0.998;

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
