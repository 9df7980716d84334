import { boundsRule } from '../forecast/bounds-rule.ts';
import { humidityRule } from '../forecast/humidity-rule.ts';
import { type ObeyAll, physicsRules, planPhysics } from '../forecast/physics.ts';
import type { QuantileWriter } from '../forecast/quantile-writer.ts';
import type { AffineLaw } from '../models/affine-law.ts';
import type { Run, RunSeries } from '../store/store.ts';
import { bandOf, horizonHours } from '../weather/lead-band.ts';
import { msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import {
  type BatchExpert,
  type BatchKnowledge,
  batchExpertKey,
  batchExperts,
  type LearnedVariable,
} from './batch-knowledge.ts';
import type { StationBiases } from './batch-stations.ts';
import { expertName } from './experts.ts';
import { learnedFor } from './learned-lead.ts';
import { weightsFor } from './mixing.ts';
import { predictedLeads } from './predicted-leads.ts';

/** What all places whose runs came at the same times and in the same layouts have in common. */
export interface BatchPlan {
  readonly variables: readonly VariablePlan[];
  /** Rows of quantiles: the targets of all variables, one after the other. */
  readonly rows: number;
  /** Makes the rows of a place obey physics; undefined where no rule is about them. */
  readonly obey: ObeyAll | undefined;
  /** Numbers of the places that an expert knows as stations. */
  readonly stations: ReadonlyMap<string, number>;
  /** Where places are; see {@link BatchKnowledge}. */
  readonly places: BatchKnowledge['places'];
}

export interface VariablePlan {
  readonly variable: Variable;
  /** Ascending. */
  readonly validTimes: Float64Array;
  /** The newest issue that each target has a forecast of. */
  readonly runTimes: Float64Array;
  readonly parts: readonly PlanPart[];
  /** A shorter way for places where no forecast is missing; undefined where a scale depends on the forecast. */
  readonly complete: CompleteLaws | undefined;
  readonly biases: StationBiases;
  readonly writer: QuantileWriter;
}

/**
 * The laws of all targets where every part answers with a constant scale: the weights then add up to the same for every
 * place, so that scales are known beforehand and locations are sums of products. NaN where a target has no expert.
 */
export interface CompleteLaws {
  readonly constant: Float64Array;
  readonly scale: Float64Array;
  /** One for each column of each part. */
  readonly terms: readonly {
    readonly source: number;
    readonly target: Int32Array;
    readonly at: Int32Array;
    readonly slope: Float64Array;
    readonly rooted: boolean;
  }[];
  readonly stations: readonly (StationTerms & { readonly target: Int32Array })[];
}

/**
 * What a source adds to the laws of a variable: entry i adds to target `target[i]`, with everything already multiplied by
 * the weight of its experts.
 */
export interface PlanPart {
  /** Index of the source among the runs of a place. */
  readonly source: number;
  /** Ascending; a target comes once, or once for each expert. */
  readonly target: Int32Array;
  /** Where the entry's step begins among the run's values. */
  readonly at: Int32Array;
  /** Where each column is, counted from the first of the step. */
  readonly columns: Int32Array;
  /** How many of the columns go through the family's transform, and whether that is the root. */
  readonly raw: number;
  readonly rooted: boolean;
  readonly weight: Float64Array;
  readonly constant: Float64Array;
  /** Entries x columns. */
  readonly slopes: Float64Array;
  readonly spread: AffineLaw['spread'];
  readonly spreadColumns: AffineLaw['spreadColumns'];
  /** Multiplied by the weight where the spread is constant, else not. */
  readonly scale: Float64Array;
  readonly scaleSlope: Float64Array;
  readonly leastSpread: Float64Array;
  readonly stations: StationTerms;
}

/** What a place adds to each entry: the column of its station expert among the biases, with what is multiplied; 0 without one. */
export interface StationTerms {
  readonly column: Int32Array;
  /** By the bias. */
  readonly weight: Float64Array;
  /** By how much wider the place is; 0 where the scale is not constant. */
  readonly scale: Float64Array;
}

/** The forecast of one source for a target. */
interface Input {
  readonly source: number;
  readonly run: Run;
  /** Step of the run. */
  readonly step: number;
  readonly lead: number;
}

/**
 * Works out once what is to be done with the runs of a place, and of every other whose runs look the same.
 *
 * @param runs for each source the place's newest run; undefined where there is none
 */
export function planBatch(runs: readonly (Run | undefined)[], known: BatchKnowledge): BatchPlan {
  const variables = known.variables.flatMap((learned) => planVariable(learned, runs, known) ?? []);
  return {
    variables,
    rows: variables.reduce((sum, { validTimes }) => sum + validTimes.length, 0),
    obey: planRules(variables, known.levels),
    stations: known.stations,
    places: known.places,
  };
}

/** The forecasts of each valid time ahead. */
function targetsOf(
  runs: readonly (Run | undefined)[],
  variable: string,
  known: BatchKnowledge,
): Map<number, Input[]> {
  const targets = new Map<number, Input[]>();
  runs.forEach((run, source) => {
    if (run === undefined) return;
    let first = 0;
    for (const series of run.layout.series) {
      if (series.variable === variable) addTargets(targets, run, source, series, first, known);
      first += series.leads.length;
    }
  });
  return targets;
}

function addTargets(
  targets: Map<number, Input[]>,
  run: Run,
  source: number,
  { leads }: RunSeries,
  first: number,
  { asOf, until }: BatchKnowledge,
): void {
  const predicted = predictedLeads(leads);
  for (const [k, lead] of leads.entries()) {
    if (!predicted[k]) continue;
    // A lead that is no whole number of hours still ends on a whole millisecond.
    const validTime = run.issuedAt + Math.round(lead * msPerHour);
    if (lead > horizonHours || !(validTime > asOf && validTime <= until)) continue;
    const input = { source, run, step: first + k, lead };
    const inputs = targets.get(validTime);
    if (inputs === undefined) targets.set(validTime, [input]);
    else inputs.push(input);
  }
}

/** What one expert says about one target. */
interface Entry {
  readonly target: number;
  readonly input: Input;
  readonly weight: number;
  readonly expert: BatchExpert;
}

/** The plan of a variable; undefined where no expert answers for any of its targets. */
function planVariable(
  { variable, experts, biases, mixing, writer }: LearnedVariable,
  runs: readonly (Run | undefined)[],
  known: BatchKnowledge,
): VariablePlan | undefined {
  const targets = targetsOf(runs, variable.name, known);
  const validTimes = Float64Array.from(targets.keys()).sort();
  const runTimes = new Float64Array(validTimes.length);
  const columnsOf = runs.map((run) => new Set(run?.layout.columns));
  const nameOf = (model: string, source: number) => expertName(model, known.sources[source], known.sources);
  const names = runs.flatMap((run, source) =>
    run?.layout.series.some((series) => series.variable === variable.name) === true
      ? batchExperts.map((model) => nameOf(model, source))
      : [],
  );
  const expertOf = (model: string, { source, lead }: Input) =>
    learnedFor(experts.get(batchExpertKey(known.sources[source], model)) ?? [], lead);
  const weightsOfBand = new Map<number, Float64Array>();
  /** Entries of one source whose experts read the same columns in the same way. */
  const groups = new Map<string, Entry[]>();
  validTimes.forEach((validTime, target) => {
    const all = targets.get(validTime)!;
    // What nobody has learned from says nothing, and must not make the prediction look fresher than it is.
    const heard = all.filter((input) => batchExperts.some((model) => expertOf(model, input) !== undefined));
    const inputs = heard.length > 0 ? heard : all;
    runTimes[target] = inputs.reduce((latest, { run }) => Math.max(latest, run.issuedAt), -Infinity);
    const band = bandOf((validTime - runTimes[target]) / msPerHour);
    let weights = weightsOfBand.get(band);
    if (weights === undefined) weightsOfBand.set(band, (weights = weightsFor(mixing, band, names).weights));
    for (const input of inputs)
      for (const model of batchExperts) {
        const { source } = input;
        const expert = expertOf(model, input);
        if (expert === undefined) continue;
        const { columns, spread } = expert.law;
        // Where the forecasts no longer have a column it was fitted with, it sleeps until the next training.
        if (!columns.every((column) => columnsOf[source].has(column))) continue;
        const key = JSON.stringify([source, spread, columns]);
        const entry = { target, input, weight: weights[names.indexOf(nameOf(model, source))], expert };
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [entry]);
        else group.push(entry);
      }
  });
  if (groups.size === 0) return undefined;
  const parts = [...groups.values()].map(partOf);
  const complete = completeLaws(parts, validTimes.length);
  return { variable, validTimes, runTimes, parts, complete, biases, writer };
}

