import { WeatherglassError } from '../errors.ts';
import type { IssuedForecast } from '../sources/source.ts';
import { relationTo } from '../store/run-parts.ts';
import { packValues } from '../store/run-values.ts';
import type { Layout, Run, Store } from '../store/store.ts';
import { possibleValues } from '../weather/possible-values.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';

/** Makes runs of what sources sent. */
export interface RunMaker {
  /**
   * The run of a forecast as it was issued; values a little beyond a bound, which models leave, are at the bound.
   *
   * @throws WeatherglassError InvalidData for a value that cannot be, for times that go back, and for an issue yet to come: a
   *   body is wrong that has one
   */
  readonly runOf: (forecast: IssuedForecast) => Run;
}

/** How far a run may be ahead of when it came, milliseconds: later ones would count as older until that time. */
const AHEAD = msPerHour;

/** Runs of one shape share their layout, so that it is stored and compared once. */
export function runMaker(): RunMaker {
  const layouts = new Map<string, Layout>();
  return {
    runOf({ source, place, issuedAt, knownAt, columns, series }) {
      const text = JSON.stringify([columns, series.map(({ variable, leads }) => [variable, leads])]);
      let layout = layouts.get(text);
      if (layout === undefined) {
        if (layouts.size > 256) layouts.clear();
        layout = { columns, series: series.map(({ variable, leads }) => ({ variable, leads })) };
        layouts.set(text, layout);
      }
      const values = new Float64Array(series.reduce((sum, one) => sum + one.values.length, 0));
      let at = 0;
      for (const one of series) {
        refuseImpossible(one, columns, `${source}, ${place}, run of ${formatInstant(issuedAt)}`);
        values.set(within(one.variable, one.values, columns), at);
        at += one.values.length;
      }
      if (issuedAt > knownAt + AHEAD)
        throw new WeatherglassError(
          'InvalidData',
          `${source}, ${place}: the run says that it is of ${formatInstant(issuedAt)}, and came at ${formatInstant(knownAt)}: its clock is wrong, or that of this machine`,
        );
      // Clocks differ a little; nothing is known before it is issued.
      return {
        place,
        source,
        issuedAt,
        knownAt: Math.max(issuedAt, knownAt),
        layout,
        values: packValues(values),
      };
    },
  };
}

type Series = IssuedForecast['series'][number];

function refuseImpossible(
  { variable, leads, values }: Series,
  columns: readonly string[],
  what: string,
): void {
  const { least, most } = possibleValues(findVariable(variable));
  const wrong = (problem: string) => new WeatherglassError('InvalidData', `${what}: ${variable} ${problem}`);
  leads.forEach((lead, k) => {
    if (!(Number.isFinite(lead) && lead > (leads[k - 1] ?? -Infinity)))
      throw wrong(`goes back in time after ${leads[k - 1]} h ahead`);
  });
  if (values.length !== leads.length * columns.length)
    throw wrong(`has ${values.length} values for ${leads.length} times and ${columns.length} columns`);
  values.forEach((value, i) => {
    const column = columns[i % columns.length];
    // A spread is no value of the variable.
    if (Number.isFinite(value) && value >= least && value <= most) return;
    if (Number.isNaN(value) || (column.startsWith('x_') && !isValue(column) && Number.isFinite(value)))
      return;
    throw wrong(
      `is ${value} in ${column} at ${leads[Math.floor(i / columns.length)]} h ahead, which cannot be`,
    );
  });
}

/** Values within the bounds of their variable. */
function within(name: string, values: Float64Array, columns: readonly string[]): Float64Array {
  const { lower, upper } = findVariable(name);
  if (lower === -Infinity && upper === Infinity) return values;
  return values.map((value, i) =>
    isValue(columns[i % columns.length]) ? Math.min(upper, Math.max(lower, value)) : value,
  );
}

/** Whether a column has values of the variable: members, models and quantiles, but not a spread. */
function isValue(column: string): boolean {
  return !column.startsWith('x_') || column.startsWith('x_q');
}

/** A later copy of an issue is kept, too, where it is so many times as long. */
const LONGER = 1.1;

/**
 * Those of some runs that say something new: not what the store has of the same issue already, and not what an old copy says
 * of an issue that a newer one has followed. Replies move on with time, so that each has an hour at its end that the one
 * before did not have: that alone is nothing new.
 *
 * @param newestOf the newest issue that the store has of a run's place and source
 */
export async function newRuns(
  store: Store,
  runs: readonly Run[],
  newestOf: (run: Run) => number,
): Promise<{ readonly fresh: readonly Run[]; readonly old: readonly Run[] }> {
  const fresh: Run[] = [];
  const old: Run[] = [];
  for (const run of runs) {
    const newest = newestOf(run);
    if (newest < run.issuedAt) fresh.push(run);
    else if (newest > run.issuedAt) old.push(run);
    else {
      // The same issue once more: only what it says anew is a version of its own.
      const last = await store.latestRun(run.place, run.source);
      if (last === undefined || isNews(run, last)) fresh.push(run);
    }
  }
  return { fresh, old };
}

/** Whether a copy of an issue says what the last one did not: other numbers, other variables or columns, or far more. */
function isNews(run: Run, last: Run): boolean {
  const relation = relationTo([{ run: last, reduced: false }], run);
  if (relation !== 'adds') return relation === 'contradicts';
  const namesOf = ({ layout }: Run) =>
    new Set([...layout.columns, ...layout.series.map(({ variable }) => variable)]);
  return (
    !namesOf(run).isSubsetOf(namesOf(last)) || run.values.stored.length > LONGER * last.values.stored.length
  );
}
