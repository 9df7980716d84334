import { WeatherglassError } from '../errors.ts';
import { checkZone } from './local-day.ts';
import { checkLocation, type Location } from './location.ts';
import type { TablePlace } from './pairs.ts';

/** A location that someone follows. */
export interface Place extends Location {
  readonly name: string;
  /** IANA time zone, such as `Europe/Berlin`; it says when the place's days begin. */
  readonly zone: string;
}

/** A place as it is kept: one that came with a table may lack coordinates (NaN). */
export interface FollowedPlace extends TablePlace {
  /** IANA time zone; UTC where neither it nor coordinates were given. */
  readonly zone: string;
}

/**
 * The place itself, once it has a name, a location that can be true and a zone that exists.
 *
 * @throws WeatherglassError InvalidData, naming the place and what is wrong with it.
 */
export function checkPlace(place: Place): Place {
  if (place.name.trim() === '')
    throw new WeatherglassError('InvalidData', 'A place needs a name; its name is empty.');
  try {
    checkLocation(place);
    checkZone(place.zone);
  } catch (error) {
    if (!(error instanceof WeatherglassError)) throw error;
    throw new WeatherglassError(error.name, `Place ${JSON.stringify(place.name)}: ${error.message}`, {
      cause: error,
    });
  }
  return place;
}
