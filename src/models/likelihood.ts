import { solvePositiveDefinite } from './least-squares.ts';
import type { Selection, Settings } from './model.ts';
import { type Coefficients } from './regression.ts';
import { gather, meanScoreOf, scoreOf } from './regression-problem.ts';
import { isHarmonic } from './terms.ts';

export interface Likelihood {
  /** Sum over the usable rows of log f(y) on the fitted scale, atoms counted by their probability. */
  readonly logLikelihood: number;
  /** In the order of the terms; NaN for a coefficient that sits on its bound. Absent for other than plain ML fits. */
  readonly standardErrors?: { readonly location: readonly number[]; readonly scale: readonly number[] };
}

/**
 * Log-likelihood of fitted coefficients over rows, and their standard errors by the observed information.
 *
 * The second derivatives are central differences of the analytic gradient, in the terms' own units. Standard errors
 * belong to plain maximum likelihood: a fit by CRPS, with a prior or with harmonics (which have one) gets none.
 * A station's own bias is not looked at: the likelihood is the region's.
 */
export function plainLikelihood(selection: Selection, fitted: Coefficients, settings: Settings): Likelihood {
  const formula = { location: fitted.locationTerms, scale: fitted.scaleTerms, nonNegative: [] };
  const problem = gather(selection, formula, { ...settings, spread: fitted.spread });
  const objective = meanScoreOf(problem, scoreOf({ ...settings, score: 'ml' }));
  const theta = Float64Array.of(...fitted.location, ...fitted.scale);
  const n = theta.length;
  const rows = problem.y.length;
  const logLikelihood = -rows * objective(theta, new Float64Array(n));
  const plain =
    settings.score === 'ml' &&
    settings.prior === 0 &&
    ![...formula.location, ...formula.scale].some(isHarmonic);
  if (!plain) return { logLikelihood };

  const inner = Array.from(theta.keys()).filter((j) => theta[j] !== 0);
  const information = new Float64Array(inner.length ** 2);
  const above = new Float64Array(n);
  const below = new Float64Array(n);
  inner.forEach((j, a) => {
    const step = 1e-5 * Math.max(1e-3, Math.abs(theta[j]));
    objective(withStep(theta, j, step), above);
    objective(withStep(theta, j, -step), below);
    inner.forEach((k, b) => {
      information[a * inner.length + b] = (rows * (above[k] - below[k])) / (2 * step);
    });
  });
  const errors = new Array<number>(n).fill(Number.NaN);
  inner.forEach((j, a) => {
    const unit = new Float64Array(inner.length);
    unit[a] = 1;
    errors[j] = Math.sqrt(solvePositiveDefinite(information.slice(), unit, inner.length)[a]);
  });
  const width = fitted.location.length;
  return { logLikelihood, standardErrors: { location: errors.slice(0, width), scale: errors.slice(width) } };
}

function withStep(theta: Float64Array, j: number, step: number): Float64Array {
  const moved = theta.slice();
  moved[j] += step;
  return moved;
}
