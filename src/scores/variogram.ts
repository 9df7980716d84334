import { WeatherglassError } from '../errors.ts';

/** What {@link variogramScore} can be told. */
export interface VariogramOptions {
  /** The order p, above 0; 0.5 by default. */
  readonly order?: number;
  /** dimension x dimension, row by row, symmetric and ≥ 0; all 1 by default. Only w_ij with i < j are read. */
  readonly weights?: Float64Array;
  /** Working space, at least dimension · (dimension − 1) / 2 long, so that nothing is allocated. */
  readonly scratch?: Float64Array;
}

/**
 * The variogram score of trajectories: whether they vary between hours (or places) as much as what came true.
 *
 * `Σ_i Σ_j w_ij (|y_i − y_j|^p − (1/m) Σ_k |x_ki − x_kj|^p)²`
 *
 * x_k are the m trajectories, y what came true, each of `dimension` numbers; p is the order. i and j both run over
 * all dimensions, so every pair counts twice, as in the paper. The unit is the variable's to the power 2p. It sees
 * wrong correlations better than {@link energyScore}, but not a bias shared by all dimensions: use both. Weights
 * that fall with distance, such as 1/|i − j|, keep unrelated pairs from drowning the rest. O(m · dimension²).
 *
 * A trajectory with a missing number (NaN) is left out. None left, or a gap in y: NaN. One dimension: 0.
 *
 * Source: Scheuerer & Hamill 2015, doi 10.1175/MWR-D-14-00269.1.
 *
 * @param trajectories members x dimension, row by row
 * @param from index of the first number of the first trajectory
 * @param outcome `dimension` numbers from index 0
 * @throws WeatherglassError `Usage` if the order is not above 0
 *
 * @example
 * // |y_1 − y_2| = 1; the members' differences are 4 and 0, their roots on average 1: nothing to complain of.
 * variogramScore(new Float64Array([0, 4, 2, 2]), 0, 2, 2, new Float64Array([5, 6])); // 0
 */
export function variogramScore(
  trajectories: Float32Array | Float64Array,
  from: number,
  members: number,
  dimension: number,
  outcome: Float32Array | Float64Array,
  options: VariogramOptions = {},
): number {
  const { order = 0.5, weights, scratch = new Float64Array((dimension * (dimension - 1)) / 2) } = options;
  if (!(order > 0)) {
    throw new WeatherglassError('Usage', `The order of a variogram score must be above 0, not ${order}.`);
  }
  if (!isComplete(outcome, 0, dimension)) return Number.NaN;
  let complete = 0;
  scratch.fill(0);
  for (let k = 0; k < members; k++) {
    const row = from + k * dimension;
    if (!isComplete(trajectories, row, dimension)) continue;
    complete++;
    let pair = 0;
    for (let i = 1; i < dimension; i++) {
      for (let j = 0; j < i; j++)
        scratch[pair++] += variation(trajectories[row + i], trajectories[row + j], order);
    }
  }
  if (complete === 0) return Number.NaN;
  let sum = 0;
  let pair = 0;
  for (let i = 1; i < dimension; i++) {
    for (let j = 0; j < i; j++) {
      const gap = variation(outcome[i], outcome[j], order) - scratch[pair++] / complete;
      sum += (weights === undefined ? 1 : weights[j * dimension + i]) * gap * gap;
    }
  }
  return 2 * sum;
}

function variation(a: number, b: number, order: number): number {
  const apart = Math.abs(a - b);
  // The usual order has a much cheaper form than a power.
  return order === 0.5 ? Math.sqrt(apart) : apart ** order;
}

function isComplete(values: Float32Array | Float64Array, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if (Number.isNaN(values[i])) return false;
  return true;
}
