import type { Store } from '../store/store.ts';
import { namePlaces } from '../weather/name-places.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { collectedPlaces } from './follow.ts';

/** Hours without anything new of a source of forecasts: most run every six, and take some to be published. */
const LATE_FORECASTS = 12;
/** Hours without an observation of a sensor or station. */
const LATE_OBSERVATIONS = 6;
/** Days after which a source or sensor that has fallen silent is taken for given up. */
const GIVEN_UP = 30;

/**
 * What is late of what is collected, in words: sources of forecasts that have had nothing new for half a day, and places
 * whose sensor or station has been silent for hours. Empty where all is well, and where nothing is collected.
 */
export async function staleness(store: Store, now: number): Promise<readonly string[]> {
  const collected = await collectedPlaces(store);
  if (collected.length === 0) return [];
  const names = new Set(collected.map(({ place }) => place.name));
  const newest = new Map<string, number>();
  for (const { source, place, knownAt } of await store.newestRuns())
    if (names.has(place)) newest.set(source, Math.max(newest.get(source) ?? -Infinity, knownAt));
  // One that has been silent for long was given up, unless all are silent.
  const isFresh = [...newest.values()].some((time) => now - time <= LATE_FORECASTS * msPerHour);
  const late = [...newest].filter(
    ([, time]) => now - time > LATE_FORECASTS * msPerHour && !(isFresh && isGivenUp(now - time)),
  );
  const reasons = late.map(
    ([source, time]) => `${source} has sent no new forecast for ${hoursText(now - time)}`,
  );

  const own = collected.filter(({ following }) => following.truth === 'own').map(({ place }) => place.name);
  const seen = new Map<string, number>();
  for (const { place, newest: time } of await store.origins({
    places: own,
    validFrom: now - GIVEN_UP * msPerDay,
  }))
    seen.set(place, Math.max(seen.get(place) ?? -Infinity, time));
  const silent = [...seen]
    .filter(([, time]) => now - time > LATE_OBSERVATIONS * msPerHour)
    .map(([place]) => place);
  if (silent.length > 0)
    reasons.push(`nothing has been observed for more than ${LATE_OBSERVATIONS} h at ${namePlaces(silent)}`);
  return reasons;
}

function isGivenUp(ms: number): boolean {
  return ms >= GIVEN_UP * msPerDay;
}

function hoursText(ms: number): string {
  const hours = Math.floor(ms / msPerHour);
  return hours < 72 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
