import { WeatherglassError } from '../errors.ts';
import { firstAt } from '../weather/first-at.ts';
import { checkLocation, distanceKm, earthRadiusKm, type Location } from '../weather/location.ts';

/** The farthest that a place may be from a location it stands for, km. */
export const nearEnoughKm = 25;

type NamedPlace = Location & { readonly name: string };

export interface Nearest<Place> {
  readonly place: Place;
  readonly distanceKm: number;
}

/**
 * The followed place that is nearest to a location, with its distance in km; of equally near ones the first.
 *
 * @throws WeatherglassError InvalidData: a latitude or longitude that does not exist. NotFound: no place has
 *   coordinates, or the nearest is farther than `withinKm`.
 */
export function nearestPlace<Place extends NamedPlace>(
  places: readonly Place[],
  location: Location,
  withinKm: number = nearEnoughKm,
): Nearest<Place> {
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
  return within(withinKm, location, nearest, least);
}

/** Finds nearest places for many locations. */
export interface PlaceIndex<Place> {
  /** What {@link nearestPlace} answers, without looking at every place. */
  readonly nearest: (location: Location, withinKm?: number) => Nearest<Place>;
}

/** More than rounding can shorten a chord of the sphere of radius 1 by: 6 mm on the Earth. */
const SLACK = 1e-9;

/**
 * Sorts places by latitude: from a location outwards, those are looked at whose latitude is no farther than the nearest yet.
 * They are compared by the chord through the Earth, which knows neither poles nor a date line.
 */
export function placeIndex<Place extends NamedPlace>(places: readonly Place[]): PlaceIndex<Place> {
  const order = Array.from(places.keys())
    .filter((k) => !Number.isNaN(places[k].latitude + places[k].longitude))
    .sort((a, b) => places[a].latitude - places[b].latitude);
  const latitudes = Float64Array.from(order, (k) => places[k].latitude);
  const points = new Float64Array(3 * order.length);
  order.forEach((k, i) => points.set(pointOf(places[k]), 3 * i));

  function search(location: Location): readonly [place: Place | undefined, distanceKm: number] {
    const [x, y, z] = pointOf(location);
    let nearest = -1;
    let least = Infinity;
    /** Square of the longest chord, and widest difference of latitudes, that a nearer place may have. */
    let chord2 = Infinity;
    let band = Infinity;
    const look = (i: number) => {
      const [dx, dy, dz] = [points[3 * i] - x, points[3 * i + 1] - y, points[3 * i + 2] - z];
      if (dx * dx + dy * dy + dz * dz > chord2) return;
      const distance = distanceKm(location, places[order[i]]);
      if (distance > least || (distance === least && order[i] > nearest)) return;
      nearest = order[i];
      least = distance;
      const angle = least / earthRadiusKm;
      chord2 = (2 * Math.sin(angle / 2) + SLACK) ** 2;
      band = ((angle + SLACK) * 180) / Math.PI;
    };
    let above = firstAt(latitudes, location.latitude);
    let below = above - 1;
    const goesUp = () => above < latitudes.length && latitudes[above] - location.latitude <= band;
    const goesDown = () => below >= 0 && location.latitude - latitudes[below] <= band;
    // Up and down in turn, so that a near one on either side soon narrows the band.
    while (goesUp() || goesDown()) {
      if (goesUp()) look(above++);
      if (goesDown()) look(below--);
    }
    return [places[nearest], least];
  }

  return {
    nearest(location, withinKm = nearEnoughKm) {
      checkLocation(location);
      return within(withinKm, location, ...search(location));
    },
  };
}

/** On the sphere of radius 1. */
function pointOf({ latitude, longitude }: Location): readonly [x: number, y: number, z: number] {
  const north = (latitude * Math.PI) / 180;
  const east = (longitude * Math.PI) / 180;
  return [Math.cos(north) * Math.cos(east), Math.cos(north) * Math.sin(east), Math.sin(north)];
}

function within<Place extends NamedPlace>(
  withinKm: number,
  { latitude, longitude }: Location,
  nearest: Place | undefined,
  distance: number,
): Nearest<Place> {
  const at = `${latitude}, ${longitude}`;
  if (nearest === undefined)
    throw new WeatherglassError('NotFound', `no place is near ${at}: none that is followed has coordinates`);
  if (distance > withinKm)
    throw new WeatherglassError(
      'NotFound',
      `no place is within ${withinKm} km of ${at}: the nearest, ${JSON.stringify(nearest.name)}, is ${Math.round(distance)} km away`,
    );
  return { place: nearest, distanceKm: distance };
}
