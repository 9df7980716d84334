import { physicsRules, planPhysics, plusChanges } from '../forecast/physics.ts';
import type { PhysicsChanges, RowSeries } from '../forecast/physics-rule.ts';
import type { Control } from '../models/model.ts';
import type { StoredPrediction } from '../store/store.ts';
import type { Location } from '../weather/location.ts';
import type { Variable } from '../weather/variable.ts';
import type { Method } from './method.ts';

/**
 * Makes what is served of new predictions obey physics, before it is kept: so that what is scored is what is served. Those of one
 * place and moment are of the same weather; what other issues said of other variables is left as it was issued.
 *
 * The experts and their pool stay as they are: they are weighed by what they said themselves. The method of a prediction names
 * the rules that moved any of its quantiles.
 *
 * @returns the predictions, in their order, and what each rule changed of all of them
 */
export function obeyIssued(
  predictions: readonly StoredPrediction[],
  variables: ReadonlyMap<string, Variable>,
  placeOf: (name: string) => Location,
  control: Control,
): { readonly predictions: readonly StoredPrediction[]; readonly moved: PhysicsChanges } {
  const note = methodNotes();
  let moved: PhysicsChanges = {};
  const obeying = new Map<StoredPrediction, StoredPrediction>();
  for (const issue of Map.groupBy(predictions, ({ place, issuedAt }) => `${issuedAt} ${place}`).values()) {
    control.checkpoint(0, Number.NaN);
    const { changes, rules } = obeyTogether(issue, variables, placeOf(issue[0].place));
    moved = plusChanges(moved, changes);
    for (const [one, names] of rules) obeying.set(one, { ...one, method: note(one.method, names) });
  }
  return { predictions: predictions.map((one) => obeying.get(one) ?? one), moved };
}

/** Changes what is served of predictions of one place and moment; tells what changed, and of each which rules moved it. */
function obeyTogether(
  issue: readonly StoredPrediction[],
  variables: ReadonlyMap<string, Variable>,
  place: Location,
): { readonly changes: PhysicsChanges; readonly rules: ReadonlyMap<StoredPrediction, readonly string[]> } {
  const width = issue[0].levels.length;
  const levels = Float64Array.from(issue[0].levels);
  let rows = 0;
  const series = issue.map(({ variable, validTimes }): RowSeries => {
    const first = rows;
    rows += validTimes.length;
    return { variable: variables.get(variable)!, first, validTimes, keys: validTimes };
  });
  const served = new Float32Array(rows * width);
  issue.forEach(({ validTimes, contenders, quantiles }, s) => {
    for (let i = 0; i < validTimes.length; i++) {
      const from = i * contenders.length * width;
      served.set(quantiles.subarray(from, from + width), (series[s].first + i) * width);
    }
  });
  let changes: PhysicsChanges = {};
  const rules = new Map<StoredPrediction, string[]>();
  for (const rule of physicsRules) {
    const obey = planPhysics(series, levels, [rule]);
    if (obey === undefined) continue;
    const before = served.slice();
    const changed = obey(served, 0, () => place);
    if (Object.keys(changed).length === 0) continue;
    changes = plusChanges(changes, changed);
    issue.forEach((one, s) => {
      const [from, to] = [series[s].first * width, (series[s].first + one.validTimes.length) * width];
      // What is missing is NaN, and unlike itself.
      const isMoved = before
        .subarray(from, to)
        .some((value, k) => value !== served[from + k] && !Number.isNaN(value));
      if (isMoved) rules.set(one, [...(rules.get(one) ?? []), rule.name]);
    });
  }
  for (const one of rules.keys()) {
    const { first } = series[issue.indexOf(one)];
    for (let i = 0; i < one.validTimes.length; i++)
      one.quantiles.set(
        served.subarray((first + i) * width, (first + i + 1) * width),
        i * one.contenders.length * width,
      );
  }
  return { changes, rules };
}

/** Adds the rules to a method; thousands of predictions have the same one. */
function methodNotes(): (method: string, rules: readonly string[]) => string {
  const notes = new Map<string, string>();
  return (text, rules) => {
    const key = `${rules.join(' ')} ${text}`;
    let noted = notes.get(key);
    if (noted === undefined) {
      const method: Method = { ...(JSON.parse(text) as Method), physics: rules };
      notes.set(key, (noted = JSON.stringify(method)));
    }
    return noted;
  };
}
