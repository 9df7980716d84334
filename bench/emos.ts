import { normalCdf, normalPdf } from '../src/forecast/normal.ts';
import { emos as model } from '../src/models/emos.ts';
import type { Selection, Settings } from '../src/models/model.ts';
import { settingsFor } from '../src/models/settings.ts';
import { columnsOf } from '../src/models/terms.ts';
import { alone } from './alone.ts';
import { type Bench, type Contender, type Effort, measure, rowsFor } from './measure.ts';
import { onePlace, region } from './simulated.ts';

const WINDOW = 30;

/** What is fitted, and from where. */
const kinds = ['window', 'windowFollowing', 'regionMean', 'regionWeights'] as const;
const scores = ['ml', 'crps'] as const;

interface Part {
  readonly kind: (typeof kinds)[number];
  readonly score: (typeof scores)[number];
  readonly effort: Effort;
}

/** Fits that are timed together: one run fits every selection once, as a back-test goes from target to target. */
interface Task {
  readonly selections: readonly Selection[];
  readonly settings: Settings;
  /** Whether a fit starts from the one before it. */
  readonly following: boolean;
}

function taskOf({ kind, score, effort }: Part): Task {
  const following = kind === 'windowFollowing';
  if (kind === 'window' || following) {
    const cases = onePlace(rowsFor(effort, 2000) + WINDOW);
    const selections = Array.from({ length: cases.size - WINDOW }, (_, from) => ({
      cases,
      rows: Int32Array.from({ length: WINDOW }, (_, i) => from + i),
    }));
    return { selections, settings: settingsFor(cases.variable, { score }), following };
  }
  const cases = region(rowsFor(effort, 17_500));
  const predictors = kind === 'regionMean' ? 'mean' : 'weights';
  return {
    selections: [{ cases, rows: Int32Array.from({ length: cases.size }, (_, i) => i) }],
    settings: settingsFor(cases.variable, { score, predictors }),
    following,
  };
}

/**
 * Fits every selection of a task; also counts how often the optimiser asked for the score.
 *
 * Means and variances of the members are made once a block and remembered, in a back-test as here.
 */
function fitsOf({ selections, settings, following }: Task) {
  let evaluations = 0;
  const control = { checkpoint: () => void evaluations++ };
  const run: Contender = () => {
    evaluations = 0;
    let total = 0;
    let earlier: ReturnType<typeof model.fit> | undefined;
    for (const selection of selections) {
      const fitted = model.fit(selection, settings, control, earlier);
      if (following) earlier = fitted;
      total += fitted.coefficients.meanScore;
    }
    return total;
  };
  return { run, evaluationsPerFit: () => evaluations / selections.length };
}

/**
 * The bare loop: for each selection the mean score of the normal law with its gradient, once, written out with
 * nothing around it. Location x·β, variance z·γ, at coefficients near those of a fit.
 */
function evaluationsOf({ selections, settings }: Task): Contender {
  const { columns, members, models } = selections[0].cases;
  const weighted = settings.predictors === 'weights';
  const forecasts = weighted ? columns.slice(members, members + models) : ['mean'];
  const width = 1 + forecasts.length;
  const problems = selections.map((selection) => ({
    y: Float64Array.from(selection.rows, (row) => selection.cases.outcome[row]),
    x: columnsOf(['one', ...forecasts], selection, 'none'),
    z: columnsOf(['one', 'variance'], selection, 'none'),
  }));
  const beta = new Float64Array(width).fill(1 / forecasts.length);
  beta[0] = 0.1;
  const gradient = new Float64Array(width + 2);
  const score = settings.score === 'ml' ? logScore : normalCrps;
  return () => {
    let total = 0;
    for (const { y, x, z } of problems)
      total += score(y, x, z, beta, gradient) + gradient[0] + gradient[width];
    return total;
  };
}

/** Coefficients of the variance in the bare loops: C + D·s². */
const C = 0.5;
const D = 1.2;

