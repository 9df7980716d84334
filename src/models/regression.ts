import { WeatherglassError } from '../errors.ts';
import type { Distributions } from '../forecast/distributions.ts';
import { type Family, parametric } from '../forecast/parametric.ts';
import { expectedCurvature } from './expected-curvature.ts';
import { solveLeastSquares } from './least-squares.ts';
import { minimise } from './minimise.ts';
import type { Control, Selection, Settings } from './model.ts';
import { priorsOf, withPriors } from './regression-priors.ts';
import { type Formula, gather, meanScoreOf, type Problem, scoreOf } from './regression-problem.ts';
import { relative, standardise } from './standardise.ts';
import { columnsOf, type Term } from './terms.ts';

/** A fitted formula. Coefficients are on the fitted scale, in the order of their terms. */
export interface Coefficients {
  readonly locationTerms: readonly Term[];
  readonly location: readonly number[];
  readonly scaleTerms: readonly Term[];
  readonly scale: readonly number[];
  readonly spread: 'variance' | 'log';
  readonly family: Family;
  /** Least value of each scale term in training: a case with less spread than ever seen is given that much. */
  readonly leastScaleTerms: readonly number[];
  /** Rows that could be used; the others missed a term or an outcome. */
  readonly rows: number;
  /** Mean of the minimised score over those rows: CRPS on the fitted scale, or minus the log-likelihood. */
  readonly meanScore: number;
}

export interface FitOptions {
  /** Added to the location of each selected row; NaN leaves the row out. */
  readonly offset?: Float64Array | undefined;
  /** A fit of the same formula to start from. */
  readonly earlier?: Coefficients | undefined;
}

/**
 * Fits a formula to the selected rows by minimum CRPS or maximum likelihood.
 *
 * Rows that miss an outcome or a term are left out, with `log` spread also those without any (log 0). Terms that
 * do not vary in training get coefficient 0.
 *
 * @throws WeatherglassError CannotFit for fewer than five usable rows a coefficient, or outcomes without spread.
 */
export function fitRegression(
  selection: Selection,
  formula: Formula,
  settings: Settings,
  control: Control,
  { offset, earlier }: FitOptions = {},
): Coefficients {
  const { family, spread } = settings;
  const raw = gather(selection, formula, settings, offset);
  const rows = raw.y.length;
  const parameters = raw.width + raw.scaleWidth;
  if (rows < 5 * parameters)
    throw new WeatherglassError(
      'CannotFit',
      `${rows} usable rows are too few for ${parameters} coefficients; at least ${5 * parameters} are needed`,
    );

  const location = standardise(raw.x, raw.width, formula.location);
  const start = solveLeastSquares(location.columns, raw.y, raw.offset, raw.width);
  const residual = start.residualSd;
  const size = Math.sqrt(raw.y.reduce((sum, y, i) => sum + (y - raw.offset[i]) ** 2, 0) / rows);
  // The ridge of least squares leaves 1e-8 of the outcomes' size even of a perfect fit.
  if (!(residual > 1e-9 + 1e-7 * size))
    throw new WeatherglassError(
      'CannotFit',
      'the outcomes do not differ from a perfect fit, so no spread can be learned',
    );

  // In units of the residual every coefficient is of the order of one, which the optimiser needs.
  for (let i = 0; i < location.columns.length; i++) location.columns[i] *= residual;
  const scale =
    spread === 'log'
      ? standardise(raw.z, raw.scaleWidth, formula.scale)
      : relative(raw.z, raw.scaleWidth, residual);
  const problem: Problem = {
    ...raw,
    x: location.columns,
    z: scale.columns,
    logOffset: spread === 'log' ? Math.log(residual) : 0,
  };

  const { theta, lower } = startOf(formula, problem, start.coefficients, settings, residual);
  const unit = settings.score === 'crps' ? residual : 1;
  const priors = priorsOf(problem, formula, location, scale, settings, residual);
  const objective = withPriors(meanScoreOf(problem, scoreOf(settings), unit), priors);
  const sameTerms =
    earlier?.spread === spread &&
    sameList(earlier.locationTerms, formula.location) &&
    sameList(earlier.scaleTerms, formula.scale);
  if (sameTerms) {
    theta.set(location.standardised(earlier.location).map((b) => b / residual));
    theta.set(scale.standardised(earlier.scale, problem.logOffset), raw.width);
  }
  const curvature = expectedCurvature(problem, theta, settings, unit, priors);
  let evaluations = 0;
  const found = minimise(
    (x, gradient) => {
      control.checkpoint(evaluations++, Number.NaN);
      return objective(x, gradient);
    },
    theta,
    { lower, tolerance: 1e-6, maxIterations: 100, curvature },
  );
  if (!Number.isFinite(found.value))
    throw new WeatherglassError('CannotFit', 'the score of the start of the fit is not finite');

  return {
    locationTerms: formula.location,
    location: location.unstandardise(found.x.subarray(0, raw.width).map((b) => b * residual)),
    scaleTerms: formula.scale,
    scale: scale.unstandardise(found.x.subarray(raw.width), problem.logOffset),
    spread,
    family,
    leastScaleTerms: leastOf(raw.z, raw.scaleWidth),
    rows,
    meanScore: meanScoreOf(problem, scoreOf(settings))(found.x, new Float64Array(parameters)),
  };
}

