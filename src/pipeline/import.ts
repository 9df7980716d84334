import { WeatherglassError } from '../errors.ts';
import { refuseUnlikeForecasts, refuseWrongUnit } from '../quality/wrong-unit.ts';
import { chunksOf } from '../runtime/chunks.ts';
import { packValues } from '../store/run-values.ts';
import {
  type Layout,
  type ObservationBlock,
  type Run,
  type Store,
  verifiedNote,
  type WriteCounts,
} from '../store/store.ts';
import type { Observations, Pairs, TablePlace } from '../weather/pairs.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';

export interface ImportOptions {
  /** Name of the source that runs are kept under. */
  readonly source: string;
  /** Whose observations they are. */
  readonly origin: string;
  /** Zone of a place, from its coordinates. */
  readonly zoneOf: (place: TablePlace) => string;
  /** Nothing may be observed later than this. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Runs and observations written in one piece. */
const RUNS_AT_ONCE = 2000;
const OBSERVATIONS_AT_ONCE = 20_000;

/**
 * Puts a table into the store: its places and variables, its forecasts as runs, its outcomes as observations.
 *
 * Importing again changes nothing, and an import that was stopped is completed by the next one: whole runs and whole
 * blocks of observations are written one after the other. Places that the store has already keep their location and zone.
 *
 * @throws WeatherglassError InvalidData: an observation from the future; two outcomes of one place, variable, valid time
 *   and time of becoming known; temperatures in another unit than declared; a forecast that contradicts a stored one. Cancelled; what writing throws.
 */
export async function importTable(
  store: Store,
  table: Pairs | Observations,
  options: ImportOptions,
): Promise<WriteCounts> {
  const { places, variables } = table;
  const pairs = 'initTime' in table ? table : undefined;
  const known = new Set((await store.places()).map(({ name }) => name));
  const total = { places: 0, runs: 0, observations: 0, revisions: 0, predictions: 0 };
  const add = (counts: WriteCounts) => {
    for (const key of Object.keys(total) as (keyof WriteCounts)[]) total[key] += counts[key];
  };
  const observations = 'initTime' in table ? outcomesOf(table) : table;
  // All is looked at before anything is written.
  if (pairs !== undefined) refuseFutureRuns(pairs, options.now);
  const order = checkedOrder(observations, pairs === undefined, options.now);
  await refuseWrongUnits(store, observations, pairs, order);
  add(
    await store.write({
      variables,
      places: places
        .filter(({ name }) => !known.has(name))
        .map((place): FollowedPlace => ({ ...place, zone: options.zoneOf(place) })),
    }),
  );
  const issues = pairs === undefined ? [] : issuesOf(pairs);
  const steps = Math.ceil(issues.length / RUNS_AT_ONCE) + Math.ceil(order.length / OBSERVATIONS_AT_ONCE);
  let done = 0;
  const write = async (changes: Parameters<Store['write']>[0]) => {
    if (options.signal?.aborted)
      throw new WeatherglassError('Cancelled', 'the import was stopped; the next one completes it');
    add(await store.write(changes));
    options.onProgress?.(++done, steps);
  };
  if (pairs !== undefined) {
    const layouts = new Map<string, Layout>();
    for (const some of chunksOf(issues, RUNS_AT_ONCE))
      await write({ runs: some.map((rows) => runOf(pairs, rows, options.source, layouts)) });
  }
  for (let from = 0; from < order.length; from += OBSERVATIONS_AT_ONCE) {
    const rows = order.subarray(from, from + OBSERVATIONS_AT_ONCE);
    const earliest = rows.reduce((least, row) => Math.min(least, observations.knownTime[row]), Infinity);
    const verified = Number((await store.note(verifiedNote)) ?? -Infinity);
    await write({
      observations: blockOf(observations, rows, options.origin),
      // What comes later than its table says it was known has not been scored yet.
      ...(earliest <= verified ? { notesIfObserved: { [verifiedNote]: String(earliest - 1) } } : {}),
    });
  }
  return total;
}

/** @throws WeatherglassError InvalidData for a forecast that nobody can have yet. */
function refuseFutureRuns(pairs: Pairs, now: number): void {
  const row = pairs.availableTime.findIndex((time) => time > now);
  if (row >= 0)
    throw new WeatherglassError(
      'InvalidData',
      `a forecast for ${pairs.places[pairs.place[row]].name}, issued ${formatInstant(pairs.initTime[row])}, is available only ${formatInstant(pairs.availableTime[row])}: it is ${formatInstant(now)} now. Correct the times, or the clock.`,
    );
}

/** Outcomes of a table of pairs: one for each place, variable and valid time and time of becoming known. */
function outcomesOf(pairs: Pairs): Observations {
  return {
    rows: pairs.rows,
    places: pairs.places,
    variables: pairs.variables,
    place: pairs.place,
    variable: pairs.variable,
    validTime: pairs.validTime,
    knownTime: pairs.outcomeKnownTime,
    value: pairs.observation,
  };
}

/**
 * Rows with a value by place, variable, valid time and time of becoming known, each once.
 *
 * @param takesBack whether an empty row after one with a value takes that back; else it says nothing
 * @throws WeatherglassError InvalidData for a value from the future and for two values where one can be.
 */
function checkedOrder(table: Observations, takesBack: boolean, now: number): Int32Array {
  const { rows, place, variable, validTime, knownTime, value } = table;
  const present = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (takesBack || !Number.isNaN(value[row])) present[count++] = row;
  const order = present
    .subarray(0, count)
    .sort(
      (a, b) =>
        place[a] - place[b] ||
        variable[a] - variable[b] ||
        validTime[a] - validTime[b] ||
        knownTime[a] - knownTime[b],
    );
  let kept = 0;
  for (const row of order) {
    const what = () =>
      `${table.variables[variable[row]].name} of ${table.places[place[row]].name} at ${formatInstant(validTime[row])}`;
    const before = kept > 0 ? order[kept - 1] : -1;
    const again =
      before >= 0 &&
      place[before] === place[row] &&
      variable[before] === variable[row] &&
      validTime[before] === validTime[row];
    if (Number.isNaN(value[row]) && !again) continue;
    if (validTime[row] > now)
      throw new WeatherglassError(
        'InvalidData',
        `${what()} is observed in the future: it is ${formatInstant(now)} now. Correct the times, or the clock.`,
      );
    if (again && knownTime[before] === knownTime[row]) {
      const same = value[before] === value[row] || (Number.isNaN(value[before]) && Number.isNaN(value[row]));
      if (!same)
        throw new WeatherglassError(
          'InvalidData',
          `${what()} is both ${value[before]} and ${value[row]}, known at the same time; a revision needs a later known time`,
        );
      continue;
    }
    order[kept++] = row;
  }
  return order.subarray(0, kept);
}

/** Values at the end of a series that are looked at by themselves: a sensor may have been set to another unit. */
const LATEST = 20;
/** Values before them that say what the place is used to. */
const BEFORE = 200;

/**
 * Looks at the temperatures of each series beside their own forecasts, beside what the place has had until now, and at the
 * latest beside those before.
 *
 * @throws WeatherglassError InvalidData for a series in another unit than declared.
 */
async function refuseWrongUnits(
  store: Store,
  table: Observations,
  pairs: Pairs | undefined,
  order: Int32Array,
): Promise<void> {
  const stored = new Set((await store.places()).map(({ name }) => name));
  const series = Map.groupBy(order, (row) => `${table.place[row]} ${table.variable[row]}`);
  for (const rows of series.values()) {
    const [first] = rows;
    const variable = table.variables[table.variable[first]];
    if (variable.unit !== '°C') continue;
    const { name } = table.places[table.place[first]];
    const values = Float64Array.from(rows, (row) => table.value[row]).filter(Number.isFinite);
    const what = (which: string, count: number) => `${which} ${count} values of ${variable.name} at ${name}`;
    if (pairs !== undefined) {
      const forecasts = Float64Array.from(rows, (row) => meanForecast(pairs, row));
      refuseUnlikeForecasts(values, forecasts, variable, what('the', values.length));
      const latest = values.subarray(-LATEST);
      refuseUnlikeForecasts(latest, forecasts.subarray(-LATEST), variable, what('the latest', latest.length));
    }
    const usual: number[] = [];
    if (stored.has(name))
      for await (const block of store.observations({ places: [name], variables: [variable.name] }))
        for (const value of block.value) if (!Number.isNaN(value)) usual.push(value);
    refuseWrongUnit(middleOf(values), variable, usual, `the middle of ${what('the', values.length)}`);
    const latest = values.subarray(-LATEST / 2);
    const before = values.subarray(-BEFORE - latest.length, -latest.length);
    refuseWrongUnit(
      middleOf(latest),
      variable,
      [...before],
      `the middle of ${what('the latest', latest.length)}`,
    );
  }
}

function middleOf(values: Float64Array): number {
  return values.toSorted()[Math.floor(values.length / 2)];
}

/** Mean of the members, else of the models, of a row. */
function meanForecast({ forecasts, columns, members, models }: Pairs, row: number): number {
  const at = row * columns.length;
  const own = forecasts.subarray(at, at + (members > 0 ? members : models)).filter(Number.isFinite);
  return own.reduce((sum, value) => sum + value, 0) / own.length;
}

/** Rows of each run: one place, issue and arrival; by place, issue and arrival. */
function issuesOf({ rows, place, initTime, availableTime, variable, validTime }: Pairs): Int32Array[] {
  const order = Int32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) =>
      place[a] - place[b] ||
      initTime[a] - initTime[b] ||
      availableTime[a] - availableTime[b] ||
      variable[a] - variable[b] ||
      validTime[a] - validTime[b],
  );
  const issues: Int32Array[] = [];
  for (let from = 0, at = 1; at <= rows; at++) {
    const [first, row] = [order[from], order[at]];
    if (
      at < rows &&
      place[first] === place[row] &&
      initTime[first] === initTime[row] &&
      availableTime[first] === availableTime[row]
    )
      continue;
    issues.push(order.subarray(from, at));
    from = at;
  }
  return issues;
}

