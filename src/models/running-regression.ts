import type { BetweenKnots } from './lead-knots.ts';
import { solvePositiveDefinite } from './least-squares.ts';

/**
 * Weighted least squares that learns row by row: the sums that its solution is made of.
 *
 * Each term has a coefficient at each knot; a row between two knots belongs to both. Plain data.
 */
export interface RunningRegression {
  readonly terms: number;
  readonly knots: number;
  /** Σ w x xᵀ / unit, (knots · terms)², row by row; the lower triangle is used. */
  readonly gram: Float64Array;
  /** Σ w x y / unit, knots · terms */
  readonly moments: Float64Array;
  /** What has been forgotten of the sums: instead of making them smaller, new rows are given more weight. */
  readonly unit: number;
  /** Rows that are remembered. */
  readonly rows: number;
}

type Learning = { -readonly [Field in keyof RunningRegression]: RunningRegression[Field] };

/** A regression that has learned nothing. The first of its terms is the constant. */
export function openRegression(terms: number, knots: number): RunningRegression {
  const width = terms * knots;
  return {
    terms,
    knots,
    gram: new Float64Array(width * width),
    moments: new Float64Array(width),
    unit: 1,
    rows: 0,
  };
}

/**
 * Learns a row, in place: terms² steps, or four times as many between knots.
 *
 * @param x its terms are at `from` and after; none of them NaN
 */
export function learnRow(
  regression: RunningRegression,
  x: Float64Array,
  from: number,
  { knot, share }: BetweenKnots,
  y: number,
  weight: number,
): void {
  const { terms, knots, gram, moments } = regression;
  (regression as Learning).rows++;
  const width = terms * knots;
  const first = knot * terms;
  const second = first + terms;
  const own = (weight / regression.unit) * (1 - share);
  const other = (weight / regression.unit) * share;
  for (let i = 0; i < terms; i++) {
    const value = x[from + i];
    moments[first + i] += own * value * y;
    const row = (first + i) * width + first;
    const near = own * (1 - share) * value;
    for (let j = 0; j <= i; j++) gram[row + j] += near * x[from + j];
    if (share === 0) continue;
    moments[second + i] += other * value * y;
    const next = (second + i) * width;
    const cross = own * share * value;
    for (let j = 0; j < terms; j++) gram[next + first + j] += cross * x[from + j];
    const far = other * share * value;
    for (let j = 0; j <= i; j++) gram[next + second + j] += far * x[from + j];
  }
}

/** Below this the sums are made smaller after all. */
const LEAST_UNIT = 1e-6;

/** Multiplies all that was learned by a factor of 0 … 1, in place. */
export function forget(regression: RunningRegression, factor: number): void {
  const learning = regression as Learning;
  learning.rows *= factor;
  learning.unit *= factor;
  if (learning.unit > LEAST_UNIT) return;
  const { gram, moments } = regression;
  for (let i = 0; i < gram.length; i++) gram[i] *= learning.unit;
  for (let i = 0; i < moments.length; i++) moments[i] *= learning.unit;
  learning.unit = 1;
}

/** Σ coefficient · term for a row. */
export function valueAt(
  coefficients: Float64Array,
  terms: number,
  x: Float64Array,
  from: number,
  { knot, share }: BetweenKnots,
): number {
  const first = knot * terms;
  let value = 0;
  for (let i = 0; i < terms; i++) value += coefficients[first + i] * x[from + i];
  if (share === 0) return value;
  let next = 0;
  for (let i = 0; i < terms; i++) next += coefficients[first + terms + i] * x[from + i];
  return value + share * (next - value);
}

/** Weighted means of the terms, and of their products, over all rows: terms and terms². */
export interface TermMoments {
  readonly weight: number;
  readonly mean: Float64Array;
  readonly product: Float64Array;
}

/** A row's shares of its knots add up to 1: so the sums over all knots are those over rows. */
export function termMoments({ terms, knots, gram }: RunningRegression): TermMoments {
  const width = terms * knots;
  const product = new Float64Array(terms * terms);
  for (let k = 0; k < knots; k++)
    for (let i = 0; i < terms; i++) {
      const row = (k * terms + i) * width + k * terms;
      for (let j = 0; j < terms; j++) {
        product[i * terms + j] += j <= i ? gram[row + j] : gram[(k * terms + j) * width + k * terms + i];
        // What lies between this knot and the one before counts for both orders.
        if (k === 0) continue;
        product[i * terms + j] += gram[row - terms + j];
        product[j * terms + i] += gram[row - terms + j];
      }
    }
  const weight = product[0];
  for (let i = 0; i < product.length; i++) product[i] /= weight;
  return { weight, mean: product.slice(0, terms), product };
}

/** A term whose variance is less than this share of its mean square has not varied: what is left is rounding. */
const LEAST_VARIANCE = 1e-9;

/**
 * Coefficients under the belief that each term counts for nothing, which is worth `belief[i]` rows of a term's own variance:
 * so units do not matter. Neighbouring knots are believed to be alike, by as much as `alike` rows say.
 *
 * A term that has not varied gets no coefficient.
 *
 * @returns knots x terms; zeros where nothing was learned
 */
export function solveRegression(
  regression: RunningRegression,
  belief: Float64Array,
  alike: number,
): Float64Array {
  const { terms, knots, gram, moments, rows } = regression;
  const width = terms * knots;
  const { weight, mean, product } = termMoments(regression);
  if (!(weight > 0)) return new Float64Array(width);
  const matrix = gram.slice();
  const right = moments.slice();
  for (let i = 0; i < terms; i++) {
    const square = product[i * terms + i];
    const variance = i === 0 ? square : square - mean[i] * mean[i];
    const hasVaried = variance > LEAST_VARIANCE * square;
    const unit = (weight / rows) * variance;
    for (let at = i; at < width; at += terms) {
      if (!hasVaried) {
        leaveOut(matrix, right, width, at);
        continue;
      }
      matrix[at * width + at] += unit * belief[i];
      const before = at - terms;
      if (before < 0) continue;
      matrix[at * width + at] += unit * alike;
      matrix[before * width + before] += unit * alike;
      matrix[at * width + before] -= unit * alike;
    }
  }
  return solvePositiveDefinite(matrix, right, width);
}

/** Makes the coefficient 0, in place. */
function leaveOut(matrix: Float64Array, right: Float64Array, width: number, at: number): void {
  matrix.fill(0, at * width, (at + 1) * width);
  for (let row = at; row < width; row++) matrix[row * width + at] = 0;
  matrix[at * width + at] = 1;
  right[at] = 0;
}
