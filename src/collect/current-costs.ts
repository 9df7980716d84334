import type { ForecastSource, Provider } from '../sources/source.ts';
import { msPerDay } from '../weather/time.ts';
import type { CollectedPlace } from './follow.ts';

/** Runs of a model that announces them, a day: every six hours. */
const ANNOUNCED_A_DAY = 4;

/** What it costs to stay current. */
export interface CurrentCost {
  readonly provider: Provider;
  /** Calls a day. */
  readonly calls: number;
}

/** Calls a day that the forecasts of some places cost, by provider. */
export function currentCosts(
  places: readonly CollectedPlace[],
  sources: readonly ForecastSource[],
  variables: readonly string[],
  hours: number,
): readonly CurrentCost[] {
  const costs = sources.map((source) => {
    const runsADay = source.announced === undefined ? msPerDay / source.every : ANNOUNCED_A_DAY;
    const calls = places.reduce((sum, { place }) => {
      const names = source.names.filter((name) => source.covers(name, place));
      return names.length === 0 ? sum : sum + source.calls({ places: [place], names, variables, hours });
    }, 0);
    return { provider: source.provider, calls: calls * runsADay };
  });
  return [...Map.groupBy(costs, ({ provider }) => provider.name).values()].map((own) => ({
    provider: own[0].provider,
    calls: own.reduce((sum, { calls }) => sum + calls, 0),
  }));
}
