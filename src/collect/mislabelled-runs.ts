import { WeatherglassError } from '../errors.ts';
import { fittingUnit } from '../quality/wrong-unit.ts';
import { unpackValues } from '../store/run-values.ts';
import type { Run, Store } from '../store/store.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { type CollectProgress, progressOf } from './collect-progress.ts';

/** What is looked at: every source has it, and its other units have another zero. */
const looked = findVariable('temperature_2m');
/** Warmer than any air ever measured, °C. */
const WARMEST = 60;
/** Sources whose newest runs a reply is held against. */
const MOST_OTHERS = 2;

/**
 * Runs whose temperatures fit what else is forecast for their place only in another unit than the reply declared, each with
 * an InvalidData that names source, place, run and unit.
 *
 * Held against are the newest runs that the store has of the place: those of other sources first. A run that is right is
 * not among them though the other is mislabelled, for it does not fit that one in any unit. Where the store has none, only
 * what no air has ever been counts.
 *
 * @param runs of one reply
 */
export async function mislabelledRuns(
  store: Store,
  runs: readonly Run[],
  progress: CollectProgress,
): Promise<ReadonlyMap<Run, WeatherglassError>> {
  const sources = await store.sources();
  const found = new Map<Run, WeatherglassError>();
  for (const [place, own] of Map.groupBy(runs, (run) => run.place)) {
    const asked = new Set(own.map(({ source }) => source));
    const newestOf = (source: string) => progressOf(progress, source, place).now.newest;
    const others = sources
      .filter((source) => newestOf(source) > -Infinity)
      .sort((a, b) => Number(asked.has(a)) - Number(asked.has(b)) || newestOf(b) - newestOf(a))
      .slice(0, MOST_OTHERS);
    const known: ReadonlyMap<number, number>[] = [];
    for (const source of others) {
      const run = await store.latestRun(place, source);
      if (run !== undefined) known.push(temperaturesOf(run));
    }
    for (const run of own) {
      const problem = problemOf(run, known);
      if (problem === undefined) continue;
      const what = `${run.source}, ${run.place}, run of ${formatInstant(run.issuedAt)}: ${looked.name}`;
      found.set(run, new WeatherglassError('InvalidData', `${what} is ${problem}`));
    }
  }
  return found;
}

function problemOf(run: Run, others: readonly ReadonlyMap<number, number>[]): string | undefined {
  const own = temperaturesOf(run);
  const values = Float64Array.from(own.values());
  for (const other of others) {
    const theirs = Float64Array.from(own.keys(), (time) => other.get(time) ?? Number.NaN);
    const unit = fittingUnit(values, theirs, looked);
    if (unit !== undefined)
      return `said to be in ${looked.unit}, but fits what else is forecast there only in ${unit}`;
  }
  const warmest = values.reduce((most, value) => (value > most ? value : most), -Infinity);
  return warmest > WARMEST
    ? `up to ${warmest.toFixed(1)} ${looked.unit}, which no air has ever been: the unit is wrong`
    : undefined;
}

/** A run's temperatures by valid time: means of its members or models. */
function temperaturesOf({ layout, issuedAt, values }: Run): ReadonlyMap<number, number> {
  const width = layout.columns.length;
  const columns = layout.columns.flatMap((column, k) => (column.startsWith('x_') ? [] : [k]));
  const found = new Map<number, number>();
  let first = 0;
  for (const { variable, leads } of layout.series) {
    if (variable === looked.name) {
      const numbers = new Float64Array(leads.length * width);
      unpackValues(values, first * width, (first + leads.length) * width, numbers, 0);
      leads.forEach((lead, step) => {
        const present = columns.map((k) => numbers[step * width + k]).filter(Number.isFinite);
        const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
        if (present.length > 0) found.set(issuedAt + Math.round(lead * msPerHour), mean);
      });
    }
    first += leads.length;
  }
  return found;
}
