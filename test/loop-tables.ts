import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll } from 'vitest';
import { pitBins } from '../src/forecast/recalibration.ts';
import { importTable } from '../src/pipeline/import.ts';
import type { Method } from '../src/pipeline/method.ts';
import { scoreRecord } from '../src/pipeline/score-rows.ts';
import { sumsPerRecord } from '../src/scores/accumulate.ts';
import { seededRandom } from '../src/scores/random.ts';
import { zoneOf } from '../src/sources/zone.ts';
import { unpackValues } from '../src/store/run-values.ts';
import type { Changes, ScoreRow, Store, StoredPrediction } from '../src/store/store.ts';
import { readTable } from '../src/tables/table.ts';
import { bandOf } from '../src/weather/lead-band.ts';
import { formatInstant, msPerDay, msPerHour, utcDay } from '../src/weather/time.ts';
import { csvText, type Table } from './simulated-tables.ts';

/**
 * Simulated histories for tests of the loop, their way into a store, and a store's content as text: no weather in them
 * was measured, no forecast was ever issued.
 */

/** A folder that is removed when the tests of the file are over. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `weatherglass-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** One forecast of one value, with what happened. */
export interface SimulatedRow {
  readonly place: string;
  readonly variable: string;
  readonly issued: number;
  readonly available: number;
  readonly valid: number;
  /** When the outcome became known. */
  readonly known: number;
  /** By column; an empty one is missing. */
  readonly forecasts: Readonly<Record<string, number | undefined>>;
  readonly outcome: number | undefined;
}

export interface SimulatedHistory {
  readonly firstDay?: number;
  readonly days: number;
  readonly places?: number;
  readonly variables?: readonly ('temperature_2m' | 'wind_speed_10m')[];
  readonly leads?: readonly number[];
  /** Forecast columns; a `member_` each is another draw, an `x_` has nothing to do with the outcome. */
  readonly columns?: readonly string[];
  /** Hours of the day that runs are issued at. */
  readonly hours?: readonly number[];
  /** Hours from the issue to the arrival. */
  readonly delay?: number;
  /** Hours from the valid time until the outcome is known. */
  readonly wait?: number;
  /** Added to every forecast, and the spread of its errors at a day ahead. */
  readonly bias?: number;
  readonly error?: number;
  /** Of the forecasts alone: histories of the same shape have the same weather. */
  readonly seed?: string;
}

export const firstDay = Date.UTC(2021, 0, 1);
const units = { temperature_2m: '°C', wind_speed_10m: 'km/h' } as const;

/**
 * A season, weather that lasts for days and is shared by the places in part, and forecasts of it that are the worse the
 * farther ahead they look. Of so many days all runs, and the outcomes of all that they look at.
 */
export function simulatedHistory({
  firstDay: from = firstDay,
  days,
  places = 3,
  variables = ['temperature_2m'],
  leads = [24],
  columns = ['model_a'],
  hours = [0],
  delay = 6,
  wait = 3,
  bias = 1,
  error = 1,
  seed = 'forecasts',
}: SimulatedHistory): SimulatedRow[] {
  const rows: SimulatedRow[] = [];
  const noise = (random: () => number) => random() + random() + random() - 1.5;
  const horizon = Math.ceil(Math.max(...leads) / 24) + 2;
  for (const variable of variables)
    for (let place = 0; place < places; place++) {
      const shared = seededRandom(`weather of ${variable}`);
      const own = seededRandom(`weather of ${variable} at ${place}`);
      const draw = seededRandom(`${seed} of ${variable} at ${place}`);
      const truth = new Map<number, number>();
      let anomaly = 0;
      for (let hour = 0; hour < 24 * (days + horizon); hour += 6) {
        anomaly = 0.85 * anomaly + 1.5 * noise(shared) + 0.7 * noise(own);
        const season = 9 - 8 * Math.cos((2 * Math.PI * (hour / 24 + 15)) / 365) + 2 * place;
        const value = variable === 'wind_speed_10m' ? Math.max(0, 9 + 3 * anomaly) : season + anomaly;
        truth.set(from + hour * msPerHour, rounded(value));
      }
      for (let day = 0; day < days; day++)
        for (const hour of hours)
          for (const lead of leads) {
            const issued = from + day * msPerDay + hour * msPerHour;
            const valid = issued + lead * msPerHour;
            const outcome = truth.get(valid);
            if (outcome === undefined) throw new Error('leads and hours must be multiples of 6');
            const common = outcome + bias + (error * Math.sqrt(lead / 24) * noise(draw)) / 0.5;
            const value = (column: string) =>
              column.startsWith('x_')
                ? rounded(10 * draw())
                : rounded(
                    Math.max(
                      variable === 'wind_speed_10m' ? 0 : -Infinity,
                      common + (column.startsWith('member_') ? 1.5 : 0.5) * noise(draw),
                    ),
                  );
            rows.push({
              place: `Place ${place + 1}`,
              variable,
              issued,
              available: issued + delay * msPerHour,
              valid,
              known: valid + wait * msPerHour,
              forecasts: Object.fromEntries(columns.map((column) => [column, value(column)])),
              outcome,
            });
          }
    }
  return rows;
}

