import type { ForecastSource, PastForecasts, Provider, ReanalysisSource } from '../sources/source.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { msPerDay } from '../weather/time.ts';
import type { CollectedPlace } from './follow.ts';

/** One request that fills in some of a place's past. */
export interface FillStep {
  readonly place: FollowedPlace;
  /** What it is kept and its progress noted under. */
  readonly source: string;
  readonly provider: Provider;
  /** Forecasts of the past by names of runs; outcomes of a reanalysis where there are none. */
  readonly names: readonly string[];
  /** Start of the first valid day, and end of the last, exclusive. */
  readonly from: number;
  readonly until: number;
  readonly calls: number;
}

/** What there is to fill a past from. */
export interface FillSources {
  readonly forecasts: readonly ForecastSource[];
  readonly reanalysis: ReanalysisSource | undefined;
}

/** How much of a source's past a place has: whole days from … until …. */
export interface Filled {
  readonly from: number;
  readonly until: number;
  /** Until when it was filled in first: the days that are wanted count from there. */
  readonly began: number;
}

/** Days of the first window of each place and source, as many as most sources give at once: what is recent teaches most. */
const FIRST_DAYS = 28;

interface Span {
  readonly from: number;
  readonly until: number;
}

/** What is still to be filled in of one place from one source. */
interface Backlog extends Pick<FillStep, 'place' | 'source' | 'provider' | 'names'> {
  readonly count: number;
  /** Spans of the window: 0 is what comes first, then counted backwards. */
  readonly spansIn: (window: number) => readonly Span[];
  readonly calls: (span: Span) => number;
}

/** What is still to be filled in. */
export interface FillPlan {
  readonly count: number;
  /**
   * In the order of their value: the last month of every place before anything older, forecasts and outcomes of the same days
   * together, for neither teaches without the other. Made one by one: of many places there are hundreds of thousands.
   */
  readonly steps: () => Generator<FillStep, void, void>;
}

/**
 * The plan by which the past of places is filled in.
 *
 * A reanalysis goes on as its days become available; the forecasts that go with them were collected live.
 *
 * @param filled by place and source, see {@link filledKey}
 * @param now epoch milliseconds; the past ends with yesterday
 */
export function fillPlan(
  places: readonly CollectedPlace[],
  { forecasts, reanalysis }: FillSources,
  variables: readonly string[],
  filled: ReadonlyMap<string, Filled>,
  now: number,
): FillPlan {
  const today = Math.floor(now / msPerDay) * msPerDay;
  const backlogs: Backlog[] = [];
  for (const { place, following } of places) {
    const { pastDays, truth } = following;
    const request = (span: Span) => ({ places: [place], variables, from: span.from, until: span.until });
    for (const { past, names: all, covers, provider } of forecasts) {
      const names = all.filter((name) => covers(name, place));
      if (past === undefined || names.length === 0) continue;
      const source = pastSource(provider);
      const known = filled.get(filledKey(source, place.name));
      const back = backwards(known, today, pastDays, past.daysAtOnce);
      const calls = (span: Span) => past.calls({ ...request(span), names });
      backlogs.push({ place, source, provider, names, calls, ...back });
    }
    if (reanalysis === undefined || truth !== 'reanalysis') continue;
    const { provider, name: source, daysAtOnce, daysLate } = reanalysis;
    const known = filled.get(filledKey(source, place.name));
    const latest = today - daysLate * msPerDay;
    // Where nothing of the past is wanted, it begins with the day from which the place is followed.
    const began = Math.floor(following.since / msPerDay) * msPerDay;
    const ahead = onwards(known?.until ?? (pastDays === 0 ? began : latest), latest, daysAtOnce);
    const back = backwards(known, latest, pastDays, daysAtOnce);
    backlogs.push({
      place,
      source,
      provider,
      names: [],
      calls: (span) => reanalysis.calls(request(span)),
      count: ahead.length + back.count,
      spansIn: (window) => [...(window === 0 ? ahead : []), ...back.spansIn(window)],
    });
  }
  const count = backlogs.reduce((sum, one) => sum + one.count, 0);
  return { count, steps: () => stepsOf(backlogs, count) };
}

