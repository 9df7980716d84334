/**
 * The energy score of trajectories: the CRPS in several dimensions, plain (V-statistic) form.
 *
 * `(1/m) Σ_k ‖x_k − y‖ − (1/2m²) Σ_k Σ_l ‖x_k − x_l‖`
 *
 * x_k are the m trajectories, y what came true, each of `dimension` numbers (hours, places, variables); ‖·‖ is the
 * Euclidean norm, so numbers of different units must be standardised first. In one dimension it equals the CRPS.
 * O(m² · dimension), nothing allocated.
 *
 * A trajectory with a missing number (NaN) is left out. None left, or a gap in y: NaN.
 *
 * Source: Gneiting & Raftery 2007, doi 10.1198/016214506000001437 (β = 1).
 *
 * @param trajectories members x dimension, row by row
 * @param from index of the first number of the first trajectory
 * @param outcome `dimension` numbers from `outcomeFrom`
 *
 * @example
 * // Two trajectories of two hours: the distances to the outcome are 5 and 0, between them 5.
 * energyScore(new Float64Array([3, 4, 0, 0]), 0, 2, 2, new Float64Array([0, 0])); // 2.5 − 1.25 = 1.25
 */
export function energyScore(
  trajectories: Float32Array | Float64Array,
  from: number,
  members: number,
  dimension: number,
  outcome: Float32Array | Float64Array,
  outcomeFrom: number = 0,
): number {
  let complete = 0;
  let toOutcome = 0;
  let between = 0;
  for (let k = 0; k < members; k++) {
    const row = from + k * dimension;
    const error = distance(trajectories, row, outcome, outcomeFrom, dimension);
    // A distance is missing if and only if a number of either is; a gap in the outcome thus leaves nobody.
    if (Number.isNaN(error)) continue;
    complete++;
    toOutcome += error;
    for (let l = 0; l < k; l++) {
      const apart = distance(trajectories, row, trajectories, from + l * dimension, dimension);
      if (!Number.isNaN(apart)) between += apart;
    }
  }
  // Each pair was met once, but counts twice in the double sum.
  return toOutcome / complete - between / (complete * complete);
}

function distance(
  a: Float32Array | Float64Array,
  aFrom: number,
  b: Float32Array | Float64Array,
  bFrom: number,
  dimension: number,
): number {
  let sum = 0;
  for (let i = 0; i < dimension; i++) {
    const difference = a[aFrom + i] - b[bFrom + i];
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
