import { WeatherglassError } from '../errors.ts';
import type { AskedPlace } from '../tables/places-csv.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { placeIndex } from './nearest-place.ts';

/** The followed place that answers for one that is asked for. */
export interface FoundPlace {
  readonly name: string;
  /** As asked; the place's own, NaN where unknown, where it was asked for by its name. */
  readonly latitude: number;
  readonly longitude: number;
  /** From there to the place that answers, to the metre. */
  readonly distanceKm: number;
}

/**
 * Finds places by name, and for locations the nearest.
 *
 * The finder throws WeatherglassError NotFound: no place of this name, or none near.
 */
export function placeFinder(followed: readonly FollowedPlace[]): (asked: AskedPlace) => FoundPlace {
  const byName = new Map(followed.map((place) => [place.name, place]));
  const index = placeIndex(followed);
  return ({ place: name, latitude, longitude }) => {
    if (name === '') {
      const { place, distanceKm } = index.nearest({ latitude, longitude, elevation: Number.NaN });
      return { name: place.name, latitude, longitude, distanceKm: Math.round(1000 * distanceKm) / 1000 };
    }
    const place = byName.get(name);
    // The nearest names are not looked for: there may be as many rows as places.
    if (place === undefined)
      throw new WeatherglassError(
        'NotFound',
        `there is no place ${JSON.stringify(name)}; \`weatherglass place list\` lists those that there are`,
      );
    return { name, latitude: place.latitude, longitude: place.longitude, distanceKm: 0 };
  };
}
