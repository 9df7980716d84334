import { WeatherglassError } from '../errors.ts';
import type { Distributions } from '../forecast/distributions.ts';
import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import { section } from '../runtime/event-loop.ts';
import type { Store, StoredPrediction } from '../store/store.ts';
import { didYouMean } from '../weather/nearest-names.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { type Provenance, provenanceTeller, type ReadMethod, readMethods } from './provenance.ts';
import { whoseTruth } from './whose-truth.ts';

/** One value ahead, as it was issued, with where it comes from. In the variable's unit. */
export interface ServedPrediction {
  readonly place: string;
  readonly variable: string;
  readonly unit: string;
  /** Nothing that became known later went in. */
  readonly issuedAt: number;
  readonly validTime: number;
  /** Hours from the newest run used to the valid time. */
  readonly lead: number;
  readonly mean: number;
  readonly median: number;
  /** At the levels asked for. */
  readonly quantiles: readonly number[];
  /** P(value ≥ threshold), by threshold. */
  readonly probabilities: Readonly<Record<string, number>>;
  readonly provenance: Provenance;
}

export interface ServedQuery {
  readonly places: readonly string[];
  /** All that the places have by default. */
  readonly variables?: readonly string[] | undefined;
  /** What had been issued by then, and is valid later. */
  readonly asOf: number;
  /** The last valid time asked for, inclusive; as far as there is by default. */
  readonly until?: number | undefined;
  /** Ascending within (0, 1). */
  readonly levels?: readonly number[] | undefined;
  /** By variable, values whose probability of being reached or exceeded is asked for. */
  readonly thresholds?: Readonly<Record<string, readonly number[]>> | undefined;
}

export interface Served {
  readonly asOf: number;
  readonly levels: readonly number[];
  /** By place, variable and valid time. */
  readonly predictions: readonly ServedPrediction[];
}

export const servedLevels: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Issues looked through for a valid time: newer ones may not reach as far. */
const ISSUES = 40;

/**
 * What the store says about the time ahead of `asOf`: for each valid time the newest prediction issued by then.
 *
 * @throws WeatherglassError NotFound: a place or variable that is not in the store, or nothing ahead. Usage: levels out of
 *   order; a threshold of a variable not asked for; a time beyond the last prediction.
 */
export async function servedPredictions(store: Store, query: ServedQuery): Promise<Served> {
  const levels = query.levels ?? servedLevels;
  if (levels.length === 0 || !levels.every((level, k) => level > (levels[k - 1] ?? 0) && level < 1))
    throw new WeatherglassError('Usage', `levels must ascend between 0 and 1, not ${levels.join(', ')}`);
  const places = (await checkPlaces(store, query.places)).map(({ name }) => name);
  const variables = await checkVariables(store, query.variables);
  for (const name of Object.keys(query.thresholds ?? {}))
    if (!variables.some((one) => one.name === name))
      throw new WeatherglassError(
        'Usage',
        `a threshold is given for ${name}, which is not among the variables asked for`,
      );
  const issued = await store.predictionsAhead({
    places,
    variables: query.variables,
    issuedUntil: query.asOf,
    after: query.asOf,
    issues: ISSUES,
  });
  if (issued.length === 0) throw await nothingAhead(store, query);
  const ahead = issued.flatMap(({ validTimes }) => [...validTimes]).filter((time) => time > query.asOf);
  const reach = ahead.reduce((a, b) => Math.max(a, b));
  const until = query.until ?? reach;
  if (until > reach)
    throw new WeatherglassError(
      'Usage',
      `${formatInstant(until)} is beyond the horizon: predictions for ${places.join(', ')} reach until ${formatInstant(reach)}`,
    );
  const issuedAt = issued.reduce((latest, one) => Math.max(latest, one.issuedAt), -Infinity);
  const methods = await readMethods(store, issued);
  const truth = await whoseTruth(store, places, issuedAt);
  const predictions = section('values of predictions', () =>
    valuesAhead(issued, { ...query, levels, until }, variables, methods, truth),
  );
  if (predictions.length === 0)
    throw new WeatherglassError(
      'NotFound',
      `nothing is predicted for ${places.join(', ')} until ${formatInstant(until)}: the first value ahead is for ${formatInstant(ahead.reduce((a, b) => Math.min(a, b)))}`,
    );
  const order = new Map(places.map((name, index) => [name, index]));
  predictions.sort(
    (a, b) =>
      order.get(a.place)! - order.get(b.place)! ||
      (a.variable < b.variable ? -1 : a.variable > b.variable ? 1 : a.validTime - b.validTime),
  );
  return { asOf: query.asOf, levels, predictions };
}

