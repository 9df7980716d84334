import { percentLevels } from '../forecast/distributions.ts';
import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import { back } from '../forecast/transform.ts';
import { seededRandom } from '../scores/random.ts';
import { type Forest, forestDefaults, growForest } from '../trees/forest.ts';
import { type ForestQuantiles, openForestQuantiles } from '../trees/forest-quantiles.ts';
import { fitGrown, type GrownArtefact, grownModel, unstopped } from './grown.ts';
import type { Control, Model } from './model.ts';
import { regionalLaws } from './regional.ts';
import { binFeatures } from './tree-features.ts';
import type { TreeTraining } from './tree-training.ts';

export type ForestArtefact = GrownArtefact<Forest>;

const settings = { ...forestDefaults, trees: 64, candidates: 30, minRows: 5 };
/** Of more rows as many are drawn evenly: a forest keeps its outcomes. */
const MOST_ROWS = 50_000;

/**
 * Extremely randomised trees that keep the outcomes in their leaves: the answer is the law of the outcomes that were like this
 * one. It has any shape, zeros at night among them.
 *
 * Where there is a forecast to correct, the trees are of the regional model's standardised errors; where there are only
 * predictors (`x_*`), of the outcomes.
 *
 * Geurts, Ernst & Wehenkel 2006, doi 10.1007/s10994-006-6226-1; Meinshausen 2006, JMLR 7, 983–999.
 */
export const forest: Model<ForestArtefact> = {
  name: 'forest',
  about:
    'outcomes of the cases most like this one, by extremely randomised trees; for predictors without a forecast',
  ...grownModel,
  fit(training, choice, control, earlier) {
    return fitGrown('forest', grow, training, choice, control, earlier);
  },
  predict(artefact, targets) {
    const { region, features } = artefact;
    const { lower, upper } = targets.cases.variable;
    const { transform } = region.family;
    const said = regionalLaws(artefact, targets);
    const binned = binFeatures(features, targets, said, transform, unstopped);
    const count = percentLevels.length;
    const quantiles = new Float64Array(targets.rows.length * count);
    quantilesOf(artefact.grown).answer(binned, percentLevels, quantiles, unstopped);
    quantiles.forEach((quantile, at) => {
      const i = Math.floor(at / count);
      const value = region.formula.hasForecast
        ? back(transform, said.location[i] + said.sd[i] * quantile)
        : quantile;
      quantiles[at] = Math.max(lower, Math.min(upper, value));
    });
    return quantileDistributions(percentLevels, quantiles, lower, upper);
  },
};

function grow({ features, binned, order, ...from }: TreeTraining, control: Control): Forest {
  const step = Math.max(1, order.length / MOST_ROWS);
  const rows = Int32Array.from(
    { length: Math.floor(order.length / step) },
    (_, k) => order[Math.floor(k * step)],
  );
  const outcome = from.hasForecast ? from.error : from.outcome;
  return growForest(
    { bins: features.bins, binned, rows, outcome },
    settings,
    seededRandom('forest'),
    control,
  );
}

const opened = new WeakMap<Forest, ForestQuantiles>();

/** A forest is made ready once: a back-test asks the same one hundreds of times. */
function quantilesOf(grown: Forest): ForestQuantiles {
  let quantiles = opened.get(grown);
  if (quantiles === undefined) opened.set(grown, (quantiles = openForestQuantiles(grown)));
  return quantiles;
}
