/** What boosting lowers, seen from the scores of its rows: outputs x rows. */
export interface Objective {
  /** How many numbers a row's answer has, each with trees of its own. */
  readonly outputs: number;
  /** Where the row's answer starts, without any tree, by output and row. */
  readonly offset: (output: number, row: number) => number;
  /** Constants to start from, added to the offsets, by output. */
  readonly start: (rows: Int32Array) => Float64Array;
  /** Whether all second derivatives are 1, so that they need not be summed. */
  readonly unitCurvature: boolean;
  /** Sets gradients and curvatures of `rows`, by output and row. */
  readonly derive: (
    rows: Int32Array,
    scores: readonly Float64Array[],
    gradients: readonly Float64Array[],
    curvatures: readonly Float64Array[],
  ) => void;
  /** Weighted mean loss of `rows`. */
  readonly loss: (rows: Int32Array, scores: readonly Float64Array[]) => number;
}

/**
 * ½ w (score − y)², y the outcome, w the row's weight. The loss is reported as the weighted mean of (score − y)².
 *
 * @param offset of each row; none for 0
 * @param weights of each row, positive; none for 1
 */
export function squaredError(
  outcome: Float64Array,
  { offset, weights }: { readonly offset?: Float64Array; readonly weights?: Float64Array } = {},
): Objective {
  return {
    outputs: 1,
    unitCurvature: weights === undefined,
    offset: (_, row) => (offset === undefined ? 0 : offset[row]),
    start(rows) {
      let sum = 0;
      let total = 0;
      for (const row of rows) {
        const weight = weights === undefined ? 1 : weights[row];
        sum += weight * (outcome[row] - (offset === undefined ? 0 : offset[row]));
        total += weight;
      }
      return Float64Array.of(total > 0 ? sum / total : 0);
    },
    derive(rows, [score], [gradient], [curvature]) {
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i];
        gradient[row] = score[row] - outcome[row];
        if (weights === undefined) continue;
        gradient[row] *= weights[row];
        curvature[row] = weights[row];
      }
    },
    loss(rows, [score]) {
      let sum = 0;
      let total = 0;
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i];
        const weight = weights === undefined ? 1 : weights[row];
        sum += weight * (score[row] - outcome[row]) ** 2;
        total += weight;
      }
      return sum / total;
    },
  };
}

/** A score of the outcome y under (location, scale), such as a CRPS; sets `gradient` to [∂/∂location, ∂/∂scale]. */
export type LawScore = (y: number, location: number, scale: number, gradient: Float64Array) => number;

export interface LocationScaleStart {
  /** Location that a row starts from, in the unit of the outcome; none for 0. */
  readonly location?: Float64Array;
  /** Log of the scale that a row starts from; none for 0. */
  readonly logScale?: Float64Array;
  /** Weight of each row, positive; none for 1. */
  readonly weights?: Float64Array;
}

/** Scales are kept within e^±40 of 1, where their squares are numbers still. */
const MOST_LOG_SCALE = 40;

/**
 * A proper score of a location-scale law, by location m (output 0) and log scale s (output 1).
 *
 * Curvature is what is expected of the CRPS where the law is right: for the normal law ∂²/∂m² = 1/(σ√π) and ∂²/∂s² = σ/(2√π),
 * σ = e^s. Unlike the second derivatives themselves it is positive everywhere; for other laws it sets the length of the step,
 * by a factor below 2, not where it ends.
 *
 * @param score such as `crpsOf(law)`
 */
export function locationScale(
  outcome: Float64Array,
  score: LawScore,
  { location, logScale, weights }: LocationScaleStart = {},
): Objective {
  const byParameter = new Float64Array(2);
  const offsetOf = (output: number, row: number) => (output === 0 ? location : logScale)?.[row] ?? 0;
  const scaleAt = (log: number) => Math.exp(Math.max(-MOST_LOG_SCALE, Math.min(MOST_LOG_SCALE, log)));
  return {
    outputs: 2,
    unitCurvature: false,
    offset: offsetOf,
    start(rows) {
      let total = 0;
      let sum = 0;
      let squares = 0;
      for (const row of rows) {
        // Errors count in scales where these are given: what starts sharper has more to say of the common shift.
        const weight = (weights?.[row] ?? 1) / scaleAt(offsetOf(1, row));
        total += weight;
        sum += weight * (outcome[row] - offsetOf(0, row));
      }
      const shift = total > 0 ? sum / total : 0;
      let count = 0;
      for (const row of rows) {
        const weight = weights?.[row] ?? 1;
        squares += weight * ((outcome[row] - offsetOf(0, row) - shift) / scaleAt(offsetOf(1, row))) ** 2;
        count += weight;
      }
      return Float64Array.of(shift, squares > 0 ? 0.5 * Math.log(squares / count) : 0);
    },
    derive(rows, [locations, logScales], [byLocation, byLogScale], [ofLocation, ofLogScale]) {
      const expected = 1 / Math.sqrt(Math.PI);
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i];
        const scale = scaleAt(logScales[row]);
        const weight = weights === undefined ? 1 : weights[row];
        score(outcome[row], locations[row], scale, byParameter);
        byLocation[row] = weight * byParameter[0];
        byLogScale[row] = weight * byParameter[1] * scale;
        ofLocation[row] = (weight * expected) / scale;
        ofLogScale[row] = 0.5 * weight * expected * scale;
      }
    },
    loss(rows, [locations, logScales]) {
      let sum = 0;
      let total = 0;
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i];
        const weight = weights === undefined ? 1 : weights[row];
        sum += weight * score(outcome[row], locations[row], scaleAt(logScales[row]), byParameter);
        total += weight;
      }
      return sum / total;
    },
  };
}
