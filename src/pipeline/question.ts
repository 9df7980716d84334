import { setImmediate } from 'node:timers/promises';
import { WeatherglassError } from '../errors.ts';
import { parseEvent, type WeatherEvent } from '../forecast/event.ts';
import { needsEveryHour } from '../forecast/event-margins.ts';
import { fillHours } from '../forecast/fill-hours.ts';
import { checkCostLoss } from '../scores/economic-value.ts';
import type { Store } from '../store/store.ts';
import { formatInstant, msPerDay, msPerHour } from '../weather/time.ts';
import type { CouplingMethod } from './event-template.ts';
import { type IssuedLaws, issuedLaws } from './issued-laws.ts';
import { observedSeries } from './observed-series.ts';

import { forecastThen, rawShareThen } from './question-forecast.ts';
import { type Judged, judged } from './question-judge.ts';
import { questionOutcome, questionTargets } from './question-targets.ts';
import type { Decided } from './question-value.ts';
import { rawRuns } from './raw-runs.ts';
import { checkPlaces } from './served.ts';

/** No forecast looks farther ahead. */
const FARTHEST_DAYS = 17;

export interface QuestionQuery {
  readonly place: string;
  /** As {@link parseEvent} reads it. */
  readonly event: string;
  /** Hours before the end of the period that it is decided at; never after its start. */
  readonly leadHours: number;
  /** What acting costs, as a share of the loss it saves: it is acted from this probability on. */
  readonly costLoss: number;
  /** Ends of the periods; from inclusive, until exclusive. All that there are by default. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly seed?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What came of acting on the forecasts of an event, as they were issued. */
export interface QuestionAnswer extends Judged {
  readonly place: string;
  readonly event: WeatherEvent;
  readonly leadHours: number;
  readonly costLoss: number;
  /** Ends of the first and the last period decided about. */
  readonly from: number;
  readonly until: number;
  readonly targets: number;
  /** Of these, with a value that is not trusted: counted all the same. */
  readonly flagged: number;
  /** Periods in which something was predicted, but not so long before; and those whose outcome is not known. */
  readonly withoutForecast: number;
  readonly withoutOutcome: number;
  /** By how the hours were joined, targets; empty where the event is of single values. */
  readonly couplings: Readonly<Partial<Record<CouplingMethod, number>>>;
  /** Every decision, by end. */
  readonly decided: readonly Decided[];
}

/**
 * Replays "act if the event is at least as probable as the cost–loss ratio" over the forecasts that were issued: at each
 * decision only what had been issued and was known by then.
 *
 * @throws WeatherglassError NotFound: an unknown place, nothing predicted, nothing so long ahead, or no outcome. Usage: an
 *   event or ratio that cannot be; and what {@link parseEvent} throws. Cancelled.
 */
export async function answerQuestion(store: Store, query: QuestionQuery): Promise<QuestionAnswer> {
  const { place, leadHours, costLoss, from = -Infinity, until = Infinity, seed = '1' } = query;
  checkCostLoss(costLoss);
  const [location] = await checkPlaces(store, [place]);
  const { zone } = location;
  const predicted = new Set((await store.newestIssues({ places: [place] })).map(({ variable }) => variable));
  const event = parseEvent(
    query.event,
    (await store.variables()).filter(({ name }) => predicted.has(name)),
  );
  const name = event.variable.name;
  const issued = await issuedLaws(store, place, event.variable, {
    issuedFrom: from - leadHours * msPerHour - FARTHEST_DAYS * msPerDay,
    issuedUntil: until,
  });
  const targets = questionTargets(event, timesAsked(event, issued), zone, leadHours, { from, until });
  if (targets.length === 0) throw nothingIn(query, event, await issuedLaws(store, place, event.variable, {}));
  const observed = await observedSeries(store, place, name);
  const runs = await rawRuns(store, place, name, {
    issuedFrom: targets[0].decidedAt - FARTHEST_DAYS * msPerDay,
    knownUntil: targets.at(-1)!.decidedAt,
  });
  const { variable } = event;
  const sources = { variable, place: location, daily: event.stepHours % 24 === 0, runs, observed };
  const decided: Decided[] = [];
  const couplings: Partial<Record<CouplingMethod, number>> = {};
  let withoutForecast = 0;
  let withoutOutcome = 0;
  for (const target of targets) {
    // A decision takes some milliseconds: between them the command can be stopped.
    await setImmediate();
    if (query.signal?.aborted === true)
      throw new WeatherglassError('Cancelled', 'the question was not answered');
    const { happened, flagged } = questionOutcome(event, target.times, observed);
    const forecast = forecastThen(event, target, issued, sources, `${seed} ${place} ${name} ${target.end}`);
    if (forecast === undefined) withoutForecast++;
    else if (Number.isNaN(happened)) withoutOutcome++;
    else {
      if (forecast.method !== undefined) couplings[forecast.method] = (couplings[forecast.method] ?? 0) + 1;
      decided.push({
        end: target.end,
        decidedAt: target.decidedAt,
        issuedAt: forecast.issuedAt,
        probability: forecast.probability,
        raw: rawShareThen(event, target, sources),
        happened,
        flagged,
      });
    }
  }
  if (decided.length === 0) throw nothingDecided(query, issued, withoutForecast, withoutOutcome);
  return {
    place,
    event,
    leadHours,
    costLoss,
    from: decided[0].end,
    until: decided.at(-1)!.end,
    targets: decided.length,
    flagged: decided.filter((one) => one.flagged).length,
    withoutForecast,
    withoutOutcome,
    ...judged(decided, costLoss, leadHours, `${seed} ${place} ${event.text}`),
    couplings,
    decided,
  };
}

/** Valid times that something was said of, and where the event needs them the hours between. */
function timesAsked(event: WeatherEvent, { validTimes }: IssuedLaws): Float64Array {
  if (!needsEveryHour(event)) return validTimes;
  return fillHours({ validTimes, quantiles: new Float64Array() }, 0).validTimes;
}

function nothingIn({ place, from, until }: QuestionQuery, event: WeatherEvent, { validTimes }: IssuedLaws) {
  const reach =
    validTimes.length === 0
      ? 'there are no predictions of it'
      : `its predictions reach from ${formatInstant(validTimes[0])} to ${formatInstant(validTimes.at(-1)!)}`;
  const asked = from === undefined && until === undefined ? '' : ' that end in that time';
  return new WeatherglassError(
    'NotFound',
    `no ${event.hours === 'day' ? 'whole local days' : `periods of ${event.hours} h`}${asked} were predicted of ${event.variable.name} at ${place}: ${reach}`,
  );
}

function nothingDecided(
  { place, leadHours }: QuestionQuery,
  { longestAhead }: IssuedLaws,
  withoutForecast: number,
  withoutOutcome: number,
) {
  return new WeatherglassError(
    'NotFound',
    withoutOutcome > 0
      ? `of ${withoutOutcome} periods at ${place} that were predicted ${leadHours} h ahead the outcome is not known`
      : `none of ${withoutForecast} periods at ${place} was predicted ${leadHours} h ahead; the farthest that anything was is ${Math.floor(longestAhead / msPerHour)} h`,
  );
}
