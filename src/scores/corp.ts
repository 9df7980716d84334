import { WeatherglassError } from '../errors.ts';
import { poolAdjacentViolators } from './pool-adjacent-violators.ts';

/** A reliability diagram with the parts of the mean Brier score; one entry a distinct forecast, ascending. */
export interface Reliability {
  /** The probabilities that were forecast. */
  readonly forecast: Float64Array;
  /** How often the event came, made non-decreasing: the diagram's other axis. */
  readonly recalibrated: Float64Array;
  /** Pairs with this forecast. */
  readonly count: Float64Array;
  /** Those of them in which the event happened. */
  readonly events: Float64Array;
  /** The mean Brier score. */
  readonly score: number;
  /** MCB ≥ 0: what recalibration would gain; 0 is calibrated. */
  readonly miscalibration: number;
  /** DSC ≥ 0: what recalibrated forecasts gain over the constant base rate. */
  readonly discrimination: number;
  /** UNC: the score of the base rate, `ō(1 − ō)`. */
  readonly uncertainty: number;
  /** Pairs in all. */
  readonly targets: number;
}

/**
 * The CORP reliability diagram of probability forecasts, and the mean Brier score taken apart.
 *
 * ```
 * S = MCB − DSC + UNC
 * MCB = S − S_C = (1/n) Σ_g n_g (p_g − c_g)(p_g + c_g − 2 ō_g)
 * DSC = S_R − S_C = (1/n) Σ_g n_g (c_g − ō)²
 * UNC = S_R = ō(1 − ō)
 * ```
 *
 * S is the mean score of the forecasts, S_C that of the recalibrated ones, S_R that of the base rate ō. Group g
 * holds the n_g pairs with forecast p_g, of which the share ō_g had the event; c_g is isotonic regression of ō_g
 * on p_g ({@link poolAdjacentViolators}). No bins are chosen, so there is nothing to tune and the diagram is stable.
 *
 * Pairs with a missing half (NaN) are left out; none left: empty arrays, NaN parts, `targets` 0.
 *
 * Source: Dimitriadis, Gneiting & Jordan 2021, doi 10.1073/pnas.2016191118.
 *
 * @param probabilities 0 … 1
 * @param outcomes 1 where the event happened, 0 where not
 * @throws WeatherglassError `Usage` if the two differ in length, `InvalidData` for any other number, saying where
 *
 * @example
 * corpReliability([0.2, 0.4, 0.6, 0.8], [0, 1, 0, 1]).recalibrated; // 0, 0.5, 0.5, 1
 */
export function corpReliability(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): Reliability {
  const { forecast, count, events, score, targets } = grouped(probabilities, outcomes);
  const recalibrated = events.map((happened, g) => happened / count[g]);
  poolAdjacentViolators(recalibrated, count);
  const baseRate = events.reduce((sum, happened) => sum + happened, 0) / targets;
  let miscalibration = 0;
  let discrimination = 0;
  for (let g = 0; g < forecast.length; g++) {
    const p = forecast[g];
    const c = recalibrated[g];
    miscalibration += (p - c) * (count[g] * (p + c) - 2 * events[g]);
    discrimination += count[g] * (c - baseRate) * (c - baseRate);
  }
  return {
    forecast,
    recalibrated,
    count,
    events,
    score,
    miscalibration: miscalibration / targets,
    discrimination: discrimination / targets,
    uncertainty: baseRate * (1 - baseRate),
    targets,
  };
}

/** Counts pairs and events of each distinct forecast. */
function grouped(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>) {
  if (probabilities.length !== outcomes.length) {
    throw new WeatherglassError(
      'Usage',
      `A reliability diagram needs pairs, but there are ${probabilities.length} probabilities and ${outcomes.length} outcomes.`,
    );
  }
  // Apart by outcome, forecasts alone are left to sort, which typed arrays do fast.
  const byOutcome = [new Float64Array(outcomes.length), new Float64Array(outcomes.length)] as const;
  const lengths = [0, 0];
  let sum = 0;
  for (let i = 0; i < outcomes.length; i++) {
    const p = probabilities[i];
    const o = outcomes[i];
    if (Number.isNaN(p) || Number.isNaN(o)) continue;
    if (!(p >= 0 && p <= 1) || (o !== 0 && o !== 1)) {
      throw new WeatherglassError(
        'InvalidData',
        `Pair ${i} has probability ${p} and outcome ${o}; a reliability diagram needs 0 … 1, and 0 or 1.`,
      );
    }
    byOutcome[o][lengths[o]++] = p;
    sum += (p - o) * (p - o);
  }
  const without = byOutcome[0].subarray(0, lengths[0]).sort();
  const withEvent = byOutcome[1].subarray(0, lengths[1]).sort();
  const targets = without.length + withEvent.length;
  const forecast = new Float64Array(targets);
  const count = new Float64Array(targets);
  const events = new Float64Array(targets);
  let groups = 0;
  for (let i = 0, j = 0; i < without.length || j < withEvent.length; groups++) {
    const p = Math.min(without[i] ?? 1, withEvent[j] ?? 1);
    forecast[groups] = p;
    for (; without[i] === p; i++) count[groups]++;
    for (; withEvent[j] === p; j++) {
      count[groups]++;
      events[groups]++;
    }
  }
  return {
    forecast: forecast.slice(0, groups),
    count: count.slice(0, groups),
    events: events.slice(0, groups),
    score: sum / targets,
    targets,
  };
}
