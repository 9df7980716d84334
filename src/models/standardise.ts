import type { Term } from './terms.ts';

/** Columns brought to one size, and the way back for their coefficients. */
export interface Standardised {
  readonly columns: Float64Array;
  /** Standard deviation of each column as it was; 0 for one that does not vary. */
  readonly spread: Float64Array;
  /** Coefficients of the columns as they were. */
  readonly unstandardise: (coefficients: Float64Array, added?: number) => number[];
  /** The inverse of it; 0 for a column that does not vary. */
  readonly standardised: (coefficients: readonly number[], added?: number) => number[];
}

/** Columns with mean 0 and standard deviation 1, but for the leading `one`; those that do not vary become 0. */
export function standardise(columns: Float64Array, width: number, terms: readonly Term[]): Standardised {
  const rows = columns.length / width;
  const centre = new Float64Array(width);
  const factor = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    if (terms[j] === 'one') {
      factor[j] = 1;
      continue;
    }
    let sum = 0;
    for (let i = j; i < columns.length; i += width) sum += columns[i];
    const mean = sum / rows;
    let squares = 0;
    for (let i = j; i < columns.length; i += width) squares += (columns[i] - mean) ** 2;
    const sd = Math.sqrt(squares / rows);
    centre[j] = mean;
    factor[j] = sd > 1e-7 * (1e-3 + Math.abs(mean)) ? 1 / sd : 0;
  }
  const out = new Float64Array(columns.length);
  for (let i = 0; i < columns.length; i += width)
    for (let j = 0; j < width; j++) out[i + j] = (columns[i + j] - centre[j]) * factor[j];
  return {
    columns: out,
    spread: factor.map((f, j) => (f > 0 && terms[j] !== 'one' ? 1 / f : 0)),
    unstandardise(coefficients, added = 0) {
      const own = Array.from(coefficients, (b, j) => b * factor[j]);
      const one = terms.indexOf('one');
      own[one] += added - own.reduce((sum, b, j) => sum + b * centre[j], 0);
      return own;
    },
    standardised(coefficients, added = 0) {
      const own = coefficients.map((b, j) => (factor[j] > 0 ? b / factor[j] : 0));
      own[terms.indexOf('one')] += coefficients.reduce((sum, b, j) => sum + b * centre[j], 0) - added;
      return own;
    },
  };
}

/** Columns as multiples of their mean, times the residual variance: what a share of the variance is counted in. */
export function relative(columns: Float64Array, width: number, residual: number): Standardised {
  const rows = columns.length / width;
  const factor = new Float64Array(width);
  for (let k = 0; k < width; k++) {
    let sum = 0;
    for (let i = k; i < columns.length; i += width) sum += columns[i];
    factor[k] = sum > 0 ? (residual * residual * rows) / sum : 0;
  }
  return {
    columns: columns.map((value, i) => value * factor[i % width]),
    spread: factor,
    unstandardise: (coefficients) => Array.from(coefficients, (c, k) => c * factor[k]),
    standardised: (coefficients) => coefficients.map((c, k) => (factor[k] > 0 ? c / factor[k] : 0)),
  };
}
