import type { Family } from '../forecast/parametric.ts';
import type { Coefficients } from './regression.ts';

/**
 * A fitted regression as what it does to the columns of a forecast: location = constant + Σ slope · column, and a scale that
 * is constant or depends on the spread of the columns.
 *
 * The same numbers as `predictRegression` gives where no column is missing, in a form that a million forecasts a second
 * can be put through.
 */
export interface AffineLaw {
  readonly family: Family;
  /** Forecast columns it was fitted with: `member_*`, then `model_*`, then `x_*`. */
  readonly columns: readonly string[];
  /** How many of them are raw forecasts, which are put on the fitted scale first; `x_*` are taken as they are. */
  readonly raw: number;
  readonly constant: number;
  /** For each column. */
  readonly slopes: Float64Array;
  /** The scale itself where `spread` is constant; else what the root or the exponential is taken of. */
  readonly scale: number;
  readonly spread: 'constant' | 'variance' | 'log';
  /** First and last (exclusive) of the columns that the spread is of. */
  readonly spreadColumns: readonly [from: number, until: number];
  readonly scaleSlope: number;
  /** The least spread that training saw; less counts as this much. */
  readonly leastSpread: number;
}

/**
 * The affine form of a fit; undefined where a term is not of the forecast: a season, the place's recent past.
 *
 * @param columns those of the forecasts it was fitted to
 */
export function affineLaw(fitted: Coefficients, columns: readonly string[]): AffineLaw | undefined {
  const members = columns.filter((column) => column.startsWith('member_')).length;
  const models = columns.filter((column) => column.startsWith('model_')).length;
  const slopes = new Float64Array(columns.length);
  let constant = 0;
  for (const [j, term] of fitted.locationTerms.entries()) {
    const coefficient = fitted.location[j];
    const column = columns.indexOf(term);
    if (column >= 0) slopes[column] += coefficient;
    else if (term === 'one') constant += coefficient;
    else if (term === 'mean') {
      const averaged = members > 0 ? members : models;
      for (let k = 0; k < averaged; k++) slopes[k] += coefficient / averaged;
    } else return undefined;
  }
  let scale = 0;
  let scaleSlope = 0;
  let leastSpread = 0;
  for (const [k, term] of fitted.scaleTerms.entries()) {
    if (term === 'one') scale += fitted.scale[k];
    else if (term === 'variance' || term === 'log_sd') {
      scaleSlope = fitted.scale[k];
      leastSpread = fitted.leastScaleTerms[k];
    } else return undefined;
  }
  const constantScale = fitted.spread === 'variance' ? Math.sqrt(scale) : Math.exp(scale);
  return {
    family: fitted.family,
    columns,
    raw: members + models,
    constant,
    slopes,
    scale: scaleSlope === 0 ? constantScale : scale,
    spread: scaleSlope === 0 ? 'constant' : fitted.spread,
    spreadColumns: members > 1 ? [0, members] : [members, members + models],
    scaleSlope,
    leastSpread,
  };
}
