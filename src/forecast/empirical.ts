import type { Distributions } from './distributions.ts';

/**
 * A sorted sample with the sums that make scores of its shifted and clamped copies cost O(log n).
 *
 * `sum[k]` = Σ_{j<k} v_j and `rankSum[k]` = Σ_{j<k} (2j − n + 1) v_j. The second over all j is Σ_{i<j} (v_j − v_i).
 */
export interface Sample {
  readonly values: Float64Array;
  readonly sum: Float64Array;
  readonly rankSum: Float64Array;
}

/** A sample of the finite ones of `values`, which stay as they are. */
export function makeSample(values: ArrayLike<number>): Sample {
  let n = 0;
  const kept = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) kept[n++] = values[i];
  const sorted = sortInPlace(kept.subarray(0, n));
  const sum = new Float64Array(n + 1);
  const rankSum = new Float64Array(n + 1);
  for (let j = 0; j < n; j++) {
    sum[j + 1] = sum[j] + sorted[j];
    rankSum[j + 1] = rankSum[j] + (2 * j - n + 1) * sorted[j];
  }
  return { values: sorted, sum, rankSum };
}

/** Insertion sort is several times faster than the built-in one for the few dozen members of an ensemble. */
function sortInPlace(values: Float64Array): Float64Array {
  if (values.length > 64) return values.sort();
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    let j = i - 1;
    for (; j >= 0 && values[j] > value; j--) values[j + 1] = values[j];
    values[j + 1] = value;
  }
  return values;
}

/**
 * How many values of the ascending `values`, moved by `shift`, are < x (`orEqual` false) or ≤ x (true).
 *
 * The values are moved, not x: so rounding cannot part a moved value from itself.
 */
export function countBelow(values: Float64Array, x: number, orEqual: boolean, shift = 0): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = values[middle] + shift;
    if (value < x || (orEqual && value === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Empirical distributions: number i is sample `which[i]`, moved by `shift[i]` and clamped to [lower, upper].
 *
 * So past errors dress a forecast, and one climatology serves many dates, without a copy a case. The cdf is the
 * step function; a quantile at a jump of p·n is the middle of the step. `crps` is E|X − y| − ½E|X − X′| over the
 * sample (plain form), `fairCrps` divides the second term by n(n − 1) and is NaN for one value. An empty sample or
 * a NaN shift answers NaN.
 */
export function empirical(
  samples: readonly Sample[],
  which: Int32Array,
  shift: Float64Array,
  lower = -Infinity,
  upper = Infinity,
): Distributions {
  const sampleOf = (i: number) => samples[which[i]];
  const clamp = (x: number) => (x < lower ? lower : x > upper ? upper : x);

  function share(i: number, x: number, orEqual: boolean): number {
    const { values } = sampleOf(i);
    if (values.length === 0 || Number.isNaN(shift[i] + x)) return Number.NaN;
    if (orEqual ? x < lower : x <= lower) return 0;
    if (orEqual ? x >= upper : x > upper) return 1;
    return countBelow(values, x, orEqual, shift[i]) / values.length;
  }

  function crps(i: number, y: number, fair: boolean): number {
    const { values, sum, rankSum } = sampleOf(i);
    const n = values.length;
    const move = shift[i];
    if (n === 0 || Number.isNaN(move)) return Number.NaN;
    // Values a…b−1 lie inside the bounds; those before a sit on the lower one, those from b on the upper one.
    const a = lower === -Infinity ? 0 : countBelow(values, lower, false, move);
    const b = upper === Infinity ? n : countBelow(values, upper, true, move);
    const atLower = a === 0 ? 0 : lower;
    const atUpper = b === n ? 0 : upper;
    const k = Math.min(b, Math.max(a, countBelow(values, y, true, move)));
    const below = sum[k] - sum[a] + (k - a) * move;
    const above = sum[b] - sum[k] + (b - k) * move;
    const distance =
      y * (k - a) -
      below +
      above -
      y * (b - k) +
      (a === 0 ? 0 : a * Math.abs(y - atLower)) +
      (b === n ? 0 : (n - b) * Math.abs(y - atUpper));
    // Σ (2j − n + 1) over j < c is c(c − n).
    const ranks = b * (b - n) - a * (a - n);
    const spread = rankSum[b] - rankSum[a] + move * ranks + atLower * a * (a - n) - atUpper * b * (b - n);
    return distance / n - spread / (fair ? n * (n - 1) : n * n);
  }

  return {
    size: which.length,
    law: 'empirical',
    cdf: (i, x) => share(i, x, true),
    cdfBelow: (i, x) => share(i, x, false),
    quantile(i, p) {
      const { values } = sampleOf(i);
      const n = values.length;
      const position = p * n;
      const nearest = Math.round(position);
      // p·n is a whole number up to rounding: both neighbours are quantiles, their middle is the fair answer.
      const onStep = Math.abs(position - nearest) < 1e-9 && nearest > 0 && nearest < n;
      const value = onStep
        ? (values[nearest - 1] + values[nearest]) / 2
        : values[Math.min(n - 1, Math.floor(position))];
      return clamp(value + shift[i]);
    },
    mean(i) {
      const { values } = sampleOf(i);
      if (lower === -Infinity && upper === Infinity)
        return sampleOf(i).sum[values.length] / values.length + shift[i];
      let total = 0;
      for (const value of values) total += clamp(value + shift[i]);
      return total / values.length;
    },
    // A difference of sums: rounding may leave less than nothing. The fair form may be negative.
    crps: (i, y) => Math.max(0, crps(i, y, false)),
    fairCrps: (i, y) => (sampleOf(i).values.length > 1 ? crps(i, y, true) : Number.NaN),
  };
}

/**
 * Each case's own sample: `values` is size x width, row by row; NaN members are left out.
 */
export function ensembles(values: ArrayLike<number>, size: number, width: number): Distributions {
  const samples: Sample[] = [];
  const row = new Float64Array(width);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < width; k++) row[k] = values[i * width + k];
    samples.push(makeSample(row));
  }
  const which = Int32Array.from(samples, (_, i) => i);
  return { ...empirical(samples, which, new Float64Array(size)), law: 'ensemble' };
}
