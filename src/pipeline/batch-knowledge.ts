import type { Family } from '../forecast/parametric.ts';
import { openQuantileWriter, type QuantileWriter } from '../forecast/quantile-writer.ts';
import { isSunlit } from '../forecast/sunlight-limit.ts';
import { type AffineLaw, affineLaw } from '../models/affine-law.ts';
import type { RegressionArtefact } from '../models/emos.ts';
import type { StationArtefact } from '../models/emos-station.ts';
import type { Control } from '../models/model.ts';
import { reducedNote, type Store } from '../store/store.ts';
import type { TablePlace } from '../weather/pairs.ts';
import type { Variable } from '../weather/variable.ts';
import { decodeArtefact, type LoopArtefact } from './artefact-codec.ts';
import { columnsOfStations, internTransfers, type StationBiases, stationBiases } from './batch-stations.ts';
import type { Learned } from './learned-lead.ts';
import type { Mixing } from './mixing.ts';

/** The experts that answer in a batch: those whose law is an affine map of the forecast, and of the station. */
export const batchExperts = ['emos', 'emos-station'] as const;

/** What a batch knows beside the runs of its places. */
export interface BatchKnowledge {
  /** Those that any expert learned. */
  readonly variables: readonly LearnedVariable[];
  /** Every source of the store, by the order they were added. */
  readonly sources: readonly string[];
  /** Numbers of the places that an expert knows as stations. */
  readonly stations: ReadonlyMap<string, number>;
  /** By name; empty where neither the sun nor what is said of places that are no stations asks for them. */
  readonly places: ReadonlyMap<string, TablePlace>;
  /** Whether the store has made runs smaller: then ensembles were learned from as their summaries. */
  readonly summarised: boolean;
  readonly asOf: number;
  /** No valid time later than this. */
  readonly until: number;
  /** Of the quantiles. */
  readonly levels: Float64Array;
}

export interface LearnedVariable {
  readonly variable: Variable;
  /** By {@link batchExpertKey}, then by rising lead; their laws are of one family. */
  readonly experts: ReadonlyMap<string, readonly BatchExpert[]>;
  readonly biases: StationBiases;
  readonly mixing: Mixing | undefined;
  readonly writer: QuantileWriter;
}

/** What an expert learned from one source's forecasts of a variable at one lead. */
export interface BatchExpert extends Learned {
  readonly law: AffineLaw;
  /** Its column of the {@link StationBiases}; undefined for `emos`. */
  readonly station: number | undefined;
}

export interface KnowledgeQuery {
  /** Undefined for every variable of the store. */
  readonly variables: readonly string[] | undefined;
  /** Nothing that was trained later. */
  readonly asOf: number;
  readonly until: number;
  readonly levels: Float64Array;
  readonly mixing: readonly Mixing[];
}

/** Reads what the experts of a batch have learned, in the form that a batch uses. */
export async function readKnowledge(
  store: Store,
  { variables: asked, asOf, until, levels, mixing }: KnowledgeQuery,
  control?: Control,
): Promise<BatchKnowledge> {
  const stations = new Map<string, number>();
  const variables: LearnedVariable[] = [];
  const intern = internTransfers();
  for (const variable of await store.variables()) {
    const { name } = variable;
    if (asked?.includes(name) === false) continue;
    const found: FoundExpert[] = [];
    let family: Family | undefined;
    for (const one of await store.artefacts({ variable: name, models: batchExperts, trainedUntil: asOf })) {
      control?.checkpoint(0, Number.NaN);
      const artefact = decodeArtefact(one.data) as LoopArtefact & RegressionArtefact;
      const law = affineLaw(artefact.coefficients, artefact.columns);
      if (law === undefined) continue;
      family ??= law.family;
      // Laws of another family, of a training long ago, cannot be mixed with the others by their parameters.
      if (!isSameFamily(law.family, family)) continue;
      const station = 'stationBias' in artefact ? intern(artefact as StationArtefact) : undefined;
      const expert = { lead: one.lead, rows: artefact.trainedOn.rows, law };
      found.push({ key: batchExpertKey(one.source, one.model), expert, station });
    }
    const known = columnsOfStations(found.flatMap(({ station }) => station ?? []));
    const columns = new Map(known.map((station, column) => [station, column]));
    const experts = new Map<string, BatchExpert[]>();
    for (const { key, expert: own, station } of found) {
      const expert = { ...own, station: station && columns.get(station) };
      const others = experts.get(key);
      if (others === undefined) experts.set(key, [expert]);
      else others.push(expert);
    }
    for (const some of experts.values()) some.sort((a, b) => a.lead - b.lead);
    if (family === undefined) continue;
    variables.push({
      variable,
      experts,
      biases: stationBiases(known, stations),
      mixing: mixing.find((one) => one.variable === name),
      writer: openQuantileWriter(family, levels),
    });
  }
  const summarised = (await store.note(reducedNote)) !== undefined;
  const places = new Map<string, TablePlace>();
  if (variables.some(({ biases, variable }) => biases.elsewhere !== undefined || isSunlit(variable)))
    for (const place of await store.places()) places.set(place.name, place);
  return { variables, sources: await store.sources(), stations, places, summarised, asOf, until, levels };
}

/** An expert before it has a column. */
interface FoundExpert {
  readonly key: string;
  readonly expert: Omit<BatchExpert, 'station'>;
  readonly station: StationArtefact | undefined;
}

export function batchExpertKey(source: string, model: string): string {
  return `${source} ${model}`;
}

function isSameFamily(a: Family, b: Family): boolean {
  return a.law === b.law && a.transform === b.transform && a.lower === b.lower && a.upper === b.upper;
}
