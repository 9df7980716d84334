import { crpsOf, makeLaw } from '../forecast/law.ts';
import { seededRandom } from '../scores/random.ts';
import type { Bins } from '../trees/bins.ts';
import { type Boosted, boost, boostDefaults } from '../trees/boost.ts';
import { locationScale } from '../trees/objectives.ts';
import { openPredictor, type Predictor } from '../trees/predict.ts';
import type { Trees } from '../trees/tree.ts';
import { fitGrown, type GrownArtefact, grownModel, unstopped } from './grown.ts';
import type { Control, Model } from './model.ts';
import { distributionsOf, regionalLaws } from './regional.ts';
import { binFeatures } from './tree-features.ts';
import type { TreeTraining } from './tree-training.ts';

export type TreesArtefact = GrownArtefact<Boosted>;

/** Few leaves of many rows: there is little left to find, and much chance to find it in. */
const settings = { ...boostDefaults, rounds: 100, leaves: 12, minRows: 100, l2: 20, patience: 8 };
/** The latest share of the rows, which says how many rounds are worth their while. */
const VALIDATION = 0.2;

const standardCrps = crpsOf(makeLaw('normal'));

/**
 * The regional model with what boosted trees find in its standardised errors: a shift and a wider or narrower spread,
 * grown together to lower the CRPS.
 *
 * Trees see everything that the regional model sees, where and how far ahead, and what it said. The errors are those of
 * predictions. How many rounds are kept is decided by the latest fifth of the rows, with trees of the earlier ones; then they are
 * grown from all.
 *
 * Friedman 2001, doi 10.1214/aos/1013203451; Rasp & Lerch 2018, doi 10.1175/MWR-D-18-0187.1 (boosting for weather).
 */
export const trees: Model<TreesArtefact> = {
  name: 'trees',
  about: 'regional, with what boosted trees find in its errors; wants a year or more',
  ...grownModel,
  fit(training, choice, control, earlier) {
    return fitGrown('trees', grow, training, choice, control, earlier);
  },
  predict(artefact, targets) {
    const { region, features, grown } = artefact;
    const said = regionalLaws(artefact, targets);
    const binned = binFeatures(features, targets, said, region.family.transform, unstopped);
    const [shift, widening] = grown.trees.map((some, output) => {
      const sums = new Float64Array(targets.rows.length).fill(grown.start[output]);
      predictorOf(some, features.bins).add(binned, sums, unstopped);
      return sums;
    });
    return distributionsOf(region.family, {
      location: said.location.map((location, i) => location + said.sd[i] * shift[i]),
      sd: said.sd.map((sd, i) => sd * Math.exp(widening[i])),
    });
  },
};

const opened = new WeakMap<Trees, Predictor>();

/** Trees are made ready once: a back-test asks the same ones hundreds of times. */
function predictorOf(some: Trees, bins: Bins): Predictor {
  let predictor = opened.get(some);
  if (predictor === undefined) opened.set(some, (predictor = openPredictor(some, bins)));
  return predictor;
}

function grow({ features: { bins }, binned, order, error }: TreeTraining, control: Control): Boosted {
  const objective = locationScale(error, standardCrps);
  const random = seededRandom('trees');
  const cut = Math.round((1 - VALIDATION) * order.length);
  const split = { bins, binned, train: order.subarray(0, cut), validation: order.subarray(cut) };
  const { rounds } = boost(split, objective, settings, random, control);
  return boost({ bins, binned, train: order }, objective, { ...settings, rounds }, random, control);
}