function rounded(value: number): number {
  return Math.round(100 * value) / 100;
}

const placeColumns = ['place', 'latitude', 'longitude', 'elevation'];

function placeFields(place: string): string[] {
  const number = Number(place.split(' ')[1]);
  return [place, String(47 + number / 2), String(8 + number / 3), String(100 * number)];
}

const text = (value: number | undefined) => (value === undefined ? '' : String(value));
const unitOf = (variable: string) => units[variable as keyof typeof units];

/** Forecasts beside their outcomes, as a file has them. */
export function pairsTable(rows: readonly SimulatedRow[]): Table {
  const columns = [...new Set(rows.flatMap(({ forecasts }) => Object.keys(forecasts)))];
  return [
    [
      ...placeColumns,
      'init_time',
      'available_time',
      'valid_time',
      'outcome_known_time',
      'variable',
      'unit',
      'observation',
      ...columns,
    ],
    ...rows.map((row) => [
      ...placeFields(row.place),
      ...[row.issued, row.available, row.valid, row.known].map(formatInstant),
      row.variable,
      unitOf(row.variable),
      text(row.outcome),
      ...columns.map((column) => text(row.forecasts[column])),
    ]),
  ];
}

/** The same without what happened. */
export function forecastsTable(rows: readonly SimulatedRow[]): Table {
  return pairsTable(rows.map((row) => ({ ...row, outcome: undefined })));
}

/** What happened, each value once. */
export function outcomesTable(
  rows: readonly Pick<SimulatedRow, 'place' | 'variable' | 'valid' | 'known' | 'outcome'>[],
): Table {
  const byName = new Map(
    rows
      .filter(({ outcome }) => outcome !== undefined)
      .map((row) => [`${row.place} ${row.variable} ${row.valid} ${row.known}`, row]),
  );
  return [
    [...placeColumns, 'valid_time', 'known_time', 'variable', 'unit', 'observation'],
    ...[...byName.values()].map((row) => [
      ...placeFields(row.place),
      formatInstant(row.valid),
      formatInstant(row.known),
      row.variable,
      unitOf(row.variable),
      text(row.outcome),
    ]),
  ];
}

/** Writes a table as a file and imports it, as `weatherglass import` does; nothing happens for one without rows. */
export async function importRows(store: Store, file: string, table: Table, source = 'a'): Promise<void> {
  if (table.length === 1) return;
  writeFileSync(file, csvText(table));
  const read = await readTable([file]);
  await importTable(store, read.kind === 'pairs' ? read.pairs : read.observations, {
    source,
    origin: basename(file, '.csv'),
    zoneOf,
    now: Date.now(),
  });
}

/** One version of one observation, to write it without a file: a file cannot take a value back. */
export function observation(
  { place, variable, valid }: Pick<SimulatedRow, 'place' | 'variable' | 'valid'>,
  value: number,
  knownAt: number,
): NonNullable<Changes['observations']> {
  return {
    rows: 1,
    places: [place],
    variables: [variable],
    origins: ['hand-made'],
    place: new Int32Array(1),
    variable: new Int32Array(1),
    origin: new Int32Array(1),
    validTime: Float64Array.of(valid),
    knownAt: Float64Array.of(knownAt),
    value: Float64Array.of(value),
    flag: [''],
  };
}

