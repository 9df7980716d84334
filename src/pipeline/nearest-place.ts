import { WeatherglassError } from '../errors.ts';
import { checkLocation, distanceKm, type Location } from '../weather/location.ts';

/** The farthest that a place may be from a location it stands for, km. */
export const nearEnoughKm = 25;

/**
 * The followed place that is nearest to a location, with its distance in km; of equally near ones the first.
 *
 * @throws WeatherglassError InvalidData: a latitude or longitude that does not exist. NotFound: no place has
 *   coordinates, or the nearest is farther than `withinKm`.
 */
export function nearestPlace<Place extends Location & { readonly name: string }>(
  places: readonly Place[],
  location: Location,
  withinKm: number = nearEnoughKm,
): { readonly place: Place; readonly distanceKm: number } {
  checkLocation(location);
  let nearest: Place | undefined;
  let least = Infinity;
  for (const place of places) {
    const distance = distanceKm(location, place);
    // To a place without coordinates the distance is NaN, which is less than no number.
    if (!(distance < least)) continue;
    nearest = place;
    least = distance;
  }
  const at = `${location.latitude}, ${location.longitude}`;
  if (nearest === undefined)
    throw new WeatherglassError('NotFound', `no place is near ${at}: none that is followed has coordinates`);
  if (least > withinKm)
    throw new WeatherglassError(
      'NotFound',
      `no place is within ${withinKm} km of ${at}: the nearest, ${JSON.stringify(nearest.name)}, is ${Math.round(least)} km away`,
    );
  return { place: nearest, distanceKm: least };
}
