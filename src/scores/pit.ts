/**
 * The probability integral transform of an outcome, randomised where the law has an atom: `lower + u · (upper − lower)`.
 *
 * lower = F(y−) and upper = F(y) are the forecast's probabilities below, and up to, the outcome y; u is uniform in
 * [0, 1]. They are equal for a continuous law, and u plays no part. The result is uniform if the forecast is
 * calibrated. NaN in, NaN out.
 *
 * Source: Czado, Gneiting & Held 2009, doi 10.1111/j.1541-0420.2009.01191.x.
 *
 * @example
 * randomisedPit(0, 0.6, 0.5); // 0.3: a dry day, forecast dry with 60 %
 */
export function randomisedPit(lower: number, upper: number, u: number): number {
  return lower + u * (upper - lower);
}

/**
 * The share of an outcome's randomised PIT that falls in [from, until]: its expectation over u, without chance.
 *
 * `|[lower, upper] ∩ [from, until]| / (upper − lower)`; where lower = upper, 1 inside and 0 outside, ends included.
 *
 * lower, upper as in {@link randomisedPit}. Its mean over outcomes is the coverage of the central interval between
 * those levels: 0.05, 0.95 for 90 %. NaN in, NaN out.
 *
 * @example
 * coverageShare(0, 0.6, 0.05, 0.95); // 0.55 / 0.6 = 0.916…
 */
export function coverageShare(lower: number, upper: number, from: number, until: number): number {
  if (Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (!(upper > lower)) return lower >= from && lower <= until ? 1 : 0;
  const overlap = Math.min(upper, until) - Math.max(lower, from);
  return overlap > 0 ? overlap / (upper - lower) : 0;
}

/**
 * Adds one outcome to a PIT histogram of equally wide bins, spread over the bins that its PIT interval touches.
 *
 * Each bin gets its {@link coverageShare}; bins are [k/K, (k+1)/K), the last one closed. An outcome adds 1 in all;
 * one with a missing PIT adds nothing. Histograms of parts add up, bin by bin.
 *
 * Source: Czado, Gneiting & Held 2009, doi 10.1111/j.1541-0420.2009.01191.x (the non-randomised histogram).
 *
 * @param histogram K bins, added to in place
 * @param lower F(y−), 0 … 1
 * @param upper F(y), `lower` … 1
 *
 * @example
 * const histogram = new Float64Array(4);
 * addToPitHistogram(histogram, 0, 0.5); // 0.5, 0.5, 0, 0
 */
export function addToPitHistogram(histogram: Float64Array, lower: number, upper: number): void {
  if (Number.isNaN(lower) || Number.isNaN(upper)) return;
  const bins = histogram.length;
  const first = Math.min(Math.floor(lower * bins), bins - 1);
  if (!(upper > lower)) {
    histogram[first] += 1;
    return;
  }
  const last = Math.min(Math.floor(upper * bins), bins - 1);
  for (let bin = first; bin <= last; bin++) {
    // The outermost bins end where the interval does, so that the shares add up to one.
    const from = bin === first ? lower : bin / bins;
    const until = bin === last ? upper : (bin + 1) / bins;
    histogram[bin] += (until - from) / (upper - lower);
  }
}