/** What a store holds, as texts that are equal where every bit is. */
export interface StoreDump {
  readonly places: readonly string[];
  readonly runs: readonly string[];
  readonly observations: readonly string[];
  readonly artefacts: readonly string[];
  readonly predictions: readonly string[];
  readonly scores: readonly string[];
  readonly notes: readonly string[];
}

/** Notes that a loop leaves. */
const noteNames = ['loop.began', 'loop.verified', 'loop.trained', 'loop.longest_lead', 'demo.as_of'];

/** Short, so that a difference can be read. */
const bytes = (numbers: Float32Array | Float64Array | Uint8Array) =>
  hash('sha256', numbers, 'base64').slice(0, 16);

/** Everything in the store through its contract, but for how often it changed. */
export async function dumpOf(store: Store): Promise<StoreDump> {
  const runs: string[] = [];
  for await (const block of store.runs())
    for (const { values, ...run } of block) {
      const numbers = new Float64Array(values.stored.length);
      unpackValues(values, 0, numbers.length, numbers, 0);
      runs.push(JSON.stringify({ ...run, values: bytes(numbers) }));
    }
  const observations: string[] = [];
  for await (const one of store.observations())
    for (let row = 0; row < one.rows; row++)
      observations.push(
        [
          one.places[one.place[row]],
          one.variables[one.variable[row]],
          one.origins[one.origin[row]],
          formatInstant(one.validTime[row]),
          formatInstant(one.knownAt[row]),
          one.value[row],
          one.flag[row],
        ].join(),
      );
  const notes: string[] = [];
  for (const name of noteNames) notes.push(`${name} ${await store.note(name)}`);
  return {
    places: (await store.places()).map((place) => JSON.stringify(place)),
    runs,
    observations,
    artefacts: (await store.artefacts()).map(({ data, ...one }) =>
      JSON.stringify({ ...one, data: bytes(data) }),
    ),
    predictions: (await predictionsOf(store)).map(predictionText),
    scores: (await scoreRowsOf(store)).map(scoreText),
    notes,
  };
}

export async function predictionsOf(store: Store): Promise<StoredPrediction[]> {
  const predictions: StoredPrediction[] = [];
  for await (const block of store.predictions()) predictions.push(...block);
  return predictions;
}

export function predictionText(one: StoredPrediction): string {
  const { place, variable, issuedAt, method, validTimes, runTimes, contenders, levels, quantiles } = one;
  const parts = [
    ...[contenders.join(), method, levels.join()].map((words) => hash('sha256', words, 'base64').slice(0, 8)),
    ...[validTimes, runTimes, quantiles].map(bytes),
  ];
  return `${place}, ${variable}, ${formatInstant(issuedAt)}: ${parts.join(' ')}`;
}

/** Rows of each place, then those of all places together. */
export async function scoreRowsOf(store: Store): Promise<ScoreRow[]> {
  const rows: ScoreRow[] = [];
  for (const places of [undefined, ['']])
    for await (const block of store.scores({ places })) rows.push(...block);
  return rows;
}

export function scoreText({ variable, band, day, place, contenders, sums }: ScoreRow): string {
  return `${place || 'all places'}, ${variable}, ${band} h, day ${day}, ${contenders.join()}: ${bytes(sums)}`;
}

/**
 * What is wrong with a store, whatever happened to who wrote to it: damage, predictions that are not whole, and scores
 * that are not those of exactly the predicted values whose outcomes were known at `loop.verified`, or of which the rows
 * of all places together are not the sums of the others.
 */
export async function problemsIn(store: Store): Promise<string[]> {
  const predictions = await predictionsOf(store);
  return [
    ...(await store.check()),
    ...predictions.flatMap(problemsOfPrediction),
    ...(await problemsOfScores(store, predictions)),
  ];
}

