import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import type { PlaceNote, Store } from '../store/store.ts';
import type { FollowedPlace } from '../weather/place.ts';

/** Note of a place that is collected for: how, as JSON. */
const followNote = 'follow';

/** Whose observations are the truth at a place. */
export const truths = ['own', 'stations', 'reanalysis', 'none'] as const;
export type Truth = (typeof truths)[number];

const schema = z.strictObject({
  truth: z.enum(truths),
  /** Since when it is collected for, epoch milliseconds. */
  since: z.number(),
  /** Days of the past that are filled in. */
  pastDays: z.number().int().min(0),
  /** Where the place is a station: which. */
  station: z.strictObject({ source: z.string(), id: z.string() }).optional(),
  /** Stations near the place, nearest first, by the names they are followed under. */
  stations: z
    .array(z.strictObject({ place: z.string(), distanceKm: z.number(), higherM: z.number().nullable() }))
    .optional(),
});

/** How a place is collected for. */
export type Following = z.infer<typeof schema>;

export interface CollectedPlace {
  readonly place: FollowedPlace;
  readonly following: Following;
}

/** All places that were ever to be collected for, in the order they were added. */
export async function followedPlaces(store: Store): Promise<readonly CollectedPlace[]> {
  const notes = await store.placeNotes(followNote);
  const places = new Map((await store.places()).map((place) => [place.name, place]));
  return [...notes].map(([name, value]) => ({
    place: places.get(name)!,
    following: read(name, value),
  }));
}

/** The places that are collected for, in the order they were added; stations as long as some place asks for them. */
export async function collectedPlaces(store: Store): Promise<readonly CollectedPlace[]> {
  const all = await followedPlaces(store);
  const wanted = new Set(all.flatMap(({ following }) => following.stations ?? []).map(({ place }) => place));
  return all.filter(({ place, following }) => following.station === undefined || wanted.has(place.name));
}

function read(place: string, value: string): Following {
  try {
    return schema.parse(JSON.parse(value));
  } catch (cause) {
    throw new WeatherglassError(
      'InvalidData',
      `How ${place} is followed cannot be read: was the store written by a newer Weatherglass?`,
      { cause },
    );
  }
}

/** The note that has a place collected for. */
export function followNoteOf(place: string, following: Following): PlaceNote {
  return { place, name: followNote, value: JSON.stringify(following) };
}

/** The stations among the places, with who reports them and as what, such as `metar KJFK`. */
export async function stationsAmong(store: Store): Promise<ReadonlyMap<string, string>> {
  const stations = new Map<string, string>();
  for (const { place, following } of await collectedPlaces(store))
    if (following.station !== undefined)
      stations.set(place.name, `${following.station.source} ${following.station.id}`);
  return stations;
}
