import type { RunIssue, Store } from '../store/store.ts';
import { namePlaces } from '../weather/name-places.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { type CollectedPlace, collectedPlaces, type Truth } from './follow.ts';

/** Hours without anything new of a source of forecasts: most run every six, and take some to be published. */
const LATE_FORECASTS = 12;
/** Hours without an observation of a sensor or station. */
const LATE_OBSERVATIONS = 6;
/** Hours without anything new of a reanalysis, which lags days behind. */
const LATE_REANALYSIS = 240;
/** Days after which a source or sensor that has fallen silent is taken for given up. */
const GIVEN_UP = 30;

/**
 * What is late of what is collected, in words: sources of forecasts that have had nothing new for half a day, for all places or
 * for some; places that never had a forecast; and places whose sensor, station or reanalysis has been silent for long. Empty
 * where all is well, and where nothing is collected.
 */
export async function staleness(store: Store, now: number): Promise<readonly string[]> {
  const collected = await collectedPlaces(store);
  if (collected.length === 0) return [];
  return [
    ...lateForecasts(collected, await store.newestRuns(), now),
    ...(await lateObservations(store, collected, 'own', LATE_OBSERVATIONS, now)),
    ...(await lateObservations(store, collected, 'reanalysis', LATE_REANALYSIS, now)),
  ];
}

function lateForecasts(
  collected: readonly CollectedPlace[],
  runs: readonly RunIssue[],
  now: number,
): readonly string[] {
  const names = new Set(collected.map(({ place }) => place.name));
  const isLate = (time: number) => now - time > LATE_FORECASTS * msPerHour;
  const own = runs.filter(({ place }) => names.has(place));
  const newest = new Map<string, number>();
  for (const { source, knownAt } of own)
    newest.set(source, Math.max(newest.get(source) ?? -Infinity, knownAt));
  // One that has been silent for long was given up, unless all are silent.
  const isFresh = [...newest.values()].some((time) => !isLate(time));
  const reasons: string[] = [];
  for (const [source, time] of newest) {
    if (isLate(time)) {
      if (!(isFresh && isGivenUp(now - time)))
        reasons.push(`${source} has sent no new forecast for ${hoursText(now - time)}`);
      continue;
    }
    const behind = own.filter(
      (run) => run.source === source && isLate(run.knownAt) && !isGivenUp(now - run.knownAt),
    );
    if (behind.length > 0)
      reasons.push(
        `${source} has sent no new forecast for more than ${LATE_FORECASTS} h for ${namePlaces(behind.map(({ place }) => place))}`,
      );
  }
  const seen = new Set(own.map(({ place }) => place));
  const never = collected.filter(
    ({ place, following }) =>
      !seen.has(place.name) && isLate(following.since) && !isGivenUp(now - following.since),
  );
  if (never.length > 0)
    reasons.push(`no forecast has ever come for ${namePlaces(never.map(({ place }) => place.name))}`);
  return reasons;
}

/** Places whose truth has had nothing new for so many hours. */
async function lateObservations(
  store: Store,
  collected: readonly CollectedPlace[],
  truth: Truth,
  hours: number,
  now: number,
): Promise<readonly string[]> {
  const own = collected.filter(({ following }) => following.truth === truth);
  if (own.length === 0) return [];
  // A reanalysis has all variables of an hour or none.
  const variables = truth === 'reanalysis' ? ['temperature_2m'] : undefined;
  const seen = new Map<string, number>();
  async function look(places: readonly string[], validFrom: number): Promise<void> {
    for (const { place, newest } of await store.origins({ places, validFrom, variables }))
      seen.set(place, Math.max(seen.get(place) ?? -Infinity, newest));
  }
  // A month of everybody's rows would take its time: most have said something lately.
  const names = own.map(({ place }) => place.name);
  await look(names, now - hours * msPerHour);
  await look(
    names.filter((name) => !seen.has(name)),
    now - GIVEN_UP * msPerDay,
  );
  const silent = own
    // One that never told anything is expected since it is followed.
    .map(({ place, following }) => ({ name: place.name, since: seen.get(place.name) ?? following.since }))
    .filter(({ since }) => now - since > hours * msPerHour && !isGivenUp(now - since))
    .map(({ name }) => name);
  if (silent.length === 0) return [];
  const what = truth === 'reanalysis' ? 'the reanalysis has had nothing new' : 'nothing has been observed';
  return [`${what} for more than ${hoursText(hours * msPerHour)} at ${namePlaces(silent)}`];
}

function isGivenUp(ms: number): boolean {
  return ms >= GIVEN_UP * msPerDay;
}

function hoursText(ms: number): string {
  const hours = Math.floor(ms / msPerHour);
  return hours < 72 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
