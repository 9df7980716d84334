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

/** How much of a source's past a place has: whole days from … until …; it grows backwards. */
export interface Filled {
  readonly from: number;
  readonly until: number;
}

/** Days of the first window of each place and source: what is recent teaches most. */
const FIRST_DAYS = 30;

/**
 * What is still to be filled in, in the order of its value: the last month of every place before anything older, forecasts
 * and outcomes of the same days together, for neither teaches without the other.
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
): readonly FillStep[] {
  const today = Math.floor(now / msPerDay) * msPerDay;
  const steps: (FillStep & { readonly window: number })[] = [];

  function add(
    place: FollowedPlace,
    days: number,
    {
      source,
      until: latest,
      daysAtOnce,
      step,
    }: {
      readonly source: string;
      readonly until: number;
      readonly daysAtOnce: number;
      readonly step: (from: number, until: number) => Pick<FillStep, 'provider' | 'names' | 'calls'>;
    },
  ): void {
    const known = filled.get(filledKey(source, place.name));
    const oldest = (known?.until ?? latest) - days * msPerDay;
    let until = known?.from ?? latest;
    for (let window = known === undefined ? 0 : 1; until > oldest; window++) {
      const most = window === 0 ? Math.min(FIRST_DAYS, daysAtOnce) : daysAtOnce;
      const from = Math.max(oldest, until - most * msPerDay);
      steps.push({ place, source, from, until, ...step(from, until), window });
      until = from;
    }
  }

  for (const { place, following } of places) {
    const { pastDays, truth } = following;
    const request = (from: number, until: number) => ({ places: [place], variables, from, until });
    for (const { past, names, covers, provider } of forecasts) {
      const own = names.filter((name) => covers(name, place));
      if (past === undefined || own.length === 0) continue;
      add(place, pastDays, {
        source: pastSource(provider),
        until: today,
        daysAtOnce: past.daysAtOnce,
        step: (from, until) => ({
          provider,
          names: own,
          calls: past.calls({ ...request(from, until), names: own }),
        }),
      });
    }
    if (reanalysis === undefined || truth !== 'reanalysis') continue;
    const { provider, name, daysAtOnce, daysLate } = reanalysis;
    add(place, pastDays, {
      source: name,
      until: today - daysLate * msPerDay,
      daysAtOnce,
      step: (from, until) => ({ provider, names: [], calls: reanalysis.calls(request(from, until)) }),
    });
  }
  return steps.sort((a, b) => a.window - b.window);
}

/** What the past forecasts of a provider are noted under. */
function pastSource({ name }: Provider): string {
  return `${name} past`;
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
