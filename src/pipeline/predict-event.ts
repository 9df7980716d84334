import { WeatherglassError } from '../errors.ts';
import type { Distributions } from '../forecast/distributions.ts';

import { parseEvent, type WeatherEvent } from '../forecast/event.ts';
import { marginProbability, needsEveryHour } from '../forecast/event-margins.ts';
import { type EventPeriod, eventPeriods, follows, longestRow } from '../forecast/event-periods.ts';
import { eventShares, longestSpells } from '../forecast/event-shares.ts';
import { fillHours } from '../forecast/fill-hours.ts';
import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import { section } from '../runtime/event-loop.ts';
import { seededRandom } from '../scores/random.ts';
import { sampleQuantile } from '../scores/sample-quantile.ts';
import type { Store } from '../store/store.ts';
import { formatInstant, msPerDay } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { type Coupled, coupleAsOf, ensembleOver } from './event-template.ts';
import { issuedLevels } from './issue-chunk.ts';
import { observedSeries } from './observed-series.ts';
import { rawRuns } from './raw-runs.ts';
import { checkPlaces, type ServedPrediction, servedPredictions } from './served.ts';

/** Trajectories that probabilities are shares of, at least. */
const TRAJECTORIES = 1000;
const levels = Float64Array.from(issuedLevels);
/** Runs issued so much before the newest that went in may still reach farther. */
const OLDEST_RUN_DAYS = 3;

export interface EventQuery {
  readonly place: string;
  /** As {@link parseEvent} reads it. */
  readonly event: string;
  /** Nothing that became known later is used, and what is valid later is asked for. */
  readonly asOf: number;
  /** The last valid time looked at, inclusive; as far as there is by default. */
  readonly until?: number | undefined;
  /** Of the draws between members that are equal. */
  readonly seed?: string | undefined;
}

/** The probability of an event in one period. */
export interface PeriodProbability extends Pick<EventPeriod, 'start' | 'end' | 'date'> {
  readonly probability: number;
  /** Standard error of taking it as a share of so many courses; 0 where it comes from the distribution itself. */
  readonly error: number;
}

/** How likely an event is, in each period ahead and at any time. */
export interface EventForecast {
  readonly place: string;
  readonly zone: string;
  readonly event: WeatherEvent;
  readonly asOf: number;
  /** By end. */
  readonly periods: readonly PeriodProbability[];
  /** In at least one of the periods. */
  readonly anyTime: PeriodProbability;
  /** Of a spell: hours of the longest row at levels 0.05, 0.5 and 0.95. */
  readonly longestSpell?: readonly number[];
  readonly coupling: Omit<Coupled, 'trajectories'>;
  readonly trajectories: number;
  /** Hours that were filled in between those that are predicted. */
  readonly interpolated: number;
  /** The predictions that went in, by valid time, with their provenance. */
  readonly predictions: readonly ServedPrediction[];
}

/**
 * How likely an event is at a place, from what is served there: the distributions of single times, joined into trajectories.
 *
 * @throws WeatherglassError what {@link parseEvent} and {@link servedPredictions} throw. Usage: a period longer than any
 *   unbroken row of predicted hours. NotFound: no local day that is predicted as a whole.
 */
