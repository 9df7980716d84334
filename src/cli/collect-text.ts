import type { CollectFailure } from '../collect/collect-progress.ts';
import type { Round } from '../collect/collect-round.ts';
import type { CurrentCost } from '../collect/current-costs.ts';
import type { FillCost } from '../collect/fill-plan.ts';
import { WeatherglassError } from '../errors.ts';
import { namePlaces } from '../weather/name-places.ts';
import { count } from './store-command.ts';
import { table } from './table.ts';

/** What was collected, for a person: a line a source, then every failure. */
export function collectedText({ collected, filled }: Round): string {
  const rows = [
    ['source', 'requests', 'answered', 'new', 'unchanged', 'outdated', 'failed', 'paused'],
    ...collected.forecasts.map((one) => [
      one.source,
      String(one.requests),
      String(one.answered),
      count(one.runs, 'run'),
      String(one.unchanged),
      String(one.outdated),
      String(one.failures.length),
      String(one.paused),
    ]),
    ...collected.readings.map((one) => [
      `${one.source} (stations)`,
      String(one.requests),
      String(one.answered),
      count(one.observations, 'observation'),
      '–',
      '–',
      String(one.failures.length),
      String(one.paused),
    ]),
  ];
  const past =
    filled.steps + filled.left === 0
      ? ''
      : `past: ${count(filled.steps, 'request')} answered, ${count(filled.runs, 'run')} and ${count(filled.observations, 'hourly value')} of a reanalysis filled in; ${count(filled.left, 'request')} left for another time\n`;
  return `${table(rows)}${past}${failuresText([...collected.failures, ...filled.failures])}`;
}

/** Every failure with its places. */
export function failuresText(failures: readonly CollectFailure[]): string {
  return failures
    .map(({ source, places, error }) => `failed: ${source}, ${namePlaces(places)}: ${error.message}\n`)
    .join('');
}

/** @throws WeatherglassError Unavailable where something failed, now or lately, and nothing at all was answered. */
export function refuseSilence({ collected, filled }: Round): void {
  const asked = [...collected.forecasts, ...collected.readings];
  const answered = asked.reduce((sum, one) => sum + one.answered, 0) + filled.steps;
  if (answered > 0) return;
  if (collected.failures.length + filled.failures.length > 0)
    throw new WeatherglassError(
      'Unavailable',
      'no data source answered; what is there already stays, and `weatherglass collect` asks again',
    );
  if (asked.some(({ paused }) => paused > 0))
    throw new WeatherglassError(
      'Unavailable',
      'nobody was asked: what has failed again and again is left alone for 20 minutes up to 6 hours',
    );
}

export function collectedJson({ collected, filled }: Round) {
  return {
    forecasts: collected.forecasts.map(({ failures, ...counts }) => ({ ...counts, failed: failures.length })),
    stations: collected.readings.map(({ failures, ...counts }) => ({ ...counts, failed: failures.length })),
    past: {
      requests: filled.steps,
      runs: filled.runs,
      observations: filled.observations,
      left: filled.left,
    },
    failures: [...collected.failures, ...filled.failures].map(({ source, places, error }) => ({
      source,
      places,
      message: error.message,
    })),
  };
}

/** What it costs to stay current, and to fill in the past, at each provider. */
export function costsText(current: readonly CurrentCost[], fill: readonly FillCost[]): string {
  const names = [...new Set([...current, ...fill].map(({ provider }) => provider.name))];
  return table([
    ['provider', 'calls a day to stay current', 'limit a day', 'calls to fill in the past', 'days for that'],
    ...names.map((name) => {
      const now = current.find(({ provider }) => provider.name === name);
      const past = fill.find(({ provider }) => provider.name === name);
      const { limits } = (now ?? past)!.provider;
      const daily = Math.min(...limits.map(({ calls, seconds }) => (calls * 86_400) / seconds));
      return [
        name,
        String(Math.ceil(now?.calls ?? 0)),
        Number.isFinite(daily) ? String(Math.floor(daily)) : 'none',
        String(Math.ceil(past?.calls ?? 0)),
        (past?.days ?? 0).toFixed(1),
      ];
    }),
  ]);
}
