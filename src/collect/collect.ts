import { openTaskGroup } from '../runtime/task-group.ts';
import type { SourceTools } from '../sources/source.ts';
import type { Sources } from '../sources/sources.ts';
import type { Store } from '../store/store.ts';
import { collectForecasts, type ForecastsCollected } from './collect-forecasts.ts';
import type { CollectFailure, CollectProgress } from './collect-progress.ts';
import { collectReadings, type ReadingsCollected } from './collect-readings.ts';
import { collectedPlaces } from './follow.ts';

/** Variables that are collected: what most people ask of the weather, and what comes with it uncalibrated. */
export const collectedVariables: readonly string[] = [
  'temperature_2m',
  'dew_point_2m',
  'relative_humidity_2m',
  'precipitation',
  'wind_speed_10m',
  'wind_gusts_10m',
  'pressure_msl',
  'shortwave_radiation',
  'cloud_cover',
  'wind_direction_10m',
  'weather_code',
  'snowfall',
  'visibility',
];

export interface CollectOptions {
  /** By default {@link collectedVariables}. */
  readonly variables?: readonly string[] | undefined;
  /** How far ahead forecasts are wanted, hours. */
  readonly hours: number;
  readonly progress: CollectProgress;
  readonly tools: SourceTools;
  readonly signal: AbortSignal;
}

export interface Collected {
  readonly forecasts: readonly ForecastsCollected[];
  readonly readings: readonly ReadingsCollected[];
  readonly failures: readonly CollectFailure[];
  /** Runs and observations that were new. */
  readonly added: number;
}

/**
 * Collects once what is due at every source for every followed place: forecasts as they are issued, and what was observed.
 *
 * @throws what writing throws; the reason of the signal. What a source throws is in the result.
 */
export async function collectDue(
  store: Store,
  sources: Sources,
  options: CollectOptions,
): Promise<Collected> {
  const { tools, signal, hours, progress, variables = collectedVariables } = options;
  const collected = await collectedPlaces(store);
  const places = collected.map(({ place }) => place).filter(({ latitude }) => !Number.isNaN(latitude));
  const forecasts = new Array<ForecastsCollected>(sources.forecasts.length);
  const readings = new Array<ReadingsCollected>(sources.stations.length);
  // What one of them throws is no failure of a source: the others stop, too.
  await using group = openTaskGroup({ name: 'collect from all sources', signal });
  for (const [index, source] of sources.forecasts.entries())
    group.spawn(`forecasts of ${source.provider.name}`, async (its) => {
      const collection = { places, variables, hours, signal: its, progress };
      forecasts[index] = await collectForecasts(store, source, collection, tools);
    });
  for (const [index, source] of sources.stations.entries())
    group.spawn(`stations of ${source.name}`, async (its) => {
      readings[index] = await collectReadings(store, source, { collected, signal: its, progress }, tools);
    });
  await group.join();
  const all = [...forecasts, ...readings];
  return {
    forecasts,
    readings,
    failures: all.flatMap(({ failures }) => failures),
    added:
      forecasts.reduce((sum, { runs }) => sum + runs, 0) +
      readings.reduce((sum, { observations }) => sum + observations, 0),
  };
}