/** Where the search begins, least squares with an even spread, and the least allowed coefficients. */
function startOf(
  formula: Formula,
  { width, scaleWidth, spread }: Problem,
  leastSquares: Float64Array,
  { family }: Settings,
  residual: number,
): { readonly theta: Float64Array; readonly lower: Float64Array } {
  const theta = new Float64Array(width + scaleWidth);
  const lower = new Float64Array(width + scaleWidth).fill(-Infinity);
  formula.location.forEach((term, j) => {
    theta[j] = leastSquares[j] / residual;
    if (formula.nonNegative.includes(term)) lower[j] = 0;
  });
  // A logistic law of scale 1 has variance π²/3.
  const unitVariance = family.law.endsWith('logistic') ? 3 / Math.PI ** 2 : 1;
  for (let k = 0; k < scaleWidth; k++) {
    const at = width + k;
    if (spread === 'log') theta[at] = k === 0 ? 0.5 * Math.log(unitVariance) : 0;
    else {
      theta[at] = unitVariance / scaleWidth;
      lower[at] = k === 0 ? 1e-6 : 0;
    }
  }
  return { theta, lower };
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((term, j) => term === b[j]);
}

function leastOf(columns: Float64Array, width: number): number[] {
  const least = new Array<number>(width).fill(Infinity);
  for (let i = 0; i < columns.length; i++) least[i % width] = Math.min(least[i % width], columns[i]);
  return least;
}

/** Laws of the selected rows on the fitted scale. */
export interface FittedLaws {
  readonly location: Float64Array;
  readonly scale: Float64Array;
}

/** Distributions of a fitted formula for the selected rows; NaN parameters where a term is missing. */
export function predictRegression(
  fitted: Coefficients,
  selection: Selection,
  offset?: Float64Array,
): Distributions {
  const { location, scale } = regressionLaws(fitted, selection, offset);
  return parametric(fitted.family, location, scale);
}

/**
 * Location and scale of a fitted formula for the selected rows; NaN where a term is missing.
 *
 * @param offset added to the locations
 */
export function regressionLaws(
  fitted: Coefficients,
  selection: Selection,
  offset?: Float64Array,
): FittedLaws {
  const { transform } = fitted.family;
  const x = columnsOf(fitted.locationTerms, selection, transform);
  const z = columnsOf(fitted.scaleTerms, selection, transform);
  const width = fitted.locationTerms.length;
  const scaleWidth = fitted.scaleTerms.length;
  const size = selection.rows.length;
  const location = new Float64Array(size);
  const scale = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let mu = offset === undefined ? 0 : offset[i];
    for (let j = 0; j < width; j++) mu += coefficientTimes(fitted.location[j], x[i * width + j]);
    let spread = 0;
    for (let k = 0; k < scaleWidth; k++) {
      const value = z[i * scaleWidth + k];
      spread += coefficientTimes(
        fitted.scale[k],
        value < fitted.leastScaleTerms[k] ? fitted.leastScaleTerms[k] : value,
      );
    }
    location[i] = mu;
    scale[i] = fitted.spread === 'variance' ? Math.sqrt(spread) : Math.exp(spread);
  }
  return { location, scale };
}

/** A term that did not vary in training has coefficient 0, and may then be missing. */
function coefficientTimes(coefficient: number, value: number): number {
  return coefficient === 0 ? 0 : coefficient * value;
}
