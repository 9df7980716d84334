import type { Location } from './location.ts';
import { hourOfDay, msPerDay } from './time.ts';

/** 2000-01-01T12:00Z, from which the formulas count days. */
const epoch2000 = 946_728_000_000;

/** Where the sun stands, seen from the middle of the Earth. */
export interface SunPosition {
  /** Degrees north of the celestial equator, −23.44 to 23.44. */
  readonly declination: number;
  /** Degrees along the equator from the March equinox, 0 to 360. */
  readonly rightAscension: number;
  /** By how much a sundial is ahead of a clock of mean solar time, minutes, −14.3 to 16.5. */
  readonly equationOfTime: number;
  /** From the Earth, in astronomical units, 0.983 to 1.017. */
  readonly distance: number;
}

/**
 * Declination, right ascension, equation of time and distance of the sun:
 *
 *   L = 280.460 + 0.9856474 n,  g = 357.528 + 0.9856003 n,  λ = L + 1.915 sin g + 0.020 sin 2g,
 *   ε = 23.439 − 0.0000004 n,  δ = asin(sin ε sin λ),  α = atan2(cos ε sin λ, cos λ),  E = 4 (L − α),
 *   R = 1.00014 − 0.01671 cos g − 0.00014 cos 2g
 *
 * n days since 2000-01-01T12:00Z, L mean longitude, g mean anomaly, λ ecliptic longitude, ε obliquity, angles in degrees.
 * Good to 0.01° between 1950 and 2050. NaN gives NaN.
 *
 * Source: Michalsky 1988, The Astronomical Almanac's algorithm for approximate solar position (1950–2050), Solar
 * Energy 40, 227–235, doi 10.1016/0038-092X(88)90045-X.
 *
 * @example sunPosition(Date.UTC(1992, 9, 13)).declination; // -7.785
 */
export function sunPosition(ms: number): SunPosition {
  const n = (ms - epoch2000) / msPerDay;
  const meanLongitude = wrap(280.46 + 0.9856474 * n);
  const anomaly = radians(357.528 + 0.9856003 * n);
  const longitude = radians(meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly));
  const obliquity = radians(23.439 - 0.0000004 * n);
  const rightAscension = wrap(
    degrees(Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude))),
  );
  return {
    declination: degrees(Math.asin(Math.sin(obliquity) * Math.sin(longitude))),
    rightAscension,
    equationOfTime: 4 * (wrap(meanLongitude - rightAscension + 180) - 180),
    distance: 1.00014 - 0.01671 * Math.cos(anomaly) - 0.00014 * Math.cos(2 * anomaly),
  };
}

/**
 * Height of the sun's centre above the horizon in degrees, −90 to 90:
 *
 *   sin h = sin φ sin δ + cos φ cos δ cos H,  H = 15 (t − 12) + λ + E / 4
 *
 * φ latitude, λ longitude, δ declination, E equation of time in minutes, t hour of the UTC day. Geometric: air lifts
 * the sun by half a degree at the horizon and by less than 0.1° above 10°. NaN for an unknown place or time.
 *
 * Source: as {@link sunPosition}.
 *
 * @example solarElevation({ latitude: 0, longitude: 0, elevation: 0 }, Date.UTC(2020, 2, 20, 12)); // 88.1
 */
export function solarElevation(place: Location, ms: number): number {
  const { declination, equationOfTime } = sunPosition(ms);
  const hourAngle = radians(15 * (hourOfDay(ms) - 12) + place.longitude + equationOfTime / 4);
  const latitude = radians(place.latitude);
  const height = radians(declination);
  const sine =
    Math.sin(latitude) * Math.sin(height) + Math.cos(latitude) * Math.cos(height) * Math.cos(hourAngle);
  return degrees(Math.asin(Math.max(-1, Math.min(1, sine))));
}

/** An angle in degrees, brought to 0 ≤ a < 360. */
function wrap(angle: number): number {
  return angle - 360 * Math.floor(angle / 360);
}

function radians(angle: number): number {
  return (angle * Math.PI) / 180;
}

function degrees(angle: number): number {
  return (angle * 180) / Math.PI;
}
