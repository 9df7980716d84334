import type { Store } from '../store/store.ts';
import { firstAt } from '../weather/first-at.ts';
import type { OutcomeSeries } from './outcomes.ts';

/** What is known today of one variable at one place: the latest version of each valid time, by rising valid time. */
export interface LatestOutcomes extends OutcomeSeries {
  /** Valid times whose value is not trusted. */
  readonly flagged: ReadonlySet<number>;
}

/** The latest outcomes at a place, by variable; a value that was taken back is NaN. */
export async function latestOutcomes(
  store: Store,
  place: string,
  variables: readonly string[],
  validFrom: number,
  validUntil: number,
): Promise<ReadonlyMap<string, LatestOutcomes>> {
  const found = new Map<string, LatestOutcomes & { readonly flagged: Set<number> }>();
  // Versions come by valid time and by when they became known: the last one stays.
  for await (const block of store.observations({ places: [place], variables, validFrom, validUntil }))
    for (let row = 0; row < block.rows; row++) {
      const variable = block.variables[block.variable[row]];
      let own = found.get(variable);
      if (own === undefined)
        found.set(variable, (own = { validTime: [], knownAt: [], value: [], flagged: new Set() }));
      const { validTime, knownAt, value, flagged } = own;
      const time = block.validTime[row];
      const at = validTime.at(-1) === time ? validTime.length - 1 : validTime.length;
      validTime[at] = time;
      knownAt[at] = block.knownAt[row];
      value[at] = block.value[row];
      if (block.flag[row] === '') flagged.delete(time);
      else flagged.add(time);
    }
  return found;
}

/** The outcome at a valid time; NaN where none is known. */
export function outcomeAt(outcomes: LatestOutcomes | undefined, validTime: number): number {
  if (outcomes === undefined) return Number.NaN;
  const at = firstAt(outcomes.validTime, validTime);
  return outcomes.validTime[at] === validTime ? outcomes.value[at] : Number.NaN;
}
