// Imports nothing, so that variable.ts, which holds the type, can import the table.

const unbounded = { lower: -Infinity, upper: Infinity, law: 'normal', transform: 'none' } as const;
const temperature = { unit: '°C', ...unbounded } as const;
const pressure = { unit: 'hPa', ...unbounded } as const;
const height = { unit: 'm', ...unbounded } as const;

const positive = { lower: 0, upper: Infinity, transform: 'none' } as const;
/** A day's mean wind is skewed: the root of it has the symmetric shape that the law wants. */
const meanWind = { unit: 'm/s', ...positive, law: 'truncated-normal', transform: 'sqrt' } as const;
const wind = { unit: 'm/s', ...positive, law: 'truncated-normal' } as const;
const visibility = { unit: 'm', ...positive, law: 'truncated-logistic' } as const;
// Radiation and evaporation are exactly 0 at night, so their law needs an atom there.
const radiation = { unit: 'W/m²', ...positive, law: 'censored-normal' } as const;
const evaporation = { unit: 'mm', ...positive, law: 'censored-normal' } as const;

const amount = { lower: 0, upper: Infinity, law: 'censored-logistic', transform: 'sqrt' } as const;
const rain = { unit: 'mm', ...amount } as const;
const snowfall = { unit: 'cm', ...amount } as const;
const snowDepth = { unit: 'm', ...amount } as const;

const percentage = { unit: '%', lower: 0, upper: 100, law: 'censored-normal', transform: 'none' } as const;
const sunshine = { unit: 's', lower: 0, upper: 3600, law: 'censored-normal', transform: 'none' } as const;
const wetHours = { unit: 'h', lower: 0, upper: 24, law: 'censored-normal', transform: 'none' } as const;

/** No law on a line: 359° is next to 0°, and codes are names. */
const direction = { unit: '°', lower: 0, upper: 360, law: 'none', transform: 'none' } as const;
const code = { unit: 'wmo code', lower: 0, upper: 99, law: 'none', transform: 'none' } as const;

const extremesAndMean = ['max', 'min', 'mean'] as const;

/**
 * The variables Weatherglass knows, named as Open-Meteo names them, in its own units.
 *
 * Hourly ones are instants, or sums, means and maxima of the preceding hour; daily ones belong to the place's local
 * day and carry its usual 24 hours. What no law on a line describes, a direction or a code, has the law `none` and passes
 * through as it was forecast. Left out are times of sunrise and what no instrument observes (probabilities of rain).
 *
 * Open-Meteo gives the name `sunshine_duration` and `et0_fao_evapotranspiration` both to an hour and to a day; here
 * they are the hour, and the days are `sunshine_duration_sum_24h` and `et0_fao_evapotranspiration_sum_24h`.
 *
 * Source: open-meteo.com/en/docs, tables of hourly and daily parameters.
 */
export const builtInVariables = [
  ...instants(
    temperature,
    'temperature_2m',
    'dew_point_2m',
    'apparent_temperature',
    'wet_bulb_temperature_2m',
  ),
  ...instants(temperature, 'temperature_80m', 'temperature_120m', 'temperature_180m'),
  ...instants(temperature, 'soil_temperature_0cm', 'soil_temperature_6cm', 'soil_temperature_18cm'),
  ...instants(temperature, 'soil_temperature_54cm'),
  ...instants(percentage, 'relative_humidity_2m'),
  ...instants(percentage, 'cloud_cover', 'cloud_cover_low', 'cloud_cover_mid', 'cloud_cover_high'),
  ...instants(pressure, 'pressure_msl', 'surface_pressure'),
  ...instants(
    wind,
    'wind_speed_10m',
    'wind_speed_80m',
    'wind_speed_100m',
    'wind_speed_120m',
    'wind_speed_180m',
  ),
  ...hourly('max', wind, 'wind_gusts_10m'),
  ...hourly('sum', rain, 'precipitation', 'rain', 'showers', 'snowfall_water_equivalent'),
  ...hourly('sum', snowfall, 'snowfall'),
  ...instants(snowDepth, 'snow_depth'),
  ...hourly('mean', radiation, 'shortwave_radiation', 'direct_radiation', 'diffuse_radiation'),
  ...hourly('mean', radiation, 'direct_normal_irradiance'),
  ...hourly('sum', sunshine, 'sunshine_duration'),
  ...hourly('sum', evaporation, 'et0_fao_evapotranspiration'),
  ...instants(visibility, 'visibility'),
  ...instants(height, 'freezing_level_height'),
  ...instants(direction, 'wind_direction_10m'),
  ...instants(code, 'weather_code'),

  ...daily(temperature, 'temperature_2m', extremesAndMean),
  ...daily(temperature, 'dew_point_2m', extremesAndMean),
  ...daily(temperature, 'apparent_temperature', extremesAndMean),
  ...daily(temperature, 'wet_bulb_temperature_2m', extremesAndMean),
  ...daily(percentage, 'relative_humidity_2m', extremesAndMean),
  ...daily(percentage, 'cloud_cover', extremesAndMean),
  ...daily(pressure, 'pressure_msl', extremesAndMean),
  ...daily(pressure, 'surface_pressure', extremesAndMean),
  ...daily(meanWind, 'wind_speed_10m', ['mean']),
  ...daily(wind, 'wind_speed_10m', ['max', 'min']),
  ...daily(wind, 'wind_gusts_10m', extremesAndMean),
  ...daily(rain, 'precipitation', ['sum']),
  ...daily(rain, 'rain', ['sum']),
  ...daily(rain, 'showers', ['sum']),
  ...daily(rain, 'snowfall_water_equivalent', ['sum']),
  ...daily(snowfall, 'snowfall', ['sum']),
  ...daily(snowDepth, 'snow_depth', extremesAndMean),
  ...daily({ ...radiation, unit: 'MJ/m²' }, 'shortwave_radiation', ['sum']),
  ...daily(visibility, 'visibility', extremesAndMean),
  { name: 'precipitation_hours', ...wetHours, kind: 'sum', periodHours: 24 },
] as const;

function instants<Family>(family: Family, ...names: readonly string[]) {
  return names.map((name) => ({ name, ...family, kind: 'instant' as const, periodHours: 0 }));
}

function hourly<Family, Kind extends string>(kind: Kind, family: Family, ...names: readonly string[]) {
  return names.map((name) => ({ name, ...family, kind, periodHours: 1 }));
}

/** The daily statistics of an hourly variable, such as `temperature_2m_max`. */
function daily<Family, Kind extends string>(family: Family, hourlyName: string, kinds: readonly Kind[]) {
  return kinds.map((kind) => ({ name: `${hourlyName}_${kind}`, ...family, kind, periodHours: 24 }));
}
