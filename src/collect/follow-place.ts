import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import type { SourceTools, Station, StationSource } from '../sources/source.ts';
import type { Sources } from '../sources/sources.ts';
import { zoneOf } from '../sources/zone.ts';
import type { PlaceNote, Store } from '../store/store.ts';
import { distanceKm } from '../weather/location.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { type CollectedPlace, type Following, followedPlaces, followNoteOf, type Truth } from './follow.ts';

export interface StationsOptions {
  /** How many are wanted. */
  readonly stations: number;
  readonly tools: SourceTools;
  readonly signal: AbortSignal;
}

export interface FollowOptions {
  readonly truth: Truth;
  /** Days of the past to fill in. */
  readonly pastDays: number;
  /** What {@link findStations} found, for a place whose truth they are, or stand in for. */
  readonly found: FoundStations;
  /** Whether a reanalysis can take the place of stations where none is near. */
  readonly hasReanalysis: boolean;
  readonly now: number;
}

export interface FoundStations {
  /** Nearest first. */
  readonly stations: readonly NearStation[];
  /** Who could not be asked for stations, and why. */
  readonly problems: readonly string[];
}

/** A station beside a place. */
export interface NearStation {
  readonly source: StationSource;
  readonly station: Station;
  readonly distanceKm: number;
  /** How much higher the station is, metres; NaN where a height is not known. */
  readonly higherM: number;
}

/** Farther away, or so much higher or lower, a station says little about a place. */
const FARTHEST_KM = 60;
const MOST_HIGHER_M = 600;
/** Metres of height that count as much as a kilometre of distance when the nearest stations are chosen. */
const METRES_PER_KM = 20;

export interface Followed extends FoundStations {
  readonly place: FollowedPlace;
  readonly truth: Truth;
}

/**
 * Has a place collected for from now on, and the nearest stations as places of their own, where they are its truth, and where
 * its own sensor has not told much yet.
 *
 * Where no station is near that was to be the truth, a reanalysis takes their place, if there is one.
 *
 * @throws what writing throws.
 */
export async function followPlace(
  store: Store,
  place: FollowedPlace,
  options: FollowOptions,
): Promise<Followed> {
  const { stations, problems } = options.found;
  const fallback: Truth = options.hasReanalysis ? 'reanalysis' : 'none';
  const truth = options.truth === 'stations' && stations.length === 0 ? fallback : options.truth;
  // Stations, too, that no place asks for any more: what they have learned goes on.
  const already = await followedPlaces(store);
  const taken = new Set((await store.places()).map(({ name }) => name)).add(place.name);
  const named = stations.map((near) => ({ near, name: nameOf(near, already, taken) }));
  const notes: PlaceNote[] = named.flatMap(({ near, name }) =>
    already.some((one) => one.place.name === name)
      ? []
      : [followNoteOf(name, followingOfStation(near, options))],
  );
  notes.push(
    followNoteOf(place.name, {
      truth,
      since: options.now,
      // Past forecasts of a place without past outcomes teach nothing: its stations have theirs.
      pastDays: truth === 'stations' || truth === 'none' ? 0 : options.pastDays,
      ...(named.length > 0 && {
        stations: named.map(({ near, name }) => ({
          place: name,
          distanceKm: Number(near.distanceKm.toFixed(3)),
          higherM: Number.isNaN(near.higherM) ? null : Math.round(near.higherM),
        })),
      }),
    }),
  );
  const added = named.filter(({ name }) => !already.some((one) => one.place.name === name));
  await store.write({
    places: [
      place,
      ...added.map(({ near: { station }, name }) => ({
        name,
        latitude: station.latitude,
        longitude: station.longitude,
        elevation: station.elevation,
        zone: zoneOf(station),
      })),
    ],
    placeNotes: notes,
  });
  return { place, truth, stations, problems };
}

function followingOfStation({ source, station }: NearStation, { pastDays, now }: FollowOptions): Following {
  return {
    truth: 'own',
    since: now,
    // Forecasts of days that the station no longer tells of would teach nothing.
    pastDays: Math.min(pastDays, source.daysBack),
    station: { source: source.name, id: station.id },
  };
}

/** The name that a station is followed under: its id, unless a place has it already. */
function nameOf(
  { source, station }: NearStation,
  already: readonly CollectedPlace[],
  taken: Set<string>,
): string {
  const known = already.find(
    ({ following }) => following.station?.source === source.name && following.station.id === station.id,
  );
  if (known !== undefined) return known.place.name;
  const name = taken.has(station.id) ? `${station.id} (${source.name})` : station.id;
  taken.add(name);
  return name;
}

export const noStations: FoundStations = { stations: [], problems: [] };

/**
 * The nearest stations of all sources, those of several once.
 *
 * @throws the reason of the signal
 */
export async function findStations(
  { stations: sources }: Sources,
  place: FollowedPlace,
  { stations: most, tools, signal }: StationsOptions,
): Promise<FoundStations> {
  const found: NearStation[] = [];
  const problems: string[] = [];
  for (const source of sources) {
    if (most === 0 || !source.covers(place)) continue;
    try {
      for (const station of await source.stationsNear(place, FARTHEST_KM, tools, signal))
        found.push({
          source,
          station,
          distanceKm: distanceKm(place, station),
          higherM: station.elevation - place.elevation,
        });
    } catch (error) {
      signal.throwIfAborted();
      if (!isWeatherglassError(error)) throw error;
      problems.push(error.message);
    }
  }
  const near = found.filter(({ higherM }) => !(Math.abs(higherM) > MOST_HIGHER_M));
  const farness = (one: NearStation) => one.distanceKm + Math.abs(one.higherM || 0) / METRES_PER_KM;
  const once = new Map<string, NearStation>();
  for (const one of near.sort((a, b) => farness(a) - farness(b)))
    if (!once.has(one.station.id)) once.set(one.station.id, one);
  return { stations: [...once.values()].slice(0, most), problems };
}

/**
 * Refuses to decide without having asked everybody whose stations are to be the truth: what is decided would last, though it
 * may be wrong a minute later.
 *
 * @throws WeatherglassError Unavailable where none is found, and not everybody could be asked
 */
export function refuseUnasked({ stations, problems }: FoundStations, place: string): void {
  if (stations.length === 0 && problems.length > 0)
    throw new WeatherglassError(
      'Unavailable',
      `the stations near ${place} could not be asked for, and nothing was changed: ${problems.join('; ')}. Try again, or choose another truth than stations`,
    );
}
