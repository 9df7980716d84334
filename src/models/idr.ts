import { WeatherglassError } from '../errors.ts';
import { countBelow } from '../forecast/empirical.ts';
import { weightedAtoms } from '../forecast/weighted-atoms.ts';
import { pavSpace, poolAdjacentViolators } from '../scores/pool-adjacent-violators.ts';
import { emos, type RegressionArtefact } from './emos.ts';
import { ensembleStatistics } from './ensemble-statistics.ts';
import { type Control, type Model, trainedOn } from './model.ts';

export interface IdrArtefact extends RegressionArtefact {
  /** Ascending forecasts that a cdf was estimated at. */
  readonly forecasts: Float64Array;
  /** Ascending values that carry the probability. */
  readonly points: Float64Array;
  /** forecasts x points, row by row: P(X ≤ point | forecast), falling in the forecast. */
  readonly cdf: Float64Array;
  /** Share of the answer that is the pooled law's. */
  readonly pooledShare: number;
}

/** Fewer pairs than this do not show a shape of their own. */
const LEAST_PAIRS = 100;
/** Distinct forecasts and outcomes are kept up to these numbers; beyond, neighbours share a step. */
const MOST_FORECASTS = 400;
const MOST_POINTS = 250;
/** The pooled law counts as much as this many pairs. */
const PRIOR_PAIRS = 20;
/** Points beyond history on either side, a quarter of the outcomes' standard deviation apart: for the tails. */
const TAIL_POINTS = 16;

/**
 * Isotonic distributional regression of the outcome on the mean forecast, without tuning (EasyUQ).
 *
 * For every value z the probability of exceeding it is the isotonic regression of 1{outcome > z} on the forecast.
 * Between the forecasts of training cdfs are interpolated. Beyond history IDR would answer 0 or 1; so the answer is
 * mixed with the EMOS law, which counts as 20 pairs and has its say in the tails.
 *
 * Henzi, Ziegel & Gneiting 2021, doi 10.1111/rssb.12450; Walz et al. 2024, doi 10.1137/22M1541915.
 */
export const idr: Model<IdrArtefact> = {
  name: 'idr',
  about: 'isotonic distributional regression on the mean forecast; wants about 300 pairs',
  simpler: 'emos',
  fit(training, settings, control) {
    const { cases, rows } = training;
    const { mean } = ensembleStatistics(cases, 'none');
    const usable = rows.filter((row) => Number.isFinite(mean[row] + cases.outcome[row]));
    if (usable.length < LEAST_PAIRS)
      throw new WeatherglassError(
        'CannotFit',
        `${usable.length} pairs; isotonic regression wants ${LEAST_PAIRS}`,
      );
    const pooled = emos.fit(training, settings, control);

    const groups = groupByRank(
      Float64Array.from(usable, (row) => mean[row]),
      MOST_FORECASTS,
    );
    const atoms = groupByRank(
      Float64Array.from(usable, (row) => cases.outcome[row]),
      MOST_POINTS,
    );
    const points = withTails(atoms.means, cases.variable.lower, cases.variable.upper);
    const first = points.indexOf(atoms.means[0]);
    return {
      ...pooled,
      model: 'idr',
      trainedOn: trainedOn(training),
      forecasts: groups.means,
      points,
      cdf: isotonicCdfs(groups, atoms, first, points.length, control),
      pooledShare: PRIOR_PAIRS / (PRIOR_PAIRS + usable.length),
    };
  },
  predict(artefact, targets) {
    const { forecasts, points, cdf, pooledShare } = artefact;
    const { mean } = ensembleStatistics(targets.cases, 'none');
    const pooled = emos.predict(artefact, targets);
    const count = points.length;
    const weights = new Float64Array(targets.rows.length * count);
    for (let i = 0; i < targets.rows.length; i++) {
      const forecast = mean[targets.rows[i]];
      const above = Math.min(forecasts.length - 1, countBelow(forecasts, forecast, false));
      const below = Math.max(0, above - 1);
      const gap = forecasts[above] - forecasts[below];
      const share = gap > 0 ? Math.max(0, Math.min(1, (forecast - forecasts[below]) / gap)) : 1;
      let before = 0;
      let pooledBefore = 0;
      for (let k = 0; k < count; k++) {
        const isotonic = (1 - share) * cdf[below * count + k] + share * cdf[above * count + k];
        // What the law has between two points goes half to each: the cdf is cut in their middle.
        const law = k === count - 1 ? 1 : pooled.cdf(i, (points[k] + points[k + 1]) / 2);
        weights[i * count + k] = (1 - pooledShare) * (isotonic - before) + pooledShare * (law - pooledBefore);
        before = isotonic;
        pooledBefore = law;
      }
    }
    return weightedAtoms(points, weights, 'isotonic');
  },
};

interface Groups {
  /** Ascending mean of each group. */
  readonly means: Float64Array;
  readonly sizes: Float64Array;
  /** Group of each value, in the order given. */
  readonly group: Int32Array;
}

/** Values in ascending order as at most `most` groups; equal values always share one. */
function groupByRank(values: Float64Array, most: number): Groups {
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const group = new Int32Array(values.length);
  const sums: number[] = [];
  const sizes: number[] = [];
  const least = values.length / most;
  let rank = 0;
  for (const index of order) {
    const open = sizes.length - 1;
    const tied = rank > 0 && values[index] === values[order[rank - 1]];
    if (open < 0 || (!tied && rank >= least * sizes.length)) {
      sums.push(values[index]);
      sizes.push(1);
    } else {
      sums[open] += values[index];
      sizes[open]++;
    }
    group[index] = sizes.length - 1;
    rank++;
  }
  return {
    means: Float64Array.from(sums, (sum, g) => sum / sizes[g]),
    sizes: Float64Array.from(sizes),
    group,
  };
}

/** The points with more on either side, within the bounds. */
function withTails(means: Float64Array, lower: number, upper: number): Float64Array {
  const average = means.reduce((sum, x) => sum + x, 0) / means.length;
  const sd = Math.sqrt(means.reduce((sum, x) => sum + (x - average) ** 2, 0) / means.length);
  const step = sd / 4;
  const steps = Array.from({ length: TAIL_POINTS }, (_, k) => (k + 1) * step);
  const below = steps.map((s) => Math.max(lower, means[0] - s));
  const above = steps.map((s) => Math.min(upper, means[means.length - 1] + s));
  return Float64Array.from([...new Set([...below, ...means, ...above])].sort((a, b) => a - b));
}

/** P(X ≤ point | forecast): one isotonic regression a point. */
function isotonicCdfs(
  groups: Groups,
  atoms: Groups,
  first: number,
  count: number,
  control: Control,
): Float64Array {
  const height = groups.means.length;
  const own = atoms.means.length;
  // Pairs of each forecast group above the point, lowered as the point rises.
  const above = groups.sizes.slice();
  const members: number[][] = Array.from({ length: own }, () => []);
  atoms.group.forEach((atom, pair) => members[atom].push(groups.group[pair]));
  const cdf = new Float64Array(height * count);
  const exceedance = new Float64Array(height);
  const space = pavSpace(height);
  for (let k = first; k < count; k++) {
    control.checkpoint(k, Number.NaN);
    for (const g of members[k - first] ?? []) above[g]--;
    for (let g = 0; g < height; g++) exceedance[g] = above[g] / groups.sizes[g];
    poolAdjacentViolators(exceedance, groups.sizes, height, space);
    for (let g = 0; g < height; g++) cdf[g * count + k] = 1 - exceedance[g];
  }
  return cdf;
}
