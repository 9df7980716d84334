import type { Cases } from '../models/model.ts';
import { mergeParts } from '../store/run-parts.ts';
import { unpackValues } from '../store/run-values.ts';
import { type Layout, type ObservationBlock, type Run, reducedNote, type Store } from '../store/store.ts';
import type { Pairs, TablePlace } from '../weather/pairs.ts';
import { msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { groupCases } from './case-groups.ts';
import { dailyLeads } from './observed-pairs.ts';
import { summaryMembers } from './summary-members.ts';

/** Forecasts and outcomes of the store as blocks that models read, with the corrections that outcomes met with later. */
export interface History {
  readonly groups: readonly HistoryGroup[];
  readonly places: readonly TablePlace[];
  readonly variables: readonly Variable[];
  /** Versions after an outcome's first, by when they became known. */
  readonly revisions: readonly Revision[];
  /** How many of the revisions are in the blocks. */
  applied: number;
}

export interface HistoryGroup {
  /** Source of the forecasts; '' where outcomes alone are learned from. */
  readonly source: string;
  readonly cases: Cases;
  /** When each row's outcome became known. */
  readonly knownTime: Float64Array;
}

interface Revision {
  /** Index into the history's places and variables. */
  readonly place: number;
  readonly variable: number;
  readonly validTime: number;
  readonly knownAt: number;
  /** NaN where the value was taken back. */
  readonly value: number;
}

export interface HistoryQuery {
  readonly places?: readonly string[] | undefined;
  readonly variables?: readonly string[] | undefined;
  /** Forecasts issued earlier are left out. */
  readonly issuedFrom?: number | undefined;
  /** What became known later is left out. */
  readonly knownUntil: number;
  /**
   * For a replay its first day: a place that a source forecasts only later is learned from its own observations until
   * then.
   */
  readonly begins?: number | undefined;
  /** Whether flagged outcomes are there too: they do not train, but they are part of what happened. */
  readonly flagged?: boolean | undefined;
}

/**
 * Reads what the store holds as blocks of one source, variable and lead.
 *
 * Outcomes are as first reported until {@link advance} brings the corrections known by a time. A variable of a place
 * that no source forecasts is learned from its own observations: each of them is an issue, from which every day of the
 * next two weeks is predicted.
 *
 * @param withRecent whether models read `Cases.recent`
 */
export async function readHistory(store: Store, query: HistoryQuery, withRecent: boolean): Promise<History> {
  const wanted = (await store.places()).filter(({ name }) => query.places?.includes(name) ?? true);
  const variables = (await store.variables()).filter(({ name }) => query.variables?.includes(name) ?? true);
  const places: TablePlace[] = wanted.map(({ name, latitude, longitude, elevation }) => ({
    name,
    latitude,
    longitude,
    elevation,
  }));
  const outcomes = await readOutcomes(store, query, places, variables);
  const bySource = new Map<string, Run[]>();
  for await (const block of store.runs({
    places: query.places,
    variable: query.variables?.length === 1 ? query.variables[0] : undefined,
    knownUntil: query.knownUntil,
    issuedFrom: query.issuedFrom,
  }))
    for (const run of block) {
      const own = bySource.get(run.source);
      if (own === undefined) bySource.set(run.source, [run]);
      else own.push(run);
    }
  const forecast = new Map<string, number>();
  const summarised = (await store.note(reducedNote)) !== undefined;
  const groups: HistoryGroup[] = [];
  const add = (source: string, pairs: Pairs) => {
    const { groups: blocks, knownTimes } = groupCases(pairs, withRecent, true);
    blocks.forEach((cases, k) => groups.push({ source, cases, knownTime: knownTimes[k] }));
  };
  for (const [source, runs] of bySource)
    add(source, pairsOfRuns(runs, places, variables, outcomes.series, forecast, summarised));
  const observed = pairsOfOutcomes(places, variables, outcomes.series, forecast, query);
  if (observed.rows > 0) add('', observed);
  return { groups, places, variables, revisions: outcomes.revisions, applied: 0 };
}

/** Brings the blocks to the outcomes as they were known at a time; it may only move forward. */
export function advance(history: History, asOf: number): void {
  while (history.applied < history.revisions.length && history.revisions[history.applied].knownAt <= asOf) {
    const revision = history.revisions[history.applied++];
    const { name } = history.variables[revision.variable];
    for (const { cases, knownTime } of history.groups) {
      if (cases.variable.name !== name) continue;
      for (let row = firstAt(cases.validTime, revision.validTime); ; row++) {
        if (cases.validTime[row] !== revision.validTime) break;
        if (cases.place[row] !== revision.place) continue;
        cases.outcome[row] = revision.value;
        knownTime[row] = revision.knownAt;
      }
    }
  }
}

/** What was reported of one place and variable: first versions by rising valid time. */
export interface OutcomeSeries {
  readonly validTime: number[];
  readonly knownAt: number[];
  readonly value: number[];
}

interface Outcomes {
  /** By `${place} ${variable}`, indexes. */
  readonly series: ReadonlyMap<string, OutcomeSeries>;
  readonly revisions: readonly Revision[];
}

/** First versions of what was reported, and the versions that followed. */
export async function readOutcomes(
  store: Store,
  query: HistoryQuery,
  places: readonly TablePlace[],
  variables: readonly Variable[],
): Promise<Outcomes> {
  const series = new Map<string, OutcomeSeries>();
  const revisions: Revision[] = [];
  const placeOf = new Map(places.map(({ name }, index) => [name, index]));
  const variableOf = new Map(variables.map(({ name }, index) => [name, index]));
  for await (const block of store.observations({
    places: query.places,
    variables: query.variables,
    validFrom: query.issuedFrom,
    knownUntil: query.knownUntil,
  })) {
    const blockPlaces = block.places.map((name) => placeOf.get(name) ?? -1);
    const blockVariables = block.variables.map((name) => variableOf.get(name) ?? -1);
    for (let row = 0; row < block.rows; row++) {
      const place = blockPlaces[block.place[row]];
      const variable = blockVariables[block.variable[row]];
      if (place < 0 || variable < 0) continue;
      const value = block.flag[row] === '' || query.flagged === true ? block.value[row] : Number.NaN;
      addVersion(series, revisions, place, variable, block, row, value);
    }
  }
  return { series, revisions: revisions.sort((a, b) => a.knownAt - b.knownAt) };
}

function addVersion(
  series: Map<string, OutcomeSeries>,
  revisions: Revision[],
  place: number,
  variable: number,
  block: ObservationBlock,
  row: number,
  value: number,
): void {
  const key = `${place} ${variable}`;
  const validTime = block.validTime[row];
  const knownAt = block.knownAt[row];
  let own = series.get(key);
  if (own === undefined) series.set(key, (own = { validTime: [], knownAt: [], value: [] }));
  if (own.validTime.at(-1) === validTime) revisions.push({ place, variable, validTime, knownAt, value });
  else {
    own.validTime.push(validTime);
    own.knownAt.push(knownAt);
    own.value.push(value);
  }
}

/** Index of the first time ≥ `time`; times ascend. */
export function firstAt(times: ArrayLike<number>, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Runs of one source as a table of pairs, those that came in parts as one; `forecast` learns since when
 * which places and variables are forecast.
 *
 * @param stored as a store gives them: parts of a run follow each other
 * @param summarised whether the store has made runs smaller: then all ensembles are read as their summaries
 */
export function pairsOfRuns(
  stored: readonly Run[],
  places: readonly TablePlace[],
  variables: readonly Variable[],
  outcomes: ReadonlyMap<string, OutcomeSeries>,
  forecast: Map<string, number>,
  summarised: boolean,
): Pairs {
  const whole = wholeRuns(stored);
  const runs = summarised ? whole.map(summaryMembers) : whole;
  const layouts = [...new Set(runs.map(({ layout }) => layout))];
  const families = ['member_', 'model_', 'x_'];
  const named = [...new Set(layouts.flatMap(({ columns }) => columns))];
  const byFamily = families.map((family) => named.filter((name) => name.startsWith(family)));
  const columns = byFamily.flat();
  const variableOf = new Map(variables.map(({ name }, index) => [name, index]));
  const placeOf = new Map(places.map(({ name }, index) => [name, index]));
  const plans = new Map(
    layouts.map((layout) => [
      layout,
      {
        columns: Int32Array.from(layout.columns, (name) => columns.indexOf(name)),
        series: layout.series.map(({ variable, leads }) => ({ variable: variableOf.get(variable), leads })),
      },
    ]),
  );
  let rows = 0;
  for (const { layout } of runs)
    for (const { variable, leads } of plans.get(layout)!.series)
      if (variable !== undefined) rows += leads.length;
  const table = emptyPairs(rows, places, variables, columns, byFamily[0].length, byFamily[1].length);
  let unpacked = new Float64Array(0);
  let at = 0;
  for (const run of runs) {
    const plan = plans.get(run.layout)!;
    const place = placeOf.get(run.place)!;
    const width = plan.columns.length;
    const length = run.values.stored.length;
    if (unpacked.length < length) unpacked = new Float64Array(length);
    unpackValues(run.values, 0, length, unpacked, 0);
    let step = 0;
    for (const { variable, leads } of plan.series) {
      if (variable === undefined) {
        step += leads.length;
        continue;
      }
      const key = `${place} ${variable}`;
      forecast.set(key, Math.min(run.knownAt, forecast.get(key) ?? Infinity));
      const own = outcomes.get(key);
      for (const lead of leads) {
        const validTime = validTimeOf(run.issuedAt, lead);
        fillRow(table, at, place, variable, run.issuedAt, validTime, lead, run.knownAt, own);
        const forecasts = at * columns.length;
        for (let k = 0; k < width; k++)
          table.forecasts[forecasts + plan.columns[k]] = unpacked[step * width + k];
        step++;
        at++;
      }
    }
  }
  return table;
}

/** A row of one part alone would lack the columns of the others. */
function wholeRuns(stored: readonly Run[]): readonly Run[] {
  const issues: Run[][] = [];
  for (const run of stored) {
    const parts = issues.at(-1);
    const [first] = parts ?? [];
    if (first?.place === run.place && first.issuedAt === run.issuedAt && first.knownAt === run.knownAt)
      parts!.push(run);
    else issues.push([run]);
  }
  const layouts = new Map<string, Layout>();
  return issues.map((parts) => {
    if (parts.length === 1) return parts[0];
    const run = mergeParts(parts);
    const text = JSON.stringify(run.layout);
    const layout = layouts.get(text) ?? run.layout;
    layouts.set(text, layout);
    return { ...run, layout };
  });
}

/** Outcomes that no source forecasts as a table of pairs without forecasts. */
function pairsOfOutcomes(
  places: readonly TablePlace[],
  variables: readonly Variable[],
  outcomes: ReadonlyMap<string, OutcomeSeries>,
  forecast: ReadonlyMap<string, number>,
  { issuedFrom = -Infinity, begins = Infinity }: HistoryQuery,
): Pairs {
  const alone = [...outcomes].filter(([key]) => (forecast.get(key) ?? Infinity) >= begins);
  const rows = alone.reduce((sum, [, { validTime }]) => sum + validTime.length * dailyLeads.length, 0);
  const table = emptyPairs(rows, places, variables, [], 0, 0);
  let at = 0;
  for (const [key, own] of alone) {
    const [place, variable] = key.split(' ').map(Number);
    own.validTime.forEach((issuedAt, k) => {
      if (issuedAt < issuedFrom || !(own.knownAt[k] < (forecast.get(key) ?? Infinity))) return;
      for (const lead of dailyLeads) {
        const validTime = validTimeOf(issuedAt, lead);
        fillRow(table, at++, place, variable, issuedAt, validTime, lead, own.knownAt[k], own);
      }
    });
  }
  return { ...table, rows: at };
}

/** A lead that is no whole number of hours still ends on a whole millisecond. */
function validTimeOf(issuedAt: number, lead: number): number {
  return issuedAt + Math.round(lead * msPerHour);
}

function fillRow(
  table: Pairs,
  at: number,
  place: number,
  variable: number,
  issuedAt: number,
  validTime: number,
  lead: number,
  knownAt: number,
  outcomes: OutcomeSeries | undefined,
): void {
  const found = outcomes === undefined ? -1 : firstAt(outcomes.validTime, validTime);
  const known = outcomes !== undefined && outcomes.validTime[found] === validTime;
  table.place[at] = place;
  table.variable[at] = variable;
  table.initTime[at] = issuedAt;
  table.validTime[at] = validTime;
  table.lead[at] = lead;
  table.availableTime[at] = knownAt;
  table.outcomeKnownTime[at] = known ? outcomes.knownAt[found] : validTime;
  table.observation[at] = known ? outcomes.value[found] : Number.NaN;
}

function emptyPairs(
  rows: number,
  places: readonly TablePlace[],
  variables: readonly Variable[],
  columns: readonly string[],
  members: number,
  models: number,
) {
  const float64 = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));
  const int32 = () => new Int32Array(new SharedArrayBuffer(4 * rows));
  return {
    rows,
    places,
    variables,
    columns,
    members,
    models,
    predictors: columns.length - members - models,
    place: int32(),
    variable: int32(),
    initTime: float64(rows),
    validTime: float64(rows),
    lead: new Float32Array(new SharedArrayBuffer(4 * rows)),
    availableTime: float64(rows),
    outcomeKnownTime: float64(rows),
    forecasts: float64(rows * columns.length).fill(Number.NaN),
    observation: float64(rows),
  } satisfies Pairs;
}
