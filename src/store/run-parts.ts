import { packValues, unpackValues } from './run-values.ts';
import type { Layout, Run } from './store.ts';

/** Every number of a run. */
export function numbersOf({ values }: Run): Float64Array {
  const numbers = new Float64Array(values.stored.length);
  unpackValues(values, 0, numbers.length, numbers, 0);
  return numbers;
}

/** How a run that is to be stored relates to the stored parts of the same place, source, issue and arrival. */
export type Relation = 'contained' | 'adds' | 'contradicts';

/**
 * Compares number by number: the same step and column must hold the same, a missing value being equal to another.
 *
 * @param reduced whether members of the part were replaced, so that any member of its steps counts as the same
 */
export function relationTo(
  parts: readonly { readonly run: Run; readonly reduced: boolean }[],
  run: Run,
): Relation {
  const numbers = numbersOf(run);
  const covered = new Uint8Array(numbers.length);
  for (const { run: part, reduced } of parts) {
    const theirs = numbersOf(part);
    const columns = run.layout.columns.map((column) => part.layout.columns.indexOf(column));
    const width = part.layout.columns.length;
    for (const [ours, step] of sharedSteps(run.layout, part.layout))
      for (let k = 0; k < columns.length; k++) {
        const cell = ours * columns.length + k;
        if (columns[k] >= 0) {
          if (!sameNumber(numbers[cell], theirs[step * width + columns[k]])) return 'contradicts';
        } else if (!(reduced && run.layout.columns[k].startsWith('member_'))) continue;
        covered[cell] = 1;
      }
  }
  return covered.includes(0) ? 'adds' : 'contained';
}

/** One run of several parts, which do not contradict each other. */
export function mergeParts(parts: readonly Run[]): Run {
  const layout = mergeLayouts(parts.map((part) => part.layout));
  const width = layout.columns.length;
  const steps = layout.series.reduce((sum, { leads }) => sum + leads.length, 0);
  const numbers = new Float64Array(steps * width).fill(Number.NaN);
  for (const part of parts) {
    const theirs = numbersOf(part);
    const columns = part.layout.columns.map((column) => layout.columns.indexOf(column));
    for (const [ours, step] of sharedSteps(layout, part.layout))
      columns.forEach((column, k) => {
        numbers[ours * width + column] = theirs[step * columns.length + k];
      });
  }
  return { ...parts[0], layout, values: packValues(numbers) };
}

function mergeLayouts(layouts: readonly Layout[]): Layout {
  const columns = [...new Set(layouts.flatMap((layout) => layout.columns))];
  const family = (prefix: string) => columns.filter((column) => column.startsWith(prefix));
  const leadsOf = new Map<string, Set<number>>();
  for (const { variable, leads } of layouts.flatMap((layout) => layout.series)) {
    const known = leadsOf.get(variable);
    leadsOf.set(variable, known === undefined ? new Set(leads) : known.union(new Set(leads)));
  }
  return {
    columns: [...new Set([...family('member_'), ...family('model_'), ...columns])],
    series: Array.from(leadsOf, ([variable, leads]) => ({
      variable,
      leads: [...leads].sort((a, b) => a - b),
    })),
  };
}

/** The steps of `ours` that `theirs` has too, as pairs of their positions. */
function* sharedSteps(ours: Layout, theirs: Layout): Generator<readonly [number, number]> {
  const positions = new Map<string, Map<number, number>>();
  let step = 0;
  for (const { variable, leads } of theirs.series)
    positions.set(variable, new Map(leads.map((lead) => [lead, step++])));
  step = 0;
  for (const { variable, leads } of ours.series) {
    const known = positions.get(variable);
    for (const lead of leads) {
      const position = known?.get(lead);
      if (position !== undefined) yield [step, position];
      step++;
    }
  }
}

function sameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
