import { WeatherglassError } from '../errors.ts';
import type { Distributions } from '../forecast/distributions.ts';
import { crpsOf, logScoreOf, type ScoreWithGradient } from '../forecast/law.ts';
import { type Family, fittedLaw, parametric } from '../forecast/parametric.ts';
import { forth } from '../forecast/transform.ts';
import { solveLeastSquares } from './least-squares.ts';
import { minimise, type Objective } from './minimise.ts';
import type { Control, Selection, Settings } from './model.ts';
import { columnsOf, isHarmonic, isRecent, type Term } from './terms.ts';

/** Outcomes that the belief in no season counts as. */
const SEASON_PRIOR = 30;
/** Outcomes that the belief in no memory counts as. */
const MEMORY_PRIOR = 100;

/**
 * Distributional regression: a law whose location and scale are linear in terms of the case.
 *
 *   location = Σ βⱼ xⱼ (+ offset),   scale² = Σ γₖ zₖ with γ ≥ 0 (`variance`)   or   log scale = Σ γₖ zₖ (`log`)
 *
 * EMOS (Gneiting et al. 2005, doi 10.1175/MWR2904.1), the censored regression of crch (Messner, Mayr & Zeileis
 * 2016, doi 10.32614/RJ-2016-012) and harmonic autoregression are formulas for it.
 */
export interface Formula {
  readonly location: readonly Term[];
  readonly scale: readonly Term[];
  /** Location terms whose coefficient may not be negative. */
  readonly nonNegative: readonly Term[];
}

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

/** A regression problem in plain arrays: rows x (location terms) and rows x (scale terms), row by row. */
export interface Problem {
  readonly y: Float64Array;
  readonly x: Float64Array;
  readonly z: Float64Array;
  /** Added to each location. */
  readonly offset: Float64Array;
  /** Added to each log scale. */
  readonly logOffset: number;
  readonly width: number;
  readonly scaleWidth: number;
  readonly spread: 'variance' | 'log';
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

