import type { TargetScores } from './accumulate.ts';
import { crpsOfQuantiles } from './pinball.ts';
import { coverageShare } from './pit.ts';

/** Scores of forecasts that are given by quantiles, one after the other, without making an object for each. */
export interface QuantileScorer {
  /** Scores of the latest forecast; the object is reused. */
  readonly scores: TargetScores;
  /** P(X < y) and P(X ≤ y) of the latest forecast at its outcome. */
  readonly cdfBelow: () => number;
  readonly cdf: () => number;
  /**
   * Scores the forecast whose quantiles begin at `from` against the outcome y.
   *
   * @param values ascending quantiles at the scorer's levels, in the unit of y
   * @param lower least possible value, `upper` the greatest
   * @returns whether there was a forecast: not where a quantile is NaN
   */
  readonly score: (
    values: Float32Array | Float64Array,
    from: number,
    lower: number,
    upper: number,
    y: number,
  ) => boolean;
}

/**
 * Opens a scorer for quantiles at the given levels.
 *
 * The law is that of `quantileDistributions`: its quantile function is linear between levels and goes on in a straight
 * line to 0 and 1 within the bounds. For that law the CRPS is exact: ∫ (F(x) − 1{x ≥ y})² dx, piece by piece.
 * `pinball` is the mean over all levels by the trapezoid rule, `width90` and `coverage90` are those of the central 90 %.
 *
 * @param levels ascending within (0, 1), among them 0.05, 0.5 and 0.95
 */
export function openQuantileScorer(levels: readonly number[]): QuantileScorer {
  const count = levels.length;
  const width = count + 2;
  const p = Float64Array.of(0, ...levels, 1);
  const x = new Float64Array(width);
  const [low, middle, high] = [0.05, 0.5, 0.95].map((level) => levels.indexOf(level));
  const scores: { -readonly [Name in keyof TargetScores]: number } = {
    crps: 0,
    crps_fair: 0,
    absolute_error: 0,
    squared_error: 0,
    error: 0,
    coverage90: 0,
    width90: 0,
    pinball: 0,
  };
  let below = 0;
  let upTo = 0;

  function score(
    values: Float32Array | Float64Array,
    from: number,
    lower: number,
    upper: number,
    y: number,
  ): boolean {
    for (let k = 0; k < count; k++) {
      const value = values[from + k];
      if (Number.isNaN(value)) return false;
      // Quantiles that cross are kept from going back.
      x[k + 1] = k > 0 && value < x[k] ? x[k] : value;
    }
    const first = (x[2] - x[1]) / (levels[1] - levels[0]);
    const last = (x[count] - x[count - 1]) / (levels[count - 1] - levels[count - 2]);
    x[0] = Math.min(x[1], Math.max(lower, x[1] - first * levels[0]));
    x[width - 1] = Math.max(x[count], Math.min(upper, x[count] + last * (1 - levels[count - 1])));

    let crps = Math.max(0, x[0] - y) + Math.max(0, y - x[width - 1]);
    let mean = 0;
    below = 0;
    upTo = 0;
    for (let k = 0; k + 1 < width; k++) {
      const left = x[k];
      const right = x[k + 1];
      const a = p[k];
      const b = p[k + 1];
      mean += ((b - a) * (left + right)) / 2;
      if (right < y) below = b;
      if (right <= y) upTo = b;
      if (right > left) {
        const cut = y < left ? left : y > right ? right : y;
        const c = a + ((b - a) * (cut - left)) / (right - left);
        crps += ((cut - left) * (a * a + a * c + c * c) + (right - cut) * rest(c, b)) / 3;
        if (left < y && y <= right) below = y === right ? b : c;
        if (left <= y && y < right) upTo = c;
      }
    }
    const error = mean - y;
    scores.crps = crps;
    scores.crps_fair = crps;
    scores.absolute_error = Math.abs(x[middle + 1] - y);
    scores.error = error;
    scores.squared_error = error * error;
    scores.coverage90 = coverageShare(below, upTo, 0.05, 0.95);
    scores.width90 = x[high + 1] - x[low + 1];
    // Levels stand for as much of 0 … 1 as is nearest to them, so that any set of levels gives about the same mean.
    scores.pinball = crpsOfQuantiles(values, from, levels, y) / 2;
    return true;
  }

  return { scores, cdfBelow: () => below, cdf: () => upTo, score };
}

/** Three times the mean of (1 − F)² where F rises in a straight line from a to b. */
function rest(a: number, b: number): number {
  const u = 1 - a;
  const v = 1 - b;
  return u * u + u * v + v * v;
}
