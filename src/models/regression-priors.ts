import type { Objective } from './minimise.ts';
import type { Settings } from './model.ts';
import type { Formula, Problem } from './regression-problem.ts';
import type { Standardised } from './standardise.ts';
import { isHarmonic, isRecent } from './terms.ts';

/** Outcomes that the belief in no season counts as. */
const SEASON_PRIOR = 30;
/** Outcomes that the belief in no memory counts as. */
const MEMORY_PRIOR = 100;

/** A quadratic pull of a sum of coefficients, Σ direction·θ, towards a target. */
export interface Prior {
  readonly direction: Float64Array;
  readonly target: number;
  readonly weight: number;
}

/**
 * What is believed before any outcome, on the standardised scale:
 *
 * - the raw forecast needs no stretching: its total slope, Σ β over the forecasts, is 1. Counts as `settings.prior`
 *   outcomes whose forecasts spread like those in training. A slope learned from thirty days, or in one season for
 *   another, is mostly chance. How the slope is shared among several forecasts is left to the data.
 * - there is no season beyond the forecast's own: harmonics are pulled towards 0 as by {@link SEASON_PRIOR} outcomes,
 *   which half a year of outcomes overrules and half a month does not.
 * - the past does not repeat itself: recent outcomes are pulled towards no influence as by {@link MEMORY_PRIOR}
 *   outcomes, for most of what one year seems to remember for a week is chance.
 */
export function priorsOf(
  { y, width, scaleWidth }: Problem,
  formula: Formula,
  location: Standardised,
  scale: Standardised,
  settings: Settings,
  residual: number,
): Prior[] {
  const priors: Prior[] = [];
  const curvature = (settings.score === 'ml' ? 1 : 0.564) / y.length;
  const forecasts = formula.location.flatMap((term, j) =>
    // A forecast that does not vary in training has no slope to learn.
    formula.nonNegative.includes(term) && location.spread[j] > 0 ? [j] : [],
  );
  if (settings.prior > 0 && forecasts.length > 0) {
    const widest = Math.max(...forecasts.map((j) => location.spread[j]));
    const direction = new Float64Array(width + scaleWidth);
    // In units of the residual: how far apart two slopes put a typical forecast.
    for (const j of forecasts) direction[j] = widest / location.spread[j];
    priors.push({ direction, target: widest / residual, weight: curvature * settings.prior });
  }
  const pullToZero = (index: number, size: number, outcomes: number) => {
    if (!Number.isFinite(size)) return;
    const direction = new Float64Array(width + scaleWidth);
    direction[index] = size;
    priors.push({ direction, target: 0, weight: curvature * outcomes });
  };
  formula.location.forEach((term, j) => {
    if (isHarmonic(term)) pullToZero(j, 1 / location.spread[j], SEASON_PRIOR);
    // Recent outcomes depart from the season about as far as outcomes depart from the fit: by the residual.
    if (isRecent(term)) pullToZero(j, residual / location.spread[j], MEMORY_PRIOR);
  });
  formula.scale.forEach((term, k) => {
    if (isHarmonic(term)) pullToZero(width + k, 1 / scale.spread[k], SEASON_PRIOR);
  });
  return priors;
}

/** An objective with the priors' pull added. */
export function withPriors(objective: Objective, priors: readonly Prior[]): Objective {
  return (theta, gradient) => {
    let value = objective(theta, gradient);
    for (const { direction, target, weight } of priors) {
      let distance = -target;
      for (let j = 0; j < direction.length; j++) distance += direction[j] * theta[j];
      value += 0.5 * weight * distance * distance;
      for (let j = 0; j < direction.length; j++) gradient[j] += weight * distance * direction[j];
    }
    return value;
  };
}
