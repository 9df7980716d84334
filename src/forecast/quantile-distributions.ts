import type { Distributions } from './distributions.ts';

/**
 * Distributions given by quantiles: `values` is size x levels.length, row by row, in the variable's unit.
 *
 * Between given levels the quantile function is linear; beyond them its outermost piece goes on in a straight line
 * to levels 0 and 1, but not past [lower, upper]. Rows that cross are sorted first, which never raises the CRPS
 * (Chernozhukov, Fernández-Val & Galichon 2010, doi 10.3982/ECTA7880). A row with a NaN answers NaN.
 * `levels` ascend strictly within (0, 1); there are at least two.
 */
export function quantileDistributions(
  levels: Float64Array,
  values: Float64Array,
  lower = -Infinity,
  upper = Infinity,
): Distributions {
  const count = levels.length;
  const size = values.length / count;
  const width = count + 2;
  // The knots of each quantile function, with its two ends.
  const p = Float64Array.of(0, ...levels, 1);
  const x = new Float64Array(size * width);
  for (let i = 0; i < size; i++) {
    const knots = x.subarray(i * width, (i + 1) * width);
    let known = true;
    let ascends = true;
    for (let k = 1; k <= count; k++) {
      knots[k] = values[i * count + k - 1];
      known &&= !Number.isNaN(knots[k]);
      ascends &&= k === 1 || knots[k] >= knots[k - 1];
    }
    if (!known) {
      knots.fill(Number.NaN);
      continue;
    }
    if (!ascends) knots.subarray(1, count + 1).sort();
    const first = (knots[2] - knots[1]) / (levels[1] - levels[0]);
    const last = (knots[count] - knots[count - 1]) / (levels[count - 1] - levels[count - 2]);
    knots[0] = Math.min(knots[1], Math.max(lower, knots[1] - first * levels[0]));
    knots[count + 1] = Math.max(knots[count], Math.min(upper, knots[count] + last * (1 - levels[count - 1])));
  }

  /** Share of the law up to y; at a jump its upper (`orEqual`) or lower end. */
  function share(i: number, y: number, orEqual: boolean): number {
    const at = i * width;
    if (Number.isNaN(x[at] + y)) return Number.NaN;
    let below = 0;
    for (let k = 0; k + 1 < width; k++) {
      const [left, right] = [x[at + k], x[at + k + 1]];
      if (right < y || (orEqual && right <= y)) below = p[k + 1];
      else {
        if (left < y && right > left) below = between(p[k], p[k + 1], (y - left) / (right - left));
        break;
      }
    }
    return below;
  }

  function crps(i: number, y: number): number {
    const at = i * width;
    let sum = Math.max(0, x[at] - y) + Math.max(0, y - x[at + width - 1]);
    for (let k = 0; k + 1 < width; k++) {
      const [left, right] = [x[at + k], x[at + k + 1]];
      if (!(right > left)) {
        if (Number.isNaN(left)) return Number.NaN;
        continue;
      }
      // ∫F² up to y and ∫(1 − F)² beyond.
      const cut = Math.min(right, Math.max(left, y));
      const atCut = between(p[k], p[k + 1], (cut - left) / (right - left));
      sum += (cut - left) * meanSquare(p[k], atCut) + (right - cut) * meanSquare(1 - atCut, 1 - p[k + 1]);
    }
    return sum;
  }

  return {
    size,
    law: 'quantiles',
    cdf: (i, y) => share(i, y, true),
    cdfBelow: (i, y) => share(i, y, false),
    quantile(i, level) {
      let k = 0;
      while (k + 2 < width && p[k + 1] < level) k++;
      return between(x[i * width + k], x[i * width + k + 1], (level - p[k]) / (p[k + 1] - p[k]));
    },
    mean(i) {
      let sum = 0;
      for (let k = 0; k + 1 < width; k++)
        sum += ((p[k + 1] - p[k]) * (x[i * width + k] + x[i * width + k + 1])) / 2;
      return sum;
    },
    crps,
    fairCrps: crps,
  };
}

/** The value a share of the way from `a` up to `b`; rounding may not carry it past b. */
function between(a: number, b: number, share: number): number {
  return Math.min(b, a + (b - a) * share);
}

/** Mean of the squares of what rises in a straight line from a to b. */
function meanSquare(a: number, b: number): number {
  return (a * a + a * b + b * b) / 3;
}
