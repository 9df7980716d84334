import { isWeatherglassError, type WeatherglassError } from '../errors.ts';
import type { Artefact, Control, Model, Selection, Settings } from '../models/model.ts';
import { trainedOn } from '../models/model.ts';
import { findModel } from '../models/registry.ts';

/** Models that are fitted and mixed where there is a forecast to correct, simplest first: all places together. */
export const forecastExperts: readonly string[] = [
  'dressed',
  'climatology',
  'emos',
  'emos-season',
  'emos-station',
  'idr',
  'regional',
  'trees',
];
/** Those of the loop where there are observations alone: each place by itself, for nothing tells the model where it is. */
const observationExperts = ['climatology', 'persistence', 'harmonic'];

/** The experts for a source; '' stands for observations alone. */
export function expertsFor(source: string): readonly Model[] {
  return (source === '' ? observationExperts : forecastExperts).map(findModel);
}

/** What the experts read beside forecasts and outcomes. */
export const expertsNeed = {
  usesRecent: anyExpert(({ usesRecent }) => usesRecent === true),
  usesContext: anyExpert(({ usesContext }) => usesContext === true),
};

function anyExpert(is: (model: Model) => boolean): boolean {
  return [...forecastExperts, ...observationExperts].map(findModel).some(is);
}

/** What is served: the mixture after recalibration, and before it. */
export const servedContenders = ['aggregate', 'pool'] as const;

/**
 * Who answers for a variable: what is served, then each expert of each source.
 *
 * @param sources those that forecast the variable; '' for observations alone
 * @param all every source of the store, by the order they were added
 */
export function contendersOf(sources: readonly string[], all: readonly string[]): string[] {
  const experts = sources.flatMap((source) =>
    expertsFor(source).map(({ name }) => expertName(name, source, all)),
  );
  return [...servedContenders, ...new Set(experts)];
}

/**
 * What an expert is called: `model@source` for all but the first source of the store, so that what is known of an expert
 * is still its own when another source is added. Climatology looks at no forecast: it is one expert for all.
 */
export function expertName(model: string, source: string, all: readonly string[]): string {
  return all.indexOf(source) > 0 && model !== 'climatology' ? `${model}@${source}` : model;
}

/** What an expert learned at each place by itself. */
interface PlaceArtefacts extends Artefact {
  readonly byPlace: Readonly<Record<string, Artefact>>;
}

/**
 * Fits an expert of a source to training rows.
 *
 * @param earlier what it learned from the same rows and fewer, to start from
 * @throws WeatherglassError CannotFit; of observations alone only where no place can be fitted.
 */
export function fitExpert(
  model: Model,
  source: string,
  training: Selection,
  settings: Settings,
  control: Control,
  earlier?: Artefact,
): Artefact {
  if (source !== '') return model.fit(training, settings, control, earlier);
  const { cases } = training;
  const byPlace: [string, Artefact][] = [];
  let refusal: WeatherglassError | undefined;
  for (const [place, rows] of rowsByPlace(training)) {
    const name = cases.places[place];
    try {
      byPlace.push([name, model.fit({ cases, rows }, settings, control, artefactAt(earlier, name))]);
    } catch (error) {
      if (!isWeatherglassError(error, 'CannotFit')) throw error;
      refusal = error;
    }
  }
  if (refusal !== undefined && byPlace.length === 0) throw refusal;
  // Without rows there are no places: the model says what is missing.
  if (byPlace.length === 0) return model.fit(training, settings, control);
  const artefact: PlaceArtefacts = {
    model: model.name,
    version: byPlace[0][1].version,
    trainedOn: trainedOn(training),
    byPlace: Object.fromEntries(byPlace),
  };
  return artefact;
}

/** What was learned at one place by itself; undefined where it was not. */
function artefactAt(artefact: Artefact | undefined, place: string): Artefact | undefined {
  if (artefact === undefined || !('byPlace' in artefact)) return undefined;
  const { byPlace } = artefact as PlaceArtefacts;
  return Object.hasOwn(byPlace, place) ? byPlace[place] : undefined;
}

/**
 * Quantiles of an expert for some rows: into `out`, `levels.length` of them for row i from `at + i * stride` on. Rows
 * without an answer are left as they are.
 */
export function expertQuantiles(
  model: Model,
  artefact: Artefact,
  targets: Selection,
  levels: Float64Array,
  out: Float64Array,
  at: number,
  stride: number,
): void {
  if (!('byPlace' in artefact)) {
    const laws = model.predict(artefact, targets);
    for (let i = 0; i < targets.rows.length; i++)
      for (let j = 0; j < levels.length; j++) out[at + i * stride + j] = laws.quantile(i, levels[j]);
    return;
  }
  const { cases, rows } = targets;
  const position = new Map(Array.from(rows, (row, i) => [row, i]));
  for (const [place, own] of rowsByPlace(targets)) {
    const learned = artefactAt(artefact, cases.places[place]);
    if (learned === undefined) continue;
    const laws = model.predict(learned, { cases, rows: own });
    own.forEach((row, i) => {
      const from = at + position.get(row)! * stride;
      for (let j = 0; j < levels.length; j++) out[from + j] = laws.quantile(i, levels[j]);
    });
  }
}

function rowsByPlace({ cases, rows }: Selection): [number, Int32Array][] {
  const lists = new Map<number, number[]>();
  for (const row of rows) {
    const own = lists.get(cases.place[row]);
    if (own === undefined) lists.set(cases.place[row], [row]);
    else own.push(row);
  }
  return [...lists].map(([place, own]) => [place, Int32Array.from(own)]);
}
