import type { Distributions } from './distributions.ts';
import type { RankOrder } from './rank-order.ts';

/** Courses of the weather, each as likely as the other: `values` is count x dimension, row by row, NaN where missing. */
export interface Trajectories {
  readonly count: number;
  /** Hours, or hours of several variables one after the other. */
  readonly dimension: number;
  readonly values: Float64Array;
}

/**
 * Joins distributions of single hours into trajectories: the quantiles of each, put in the order of a template.
 *
 * `x_kd = Q_d((r_kd + ½) / n)`
 *
 * Q_d is the quantile function of margin d, r_kd = 0 … n − 1 the rank that the order gives trajectory k there, n their
 * number. So each margin keeps exactly its n equidistant quantiles, whatever the order, and what hangs together in the
 * template hangs together in the trajectories. With the ranks of an ensemble this is ensemble copula coupling (ECC-Q), with
 * those of past observations the Schaake shuffle. The levels are in the middle of n equal shares instead of k/(n + 1): so
 * the trajectories are as wide as the margins.
 *
 * A margin that is NaN gives NaN to all trajectories.
 *
 * Source: Schefzik, Thorarinsdottir & Gneiting 2013, doi 10.1214/13-STS443; Clark et al. 2004,
 * doi 10.1175/1525-7541(2004)005<0243:TSSAMF>2.0.CO;2. Levels: Bröcker 2012, doi 10.1002/qj.1891.
 *
 * @param margins as many as the order has dimensions
 *
 * @example
 * // Two hours, each 0 … 1 alike; the template's first member is the lower one in both.
 * const margins = quantileDistributions(Float64Array.of(0.25, 0.75), Float64Array.of(0.25, 0.75, 0.25, 0.75), 0, 1);
 * coupleMargins(margins, { count: 2, dimension: 2, ranks: Int32Array.of(0, 0, 1, 1) }).values; // 0.25 0.25 0.75 0.75
 */
export function coupleMargins(margins: Distributions, { count, dimension, ranks }: RankOrder): Trajectories {
  const values = new Float64Array(count * dimension);
  const quantiles = new Float64Array(count);
  for (let d = 0; d < dimension; d++) {
    for (let rank = 0; rank < count; rank++) quantiles[rank] = margins.quantile(d, (rank + 0.5) / count);
    for (let at = d; at < values.length; at += dimension) values[at] = quantiles[ranks[at]];
  }
  return { count, dimension, values };
}
