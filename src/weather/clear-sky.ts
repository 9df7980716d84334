import type { Location } from './location.ts';
import { sunPosition } from './solar.ts';
import { hourOfDay, msPerHour } from './time.ts';

/**
 * The sun's radiation outside the air at 1 astronomical unit, W/m².
 *
 * Source: Kopp & Lean 2011, doi 10.1029/2010GL045777.
 */
export const solarConstant = 1361;

/** The sun over a short period, an hour or less, the same for all places. */
export interface SunPeriod {
  readonly sineDeclination: number;
  readonly cosineDeclination: number;
  /** Hour angle of the sun at longitude 0 in the middle of the period, and half of how far it goes, radians. */
  readonly hourAngle: number;
  readonly halfWidth: number;
  /** Outside the air, on a surface that faces the sun, W/m². */
  readonly beam: number;
}

/** The sun over the `hours` (one at most) that end at a time; it is where it is in their middle. NaN gives NaN. */
export function sunPeriod(end: number, hours = 1): SunPeriod {
  const middle = end - (hours / 2) * msPerHour;
  const { declination, equationOfTime, distance } = sunPosition(middle);
  return {
    sineDeclination: Math.sin(radians(declination)),
    cosineDeclination: Math.cos(radians(declination)),
    hourAngle: radians(15 * (hourOfDay(middle) - 12) + equationOfTime / 4),
    halfWidth: radians(7.5 * hours),
    beam: solarConstant / distance ** 2,
  };
}

/**
 * Mean over a period of how far the sun stands above a horizon, and 0 while it is below:
 *
 *   (1 / 2w) ∫ max(0, sin φ sin δ + cos φ cos δ cos ω − sin η) dω  over  ω₀ ± w
 *
 * φ latitude, δ declination, ω hour angle, η height of the horizon. Exact for the sun's path on a sphere. NaN for an
 * unknown place or time.
 *
 * Source: Allen, Pereira, Raes & Smith 1998, Crop evapotranspiration, FAO Irrigation and drainage paper 56, eq. 28, cut at
 * sunrise and sunset.
 *
 * @param horizon degrees; −0.833 where the sun counts as up while its upper edge is seen
 * @returns 0 to 1, the sine of a height
 */
export function meanSunHeight(place: Location, sun: SunPeriod, horizon = 0): number {
  const { constant, cosine } = pathOf(place, sun, horizon);
  return overDaylight(place, sun, constant, cosine, (from, to) => {
    return constant * (to - from) + cosine * (Math.sin(to) - Math.sin(from));
  });
}

/** Share of a period in which the sun is above a horizon, 0 to 1; as {@link meanSunHeight}. */
export function daylightShare(place: Location, sun: SunPeriod, horizon = 0): number {
  const { constant, cosine } = pathOf(place, sun, horizon);
  return overDaylight(place, sun, constant, cosine, (from, to) => to - from);
}

/**
 * Solar radiation on level ground below a cloudless sky, mean over a period, W/m²:
 *
 *   R = (0.75 + 2·10⁻⁵ z) · R₀ · mean sun height
 *
 * z elevation in metres (0 where it is unknown), R₀ the beam outside the air. Of a low sun it says too much (177 W/m² at 10°,
 * where 136 is usual), which suits a limit. NaN for an unknown place or time.
 *
 * Source: FAO Irrigation and drainage paper 56, eq. 28 and 37 (as {@link meanSunHeight}). The usual value is of Haurwitz 1945,
 * doi 10.1175/1520-0469(1945)002<0154:IICWTC>2.0.CO;2.
 *
 * @param horizon degrees; as for {@link meanSunHeight}
 *
 * @example
 * // N'Diaye in Senegal, an afternoon hour: 2.67 MJ/m²
 * const senegal = { latitude: 16.217, longitude: -16.25, elevation: 8 };
 * clearSkyRadiation(senegal, sunPeriod(Date.UTC(1998, 9, 1, 16))); // 742
 */
export function clearSkyRadiation(place: Location, sun: SunPeriod, horizon = 0): number {
  const elevation = Number.isNaN(place.elevation) ? 0 : place.elevation;
  return (0.75 + 2e-5 * elevation) * sun.beam * meanSunHeight(place, sun, horizon);
}

/** The sine of the sun's height above a horizon is constant + cosine · cos ω. */
function pathOf({ latitude }: Location, { sineDeclination, cosineDeclination }: SunPeriod, horizon: number) {
  const angle = radians(latitude);
  return {
    constant: Math.sin(angle) * sineDeclination - Math.sin(radians(horizon)),
    cosine: Math.cos(angle) * cosineDeclination,
  };
}

/** Mean over a period of what has a known integral while the sun is up, and is 0 while it is down. */
function overDaylight(
  { longitude }: Location,
  { hourAngle, halfWidth }: SunPeriod,
  constant: number,
  cosine: number,
  integral: (from: number, to: number) => number,
): number {
  const sunset = Math.acos(Math.max(-1, Math.min(1, -constant / cosine)));
  const angle = hourAngle + radians(longitude);
  const middle = angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  // What is unknown compares with nothing, and would add nothing.
  let sum = Number.isNaN(sunset + middle) ? Number.NaN : 0;
  // A period over midnight reaches into the day before and the day after.
  for (let day = -1; day <= 1; day++) {
    const from = Math.max(middle - halfWidth + 2 * Math.PI * day, -sunset);
    const to = Math.min(middle + halfWidth + 2 * Math.PI * day, sunset);
    if (to > from) sum += integral(from, to);
  }
  return sum / (2 * halfWidth);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