/** Experts of a target whose scale is constant become one: laws of one family are mixed by their parameters. */
function partOf(entries: readonly Entry[]): PlanPart {
  const [{ input, expert }] = entries;
  const { family, columns, raw, spread, spreadColumns } = expert.law;
  const isConstant = spread === 'constant';
  const merged: Entry[][] = [];
  for (const entry of entries) {
    const last = merged.at(-1);
    if (isConstant && last?.[0].target === entry.target) last.push(entry);
    else merged.push([entry]);
  }
  const layoutColumns = input.run.layout.columns;
  const width = columns.length;
  const sum = (of: (law: AffineLaw) => number) =>
    Float64Array.from(merged, (some) =>
      some.reduce((total, one) => total + one.weight * of(one.expert.law), 0),
    );
  const only = (of: (law: AffineLaw) => number) => Float64Array.from(merged, ([one]) => of(one.expert.law));
  const slopes = new Float64Array(merged.length * width);
  merged.forEach((some, i) => {
    for (const {
      expert: { law },
      weight,
    } of some)
      for (let k = 0; k < width; k++) slopes[i * width + k] += weight * law.slopes[k];
  });
  const ofStations = merged.map((some) => some.find((one) => one.expert.station !== undefined));
  return {
    source: input.source,
    target: Int32Array.from(merged, ([one]) => one.target),
    at: Int32Array.from(merged, ([one]) => one.input.step * layoutColumns.length),
    columns: Int32Array.from(columns, (column) => layoutColumns.indexOf(column)),
    raw,
    rooted: family.transform === 'sqrt',
    weight: sum(() => 1),
    constant: sum((law) => law.constant),
    slopes,
    spread,
    spreadColumns,
    scale: isConstant ? sum((law) => law.scale) : only((law) => law.scale),
    scaleSlope: only((law) => law.scaleSlope),
    leastSpread: only((law) => law.leastSpread),
    stations: {
      column: Int32Array.from(ofStations, (one) => one?.expert.station ?? 0),
      weight: Float64Array.from(ofStations, (one) => one?.weight ?? 0),
      scale: Float64Array.from(ofStations, (one) =>
        one !== undefined && isConstant ? one.weight * one.expert.law.scale : 0,
      ),
    },
  };
}