export async function predictEvent(store: Store, query: EventQuery): Promise<EventForecast> {
  const { place, asOf, until, seed = '1' } = query;
  const [location] = await checkPlaces(store, [place]);
  const { zone } = location;
  const event = parseEvent(query.event, await variablesOf(store, place, asOf));
  const { variable } = event;
  const served = await servedPredictions(store, {
    places: [place],
    variables: [variable.name],
    asOf,
    until,
    levels: issuedLevels,
  });
  const { times, margins } = hoursOf(event, served.predictions, zone, place);
  const periods = eventPeriods(event, times, zone);
  const asked = new Set(times);
  const predictions = served.predictions.filter(({ validTime }) => asked.has(validTime));
  const issuedAt = predictions.reduce((newest, one) => Math.max(newest, one.issuedAt), -Infinity);
  const runTime = predictions.reduce((newest, one) => Math.max(newest, one.provenance.runTime), -Infinity);
  const runs = await rawRuns(store, place, variable.name, {
    issuedFrom: runTime - OLDEST_RUN_DAYS * msPerDay,
    knownUntil: asOf,
  });
  // Years of observations are read only where they are needed.
  const observedUntil = ensembleOver(runs, times, asOf) === undefined ? asOf : -Infinity;
  const sources = {
    variable,
    place: location,
    daily: event.stepHours % 24 === 0,
    runs,
    observed: await observedSeries(store, place, variable.name, observedUntil),
  };
  const random = seededRandom(`${seed} ${place} ${variable.name} ${issuedAt}`);
  const { trajectories, shares, coupling } = section('trajectories', () => {
    const { trajectories, ...coupling } = coupleAsOf(margins, times, sources, asOf, TRAJECTORIES, random);
    return { trajectories, shares: eventShares(trajectories, event, periods), coupling };
  });
  // What was drawn is the order; of the template's members each counts once, however many trajectories it stands for.
  const sampled = coupling.template || trajectories.count;
  const errorOf = (share: number) => Math.sqrt((share * (1 - share)) / sampled);
  return {
    place,
    zone,
    event,
    asOf,
    periods: periods.map(({ from, start, end, date }, p) => ({
      start,
      end,
      ...(date !== undefined && { date }),
      ...(event.statistic === 'value'
        ? { probability: marginProbability(margins, from, event), error: 0 }
        : { probability: shares.periods[p], error: errorOf(shares.periods[p]) }),
    })),
    anyTime: {
      start: periods[0].start,
      end: periods.at(-1)!.end,
      probability: shares.anyTime,
      error: errorOf(shares.anyTime),
    },
    ...(event.statistic === 'spell' && { longestSpell: longestSpellHours(trajectories, event, times) }),
    coupling,
    trajectories: trajectories.count,
    interpolated: times.length - predictions.length,
    predictions,
  };
}

/** The variables that there are predictions of; before there are any all, for what is served then says why better. */
async function variablesOf(store: Store, place: string, asOf: number): Promise<Variable[]> {
  const issues = await store.newestIssues({ places: [place], issuedUntil: asOf });
  const predicted = new Set(issues.map(({ variable }) => variable));
  return (await store.variables()).filter(({ name }) => predicted.size === 0 || predicted.has(name));
}

/**
 * The served distributions of the hours that some period has, those between that are not predicted among them where the event
 * needs them. What no period has need not be in a template either.
 */
function hoursOf(
  event: WeatherEvent,
  predictions: readonly ServedPrediction[],
  zone: string,
  place: string,
): { readonly times: Float64Array; readonly margins: Distributions } {
  const predicted = {
    validTimes: Float64Array.from(predictions, ({ validTime }) => validTime),
    quantiles: Float64Array.from(predictions.flatMap(({ quantiles }) => quantiles)),
  };
  const { validTimes, quantiles } = needsEveryHour(event) ? fillHours(predicted, levels.length) : predicted;
  const periods = eventPeriods(event, validTimes, zone);
  if (periods.length === 0) throw noPeriods(event, validTimes, place);
  const isUsed = (i: number) => periods.some(({ from, to }) => from <= i && i < to);
  const { lower, upper } = event.variable;
  return {
    times: validTimes.filter((_, i) => isUsed(i)),
    margins: quantileDistributions(
      levels,
      quantiles.filter((_, at) => isUsed(Math.floor(at / levels.length))),
      lower,
      upper,
    ),
  };
}

function longestSpellHours(
  trajectories: Coupled['trajectories'],
  event: WeatherEvent,
  times: Float64Array,
): readonly number[] {
  const breaks = new Set<number>();
  for (let i = 1; i < times.length; i++) if (!follows(event, times[i] - times[i - 1])) breaks.add(i);
  const longest = longestSpells(trajectories, event, breaks);
  return [0.05, 0.5, 0.95].map((level) => event.stepHours * Math.round(sampleQuantile(longest, level)));
}

function noPeriods(event: WeatherEvent, times: Float64Array, place: string): WeatherglassError {
  const row = longestRow(event, times);
  const there = `${event.variable.name} is predicted for ${place} for ${row} hours in a row at most, within ${formatInstant(times[0])} to ${formatInstant(times.at(-1)!)}`;
  return event.hours === 'day'
    ? new WeatherglassError(
        'NotFound',
        `no local day is predicted as a whole: ${there}. Ask for a number of hours instead.`,
      )
    : new WeatherglassError('Usage', `${there}: ask for ${row} hours at most, not ${event.hours}`);
}
