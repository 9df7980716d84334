import { WeatherglassError } from '../errors.ts';
import { type Distributions } from '../forecast/distributions.ts';
import { empirical, makeSample, type Sample } from '../forecast/empirical.ts';
import { back } from '../forecast/transform.ts';
import { ensembleStatistics, rawColumns } from './ensemble-statistics.ts';
import { type Artefact, type Model, recentNames, type Selection, trainedOn } from './model.ts';
import { rawDistributions } from './raw.ts';

export interface DressedArtefact extends Artefact {
  /** Outcome minus forecast, of each training row. */
  readonly errors: Float64Array;
}

/** A point forecast of each selected row; NaN where there is none. */
type Point = (selection: Selection) => (row: number) => number;

const rawPoint: Point = ({ cases }) => {
  const { mean } = ensembleStatistics(cases, 'none');
  return (row) => mean[row];
};

const lastOutcome: Point = ({ cases }) => {
  const last = recentNames.indexOf('last');
  const { transform } = cases.variable;
  return (row) =>
    cases.recent.length === 0 ? Number.NaN : back(transform, cases.recent[row * recentNames.length + last]);
};

function pastErrors(training: Selection, point: Point, what: string): Float64Array {
  const forecast = point(training);
  const { cases, rows } = training;
  const room = new Float64Array(rows.length);
  let count = 0;
  for (const row of rows) {
    const error = cases.outcome[row] - forecast(row);
    if (Number.isFinite(error)) room[count++] = error;
  }
  const errors = room.slice(0, count);
  if (errors.length < 2)
    throw new WeatherglassError(
      'CannotFit',
      `${errors.length} past errors of ${what} are known; at least 2 are needed`,
    );
  return errors;
}

function dress(artefact: DressedArtefact, targets: Selection, point: Point): Distributions {
  const forecast = point(targets);
  const { lower, upper } = targets.cases.variable;
  const shift = Float64Array.from(targets.rows, forecast);
  return empirical([sampleOf(artefact)], new Int32Array(shift.length), shift, lower, upper);
}

const samples = new WeakMap<DressedArtefact, Sample>();

/** The sorted errors, remembered with their artefact: it may be asked many times. */
function sampleOf(artefact: DressedArtefact): Sample {
  let sample = samples.get(artefact);
  if (sample === undefined) samples.set(artefact, (sample = makeSample(artefact.errors)));
  return sample;
}

/** Whether the raw forecast is a set of two or more, which dresses itself. */
function isEnsemble({ cases }: Selection): boolean {
  const [from, to] = rawColumns(cases);
  return to - from > 1;
}

/**
 * The reference every skill is measured against: a single forecast with the distribution of its own past errors,
 * bias not removed; an ensemble with its own members.
 *
 * Dressed values are kept within the variable's bounds.
 */
export const dressed: Model<DressedArtefact> = {
  name: 'dressed',
  about: 'the forecast with the distribution of its own past errors; an ensemble with its own members',
  simpler: 'climatology',
  fit: (training) => ({
    model: 'dressed',
    version: 1,
    trainedOn: trainedOn(training),
    errors: isEnsemble(training) ? new Float64Array() : pastErrors(training, rawPoint, 'the forecast'),
  }),
  predict: (artefact, targets) =>
    isEnsemble(targets) ? rawDistributions(targets) : dress(artefact, targets, rawPoint),
};

/** The last outcome known at the place, with the distribution of this rule's past errors. */
export const persistence: Model<DressedArtefact> = {
  name: 'persistence',
  about: "the place's last known outcome with the distribution of its own past errors",
  simpler: 'climatology',
  usesRecent: true,
  fit: (training) => ({
    model: 'persistence',
    version: 1,
    trainedOn: trainedOn(training),
    errors: pastErrors(training, lastOutcome, 'persistence'),
  }),
  predict: (artefact, targets) => dress(artefact, targets, lastOutcome),
};