function completeLaws(parts: readonly PlanPart[], targets: number): CompleteLaws | undefined {
  if (!parts.every(({ spread }) => spread === 'constant')) return undefined;
  const sum = (of: (part: PlanPart) => Float64Array) => {
    const total = new Float64Array(targets);
    for (const part of parts) of(part).forEach((value, i) => (total[part.target[i]] += value));
    return total;
  };
  const weight = sum((part) => part.weight);
  return {
    constant: sum((part) => part.constant).map((value, t) => value / weight[t]),
    scale: sum((part) => part.scale).map((value, t) => value / weight[t]),
    terms: parts.flatMap(({ source, target, at, columns, slopes, raw, rooted }) =>
      Array.from(columns, (column, k) => ({
        source,
        target,
        at: at.map((first) => first + column),
        slope: Float64Array.from(target, (t, i) => slopes[i * columns.length + k] / weight[t]),
        rooted: rooted && k < raw,
      })),
    ),
    stations: parts.map(({ target, stations }) => ({
      target,
      column: stations.column,
      weight: stations.weight.map((value, i) => value / weight[target[i]]),
      scale: stations.scale.map((value, i) => value / weight[target[i]]),
    })),
  };
}

/** Laws are written within the bounds already; and to look for what the humidity may be takes too long. */
const batchRules = physicsRules.filter((rule) => rule !== boundsRule && rule !== humidityRule);

function planRules(variables: readonly VariablePlan[], levels: Float64Array): ObeyAll | undefined {
  let first = 0;
  const series = variables.map(({ variable, validTimes }) => {
    const own = { variable, first, validTimes, keys: validTimes };
    first += validTimes.length;
    return own;
  });
  return planPhysics(series, levels, batchRules);
}
