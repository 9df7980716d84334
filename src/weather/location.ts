import { WeatherglassError } from '../errors.ts';

/** A point on the ground. */
export interface Location {
  /** Degrees north, −90 to 90. */
  readonly latitude: number;
  /** Degrees east, −180 to 180. */
  readonly longitude: number;
  /** Metres above sea level; NaN where unknown. */
  readonly elevation: number;
}

/**
 * Mean radius of the Earth, R₁ = (2a + b) / 3 of the GRS 80 ellipsoid, in km.
 *
 * Source: Moritz 2000, Geodetic Reference System 1980, doi 10.1007/s001900050278.
 */
export const earthRadiusKm = 6371.0088;

/**
 * The location itself, once its numbers can be true.
 *
 * An elevation may be NaN (unknown); a latitude or longitude may not. The range of elevations is wider than the
 * ground's (−430 m at the Dead Sea, 8,849 m on Everest) and narrower than feet taken for metres on a mountain.
 *
 * @throws WeatherglassError InvalidData, naming the value and its range.
 */
export function checkLocation(location: Location): Location {
  checkWithin('Latitude', location.latitude, -90, 90, 'degrees north');
  checkWithin('Longitude', location.longitude, -180, 180, 'degrees east');
  if (!Number.isNaN(location.elevation))
    checkWithin('Elevation', location.elevation, -500, 9000, 'metres above sea level, or be unknown');
  return location;
}

function checkWithin(what: string, value: number, least: number, most: number, unit: string): void {
  if (value >= least && value <= most) return;
  throw new WeatherglassError(
    'InvalidData',
    `${what} must be from ${least} to ${most} ${unit}, not ${value}.`,
  );
}

/**
 * Distance between two locations along the surface, in km, by the haversine formula:
 *
 *   h = sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2),  d = 2R asin √h
 *
 * φ latitude, λ longitude, R = {@link earthRadiusKm}. The Earth is taken as a sphere, which is wrong by up to 0.5 %.
 * Elevations do not count. A NaN coordinate gives NaN.
 *
 * Source: Sinnott 1984, Virtues of the Haversine, Sky and Telescope 68(2), 159.
 *
 * @example
 * distanceKm({ latitude: 0, longitude: 0, elevation: NaN }, { latitude: 0, longitude: 1, elevation: NaN }); // 111.195
 */
export function distanceKm(a: Location, b: Location): number {
  const latitudes = Math.sin(radians(b.latitude - a.latitude) / 2);
  const longitudes = Math.sin(radians(b.longitude - a.longitude) / 2);
  const h =
    latitudes * latitudes +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * longitudes * longitudes;
  // Between antipodes rounding can lift h above 1, where there is no arc sine.
  return 2 * earthRadiusKm * Math.asin(Math.sqrt(Math.min(1, h)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
