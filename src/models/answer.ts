import type { Distributions } from '../forecast/distributions.ts';
import type { Control, Model, Selection, Settings } from './model.ts';
import { type Fitted, findModel, fitOrSimpler } from './registry.ts';

/** Answers to a selection of targets, by one model or, where it was silent, by simpler ones. */
export interface Answers {
  /** In the order they were asked; the first was asked for every target. */
  readonly parts: readonly (Fitted & { readonly distributions: Distributions })[];
  /** For each target the part that answered it; −1 where none could. */
  readonly part: Int32Array;
  /** For each target its index within that part's distributions. */
  readonly index: Int32Array;
}

/**
 * Fits a model and answers every target that it, or a simpler model, can answer.
 *
 * A model falls back whole where it cannot be fitted, and target by target where it misses an input, such as a recent
 * outcome of a place that has been silent for months.
 *
 * @param earlier an earlier answer from the same rows and fewer, to start from
 * @param fits what these training rows were already fitted to, for further targets; new fits are added
 */
export function answer(
  model: Model,
  training: Selection,
  targets: Selection,
  settings: Settings,
  control: Control,
  earlier?: Answers,
  fits: Fitted[] = [],
): Answers {
  const parts: (Fitted & { readonly distributions: Distributions })[] = [];
  const part = new Int32Array(targets.rows.length).fill(-1);
  const index = new Int32Array(targets.rows.length);
  let open = Int32Array.from(targets.rows.keys());
  let next: Model | undefined = model;
  while (next !== undefined && open.length > 0) {
    const start = earlier?.parts[parts.length]?.artefact;
    const fitted: Fitted = (fits[parts.length] ??= fitOrSimpler(next, training, settings, control, start));
    const rows = open.map((target) => targets.rows[target]);
    const distributions = fitted.model.predict(fitted.artefact, { cases: targets.cases, rows });
    open.forEach((target, at) => {
      if (Number.isNaN(distributions.quantile(at, 0.5))) return;
      part[target] = parts.length;
      index[target] = at;
    });
    parts.push({ ...fitted, distributions });
    open = open.filter((target) => part[target] < 0);
    next = fitted.model.simpler === undefined ? undefined : findModel(fitted.model.simpler);
  }
  return { parts, part, index };
}
