import type { Location } from '../src/weather/location.ts';
import type { SimulatedState } from './simulated-state.ts';

/** What a variable measures: its unit follows from it and from what was asked. */
export type Measure =
  | 'temperature'
  | 'speed'
  | 'rain'
  | 'snow'
  | 'percent'
  | 'pressure'
  | 'angle'
  | 'radiation'
  | 'length'
  | 'duration'
  | 'code';

export interface SimulatedVariable {
  readonly measure: Measure;
  /** In °C, m/s, mm, cm, %, hPa, °, W/m², m, s. */
  readonly of: (state: SimulatedState, site: Location) => number;
}

const table: Readonly<Record<string, readonly [Measure, SimulatedVariable['of']]>> = {
  temperature_2m: ['temperature', (s) => s.temperature],
  dew_point_2m: ['temperature', (s) => s.dewPoint],
  relative_humidity_2m: ['percent', (s) => s.relativeHumidity],
  apparent_temperature: ['temperature', apparent],
  wet_bulb_temperature_2m: ['temperature', (s) => s.temperature - 0.4 * (s.temperature - s.dewPoint)],
  temperature_80m: ['temperature', (s) => s.temperature - 0.4],
  temperature_120m: ['temperature', (s) => s.temperature - 0.7],
  temperature_180m: ['temperature', (s) => s.temperature - 1.1],
  soil_temperature_0cm: ['temperature', (s) => s.temperature + 0.004 * s.radiation],
  soil_temperature_6cm: ['temperature', (s) => s.temperature + 0.5],
  soil_temperature_18cm: ['temperature', (s) => s.temperature + 1],
  soil_temperature_54cm: ['temperature', (s) => s.temperature + 1.5],
  pressure_msl: ['pressure', (s) => s.pressure],
  surface_pressure: ['pressure', (s) => s.surfacePressure],
  cloud_cover: ['percent', (s) => s.cloudCover],
  cloud_cover_low: ['percent', (s) => 0.7 * s.cloudCover],
  cloud_cover_mid: ['percent', (s) => 0.5 * s.cloudCover],
  cloud_cover_high: ['percent', (s) => 0.9 * s.cloudCover],
  wind_speed_10m: ['speed', (s) => s.windSpeed],
  wind_speed_80m: ['speed', (s) => 1.35 * s.windSpeed],
  wind_speed_100m: ['speed', (s) => 1.4 * s.windSpeed],
  wind_speed_120m: ['speed', (s) => 1.43 * s.windSpeed],
  wind_speed_180m: ['speed', (s) => 1.5 * s.windSpeed],
  wind_gusts_10m: ['speed', (s) => s.windGust],
  wind_direction_10m: ['angle', (s) => s.windDirection],
  precipitation: ['rain', (s) => s.precipitation],
  rain: ['rain', (s) => rainOf(s) - showersOf(s)],
  showers: ['rain', showersOf],
  snowfall: ['snow', (s) => s.snowfall],
  snowfall_water_equivalent: ['rain', (s) => s.precipitation - rainOf(s)],
  snow_depth: ['length', (s) => (s.temperature < -3 ? 0.05 : 0)],
  shortwave_radiation: ['radiation', (s) => s.radiation],
  direct_radiation: ['radiation', directOf],
  diffuse_radiation: ['radiation', (s) => s.radiation - directOf(s)],
  direct_normal_irradiance: ['radiation', (s) => (s.sun > 0.05 ? directOf(s) / s.sun : 0)],
  sunshine_duration: ['duration', (s) => (s.sun > 0 ? 36 * (100 - s.cloudCover) : 0)],
  et0_fao_evapotranspiration: ['rain', (s) => 0.0009 * s.radiation * (1.2 - s.relativeHumidity / 100)],
  visibility: ['length', (s) => s.visibility],
  freezing_level_height: ['length', (s, { elevation }) => Math.max(0, elevation + s.temperature / 0.0065)],
  weather_code: ['code', (s) => s.weatherCode],
};

/** Hourly variables that the simulated models have, by Open-Meteo's names. */
export const simulatedVariables: ReadonlyMap<string, SimulatedVariable> = new Map(
  Object.entries(table).map(([name, [measure, of]]) => [name, { measure, of }]),
);

function rainOf(state: SimulatedState): number {
  return state.snowfall > 0 ? 0 : state.precipitation;
}

function showersOf(state: SimulatedState): number {
  return state.temperature > 18 ? 0.5 * rainOf(state) : 0;
}

function directOf(state: SimulatedState): number {
  return state.radiation * (0.8 - 0.7 * (state.cloudCover / 100));
}

function apparent(state: SimulatedState): number {
  const vapour =
    (state.relativeHumidity / 100) *
    6.105 *
    Math.exp((17.27 * state.temperature) / (237.7 + state.temperature));
  return state.temperature + 0.33 * vapour - 0.7 * state.windSpeed - 4;
}
