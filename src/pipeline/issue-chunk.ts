import { openMixer } from '../forecast/mixer.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { Control } from '../models/model.ts';
import type { Store, StoredPrediction } from '../store/store.ts';
import { bandOf } from '../weather/lead-band.ts';
import { msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { type ArtefactTable, artefactFor, threadArtefacts } from './artefact-table.ts';
import { isComplete, withColumns } from './case-columns.ts';
import { type DuePrediction, type DueTarget, duePredictions, type LastIssue } from './due.ts';
import {
  contendersOf,
  expertName,
  expertQuantiles,
  expertsFor,
  expertsNeed,
  servedContenders,
} from './experts.ts';
import type { History, HistoryGroup } from './history.ts';
import { obeyIssued } from './issue-physics.ts';
import { describeMethod, describeTraining, type Naming, type TrainingNote } from './method.ts';
import { type Mixing, weightsFor } from './mixing.ts';
import { threadHistory, threadStore } from './thread-store.ts';

/** Levels of the quantiles that are issued and kept. */
export const issuedLevels: readonly number[] = [
  0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.975, 0.99,
];
const levels = Float64Array.from(issuedLevels);
/** Rows that an expert answers at a time: between two lots it can be stopped. */
const SLICE = 1024;

/** Some places whose new forecasts are to be answered. */
export interface IssueChunk {
  readonly store: string;
  readonly historyId: string;
  readonly places: readonly string[];
  readonly historyFrom: number;
  readonly historyUntil: number;
  /** First day of a replay; left out live. */
  readonly begins?: number | undefined;
  /** Forecasts that became known after this … */
  readonly after: number;
  /** … and by this are answered, unless they have been. */
  readonly until: number;
  /** When the answers are given; left out for the moment each forecast became known. */
  readonly issuedAt?: number | undefined;
  readonly mixing: readonly Mixing[];
  /** The newest training that may answer. */
  readonly trainedUntil: number;
}

export interface IssuedChunk {
  readonly predictions: readonly StoredPrediction[];
  /** Values that no expert could answer. */
  readonly unanswered: number;
  /** The longest lead answered, hours. */
  readonly longestLead: number;
  /** What the methods of the predictions name. */
  readonly trainings: readonly TrainingNote[];
  /** How many quantiles of how many values each rule of physics moved. */
  readonly moved: PhysicsChanges;
}

/** Predicts, mixes, holds to physics and describes what is due at some places. */
export async function runIssueChunk(chunk: IssueChunk, control: Control): Promise<IssuedChunk> {
  const store = await threadStore(chunk.store);
  const history = await threadHistory(
    chunk.store,
    chunk.historyId,
    {
      places: chunk.places,
      issuedFrom: chunk.historyFrom,
      knownUntil: chunk.historyUntil,
      begins: chunk.begins,
    },
    expertsNeed,
    control,
  );
  const lastIssues = await lastIssuesOf(store, chunk.places);
  const allSources = await store.sources();
  const predictions: StoredPrediction[] = [];
  let unanswered = 0;
  let longestLead = 0;
  const trainings: TrainingNote[] = [];
  for (const [done, variable] of history.variables.entries()) {
    control.checkpoint(done, history.variables.length);
    const groups = history.groups.filter(({ cases }) => cases.variable.name === variable.name);
    if (groups.length === 0) continue;
    const dueOf = (some: readonly HistoryGroup[]) =>
      duePredictions(some, history.places, lastIssues.get(variable.name), chunk);
    let due = dueOf(groups);
    if (due.length === 0) continue;
    const artefacts = await threadArtefacts(store, chunk.historyId, variable.name, chunk.trainedUntil);
    // A forecast that nobody has learned from yet says nothing, so it must not make what is said look fresher than it is.
    const learned = groups.filter(({ source, cases }) =>
      expertsFor(source).some(({ name }) => artefactFor(artefacts, source, cases.lead, name) !== undefined),
    );
    if (learned.length > 0 && learned.length < groups.length) due = dueOf(learned);
    if (due.length === 0) continue;
    const rows = rowsDue(due);
    const answers = new Map(
      [...rows].map(([group, own]) => [group, answersOf(group, own, artefacts, control)]),
    );
    const mixing = chunk.mixing.find((one) => one.variable === variable.name);
    const training = describeTraining(artefacts, allSources);
    trainings.push(training);
    // Those who have forecast a place by then are asked; what begins later has no name among them yet.
    const sourcesOf = sourcesByPlace(groups, history.places.length);
    const alike = Map.groupBy(due, (one) => JSON.stringify(sourcesOf(one.place, one.issuedAt)));
    for (const [sources, some] of alike) {
      const naming = { sources: JSON.parse(sources) as string[], all: allSources };
      const issued = mixDue(variable, history, some, naming, answers, mixing, training, control);
      predictions.push(...issued.predictions);
      unanswered += issued.unanswered;
      longestLead = Math.max(longestLead, issued.longestLead);
    }
  }
  const variables = new Map(history.variables.map((one) => [one.name, one]));
  const places = new Map(history.places.map((one) => [one.name, one]));
  const obeying = obeyIssued(predictions, variables, (name) => places.get(name)!, control);
  return { ...obeying, unanswered, longestLead, trainings };
}

/** The issue of a source's forecast of a target; NaN where it has none. */
function issueOf({ inputs }: DueTarget, source: string): number {
  const input = inputs.find(({ group }) => group.source === source);
  return input === undefined ? Number.NaN : input.group.cases.initTime[input.row];
}

/** Which sources have forecast a place by a time. */
function sourcesByPlace(
  groups: readonly HistoryGroup[],
  places: number,
): (place: number, time: number) => string[] {
  const first = new Map<string, Float64Array>();
  for (const { source, cases } of groups) {
    const own = first.get(source) ?? new Float64Array(places).fill(Infinity);
    first.set(source, own);
    for (let row = 0; row < cases.size; row++)
      own[cases.place[row]] = Math.min(own[cases.place[row]], cases.availableTime[row]);
  }
  return (place, time) => [...first].filter(([, own]) => own[place] <= time).map(([source]) => source);
}

/** Each place's newest prediction of a variable: by variable, then place. */
async function lastIssuesOf(
  store: Store,
  places: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, LastIssue>>> {
  const last = new Map<string, Map<string, LastIssue>>();
  for (const { variable, place, issuedAt, runTimes } of await store.newestIssues({ places })) {
    const own = last.get(variable) ?? new Map<string, LastIssue>();
    last.set(variable, own.set(place, { issuedAt, runTime: runTimes.reduce((a, b) => Math.max(a, b)) }));
  }
  return last;
}

/** Quantiles of a group's experts for the rows that are due. */
interface GroupAnswers {
  /** Position of a row in `quantiles`; of no meaning for a row that is not due. */
  readonly position: Int32Array;
  /** Positions x experts x levels; NaN where an expert has no answer. */
  readonly quantiles: Float64Array;
  /** Experts x levels. */
  readonly width: number;
}

/** Rows of each group that some prediction reads. */
function rowsDue(due: readonly DuePrediction[]): Map<HistoryGroup, Set<number>> {
  const rows = new Map<HistoryGroup, Set<number>>();
  for (const { targets } of due)
    for (const { inputs } of targets)
      for (const { group, row } of inputs) {
        const own = rows.get(group);
        if (own === undefined) rows.set(group, new Set([row]));
        else own.add(row);
      }
  return rows;
}

function answersOf(
  { cases, source }: HistoryGroup,
  rows: ReadonlySet<number>,
  artefacts: ArtefactTable,
  control: Control,
): GroupAnswers {
  const wanted = Int32Array.from(rows);
  const position = new Int32Array(cases.size);
  wanted.forEach((row, at) => {
    position[row] = at;
  });
  const models = expertsFor(source);
  const width = models.length * levels.length;
  const quantiles = new Float64Array(wanted.length * width).fill(Number.NaN);
  models.forEach((model, k) => {
    const artefact = artefactFor(artefacts, source, cases.lead, model.name);
    // Where the forecasts no longer have a column it was fitted with, it sleeps until the next training.
    const across = model.acrossLeads === true;
    const block = artefact === undefined ? undefined : withColumns(cases, artefact.columns, across);
    if (artefact === undefined || block === undefined) return;
    const from = k * levels.length;
    for (let first = 0; first < wanted.length; first += SLICE) {
      control.checkpoint(0, Number.NaN);
      const slice = { cases: block, rows: wanted.subarray(first, first + SLICE) };
      expertQuantiles(model, artefact, slice, levels, quantiles, first * width + from, width);
    }
    // One that knows all leads knows what to make of a gap.
    if (across) return;
    wanted.forEach((row, i) => {
      if (isComplete(block, row)) return;
      quantiles.fill(Number.NaN, i * width + from, i * width + from + levels.length);
    });
  });
  return { position, quantiles, width };
}

function mixDue(
  variable: Variable,
  history: History,
  due: readonly DuePrediction[],
  { sources, all }: Naming,
  answers: ReadonlyMap<HistoryGroup, GroupAnswers>,
  mixing: Mixing | undefined,
  training: TrainingNote,
  control: Control,
): Omit<IssuedChunk, 'trainings' | 'moved'> {
  const contenders = contendersOf(sources, all);
  const experts = contenders.slice(servedContenders.length);
  const placeOf = new Map(
    sources.map((source) => [
      source,
      expertsFor(source).map(({ name }) => experts.indexOf(expertName(name, source, all))),
    ]),
  );
  const method = describeMethod(experts, sources, mixing, training);
  const mixer = openMixer(levels, experts.length);
  const count = levels.length;
  const row = new Float64Array(experts.length * count);
  const pool = new Float64Array(count);
  const aggregate = new Float64Array(count);
  const byBand = new Map<number, ReturnType<typeof weightsFor>>();
  const predictions: StoredPrediction[] = [];
  let unanswered = 0;
  let longestLead = 0;

  /** Fills `row` with what the experts say about a target. */
  function gather({ inputs }: DueTarget): void {
    row.fill(Number.NaN);
    for (const { group, row: at } of inputs) {
      const { position, quantiles, width } = answers.get(group)!;
      const from = position[at] * width;
      placeOf.get(group.source)!.forEach((expert, k) => {
        const own = from + k * count;
        row.set(quantiles.subarray(own, own + count), expert * count);
      });
    }
  }

  for (const { place, issuedAt, targets } of due) {
    control.checkpoint(0, Number.NaN);
    const quantiles = new Float32Array(targets.length * contenders.length * count);
    const validTimes: number[] = [];
    const runTimes: number[] = [];
    const sourceTimes: number[] = [];
    for (const target of targets) {
      const lead = (target.validTime - target.runTime) / msPerHour;
      const band = bandOf(lead);
      let how = byBand.get(band);
      if (how === undefined) byBand.set(band, (how = weightsFor(mixing, band, experts)));
      gather(target);
      mixer.mix(row, 0, how.weights, variable.lower, variable.upper, how.recalibration, pool, aggregate);
      if (Number.isNaN(aggregate[0])) {
        unanswered++;
        continue;
      }
      const at = validTimes.length * contenders.length * count;
      quantiles.set(aggregate, at);
      quantiles.set(pool, at + count);
      quantiles.set(row, at + servedContenders.length * count);
      validTimes.push(target.validTime);
      runTimes.push(target.runTime);
      for (const source of sources) sourceTimes.push(issueOf(target, source));
      longestLead = Math.max(longestLead, lead);
    }
    if (validTimes.length === 0) continue;
    predictions.push({
      place: history.places[place].name,
      variable: variable.name,
      issuedAt,
      method,
      validTimes: Float64Array.from(validTimes),
      runTimes: Float64Array.from(runTimes),
      ...(sources.length > 1 && { sourceTimes: Float64Array.from(sourceTimes) }),
      contenders,
      levels: issuedLevels,
      quantiles: quantiles.slice(0, validTimes.length * contenders.length * count),
    });
  }
  return { predictions, unanswered, longestLead };
}
