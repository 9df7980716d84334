import { msPerDay } from '../weather/time.ts';
import { type Control, type Selection, type Settings, trainedOn } from './model.ts';
import { seesAlike } from './region.ts';
import { type RegionalArtefact, regional } from './regional.ts';
import type { TreeFeatures } from './tree-features.ts';
import { type TreeTraining, treeTraining } from './tree-training.ts';

/** Trees are grown anew at every so many days, counted from 1970: between them only the region goes on learning. */
const REGROW_DAYS = 30;

/** A region, and trees grown from what it got wrong. */
export interface GrownArtefact<Grown> extends RegionalArtefact {
  /** Outcomes known later have no part in the trees. */
  readonly grownUntil: number;
  readonly features: TreeFeatures;
  readonly grown: Grown;
}

/** What models of trees have in common. */
export const grownModel = {
  simpler: 'regional',
  usesRecent: true,
  usesContext: true,
  acrossLeads: true,
  isRecursive: true,
} as const;

/** Predictions of a slice take milliseconds: they are stopped between slices. */
export const unstopped: Control = { checkpoint() {} };

/** Goes on learning the region; trees are grown where some are due, or where it no longer looks at the same. */
export function fitGrown<Grown>(
  model: string,
  grow: (from: TreeTraining, control: Control) => Grown,
  training: Selection,
  settings: Settings,
  control: Control,
  earlier?: GrownArtefact<Grown>,
): GrownArtefact<Grown> {
  const base = regional.fit(training, settings, control, earlier);
  const step = REGROW_DAYS * msPerDay;
  const grownUntil = Math.floor(base.region.learnedUntil / step) * step;
  const artefact = { ...base, model, version: 1, trainedOn: trainedOn(training), grownUntil };
  if (earlier?.grownUntil === grownUntil && seesAlike(earlier.region, base.region))
    return { ...artefact, features: earlier.features, grown: earlier.grown };
  const from = treeTraining(training, settings, grownUntil, control);
  return { ...artefact, features: from.features, grown: grow(from, control) };
}