function* stepsOf(backlogs: readonly Backlog[], count: number): Generator<FillStep, void, void> {
  let left = count;
  for (let window = 0; left > 0; window++)
    for (const { place, source, provider, names, spansIn, calls } of backlogs)
      for (const { from, until } of spansIn(window)) {
        left--;
        yield { place, source, provider, names, from, until, calls: calls({ from, until }) };
      }
}

/** What lies before that which is filled in, as far as was wanted when it began. */
function backwards(
  known: Filled | undefined,
  latest: number,
  days: number,
  daysAtOnce: number,
): Pick<Backlog, 'count' | 'spansIn'> {
  const start = known?.from ?? latest;
  const oldest = (known?.began ?? latest) - days * msPerDay;
  const first = known === undefined ? Math.min(FIRST_DAYS, daysAtOnce) : 0;
  const left = Math.max(0, (start - oldest) / msPerDay);
  return {
    count: Number(first > 0 && left > 0) + Math.ceil(Math.max(0, left - first) / daysAtOnce),
    spansIn(window) {
      const before = window === 0 ? 0 : first + (window - 1) * daysAtOnce;
      const until = start - before * msPerDay;
      const from = Math.max(oldest, until - (window === 0 ? first : daysAtOnce) * msPerDay);
      return from < until ? [{ from, until }] : [];
    },
  };
}

/** What has become available since it was last filled in. */
function onwards(begin: number, latest: number, daysAtOnce: number): readonly Span[] {
  const spans: Span[] = [];
  for (let from = begin; from < latest; ) {
    const until = Math.min(latest, from + daysAtOnce * msPerDay);
    spans.push({ from, until });
    from = until;
  }
  return spans;
}

/** What is filled in once a step of it is done. */
export function withStep(known: Filled | undefined, { from, until }: FillStep): Filled {
  return {
    began: known?.began ?? until,
    from: Math.min(known?.from ?? from, from),
    until: Math.max(known?.until ?? until, until),
  };
}

/** What the past forecasts of a provider are noted under. */
function pastSource({ name }: Provider): string {
  return `${name} past`;
}

/** What all that can be filled in is noted under. */
export function filledSources({ forecasts, reanalysis }: FillSources): readonly string[] {
  return [
    ...forecasts.filter(({ past }) => past !== undefined).map(({ provider }) => pastSource(provider)),
    ...(reanalysis === undefined ? [] : [reanalysis.name]),
  ];
}

export function filledKey(source: string, place: string): string {
  return `${source} ${place}`;
}

/** The source of past forecasts that a step asks. */
export function pastOf({ forecasts }: FillSources, step: FillStep): PastForecasts | undefined {
  return forecasts.find(
    ({ provider, names }) => provider.name === step.provider.name && names.includes(step.names[0]),
  )?.past;
}

/** What a plan costs at one provider. */
export interface FillCost {
  readonly provider: Provider;
  readonly requests: number;
  readonly calls: number;
  /** Days that it takes within the provider's limits, of which a share is left to what is current; 0 without limits. */
  readonly days: number;
}

/** The share of a provider's limits that filling in may use. */
export const fillShare = 0.5;

/** What a plan costs, by provider. */
export function fillCosts(steps: readonly FillStep[]): readonly FillCost[] {
  const byProvider = Map.groupBy(steps, ({ provider }) => provider.name);
  return [...byProvider.values()].map((own) => {
    const [{ provider }] = own;
    const calls = own.reduce((sum, step) => sum + step.calls, 0);
    const days = provider.limits.map(
      (limit) => (calls / (limit.calls * fillShare)) * (limit.seconds / 86_400),
    );
    return { provider, requests: own.length, calls, days: Math.max(0, ...days) };
  });
}
