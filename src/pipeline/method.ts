import { createHash } from 'node:crypto';
import type { Artefact } from '../models/model.ts';
import { leadBands } from '../weather/lead-band.ts';
import type { ArtefactTable } from './artefact-table.ts';
import { expertName } from './experts.ts';
import { type Mixing, weightsFor } from './mixing.ts';

/** How the predictions of one variable at one time were made: the same for all places. */
export interface Method {
  /** Raised when the meaning of the other fields changes; 1 had the training itself. */
  readonly version: 1 | 2;
  readonly experts: readonly string[];
  readonly sources: readonly string[];
  readonly bands: readonly {
    /** Upper end of the band of leads, hours. */
    readonly band: number;
    /** In the order of `experts`. */
    readonly weights: readonly number[];
    /** Probabilities that the pool's 0, 0.05, …, 1 became. */
    readonly recalibration: readonly number[];
  }[];
  /** The note that says what the experts learned from: it is long, and the same for all that is issued until the next training. */
  readonly training: string | readonly Training[];
  /** Rules of physics that moved a quantile of what was served; left out where none did. */
  readonly physics?: readonly string[];
}

/** What an expert learned from at a lead. */
export interface Training {
  readonly expert: string;
  readonly lead: number;
  /** Version of the artefact's meaning. */
  readonly version: number;
  readonly rows: number;
  readonly from: number | null;
  readonly until: number | null;
}

/** A note of the store. */
export interface TrainingNote {
  readonly name: string;
  readonly value: string;
}

/** What experts learned from, as a note whose name tells it from every other. */
export function describeTraining(artefacts: ArtefactTable, all: readonly string[]): TrainingNote {
  const value = JSON.stringify([...artefacts].map(([key, artefact]) => trainingOf(key, artefact, all)));
  const hash = createHash('sha256').update(value).digest('base64url').slice(0, 22);
  return { name: `loop.training.${hash}`, value };
}

/** Sources that forecast a variable, and all there are: what experts are named by. */
export interface Naming {
  readonly sources: readonly string[];
  readonly all: readonly string[];
}

/** The method as JSON; equal methods give equal texts, so that a store keeps each once. */
export function describeMethod(
  experts: readonly string[],
  sources: readonly string[],
  mixing: Mixing | undefined,
  training: TrainingNote,
): string {
  const used = leadBands.filter((band) => mixing?.bands.some((one) => one.band === band) ?? false);
  const method: Method = {
    version: 2,
    experts,
    sources,
    bands: used.map((band) => {
      const { weights, recalibration } = weightsFor(mixing, band, experts);
      return { band, weights: rounded(weights), recalibration: rounded(recalibration) };
    }),
    training: training.name,
  };
  return JSON.stringify(method);
}

function trainingOf(key: string, artefact: Artefact, all: readonly string[]): Training {
  const words = key.split(' ');
  const model = words.pop()!;
  const lead = Number(words.pop());
  const { rows, from, until } = artefact.trainedOn;
  return {
    expert: expertName(model, words.join(' '), all),
    lead,
    version: artefact.version,
    rows,
    from: Number.isNaN(from) ? null : from,
    until: Number.isNaN(until) ? null : until,
  };
}

/** Six digits say enough about a weight, and a tenth of the text. */
function rounded(values: Float64Array): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(6)));
}
