/**
 * A block of `size` forecast distributions, asked by index.
 *
 * One object holds many distributions in a few arrays, so that a block of a million costs no million objects.
 * Values are in the variable's unit. A distribution whose parameters are NaN answers NaN to everything.
 */
export interface Distributions {
  readonly size: number;
  /** Name of the law, as exports and messages show it. */
  readonly law: string;
  /** P(X ≤ x) */
  readonly cdf: (index: number, x: number) => number;
  /** P(X < x); differs from the cdf where the law has an atom. */
  readonly cdfBelow: (index: number, x: number) => number;
  /** A value x with P(X < x) ≤ p ≤ P(X ≤ x), for p strictly between 0 and 1. */
  readonly quantile: (index: number, p: number) => number;
  readonly mean: (index: number) => number;
  /** CRPS against the outcome `y`; plain form for samples. */
  readonly crps: (index: number, y: number) => number;
  /** Fair CRPS: for samples, what a sample of unlimited size from the same law would score. */
  readonly fairCrps: (index: number, y: number) => number;
}

/** One value of distribution `index`, by inversion of a number `u` drawn uniformly from (0, 1). */
export function sample(distributions: Distributions, index: number, u: number): number {
  return distributions.quantile(index, u);
}

/** The 99 levels 0.01 … 0.99 in which forecasts are exported and scored. */
export const percentLevels: Float64Array = Float64Array.from({ length: 99 }, (_, k) => (k + 1) / 100);