/** @param layouts those met with, by their description: runs of one shape share one */
function runOf(pairs: Pairs, rows: Int32Array, source: string, layouts: Map<string, Layout>): Run {
  const width = pairs.columns.length;
  const series: { variable: string; leads: number[] }[] = [];
  const values = new Float64Array(rows.length * width);
  rows.forEach((row, step) => {
    const variable = pairs.variables[pairs.variable[row]].name;
    if (series.at(-1)?.variable !== variable) series.push({ variable, leads: [] });
    series.at(-1)!.leads.push((pairs.validTime[row] - pairs.initTime[row]) / msPerHour);
    for (let k = 0; k < width; k++) values[step * width + k] = pairs.forecasts[row * width + k];
  });
  const text = JSON.stringify(series);
  let layout = layouts.get(text);
  if (layout === undefined) layouts.set(text, (layout = { columns: pairs.columns, series }));
  const [first] = rows;
  return {
    place: pairs.places[pairs.place[first]].name,
    source,
    issuedAt: pairs.initTime[first],
    knownAt: pairs.availableTime[first],
    layout,
    values: packValues(values),
  };
}

function blockOf(table: Observations, rows: Int32Array, origin: string): ObservationBlock {
  return {
    rows: rows.length,
    places: table.places.map(({ name }) => name),
    variables: table.variables.map(({ name }) => name),
    origins: [origin],
    place: Int32Array.from(rows, (row) => table.place[row]),
    variable: Int32Array.from(rows, (row) => table.variable[row]),
    origin: new Int32Array(rows.length),
    validTime: Float64Array.from(rows, (row) => table.validTime[row]),
    knownAt: Float64Array.from(rows, (row) => table.knownTime[row]),
    value: Float64Array.from(rows, (row) => table.value[row]),
    flag: new Array<string>(rows.length).fill(''),
  };
}
