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
/** So many must agree against a run: one alone may be the one that is mislabelled. */
const VOTES = 2;

/** Temperatures by valid time. */
type Temperatures = ReadonlyMap<number, number>;

/**
 * Runs whose temperatures fit what else is forecast for their place only in another unit than the reply declared, each with
 * an InvalidData that names source, place, run and unit.
 *
 * Held against are runs that the store has of the place: the newest of each other provider, for what comes in one reply is
 * wrong together, then the last two of its own source. Two must say the same before one says that all is well. So a run that
 * slipped in mislabelled when nothing was known to tell it by does not keep out what is right. Whatever else is known, what no
 * air has ever been is wrong.
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
    const newestOf = (source: string) => progressOf(progress, source, place).now.newest;
    const known = sources
      .filter((source) => newestOf(source) > -Infinity)
      .sort((a, b) => newestOf(b) - newestOf(a));
    const read = new Map<string, Temperatures>();
    for (const run of own) {
      const problem = (await wrongUnit(run, witnesses(store, run, known, read))) ?? tooWarm(run);
      if (problem === undefined) continue;
      const what = `${run.source}, ${run.place}, run of ${formatInstant(run.issuedAt)}: ${looked.name}`;
      found.set(run, new WeatherglassError('InvalidData', `${what} is ${problem}`));
    }
  }
  return found;
}

/** What a run is held against, one by one: as a rule the first says that all is well. */
async function* witnesses(
  store: Store,
  { place, source }: Run,
  known: readonly string[],
  read: Map<string, Temperatures>,
): AsyncGenerator<Temperatures, void, void> {
  for (const others of Map.groupBy(known, providerOf).values()) {
    const [other] = others;
    if (providerOf(other) === providerOf(source)) continue;
    const run = read.has(other) ? undefined : await store.latestRun(place, other);
    if (run !== undefined) read.set(other, temperaturesOf(run));
    yield read.get(other) ?? new Map();
  }
  const last = await store.latestRun(place, source);
  if (last === undefined) return;
  yield temperaturesOf(last);
  const before = await store.latestRun(place, source, last.knownAt - 1);
  if (before !== undefined) yield temperaturesOf(before);
}

async function wrongUnit(run: Run, others: AsyncIterable<Temperatures>): Promise<string | undefined> {
  const own = temperaturesOf(run);
  const values = Float64Array.from(own.values());
  const votes = new Map<string, number>();
  for await (const other of others) {
    const theirs = Float64Array.from(own.keys(), (time) => other.get(time) ?? Number.NaN);
    const unit = fittingUnit(values, theirs, looked);
    if (unit === looked.unit) return undefined;
    if (unit === undefined) continue;
    const count = (votes.get(unit) ?? 0) + 1;
    if (count === VOTES)
      return `said to be in ${looked.unit}, but fits what else is forecast there only in ${unit}`;
    votes.set(unit, count);
  }
  return undefined;
}

function tooWarm(run: Run): string | undefined {
  const warmest = Math.max(-Infinity, ...temperaturesOf(run).values());
  return warmest > WARMEST
    ? `up to ${warmest.toFixed(1)} ${looked.unit}, which no air has ever been: the unit is wrong`
    : undefined;
}

/** Such as `open-meteo` of `open-meteo/icon_global`. */
function providerOf(source: string): string {
  return source.split('/', 1)[0];
}

/** A run's temperatures by valid time: means of its members or models. */
function temperaturesOf({ layout, issuedAt, values }: Run): Temperatures {
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