function problemsOfPrediction(one: StoredPrediction): string[] {
  const { validTimes, runTimes, contenders, levels, quantiles, issuedAt } = one;
  const { experts } = JSON.parse(one.method) as Method;
  let halves = 0;
  let disorder = 0;
  for (let at = 0; at < quantiles.length; at += levels.length) {
    let missing = 0;
    for (let k = at; k < at + levels.length; k++) {
      if (Number.isNaN(quantiles[k])) missing++;
      if (k > at && quantiles[k] < quantiles[k - 1]) disorder++;
    }
    // An expert may be silent, what is served never, and nobody is silent by halves.
    const served = (at / levels.length) % contenders.length < 2;
    if (missing > 0 && (served || missing < levels.length)) halves++;
  }
  const problems = {
    'says nothing': validTimes.length === 0,
    'is about the past': !validTimes.every((time) => time > issuedAt),
    'uses runs that were not there': !runTimes.every((time) => time <= issuedAt),
    'is by others than its method says': ['aggregate', 'pool', ...experts].join() !== contenders.join(),
    'has too few quantiles': quantiles.length !== validTimes.length * contenders.length * levels.length,
    'has gaps': halves > 0,
    'has quantiles out of order': disorder > 0,
  };
  return Object.entries(problems)
    .filter(([, found]) => found)
    .map(
      ([what]) => `the prediction of ${one.variable} at ${one.place}, ${formatInstant(issuedAt)}, ${what}`,
    );
}

async function problemsOfScores(store: Store, predictions: readonly StoredPrediction[]): Promise<string[]> {
  const verified = await store.note('loop.verified');
  const targets = await targetsOf(store, predictions, Number(verified ?? -Infinity));
  const problems: string[] = [];
  const rows = await scoreRowsOf(store);
  const keyOf = ({ variable, band, day }: ScoreRow) => `${variable}, ${band} h, day ${day}`;
  for (const row of rows) {
    if (row.place === '') continue;
    const key = `${keyOf(row)}, ${row.place}`;
    const wanted = targets.get(key) ?? 0;
    targets.delete(key);
    const scored = scoreRecord(row).targets;
    if (scored !== wanted) problems.push(`${key}: ${scored} scored of ${wanted} with an outcome`);
  }
  for (const key of targets.keys()) problems.push(`${key}: not scored, but its outcome was known`);
  for (const [key, own] of Map.groupBy(rows, keyOf)) problems.push(...problemsOfSums(key, own));
  return problems;
}

/** What differs between the row of all places together and the sum of the rows of one variable, band and day. */
function problemsOfSums(key: string, rows: readonly ScoreRow[]): string[] {
  const together = rows.filter(({ place }) => place === '');
  if (together.length !== 1) return [`${key}: ${together.length} rows of all places`];
  const names = [...new Set(rows.flatMap(({ contenders }) => contenders))];
  // Who is not in a row neither gains nor loses by it: it is given the loss of the pool.
  const numbersOf = (row: ScoreRow, name: string) => {
    const record = scoreRecord(row);
    const sums = record.sums(name) ?? new Float64Array(sumsPerRecord);
    return [...sums, record.loss(name) ?? record.loss('pool')!];
  };
  const pitOf = (row: ScoreRow) => [...scoreRecord(row).pit(pitBins)];
  const isSum = (numbers: (row: ScoreRow) => readonly number[]) => {
    const places = rows.filter(({ place }) => place !== '').map(numbers);
    return numbers(together[0]).every((value, k) => {
      const sum = places.reduce((total, one) => total + one[k], 0);
      // Places are added in whatever order their outcomes came.
      return Math.abs(value - sum) <= 1e-9 * (1 + Math.abs(sum));
    });
  };
  const wrong = names.filter((name) => !isSum((row) => numbersOf(row, name)));
  if (!isSum(pitOf)) wrong.push('PIT');
  return wrong.length === 0 ? [] : [`${key}: the row of all places is not the sum: ${wrong.join()}`];
}

/** Predicted values whose outcome was known at a time, by variable, band, day and place. */
async function targetsOf(
  store: Store,
  predictions: readonly StoredPrediction[],
  verified: number,
): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  for await (const one of store.observations({ knownUntil: verified }))
    for (let row = 0; row < one.rows; row++)
      outcomes.set(
        `${one.places[one.place[row]]} ${one.variables[one.variable[row]]} ${one.validTime[row]}`,
        one.value[row],
      );
  const targets = new Map<string, number>();
  for (const { place, variable, validTimes, runTimes } of predictions)
    validTimes.forEach((valid, i) => {
      if (Number.isNaN(outcomes.get(`${place} ${variable} ${valid}`) ?? Number.NaN)) return;
      const band = bandOf((valid - runTimes[i]) / msPerHour);
      const key = `${variable}, ${band} h, day ${utcDay(valid)}, ${place}`;
      targets.set(key, (targets.get(key) ?? 0) + 1);
    });
  return targets;
}
