import { crpsOf, logScoreOf, type ScoreWithGradient } from '../forecast/law.ts';
import { fittedLaw } from '../forecast/parametric.ts';
import { forth } from '../forecast/transform.ts';
import type { Objective } from './minimise.ts';
import type { Selection, Settings } from './model.ts';
import { columnsOf, type Term } from './terms.ts';

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

/** The score that a fit minimises. */
export function scoreOf({ family, score }: Settings): ScoreWithGradient {
  const law = fittedLaw(family);
  return score === 'crps' ? crpsOf(law) : logScoreOf(law);
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
