import lookUp from '@photostructure/tz-lookup';
import type { TablePlace } from '../weather/pairs.ts';

/**
 * The time zone at a place's coordinates, from boundaries that come with the package (no network); good to about a
 * kilometre. UTC where the coordinates are unknown.
 *
 * @example zoneOf({ name: 'Seattle', latitude: 47.61, longitude: -122.33, elevation: NaN }); // America/Los_Angeles
 */
export function zoneOf({ latitude, longitude }: TablePlace): string {
  if (Number.isNaN(latitude) || Number.isNaN(longitude)) return 'UTC';
  return lookUp(latitude, longitude);
}
