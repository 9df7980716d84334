import type { Variable } from '../weather/variable.ts';

const elements = [
  ['air temperature', '°C', /^temperature_\d+m/],
  ['dew point', '°C', /^(dew_point|wet_bulb_temperature)_2m/],
  ['felt temperature', '°C', /^apparent_temperature/],
  ['ground temperature', '°C', /^soil_temperature_0cm/],
  ['soil temperature', '°C', /^soil_temperature/],
  ['humidity', '%', /^relative_humidity/],
  ['pressure at sea level', 'hPa', /^pressure_msl/],
  ['pressure at the ground', 'hPa', /^surface_pressure/],
  ['wind', 'm/s', /^wind_speed/],
  ['gust', 'm/s', /^wind_gusts/],
  ['rain', 'mm', /^(precipitation|rain|showers|snowfall_water_equivalent)(_sum_\d+h|_sum)?$/],
  ['fresh snow', 'cm', /^snowfall(_sum_\d+h|_sum)?$/],
  ['snow depth', 'm', /^snow_depth/],
  ['global radiation', 'W/m²', /^shortwave_radiation$/],
  ['diffuse radiation', 'W/m²', /^diffuse_radiation$/],
  ['direct radiation', 'W/m²', /^direct_radiation$/],
  ['direct beam', 'W/m²', /^direct_normal_irradiance$/],
  ['radiant energy', 'MJ/m²', /^shortwave_radiation_sum/],
  ['visibility', 'm', /^visibility/],
] as const;

/** Variables that the same thresholds suit, whatever their height and period. */
export type Element = (typeof elements)[number][0];

/**
 * The element of a variable; undefined where no threshold is known: for codes, directions, clouds, and what a user has
 * declared.
 */
export function elementOf({ name, unit }: Variable): Element | undefined {
  return elements.find(([, ownUnit, pattern]) => unit === ownUnit && pattern.test(name))?.[0];
}

/** Whether a variable's values stand for days, or longer, rather than for hours and moments. */
export function isDaily({ periodHours }: Variable): boolean {
  return periodHours >= 24;
}