  const theta = new Float64Array(parameters);
  const lower = new Float64Array(parameters).fill(-Infinity);
  formula.location.forEach((term, j) => {
    theta[j] = start.coefficients[j] / residual;
    if (formula.nonNegative.includes(term)) lower[j] = 0;
  });
  // A logistic law of scale 1 has variance π²/3.
  const unitVariance = family.law.endsWith('logistic') ? 3 / Math.PI ** 2 : 1;
  for (let k = 0; k < raw.scaleWidth; k++) {
    const at = raw.width + k;
    if (spread === 'log') theta[at] = k === 0 ? 0.5 * Math.log(unitVariance) : 0;
    else {
      theta[at] = unitVariance / raw.scaleWidth;
      lower[at] = k === 0 ? 1e-6 : 0;
    }
  }

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
  const curvature = expectedCurvature(problem, theta, settings, unit);
  for (const { direction, weight } of priors)
    for (let j = 0; j < parameters; j++)
      for (let k = 0; k <= j; k++) curvature[j * parameters + k] += weight * direction[j] * direction[k];
  let evaluations = 0;
  const found = minimise(
    (x, gradient) => {
      control.checkpoint(evaluations++, Number.NaN);
      return objective(x, gradient);
    },
    theta,
    { lower, tolerance: 1e-6, maxIterations: 500, curvature },
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

/** Distributions of a fitted formula for the selected rows; NaN parameters where a term is missing. */
export function predictRegression(
  fitted: Coefficients,
  selection: Selection,
  offset?: Float64Array,
): Distributions {
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
  return parametric(fitted.family, location, scale);
}

/** A term that did not vary in training has coefficient 0, and may then be missing. */
function coefficientTimes(coefficient: number, value: number): number {
  return coefficient === 0 ? 0 : coefficient * value;
}

export function scoreOf({ family, score }: Settings): ScoreWithGradient {
  const law = fittedLaw(family);
  return score === 'crps' ? crpsOf(law) : logScoreOf(law);
}

/** The usable rows of a selection as a problem in the terms' own units. */
export function gather(
  selection: Selection,
  formula: Formula,
  { family, spread }: Settings,
  offset?: Float64Array,
): Problem {
  const { cases, rows } = selection;
  const allX = columnsOf(formula.location, selection, family.transform);
  const allZ = columnsOf(formula.scale, selection, family.transform);
  const width = formula.location.length;
  const scaleWidth = formula.scale.length;
  const y = new Float64Array(rows.length);
  const usedOffset = new Float64Array(rows.length);
  let used = 0;
  for (let i = 0; i < rows.length; i++) {
    const outcome = cases.outcome[rows[i]];
    let sum = outcome + (offset === undefined ? 0 : offset[i]);
    for (let j = 0; j < width; j++) sum += allX[i * width + j];
    for (let k = 0; k < scaleWidth; k++) sum += allZ[i * scaleWidth + k];
    // One sum tells whether every entry is finite; log 0 is −∞ and goes out with the missing ones.
    if (!Number.isFinite(sum)) continue;
    y[used] = forth(family.transform, outcome);
    usedOffset[used] = offset === undefined ? 0 : offset[i];
    if (used < i) {
      allX.copyWithin(used * width, i * width, (i + 1) * width);
      allZ.copyWithin(used * scaleWidth, i * scaleWidth, (i + 1) * scaleWidth);
    }
    used++;
  }
  return {
    y: y.subarray(0, used),
    x: allX.subarray(0, used * width),
    z: allZ.subarray(0, used * scaleWidth),
    offset: usedOffset.subarray(0, used),
    logOffset: 0,
    width,
    scaleWidth,
    spread,
  };
}

/** Mean score of a problem as a function of (location coefficients, scale coefficients), with its gradient. */
export function meanScoreOf(problem: Problem, score: ScoreWithGradient, unit = 1): Objective {
  const { y, x, z, offset, logOffset, width, scaleWidth, spread } = problem;
  const rows = y.length;
  const bySide = new Float64Array(2);
  const parameters = width + scaleWidth;
  return (theta, gradient) => {
    gradient.fill(0);
    let sum = 0;
    for (let i = 0, xi = 0, zi = 0; i < rows; i++, xi += width, zi += scaleWidth) {
      let location = offset[i];
      for (let j = 0; j < width; j++) location += theta[j] * x[xi + j];
      let linear = logOffset;
      for (let k = 0; k < scaleWidth; k++) linear += theta[width + k] * z[zi + k];
      // A line search may try absurd scales; e^±30 of the residual is far enough to be turned back.
      const scale = spread === 'variance' ? Math.sqrt(linear) : Math.exp(Math.max(-30, Math.min(30, linear)));
      sum += score(y[i], location, scale, bySide);
      const byLocation = bySide[0];
      const byLinear = spread === 'variance' ? bySide[1] / (2 * scale) : bySide[1] * scale;
      for (let j = 0; j < width; j++) gradient[j] += byLocation * x[xi + j];
      for (let k = 0; k < scaleWidth; k++) gradient[width + k] += byLinear * z[zi + k];
    }
    const factor = 1 / (rows * unit);
    for (let j = 0; j < parameters; j++) gradient[j] *= factor;
    return sum * factor;
  };
}

/** A quadratic pull of a sum of coefficients, Σ direction·θ, towards a target. */
interface Prior {
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
function priorsOf(
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

function withPriors(objective: Objective, priors: readonly Prior[]): Objective {
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

/**
 * About how the mean score curves in the coefficients, were the law right: per row w x xᵀ/σ² for the location and
 * w′ z zᵀ for the log scale, with the weights of the unbounded law. The optimiser's first guess, nothing more.
 */
function expectedCurvature(problem: Problem, theta: Float64Array, { family, score }: Settings, unit: number) {
  const { x, z, logOffset, width, scaleWidth, spread } = problem;
  const rows = problem.y.length;
  const logistic = family.law.endsWith('logistic');
  // Expected second derivatives at scale 1: by location and by log scale.
  const [byLocation, byLogScale] =
    score === 'ml' ? (logistic ? [1 / 3, 1.43] : [1, 2]) : logistic ? [1 / 3, 0.35] : [0.564, 0.282];
  const n = width + scaleWidth;
  const curvature = new Float64Array(n * n);
  for (let i = 0, xi = 0, zi = 0; i < rows; i++, xi += width, zi += scaleWidth) {
    let linear = logOffset;
    for (let k = 0; k < scaleWidth; k++) linear += theta[width + k] * z[zi + k];
    const scale = spread === 'variance' ? Math.sqrt(linear) : Math.exp(linear);
    const size = score === 'ml' ? 1 : scale / unit;
    const locationWeight = (byLocation * size) / (scale * scale * rows);
    const slope = spread === 'variance' ? 1 / (2 * scale * scale) : 1;
    const scaleWeight = (byLogScale * size * slope * slope) / rows;
    for (let j = 0; j < width; j++)
      for (let k = 0; k <= j; k++) curvature[j * n + k] += locationWeight * x[xi + j] * x[xi + k];
    for (let j = 0; j < scaleWidth; j++)
      for (let k = 0; k <= j; k++)
        curvature[(width + j) * n + width + k] += scaleWeight * z[zi + j] * z[zi + k];
  }
  let trace = 0;
  for (let j = 0; j < n; j++) trace += curvature[j * n + j];
  for (let j = 0; j < n; j++) curvature[j * n + j] += (1e-6 * trace) / n;
  return curvature;
}

interface Standardised {
  readonly columns: Float64Array;
  /** Standard deviation of each column as it was; 0 for one that does not vary. */
  readonly spread: Float64Array;
  /** Coefficients of the columns as they were. */
  readonly unstandardise: (coefficients: Float64Array, added?: number) => number[];
  /** The inverse of it; 0 for a column that does not vary. */
  readonly standardised: (coefficients: readonly number[], added?: number) => number[];
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((term, j) => term === b[j]);
}

/** Columns with mean 0 and standard deviation 1, but for the leading `one`; those that do not vary become 0. */
function standardise(columns: Float64Array, width: number, terms: readonly Term[]): Standardised {
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
function relative(columns: Float64Array, width: number, residual: number): Standardised {
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

function leastOf(columns: Float64Array, width: number): number[] {
  const least = new Array<number>(width).fill(Infinity);
  for (let i = 0; i < columns.length; i++) least[i % width] = Math.min(least[i % width], columns[i]);
  return least;
}
