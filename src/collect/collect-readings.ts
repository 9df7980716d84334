import { chunksOf } from '../runtime/chunks.ts';
import type { Reading, SourceTools, StationSource } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import { airportHours, hourlyValues } from '../weather/hourly-values.ts';
import { namePlaces } from '../weather/name-places.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { askBatches } from './ask-batches.ts';
import {
  type CollectFailure,
  type CollectProgress,
  isPaused,
  isRefusal,
  progressOf,
  stationsOf,
  wasNotAsked,
} from './collect-progress.ts';
import type { CollectedPlace } from './follow.ts';
import { type HourlySeries, newObservations, observationsOf } from './hourly-observations.ts';

export interface ReadingsCollection {
  readonly collected: readonly CollectedPlace[];
  readonly signal: AbortSignal;
  readonly progress: CollectProgress;
}

export interface ReadingsCollected {
  readonly source: string;
  readonly requests: number;
  readonly answered: number;
  /** Hourly values that were new. */
  readonly observations: number;
  /** Places that are left alone for a while, whose station has failed lately. */
  readonly paused: number;
  readonly failures: readonly CollectFailure[];
}

/** Hours before the newest that are asked for again: reports come late, and are corrected. */
const OVERLAP = 6;

/** Milliseconds after an hour until it can be told. */
const TELLS_AFTER = airportHours.toleranceMinutes * 60_000;

/** Stations are asked for together whose hours begin within so many milliseconds: one that is far behind asks for days. */
const ALIKE = msPerDay / 2;

/** A silent station is asked the less, the longer it has been silent: after a day hourly, at last so many milliseconds. */
const SILENCE_PARTS = 24;
const LONGEST_WAIT = 6 * msPerHour;

/** A station that is followed, by its place. */
interface FollowedStation {
  readonly id: string;
  readonly place: string;
  /** Start of the hours that are asked for. */
  readonly from: number;
  /** How often in a row it was asked for in vain. */
  readonly failures: number;
}

/**
 * Asks a source for what its stations have reported since the last time, and keeps it as hourly observations; of a
 * station that is new, as far back as the source reaches.
 *
 * @throws what writing throws; the reason of the signal. What the source throws is in the result.
 */
export async function collectReadings(
  store: Store,
  source: StationSource,
  { collected, signal, progress }: ReadingsCollection,
  tools: SourceTools,
): Promise<ReadingsCollected> {
  const counts = { requests: 0, answered: 0, observations: 0 };
  const failures: CollectFailure[] = [];
  const { due, paused } = dueStations(source, collected, progress, tools.now());
  const alike = Map.groupBy(due, ({ from }) => Math.floor(from / ALIKE));
  const batches = [...alike.values()].flatMap((stations) => chunksOf(stations, source.stationsAtOnce));

  function failed(places: readonly string[], error: unknown): void {
    failures.push({ source: source.name, places, error: error as Error });
  }

  /** Places that have not been asked for yet. */
  const waiting = new Set(placesOf(due));
  async function collect(stations: readonly FollowedStation[]): Promise<void> {
    const from = stations.reduce((least, one) => Math.min(least, one.from), Infinity);
    const now = tools.now();
    const note = (hasFailed: boolean) => {
      for (const { place } of stations) {
        waiting.delete(place);
        progressOf(progress, stationsOf(source.name), place).asked(now, hasFailed);
      }
    };
    const placeOf = (station: string) =>
      stations.filter(({ id }) => id === station).map(({ place }) => place);
    let readings: readonly Reading[];
    try {
      const request = {
        stations: stations.map(({ id }) => id),
        from: from - msPerHour,
        until: now,
        onUnread: (station: string, error: Error) => failed(placeOf(station), error),
        signal,
      };
      readings = await source.readings(request, tools);
    } catch (error) {
      signal.throwIfAborted();
      if (wasNotAsked(error)) throw error;
      counts.requests++;
      if (stations.length > 1 && isRefusal(error)) {
        for (const station of stations) await collect([station]);
        return;
      }
      failed(placesOf(stations), error);
      note(true);
      return;
    }
    counts.requests++;
    counts.answered++;
    const kept = await keep(stations, readings, from, now);
    counts.observations += kept;
    note(false);
  }

  async function keep(
    stations: readonly FollowedStation[],
    readings: readonly Reading[],
    from: number,
    now: number,
  ): Promise<number> {
    // An hour is told when a report that is nearer can no longer come.
    const period = { from, until: now - TELLS_AFTER + 1 };
    const byStation = Map.groupBy(readings, ({ station }) => station);
    const series: HourlySeries[] = [];
    const reached = new Map<string, number>();
    for (const { id, place } of stations) {
      const own = byStation.get(id) ?? [];
      for (const name of new Set(own.map(({ variable }) => variable))) {
        const variable = findVariable(name);
        const values = hourlyValues(own, variable, period, airportHours);
        if (values.length > 0) series.push({ place, variable, values });
        reached.set(place, Math.max(reached.get(place) ?? -Infinity, values.at(-1)?.time ?? -Infinity));
      }
    }
    if (series.length === 0) return 0;
    const written = await store.write({
      variables: [...new Set(series.map(({ variable }) => variable))],
      observations: await newObservations(
        store,
        observationsOf(series, source.name, () => now),
      ),
    });
    // What could not be written is asked for again.
    for (const [place, newest] of reached)
      progressOf(progress, stationsOf(source.name), place).reached(newest);
    return written.observations;
  }

  const stopped = await askBatches(
    batches,
    {
      name: `collect ${source.name}`,
      concurrency: source.provider.concurrency,
      signal,
      about: (stations) => namePlaces(stations.map(({ id }) => id)),
    },
    collect,
  );
  if (stopped !== undefined) failed([...waiting], stopped);
  return { source: source.name, ...counts, paused, failures };
}

function placesOf(stations: readonly FollowedStation[]): readonly string[] {
  return stations.map(({ place }) => place);
}

/** Stations that may have something new, those that have failed last: what stops there has kept nobody waiting. */
function dueStations(
  source: StationSource,
  collected: readonly CollectedPlace[],
  progress: CollectProgress,
  now: number,
): { readonly due: readonly FollowedStation[]; readonly paused: number } {
  let paused = 0;
  const oldest = now - source.daysBack * msPerDay;
  const due = collected.flatMap(({ place, following: { station } }) => {
    if (station?.source !== source.name) return [];
    const { now: known } = progressOf(progress, stationsOf(source.name), place.name);
    const { at, failures, newest } = known;
    if (isPaused(known, now)) {
      paused++;
      return [];
    }
    const rest = Math.max(source.every, Math.min(LONGEST_WAIT, (now - newest) / SILENCE_PARTS));
    // Before the next hour can be told there is nothing new, whenever it was asked last.
    if ((failures === 0 && now - at < rest) || now < newest + msPerHour + TELLS_AFTER) return [];
    const from = Math.max(oldest, newest - OVERLAP * msPerHour);
    return [{ id: station.id, place: place.name, from, failures }];
  });
  return { due: due.sort((a, b) => a.failures - b.failures), paused };
}
