import { clearSkyRadiation, daylightShare, type SunPeriod, sunPeriod } from '../weather/clear-sky.ts';
import type { Location } from '../weather/location.ts';
import { msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { statisticOf } from './physics-rule.ts';

/** The sun counts as up while its upper edge is seen: half its width, and what the air lifts it by, below the horizon. */
const horizon = -0.833;
/** By how much clouds at the side of the sun may lift radiation above that of a clear sky over an hour. */
const brightest = 1.2;

/** What a variable can be at most in a period, for each W/m² of the clear sky, of the beam, or each share of daylight. */
type Light = (place: Location, sun: SunPeriod) => number;

const clearSky: Light = (place, sun) => brightest * clearSkyRadiation(place, sun, horizon);
const lights: Readonly<Record<string, Light>> = {
  shortwave_radiation: clearSky,
  direct_radiation: clearSky,
  diffuse_radiation: clearSky,
  // It faces the sun, so that a low sun is no limit; the air only takes away from it.
  direct_normal_irradiance: (place, sun) => sun.beam * daylightShare(place, sun, horizon),
  // Seconds of an hour.
  sunshine_duration: (place, sun) => 3600 * daylightShare(place, sun, horizon),
};

/** The most that a variable can be at a place in the period that ends at a time; NaN where either is unknown. */
export type SunlightLimit = (place: Location) => number;

/**
 * Opens the limit that the sun sets to a variable for the period that ends at a time, in the variable's unit: 0 where it is down
 * throughout, else 1.2 times the mean of {@link clearSkyRadiation} over the period (direct normal irradiance: the beam outside the
 * air; sunshine: as long as the sun is up). Up is the sun while its upper edge can be seen.
 *
 * Of a sum of hours the limits are added up, in MJ/m² where that is the unit; of a mean they are averaged; of a maximum the
 * greatest counts. Undefined for a variable that the sun does not limit.
 *
 * @example
 * sunlightLimit(findVariable('shortwave_radiation'), Date.UTC(2024, 11, 21, 20))?.(berlin); // 0
 */
export function sunlightLimit(variable: Variable, end: number): SunlightLimit | undefined {
  const { name, kind, unit, periodHours } = variable;
  const light = Object.hasOwn(lights, statisticOf(name).base) ? lights[statisticOf(name).base] : undefined;
  if (light === undefined || periodHours <= 0) return undefined;
  const pieces = Math.ceil(periodHours);
  const hours = periodHours / pieces;
  const suns = Array.from({ length: pieces }, (_, k) => sunPeriod(end - k * hours * msPerHour, hours));
  // A sum of a rate is the rate times hours; one of energy is in MJ.
  const weight = kind !== 'sum' ? 1 / pieces : unit === 'MJ/m²' ? hours * 0.0036 : hours;
  return (place) => {
    let [sum, most] = [0, 0];
    for (const sun of suns) {
      const one = light(place, sun);
      sum += one;
      most = Math.max(most, one);
    }
    return kind === 'max' ? most : weight * sum;
  };
}

/** Whether the sun limits a variable. */
export function isSunlit({ name, periodHours }: Variable): boolean {
  return periodHours > 0 && Object.hasOwn(lights, statisticOf(name).base);
}
