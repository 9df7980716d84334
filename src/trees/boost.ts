import { WeatherglassError } from '../errors.ts';
import type { BinnedRows, Bins } from './bins.ts';
import type { Control, Random } from './control.ts';
import { type GrownTree, type GrowSettings, openGrower } from './grow.ts';
import type { Objective } from './objectives.ts';
import { joinTrees, leafOf, type Trees } from './tree.ts';

export interface BoostSettings extends GrowSettings {
  /** The most rounds; each grows one tree an output. */
  readonly rounds: number;
  /** Share of each step that is taken. */
  readonly learningRate: number;
  /** Rounds without a new best on the validation rows after which boosting stops. */
  readonly patience: number;
}

export const boostDefaults: BoostSettings = {
  rounds: 200,
  learningRate: 0.1,
  leaves: 31,
  minRows: 20,
  l2: 0,
  categorySmoothing: 10,
  featuresOfTree: 1,
  featuresOfNode: 1,
  patience: 20,
};

/** Leaves of a tree at most: their numbers are bytes in `openPredictor`. */
export const mostLeaves = 256;

/** What boosting has learned: plain data. The answer is offset + start + the sum of the leaves' values, by output. */
export interface Boosted {
  readonly start: Float64Array;
  /** Of each output the trees of the rounds kept. */
  readonly trees: readonly Trees[];
  /** How many rounds were kept: up to the best on the validation rows, if there are any. */
  readonly rounds: number;
  /** Mean loss of the validation rows with 0, 1, 2, … rounds, as far as boosting went; empty without such rows. */
  readonly validationLoss: Float64Array;
  /** Of each output what each feature gained in the rounds kept, summed over its splits. */
  readonly importance: readonly Float64Array[];
}

/** What is learned from. */
export interface BoostRows {
  readonly bins: Bins;
  readonly binned: BinnedRows;
  /** Rows to learn from, each once. */
  readonly train: Int32Array;
  /** Rows that say when to stop; the caller takes them later in time than the others. None: all rounds are kept. */
  readonly validation?: Int32Array;
}

/**
 * Gradient boosting of trees (Friedman 2001, doi 10.1214/aos/1013203451) with Newton steps: each round grows for each output a
 * tree on gradient and curvature of the loss, and moves each leaf's rows by −learningRate · ΣG / (ΣH + λ).
 *
 * Two outputs have trees of their own, both grown from the gradients at the round's beginning. The same rows, settings and
 * random numbers give the same bytes.
 *
 * @param random is asked only where features are drawn
 * @throws WeatherglassError Usage for settings that cannot be used, CannotFit without rows or with a NaN among the outcomes,
 * offsets or weights.
 */
export function boost(
  { bins, binned, train, validation = new Int32Array(0) }: BoostRows,
  objective: Objective,
  settings: BoostSettings,
  random: Random,
  control: Control,
): Boosted {
  refuse(settings, train);
  const { outputs } = objective;
  const all = [...Array(outputs).keys()];
  const perOutput = () => all.map(() => new Float64Array(binned.rows));
  const scores = perOutput();
  const gradients = perOutput();
  const curvatures = objective.unitCurvature ? all.map(() => new Float64Array(0)) : perOutput();
  const start = objective.start(train);
  for (const rows of [train, validation])
    for (const row of rows)
      for (const output of all) scores[output][row] = start[output] + objective.offset(output, row);

  const order = train.slice();
  const grower = openGrower(bins, binned, train.length, settings, random);
  const grown: Trees[][] = all.map(() => []);
  const gains: Float64Array[][] = all.map(() => []);
  const losses = validation.length > 0 ? [objective.loss(validation, scores)] : [];
  let best = 0;
  for (let round = 0; round < settings.rounds; round++) {
    const checkpoint = () => control.checkpoint(round, settings.rounds);
    checkpoint();
    objective.derive(train, scores, gradients, curvatures);
    for (const output of all) {
      const gradient = gradients[output];
      const curvature = objective.unitCurvature ? undefined : curvatures[output];
      const importance = new Float64Array(binned.features);
      // Anew for each tree: rows that the last ones have shuffled would be read from all over the memory.
      order.set(train);
      const one = grower.grow(order, gradient, curvature, importance, checkpoint);
      step(one, order, gradient, curvature, settings, scores[output]);
      const { tree } = one;
      for (let i = 0; i < validation.length; i++) {
        const row = validation[i];
        scores[output][row] += tree.value[leafOf(tree, 0, binned, row)];
      }
      grown[output].push(tree);
      gains[output].push(importance);
    }
    if (validation.length === 0) best = round + 1;
    else {
      losses.push(objective.loss(validation, scores));
      if (losses[round + 1] < losses[best]) best = round + 1;
      else if (round + 1 - best >= settings.patience) break;
    }
  }
  return {
    start,
    trees: grown.map((trees) => joinTrees(trees, best)),
    rounds: best,
    validationLoss: Float64Array.from(losses),
    importance: gains.map((rounds) => summed(rounds.slice(0, best), binned.features)),
  };
}

/** Gives the leaves of a tree their values, and adds these to the scores of their rows. */
function step(
  { tree, leaves, starts }: GrownTree,
  rows: Int32Array,
  gradient: Float64Array,
  curvature: Float64Array | undefined,
  { learningRate, l2 }: BoostSettings,
  score: Float64Array,
): void {
  leaves.forEach((node, k) => {
    const start = starts[k];
    const end = starts[k + 1];
    let sum = 0;
    let curve = l2 + (curvature === undefined ? end - start : 0);
    for (let i = start; i < end; i++) sum += gradient[rows[i]];
    if (curvature !== undefined) for (let i = start; i < end; i++) curve += curvature[rows[i]];
    const value = curve > 0 ? (-learningRate * sum) / curve : 0;
    tree.value[node] = value;
    for (let i = start; i < end; i++) score[rows[i]] += value;
  });
}

function summed(rounds: readonly Float64Array[], features: number): Float64Array {
  const sum = new Float64Array(features);
  for (const round of rounds) round.forEach((gain, feature) => (sum[feature] += gain));
  return sum;
}

function refuse(settings: BoostSettings, train: Int32Array): void {
  const { leaves, minRows, rounds, learningRate } = settings;
  if (!(Number.isInteger(leaves) && leaves >= 2 && leaves <= mostLeaves))
    throw new WeatherglassError('Usage', `a boosted tree has 2 to ${mostLeaves} leaves, not ${leaves}`);
  if (!(minRows >= 1 && rounds >= 0 && learningRate > 0))
    throw new WeatherglassError('Usage', 'boosting needs minRows ≥ 1, rounds ≥ 0 and learningRate > 0');
  if (train.length === 0) throw new WeatherglassError('CannotFit', 'there is no row to learn from');
}
