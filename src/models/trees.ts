import { crpsOf, makeLaw } from '../forecast/law.ts';
import { parametric } from '../forecast/parametric.ts';
import { seededRandom } from '../scores/random.ts';
import type { Bins } from '../trees/bins.ts';
import { type Boosted, boost, boostDefaults } from '../trees/boost.ts';
import { locationScale } from '../trees/objectives.ts';
import { openPredictor, type Predictor } from '../trees/predict.ts';
import type { Trees } from '../trees/tree.ts';
import { type Control, type Model, trainedOn } from './model.ts';
import { type RegionalArtefact, regional, regionalLaws } from './regional.ts';
import { binFeatures, type TreeFeatures } from './tree-features.ts';
import { grownUntil, stillAnswers, type TreeTraining, treeTraining } from './tree-training.ts';

export interface TreesArtefact extends RegionalArtefact {
  readonly grownUntil: number;
  readonly features: TreeFeatures;
  readonly boosted: Boosted;
}

/** Few leaves of many rows: there is little left to find, and much chance to find it in. */
const settings = { ...boostDefaults, rounds: 100, leaves: 12, minRows: 100, l2: 20, patience: 8 };
/** The latest share of the rows, which says how many rounds are worth their while. */
const VALIDATION = 0.2;

const standardCrps = crpsOf(makeLaw('normal'));
/** Predictions of a slice take milliseconds: they are stopped between slices. */
const unstopped: Control = { checkpoint() {} };

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
  simpler: 'regional',
  usesRecent: true,
  usesContext: true,
  acrossLeads: true,
  isRecursive: true,
  fit(training, choice, control, earlier) {
    const base = regional.fit(training, choice, control, earlier);
    const until = grownUntil(base.region);
    const { features, boosted } =
      earlier !== undefined && stillAnswers(earlier, base.region)
        ? earlier
        : grow(treeTraining(training, choice, until, control), control);
    return {
      ...base,
      model: 'trees',
      version: 1,
      trainedOn: trainedOn(training),
      grownUntil: until,
      features,
      boosted,
    };
  },
  predict(artefact, targets) {
    const { region, features, boosted } = artefact;
    const said = regionalLaws(artefact, targets);
    const binned = binFeatures(features, targets, said, region.family.transform, unstopped);
    const [shift, widening] = boosted.trees.map((some, output) => {
      const sums = new Float64Array(targets.rows.length).fill(boosted.start[output]);
      predictorOf(some, features.bins).add(binned, sums, unstopped);
      return sums;
    });
    return parametric(
      region.family,
      said.location.map((location, i) => location + said.scale[i] * shift[i]),
      said.scale.map((scale, i) => scale * Math.exp(widening[i])),
    );
  },
};

const opened = new WeakMap<Trees, Predictor>();

/** Trees are made ready once: a back-test asks the same ones hundreds of times. */
function predictorOf(some: Trees, bins: Bins): Predictor {
  let predictor = opened.get(some);
  if (predictor === undefined) opened.set(some, (predictor = openPredictor(some, bins)));
  return predictor;
}

function grow(
  { features, binned, order, error }: TreeTraining,
  control: Control,
): Pick<TreesArtefact, 'features' | 'boosted'> {
  const { bins } = features;
  const objective = locationScale(error, standardCrps);
  const random = seededRandom('trees');
  const cut = Math.round((1 - VALIDATION) * order.length);
  const split = { bins, binned, train: order.subarray(0, cut), validation: order.subarray(cut) };
  const { rounds } = boost(split, objective, settings, random, control);
  return {
    features,
    boosted: boost({ bins, binned, train: order }, objective, { ...settings, rounds }, random, control),
  };
}
