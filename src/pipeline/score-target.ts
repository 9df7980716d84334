import type { Distributions } from '../forecast/distributions.ts';
import { percentLevels } from '../forecast/distributions.ts';
import type { TargetScores } from '../scores/accumulate.ts';
import { meanPinball } from '../scores/pinball.ts';
import { coverageShare } from '../scores/pit.ts';

/** One answer as exports show it and scores see it. Reused from target to target. */
export interface ScoredTarget {
  readonly scores: { -readonly [Name in keyof TargetScores]: number };
  mean: number;
  /** At the 99 percent levels. */
  readonly quantiles: Float64Array;
}

export function scoredTarget(): ScoredTarget {
  return {
    scores: {
      crps: Number.NaN,
      crps_fair: Number.NaN,
      absolute_error: Number.NaN,
      squared_error: Number.NaN,
      error: Number.NaN,
      coverage90: Number.NaN,
      width90: Number.NaN,
      pinball: Number.NaN,
    },
    mean: Number.NaN,
    quantiles: new Float64Array(percentLevels.length),
  };
}

/**
 * Scores distribution `index` against an outcome, into `target`.
 *
 * @returns whether there was an answer; without one `target` keeps what it held
 */
export function scoreTarget(
  distributions: Distributions,
  index: number,
  outcome: number,
  target: ScoredTarget,
): boolean {
  const crps = distributions.crps(index, outcome);
  if (Number.isNaN(crps)) return false;
  const { scores, quantiles } = target;
  for (let k = 0; k < quantiles.length; k++) quantiles[k] = distributions.quantile(index, percentLevels[k]);
  target.mean = distributions.mean(index);
  const error = target.mean - outcome;
  scores.crps = crps;
  scores.crps_fair = distributions.fairCrps(index, outcome);
  scores.absolute_error = Math.abs(quantiles[49] - outcome);
  scores.error = error;
  scores.squared_error = error * error;
  scores.coverage90 = coverageShare(
    distributions.cdfBelow(index, outcome),
    distributions.cdf(index, outcome),
    0.05,
    0.95,
  );
  scores.width90 = quantiles[94] - quantiles[4];
  scores.pinball = meanPinball(quantiles, 0, percentLevels, outcome);
  return true;
}
