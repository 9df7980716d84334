import { memoryPerDay } from './aggregate.ts';

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

/** Central share of a law whose coverage is watched. */
const WATCHED = 0.9;
/** How far the logarithm of the width moves in a day on which every outcome is missed. */
const STEP = 0.02;
/** The width is at most e times, and at least 1/e of, what the evidence says otherwise. */
const MOST = 1;

/** How many outcomes of a valid day were inside the central 90 % of what was served. */
export interface DailyCoverage {
  readonly day: number;
  readonly targets: number;
  readonly covered: number;
}

/**
 * Adaptive conformal inference: the logarithm of a width that grows when outcomes are missed and shrinks when they are
 * not, θ ← θ + 0.02 · (0.9 − covered/targets) day by day. Whatever the weather does, the mean coverage over T days then differs
 * from 90 % by at most 2/(0.02 · T), as long as θ stays within ± 1; it promises nothing for a single day.
 *
 * Gibbs & Candès 2021, "Adaptive conformal inference under distribution shift", NeurIPS 34.
 *
 * @param days by rising day
 * @param asOfDay later days are not looked at
 */
export function conformalWidth(days: readonly DailyCoverage[], asOfDay: number): number {
  let width = 0;
  for (const { day, targets, covered } of days) {
    if (day > asOfDay || targets === 0) continue;
    width += STEP * (WATCHED - covered / targets);
    width = Math.max(-MOST, Math.min(MOST, width));
  }
  return width;
}

/**
 * A recalibration after which laws are wider: the odds of each probability are raised to e^−width, so that the median
 * stays where it is.
 */
export function widened(map: Float64Array, width: number): Float64Array {
  const power = Math.exp(-width);
  return map.map((p) => {
    if (p === 0 || p === 1) return p;
    const odds = (p / (1 - p)) ** power;
    return odds / (1 + odds);
  });
}
