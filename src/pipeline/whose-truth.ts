import { collectedPlaces } from '../collect/follow.ts';
import { originWords } from '../sources/origin-words.ts';
import type { Store } from '../store/store.ts';
import { msPerDay } from '../weather/time.ts';

/** How far back outcomes tell whose truth counts. */
const TRUTH_DAYS = 40;
/** Days of outcomes of its own after which a place's stations are no longer named. */
const YOUNG_DAYS = 30;

/**
 * Whose outcomes predictions learned from, by variable and place: the place's own, known when they were issued, and as long as
 * these do not reach back for a month those of the stations beside it.
 */
export async function whoseTruth(
  store: Store,
  places: readonly string[],
  issuedAt: number,
): Promise<(variable: string, place: string) => readonly string[]> {
  const [validFrom, monthAgo] = [TRUTH_DAYS, YOUNG_DAYS].map((days) => issuedAt - days * msPerDay);
  const known = { places, validFrom, knownUntil: issuedAt };
  const keyOf = (variable: string, place: string) => `${variable}\n${place}`;
  const own = Map.groupBy(await store.origins(known), ({ variable, place }) => keyOf(variable, place));
  const early = await store.origins({ ...known, validUntil: monthAgo });
  const grown = new Set(early.map(({ variable, place }) => keyOf(variable, place)));
  const borrowed = await borrowedTruth(store, new Set(places));
  return (variable, place) => {
    const key = keyOf(variable, place);
    const words = (own.get(key) ?? []).map(({ origin }) => originWords(origin));
    return grown.has(key) ? words : [...words, ...(borrowed.get(place) ?? [])];
  };
}

/** The stations beside each place, in words. */
async function borrowedTruth(
  store: Store,
  places: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const collected = await collectedPlaces(store);
  const stationOf = new Map(collected.map(({ place, following }) => [place.name, following.station]));
  return new Map(
    collected
      .filter(({ place }) => places.has(place.name))
      .map(({ place, following }) => [
        place.name,
        (following.stations ?? []).map(({ place: name, distanceKm, higherM }) => {
          const { source, id } = stationOf.get(name) ?? { source: '', id: name };
          const height =
            higherM === null ? '' : `, ${Math.abs(higherM)} m ${higherM < 0 ? 'lower' : 'higher'}`;
          return `${source} station ${id}, ${Math.round(distanceKm)} km away${height}`.trimStart();
        }),
      ]),
  );
}
