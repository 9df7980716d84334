import { WeatherglassError } from '../errors.ts';
import type { Distributions } from '../forecast/distributions.ts';
import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import type { Store, StoredPrediction } from '../store/store.ts';
import { bandOf } from '../weather/lead-band.ts';
import { didYouMean } from '../weather/nearest-names.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { servedContenders } from './experts.ts';
import type { Method } from './method.ts';

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
  /** At the levels asked for. */
  readonly quantiles: readonly number[];
  /** P(value ≥ threshold), by threshold. */
  readonly probabilities: Readonly<Record<string, number>>;
  readonly provenance: Provenance;
}

/** Where a prediction comes from. */
export interface Provenance {
  /** Experts that answered, heaviest first, with their shares of the mixture. */
  readonly experts: readonly { readonly name: string; readonly weight: number }[];
  /** The runs whose forecasts went in; none for a place whose observations alone were learned from. */
  readonly runs: readonly { readonly source: string; readonly issuedAt: number }[];
  /** Issue of the newest run used; without runs, of the newest observation. */
  readonly runTime: number;
  /** Hours from that to `asOf`. */
  readonly ageHours: number;
  /** Outcomes that the experts learned from at this lead, and the valid times of the first and last; NaN for none. */
  readonly trainedOn: { readonly rows: number; readonly from: number; readonly until: number };
  /** Whose outcomes count as the truth here. */
  readonly truth: readonly string[];
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
  const issued = await store.latestPredictions({
    places,
    variables: query.variables,
    issuedUntil: query.asOf,
    count: ISSUES,
  });
  const truth = await truthOf(store, places, query.asOf);
  const predictions: ServedPrediction[] = [];
  const answered = new Set<string>();
  let firstAhead = Infinity;
  for (const one of issued) {
    const variable = variables.find(({ name }) => name === one.variable);
    if (variable === undefined) continue;
    const laws = servedLaws(one, variable);
    const method = methodOf(one.method);
    one.validTimes.forEach((validTime, i) => {
      const key = `${one.variable} ${validTime} ${one.place}`;
      if (validTime <= query.asOf || answered.has(key)) return;
      answered.add(key);
      firstAhead = Math.min(firstAhead, validTime);
      if (validTime > (query.until ?? Infinity)) return;
      const lead = (validTime - one.runTimes[i]) / msPerHour;
      predictions.push({
        place: one.place,
        variable: one.variable,
        unit: variable.unit,
        issuedAt: one.issuedAt,
        validTime,
        lead,
        mean: laws.mean(i),
        quantiles: levels.map((level) => laws.quantile(i, level)),
        probabilities: Object.fromEntries(
          (query.thresholds?.[one.variable] ?? []).map((value) => [
            String(value),
            1 - laws.cdfBelow(i, value),
          ]),
        ),
        provenance: {
          ...provenanceOf(one, method, i),
          ageHours: (query.asOf - one.runTimes[i]) / msPerHour,
          truth: truth.get(`${one.variable} ${one.place}`) ?? [],
        },
      });
    });
  }
  if (answered.size === 0) throw nothingAhead(issued, places, query.asOf);
  const reach = issued.reduce((last, one) => Math.max(last, one.validTimes.at(-1) ?? -Infinity), -Infinity);
  if (query.until !== undefined && query.until > reach)
    throw new WeatherglassError(
      'Usage',
      `${formatInstant(query.until)} is beyond the horizon: predictions for ${places.join(', ')} reach until ${formatInstant(reach)}`,
    );
  if (predictions.length === 0)
    throw new WeatherglassError(
      'NotFound',
      `nothing is predicted for ${places.join(', ')} until ${formatInstant(query.until ?? reach)}: the first value ahead is for ${formatInstant(firstAhead)}`,
    );
  const order = new Map(places.map((name, index) => [name, index]));
  predictions.sort(
    (a, b) =>
      order.get(a.place)! - order.get(b.place)! ||
      a.variable.localeCompare(b.variable) ||
      a.validTime - b.validTime,
  );
  return { asOf: query.asOf, levels, predictions };
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

const methods = new Map<string, Method>();

/** A method's text parsed once; a handful of them serve thousands of predictions. */
function methodOf(text: string): Method {
  let method = methods.get(text);
  if (method === undefined) {
    if (methods.size > 64) methods.clear();
    methods.set(text, (method = JSON.parse(text) as Method));
  }
  return method;
}

function provenanceOf(
  prediction: StoredPrediction,
  method: Method,
  index: number,
): Omit<Provenance, 'ageHours' | 'truth'> {
  const { contenders, levels, quantiles, validTimes, runTimes, sourceTimes } = prediction;
  // Leads of blocks are single precision.
  const leadOf = (issuedAt: number) => Math.fround((validTimes[index] - issuedAt) / msPerHour);
  const inputs = method.sources.map((source, k) => ({
    source,
    issuedAt: sourceTimes?.[index * method.sources.length + k] ?? runTimes[index],
  }));
  const leads = inputs.map(({ issuedAt }) => leadOf(issuedAt));
  const lead = (validTimes[index] - runTimes[index]) / msPerHour;
  const band = method.bands.find((one) => one.band === bandOf(lead));
  const answering = method.experts
    .map((name, k) => ({ name, weight: band?.weights[k] ?? 1 / method.experts.length }))
    .filter(({ name }) => {
      // Only what was served is kept of old predictions; then the method says who was asked.
      if (contenders.length <= servedContenders.length) return true;
      const at = (index * contenders.length + contenders.indexOf(name)) * levels.length;
      return !Number.isNaN(quantiles[at]);
    });
  const total = answering.reduce((sum, { weight }) => sum + weight, 0);
  const experts = answering
    .map(({ name, weight }) => ({ name, weight: weight / total }))
    .sort((a, b) => b.weight - a.weight);
  const training = method.training.filter(
    (one) => leads.includes(one.lead) && experts.some(({ name }) => name === one.expert),
  );
  return {
    experts,
    runs: inputs.filter(({ source, issuedAt }) => source !== '' && !Number.isNaN(issuedAt)),
    runTime: runTimes[index],
    trainedOn: {
      rows: Math.max(0, ...training.map(({ rows }) => rows)),
      from: extreme(
        Math.min,
        training.map(({ from }) => from),
      ),
      until: extreme(
        Math.max,
        training.map(({ until }) => until),
      ),
    },
  };
}

/** The least or greatest of some times; NaN where there is none. */
function extreme(which: (...times: number[]) => number, times: readonly (number | null)[]): number {
  const known = times.filter((time) => time !== null);
  return known.length > 0 ? which(...known) : Number.NaN;
}

/** Origins of the newest outcomes of each variable and place, by `${variable} ${place}`. */
async function truthOf(
  store: Store,
  places: readonly string[],
  asOf: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const days = 40;
  const found = new Map<string, string[]>();
  for await (const block of store.observations({
    places,
    validFrom: asOf - days * 24 * msPerHour,
    knownUntil: asOf,
  }))
    for (let row = 0; row < block.rows; row++) {
      const key = `${block.variables[block.variable[row]]} ${block.places[block.place[row]]}`;
      const origin = block.origins[block.origin[row]];
      const own = found.get(key);
      if (own === undefined) found.set(key, [origin]);
      else if (!own.includes(origin)) own.push(origin);
    }
  return found;
}

function nothingAhead(
  issued: readonly StoredPrediction[],
  places: readonly string[],
  asOf: number,
): WeatherglassError {
  const where = places.length > 3 ? `${places.length} places` : places.join(', ');
  const newest = issued.reduce((latest, one) => Math.max(latest, one.issuedAt), -Infinity);
  return new WeatherglassError(
    'NotFound',
    newest === -Infinity
      ? `nothing has been predicted for ${where} as of ${formatInstant(asOf)}: import forecasts, then run \`weatherglass predict\``
      : `nothing lies ahead of ${formatInstant(asOf)} for ${where}: the newest prediction was issued ${formatInstant(newest)}. Import newer forecasts, or choose an earlier time.`,
  );
}