/** Each time ahead once, by the newest that says something of it. */
function valuesAhead(
  issued: readonly StoredPrediction[],
  query: ServedQuery & { readonly levels: readonly number[]; readonly until: number },
  variables: readonly Variable[],
  methods: ReadonlyMap<string, ReadMethod>,
  truthOfSeries: (variable: string, place: string) => readonly string[],
): ServedPrediction[] {
  const { asOf, until, levels } = query;
  const values: ServedPrediction[] = [];
  const said = new Set<string>();
  for (const one of issued) {
    const variable = variables.find(({ name }) => name === one.variable);
    if (variable === undefined) continue;
    const key = `${one.variable} ${one.place}`;
    const thresholds = query.thresholds?.[one.variable] ?? [];
    const laws = servedLaws(one, variable);
    const provenance = provenanceTeller(
      one,
      methods.get(one.method)!,
      asOf,
      truthOfSeries(one.variable, one.place),
    );
    one.validTimes.forEach((validTime, i) => {
      if (validTime <= asOf || validTime > until || said.has(`${validTime} ${key}`)) return;
      said.add(`${validTime} ${key}`);
      values.push({
        place: one.place,
        variable: one.variable,
        unit: variable.unit,
        issuedAt: one.issuedAt,
        validTime,
        lead: (validTime - one.runTimes[i]) / msPerHour,
        mean: laws.mean(i),
        median: laws.quantile(i, 0.5),
        quantiles: levels.map((level) => laws.quantile(i, level)),
        probabilities: Object.fromEntries(
          thresholds.map((value) => [String(value), 1 - laws.cdfBelow(i, value)]),
        ),
        provenance: provenance(i),
      });
    });
  }
  return values;
}

/** What is served of a prediction, as distributions: one a valid time. */
export function servedLaws(prediction: StoredPrediction, { lower, upper }: Variable): Distributions {
  const { contenders, levels, quantiles, validTimes } = prediction;
  const count = levels.length;
  const values = new Float64Array(validTimes.length * count);
  for (let i = 0; i < validTimes.length; i++)
    for (let j = 0; j < count; j++) values[i * count + j] = quantiles[i * contenders.length * count + j];
  return quantileDistributions(Float64Array.from(levels), values, lower, upper);
}

/** @throws WeatherglassError NotFound with the nearest names. */
export async function checkPlaces(store: Store, names: readonly string[]): Promise<FollowedPlace[]> {
  const places = await store.places();
  return names.map((name) => {
    const place = places.find((one) => one.name === name);
    if (place === undefined)
      throw new WeatherglassError(
        'NotFound',
        `there is no place ${JSON.stringify(name)}.${didYouMean(
          name,
          places.map((one) => one.name),
        )}`,
      );
    return place;
  });
}

/** @throws WeatherglassError NotFound with the nearest names. */
export async function checkVariables(
  store: Store,
  names: readonly string[] | undefined,
): Promise<Variable[]> {
  const variables = await store.variables();
  if (names === undefined) return [...variables];
  return names.map((name) => {
    const variable = variables.find((one) => one.name === name);
    if (variable === undefined)
      throw new WeatherglassError(
        'NotFound',
        `there is no variable ${JSON.stringify(name)}.${didYouMean(
          name,
          variables.map((one) => one.name),
        )}`,
      );
    return variable;
  });
}

async function nothingAhead(
  store: Store,
  { places, variables, asOf }: ServedQuery,
): Promise<WeatherglassError> {
  const issued = await store.newestIssues({ places, variables, issuedUntil: asOf });
  const where = places.length > 3 ? `${places.length} places` : places.join(', ');
  const newest = issued.reduce((latest, one) => Math.max(latest, one.issuedAt), -Infinity);
  return new WeatherglassError(
    'NotFound',
    newest === -Infinity
      ? `nothing has been predicted for ${where} as of ${formatInstant(asOf)}: \`weatherglass predict\` does so once forecasts that reach beyond that time are there, and outcomes to learn from`
      : `nothing lies ahead of ${formatInstant(asOf)} for ${where}: the newest prediction was issued ${formatInstant(newest)}. Import newer forecasts, or choose an earlier time.`,
  );
}
