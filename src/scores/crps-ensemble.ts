import { sortMembers } from './sort-members.ts';

/**
 * The CRPS of an ensemble, plain (V-statistic) form: that of its empirical distribution.
 *
 * ```
 * (1/m) Σ_i |x_i − y| − (1/2m²) Σ_i Σ_j |x_i − x_j|
 *   = (2/m²) Σ_i |x_i − y| · (x_i > y ? m − i + ½ : i − ½)     x_1 ≤ … ≤ x_m
 * ```
 *
 * x_i are the m members, y the outcome, all in the variable's unit, which is the score's unit too. The second
 * line needs one pass, loses no digits by subtraction, and cannot become negative by rounding.
 *
 * No member, or a missing outcome: NaN. One member: |x − y|. Members must be finite.
 *
 * Source: Gneiting & Raftery 2007, doi 10.1198/016214506000001437; sorted form after Jordan, Krüger &
 * Lerch 2019, doi 10.18637/jss.v090.i12.
 *
 * @param values members, ascending and without NaN, at `from` … `from + count − 1` (not checked)
 *
 * @example
 * crpsOfSorted(new Float64Array([1, 2, 4]), 0, 3, 3); // 4/3 − 2/3 = 0.666…
 */
export function crpsOfSorted(values: Float64Array, from: number, count: number, y: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const distance = values[from + i] - y;
    sum += distance > 0 ? distance * (count - i - 0.5) : -distance * (i + 0.5);
  }
  return (2 * sum) / (count * count);
}

/**
 * The fair CRPS of an ensemble (U-statistic): what its members' underlying distribution is expected to score.
 *
 * ```
 * (1/m) Σ_i |x_i − y| − (1/(2m(m−1))) Σ_i Σ_j |x_i − x_j|
 *   = (2/(m(m−1))) Σ_i |x_i − y| · (x_i > y ? m − i : i − 1)     x_1 ≤ … ≤ x_m
 * ```
 *
 * Symbols and units as in {@link crpsOfSorted}. It is fair between ensembles of different sizes, presumes
 * exchangeable members, and is never above the plain form.
 *
 * Fewer than two members, or a missing outcome: NaN. Members must be finite.
 *
 * Source: Ferro 2014, doi 10.1002/qj.2270.
 *
 * @example
 * fairCrpsOfSorted(new Float64Array([1, 2, 4]), 0, 3, 3); // 4/3 − 1 = 0.333…
 */
export function fairCrpsOfSorted(values: Float64Array, from: number, count: number, y: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const distance = values[from + i] - y;
    sum += distance > 0 ? distance * (count - i - 1) : -distance * i;
  }
  return (2 * sum) / (count * (count - 1));
}

/**
 * {@link crpsOfSorted} of one row of members in any order, missing ones (NaN) left out; O(m log m).
 *
 * For both forms of one row, call {@link sortMembers} once and score `scratch` twice.
 *
 * @param scratch at least `count` long, overwritten; the row itself is not changed
 *
 * @example
 * crpsOfMembers(new Float32Array([4, NaN, 1, 2]), 0, 4, 3, new Float64Array(4)); // 0.666…
 */
export function crpsOfMembers(
  members: Float32Array | Float64Array,
  from: number,
  count: number,
  y: number,
  scratch: Float64Array,
): number {
  return crpsOfSorted(scratch, 0, sortMembers(members, from, count, scratch), y);
}

/**
 * {@link fairCrpsOfSorted} of one row of members in any order, missing ones (NaN) left out; O(m log m).
 *
 * @param scratch at least `count` long, overwritten; the row itself is not changed
 *
 * @example
 * fairCrpsOfMembers(new Float32Array([4, 1, 2]), 0, 3, 3, new Float64Array(3)); // 0.333…
 */
export function fairCrpsOfMembers(
  members: Float32Array | Float64Array,
  from: number,
  count: number,
  y: number,
  scratch: Float64Array,
): number {
  return fairCrpsOfSorted(scratch, 0, sortMembers(members, from, count, scratch), y);
}
