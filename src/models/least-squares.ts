/** Coefficients and residual standard deviation (divisor: rows) of a least-squares fit. */
export interface LeastSquares {
  readonly coefficients: Float64Array;
  readonly residualSd: number;
}

/**
 * Least squares of y − offset on columns (rows x width, row by row) by Cholesky factors of the normal equations.
 *
 * A ridge of 1e-8 of the mean diagonal keeps columns that say the same, or nothing, from dividing by zero; their
 * coefficients come out small. Meant for standardised columns.
 */
export function solveLeastSquares(
  columns: Float64Array,
  y: Float64Array,
  offset: Float64Array,
  width: number,
): LeastSquares {
  const normal = new Float64Array(width * width);
  const right = new Float64Array(width);
  for (let i = 0, at = 0; i < y.length; i++, at += width) {
    const target = y[i] - offset[i];
    for (let j = 0; j < width; j++) {
      const value = columns[at + j];
      right[j] += value * target;
      for (let k = 0; k <= j; k++) normal[j * width + k] += value * columns[at + k];
    }
  }
  let trace = 0;
  for (let j = 0; j < width; j++) trace += normal[j * width + j];
  for (let j = 0; j < width; j++) normal[j * width + j] += (1e-8 * trace) / width;
  const coefficients = solvePositiveDefinite(normal, right, width);
  let squares = 0;
  for (let i = 0, at = 0; i < y.length; i++, at += width) {
    let error = y[i] - offset[i];
    for (let j = 0; j < width; j++) error -= coefficients[j] * columns[at + j];
    squares += error * error;
  }
  return { coefficients, residualSd: Math.sqrt(squares / y.length) };
}

/** Solves A x = b for a symmetric positive definite A (its lower triangle is read, and overwritten by its factor). */
export function solvePositiveDefinite(a: Float64Array, b: Float64Array, n: number): Float64Array {
  for (let j = 0; j < n; j++) {
    for (let k = 0; k <= j; k++) {
      let sum = a[j * n + k];
      for (let m = 0; m < k; m++) sum -= a[j * n + m] * a[k * n + m];
      a[j * n + k] = j === k ? Math.sqrt(sum) : sum / a[k * n + k];
    }
  }
  const x = b.slice();
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) x[j] -= a[j * n + k] * x[k];
    x[j] /= a[j * n + j];
  }
  for (let j = n - 1; j >= 0; j--) {
    for (let k = j + 1; k < n; k++) x[j] -= a[k * n + j] * x[k];
    x[j] /= a[j * n + j];
  }
  return x;
}