/** Mean of log σ + ½((y − μ)/σ)². */
function logScore(
  y: Float64Array,
  x: Float64Array,
  z: Float64Array,
  beta: Float64Array,
  gradient: Float64Array,
) {
  const width = beta.length;
  gradient.fill(0);
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    let mu = 0;
    for (let j = 0; j < width; j++) mu += beta[j] * x[i * width + j];
    const variance = C * z[2 * i] + D * z[2 * i + 1];
    const error = y[i] - mu;
    const square = (error * error) / variance;
    sum += 0.5 * (Math.log(variance) + square);
    const byMu = -error / variance;
    for (let j = 0; j < width; j++) gradient[j] += byMu * x[i * width + j];
    const byVariance = (0.5 * (1 - square)) / variance;
    gradient[width] += byVariance * z[2 * i];
    gradient[width + 1] += byVariance * z[2 * i + 1];
  }
  for (let j = 0; j < gradient.length; j++) gradient[j] /= y.length;
  return sum / y.length;
}

/** Mean of σ{w(2Φ(w) − 1) + 2φ(w) − 1/√π}, w = (y − μ)/σ, as textbooks have it: with an exponential for Φ and one for φ. */
function normalCrps(
  y: Float64Array,
  x: Float64Array,
  z: Float64Array,
  beta: Float64Array,
  gradient: Float64Array,
) {
  const width = beta.length;
  gradient.fill(0);
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    let mu = 0;
    for (let j = 0; j < width; j++) mu += beta[j] * x[i * width + j];
    const sigma = Math.sqrt(C * z[2 * i] + D * z[2 * i + 1]);
    const w = (y[i] - mu) / sigma;
    const byMu = 1 - 2 * normalCdf(w);
    const bySigma = 2 * normalPdf(w) - 1 / Math.sqrt(Math.PI);
    sum += sigma * (bySigma - w * byMu);
    for (let j = 0; j < width; j++) gradient[j] += byMu * x[i * width + j];
    const byVariance = bySigma / (2 * sigma);
    gradient[width] += byVariance * z[2 * i];
    gradient[width + 1] += byVariance * z[2 * i + 1];
  }
  for (let j = 0; j < gradient.length; j++) gradient[j] /= y.length;
  return sum / y.length;
}

/** One kind of fit beside bare evaluations of its score, in a thread of its own. */
export function measureFits(part: Part) {
  const task = taskOf(part);
  const { run, evaluationsPerFit } = fitsOf(task);
  const { seconds, ratio } = measure({ fits: run, evaluations: evaluationsOf(task) }, part.effort);
  const fits = task.selections.length;
  return {
    fitsPerSecond: fits / seconds('fits'),
    evaluationsPerFit: evaluationsPerFit(),
    evaluationsWorth: ratio('fits', 'evaluations'),
    evaluationsPerSecond: fits / seconds('evaluations'),
  };
}

/** Fits of EMOS with the normal law. */
export const emos: Bench = {
  name: 'emos',
  about: 'EMOS fits: 30 rows of 50 members, 17,500 rows of 8 models, beside bare evaluations of the score',
  async run(effort) {
    const figures: Record<string, number> = {};
    const peers: Record<string, number> = {};
    for (const kind of kinds)
      for (const score of scores) {
        const measured = await alone(import.meta.url, measureFits, { kind, score, effort });
        const name = `${kind}${score === 'ml' ? 'Ml' : 'Crps'}`;
        figures[`${name}FitsPerSecond`] = measured.fitsPerSecond;
        figures[`${name}EvaluationsPerFit`] = measured.evaluationsPerFit;
        figures[`${name}EvaluationsWorthPerFit`] = measured.evaluationsWorth;
        // From where a fit starts is nothing to a single evaluation.
        if (kind !== 'windowFollowing') peers[`${name}EvaluationsPerSecond`] = measured.evaluationsPerSecond;
      }
    return { figures, peers };
  },
};
