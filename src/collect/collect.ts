import { openTaskGroup } from '../runtime/task-group.ts';
import type { Client } from '../sources/client.ts';
import type { Provider, SourceTools } from '../sources/source.ts';
import type { Sources } from '../sources/sources.ts';
import { type Store, trainedNote, trainWantedNote } from '../store/store.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { collectForecasts, type ForecastsCollected } from './collect-forecasts.ts';
import type { CollectFailure, CollectProgress } from './collect-progress.ts';
import { collectReadings, type ReadingsCollected } from './collect-readings.ts';
import { fillShare } from './fill-plan.ts';
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

/** Days in which each adds so much to what is known of a place that the experts are not fitted once a week alone. */
const YOUNG_DAYS = 21;
/** Milliseconds until they are for the first times. */
const TRAIN_EARLY = 6 * msPerHour;

/**
 * Asks for a training where places are young: after half of the time that the youngest of them is collected for, but no
 * sooner than six hours after the last.
 */
export async function wantTraining(store: Store, now: number): Promise<void> {
  const since = (await collectedPlaces(store)).reduce(
    (latest, one) => Math.max(latest, one.following.since),
    -Infinity,
  );
  const age = now - since;
  if (!(age < YOUNG_DAYS * msPerDay)) return;
  const last = Number((await store.note(trainedNote)) ?? -Infinity);
  if (now - last >= Math.max(TRAIN_EARLY, age / 2))
    await store.write({ notes: { [trainWantedNote]: 'yes' } });
}

/** Whether filling in may ask a provider for so many calls: a share of each of its longer limits is left to what is current. */
export function mayFill(client: Client): (provider: Provider, calls: number) => boolean {
  return (provider, calls) =>
    client
      .spent(provider)
      .filter(({ limit }) => limit.seconds >= 3600)
      .every(({ limit, calls: spent }) => spent + calls <= limit.calls * fillShare);
}
