import { msPerHour } from '../src/weather/time.ts';
import { type GridCell, nwsIssue, nwsModel, nwsZone, zoneOffset } from './simulated-nws-grid.ts';
import type { SimulatedState } from './simulated-state.ts';
import { timeTexts } from './simulated-text.ts';
import type { SimulatedPlace, SimulatedWeather } from './simulated-weather.ts';

const gridHours = 186;
const periodHours = 156;
const rainHours = 6;

/** What a cell's forecast is made of. */
interface CellForecast {
  readonly place: SimulatedPlace;
  readonly issuedAt: number;
  readonly updated: number;
  /** Of the issue's hour and those after it. */
  readonly states: readonly SimulatedState[];
}

function forecastOf(weather: SimulatedWeather, cell: GridCell, now: number): CellForecast {
  const place = weather.at({ ...cell, elevation: Number.NaN });
  const { issuedAt, updated } = nwsIssue(cell.office, now);
  const run = place.run(nwsModel, issuedAt);
  const states: SimulatedState[] = [];
  for (let hour = 0; hour <= gridHours; hour++) states.push(run.at(issuedAt + hour * msPerHour));
  return { place, issuedAt, updated, states };
}

/** Layers that are there without a value, with their unit as far as they have one. */
const emptyLayers = [
  ['heatIndex', 'wmoUnit:degC'],
  ['ceilingHeight', 'wmoUnit:m'],
  ['waveHeight', 'wmoUnit:m'],
  ['snowLevel', ''],
  ['pressure', ''],
  ['lightningActivityLevel', ''],
  ['redFlagThreatIndex', ''],
] as const;

/** The raw grid data of a cell: layers of intervals, equal neighbours merged, rounded as forecasters do. */
export function gridBody(weather: SimulatedWeather, cell: GridCell, home: string, now: number): string {
  const { place, issuedAt, updated, states } = forecastOf(weather, cell, now);
  const times = timeTexts(issuedAt, msPerHour, gridHours, 19, '+00:00');
  const hourly = (
    name: string,
    uom: string,
    value: (state: SimulatedState) => number | null,
    hours = gridHours,
  ) => {
    let values = '';
    for (let from = 0; from < hours; ) {
      const here = value(states[from]);
      let until = from + 1;
      while (until < hours && value(states[until]) === here) until++;
      values += `${from === 0 ? '' : ','}{"validTime":"${times[from]}/${durationText(until - from)}","value":${here}}`;
      from = until;
    }
    return `"${name}":{"uom":"wmoUnit:${uom}","values":[${values}]}`;
  };
  const sums = (name: string, value: (state: SimulatedState) => number, decimals: number) => {
    const intervals: string[] = [];
    for (let from = 0; from + rainHours <= gridHours; from += rainHours) {
      let sum = 0;
      for (let hour = from + 1; hour <= from + rainHours; hour++) sum += value(states[hour]);
      intervals.push(
        `{"validTime":"${times[from]}/${durationText(rainHours)}","value":${Number(sum.toFixed(decimals))}}`,
      );
    }
    return `"${name}":{"uom":"wmoUnit:mm","values":[${intervals.join(',')}]}`;
  };
  const degrees = (value: number) => ((Math.round(value * 1.8 + 32) - 32) * 5) / 9;
  const speed = (value: number) => Math.round((value * 3600) / 1852) * 1.852;
  const layers = [
    hourly('temperature', 'degC', (s) => degrees(s.temperature)),
    hourly('dewpoint', 'degC', (s) => degrees(s.dewPoint)),
    hourly('relativeHumidity', 'percent', (s) => Math.round(s.relativeHumidity)),
    hourly('skyCover', 'percent', (s) => Math.round(s.cloudCover)),
    hourly('windDirection', 'degree_(angle)', (s) => Math.round(s.windDirection / 10) * 10),
    hourly('windSpeed', 'km_h-1', (s) => speed(s.windSpeed)),
    // Gusts that are none to speak of have no value.
    hourly('windGust', 'km_h-1', (s) => (s.windGust > s.windSpeed + 2.5 ? speed(s.windGust) : null)),
    hourly('visibility', 'm', (s) => Math.round(s.visibility / 1609.344) * 1609.344, 72),
    hourly('probabilityOfPrecipitation', 'percent', (s) => (s.precipitation > 0 ? 70 : 10)),
    sums('quantitativePrecipitation', (s) => s.precipitation, 2),
    sums('snowfallAmount', (s) => s.snowfall * 10, 1),
    ...emptyLayers.map(([name, uom]) => `"${name}":{${uom === '' ? '' : `"uom":"${uom}",`}"values":[]}`),
  ];
  const self = `${home}/gridpoints/${cell.office}/${cell.x},${cell.y}`;
  return (
    `{"@context":["https://geojson.org/geojson-ld/geojson-context.jsonld",{"@version":"1.1"}],"id":"${self}",` +
    `"type":"Feature","geometry":${polygon(cell)},"properties":{"@id":"${self}","@type":"wx:Gridpoint",` +
    `"updateTime":"${instantText(updated)}","validTimes":"${instantText(issuedAt)}/${durationText(gridHours)}",` +
    `"elevation":{"unitCode":"wmoUnit:m","value":${place.elevation}},"forecastOffice":"${home}/offices/${cell.office}",` +
    `"gridId":"${cell.office}","gridX":"${cell.x}","gridY":"${cell.y}",${layers.join(',')}}}`
  );
}

/** How temperatures and winds of the hourly forecast are written. */
export interface HourlyStyle {
  readonly units: 'us' | 'si';
  readonly temperatureAsValue: boolean;
  readonly windAsValue: boolean;
}

const compass = 'N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW'.split(' ');

/** The hourly forecast of a cell, in the local time of its zone; it begins with the present hour. */
export function hourlyBody(
  weather: SimulatedWeather,
  cell: GridCell,
  style: HourlyStyle,
  now: number,
): string {
  const { place, issuedAt, updated, states } = forecastOf(weather, cell, now);
  const zone = nwsZone(cell.latitude, cell.longitude);
  const first = Math.floor((now - issuedAt) / msPerHour);
  const si = style.units === 'si';
  const periods: string[] = [];
  for (let hour = first; hour < first + periodHours; hour++) {
    const state = states[hour];
    const degrees = si
      ? Math.round((Math.round(state.temperature * 1.8 + 32) - 32) / 0.18) / 10
      : Math.round(state.temperature * 1.8 + 32);
    const speed = Math.round(si ? state.windSpeed * 3.6 : state.windSpeed / 0.44704);
    const temperature = style.temperatureAsValue
      ? `"temperature":{"unitCode":"wmoUnit:deg${si ? 'C' : 'F'}","value":${degrees}}`
      : `"temperature":${degrees},"temperatureUnit":"${si ? 'C' : 'F'}"`;
    const wind = style.windAsValue
      ? `{"unitCode":"wmoUnit:km_h-1","value":${Math.round(state.windSpeed * 36) / 10}}`
      : `"${speed} ${si ? 'km/h' : 'mph'}"`;
    const dew = ((Math.round(state.dewPoint * 1.8 + 32) - 32) * 5) / 9;
    const from = issuedAt + hour * msPerHour;
    periods.push(
      `{"number":${hour - first + 1},"name":"","startTime":"${localText(from, zone)}","endTime":"${localText(from + msPerHour, zone)}",` +
        `"isDaytime":${state.sun > 0},${temperature},"temperatureTrend":null,` +
        `"probabilityOfPrecipitation":{"unitCode":"wmoUnit:percent","value":${state.precipitation > 0 ? 70 : 10}},` +
        `"dewpoint":{"unitCode":"wmoUnit:degC","value":${dew}},` +
        `"relativeHumidity":{"unitCode":"wmoUnit:percent","value":${Math.round(state.relativeHumidity)}},` +
        `"windSpeed":${wind},"windDirection":"${compass[Math.round(state.windDirection / 22.5) % 16]}",` +
        `"icon":"","shortForecast":"Simulated","detailedForecast":""}`,
    );
  }
  return (
    `{"@context":["https://geojson.org/geojson-ld/geojson-context.jsonld",{"@version":"1.1"}],"type":"Feature",` +
    `"geometry":${polygon(cell)},"properties":{"units":"${style.units}","forecastGenerator":"HourlyForecastGenerator",` +
    `"generatedAt":"${instantText(now)}","updateTime":"${instantText(updated)}",` +
    `"validTimes":"${instantText(issuedAt)}/${durationText(gridHours)}",` +
    `"elevation":{"unitCode":"wmoUnit:m","value":${place.elevation}},"periods":[${periods.join(',')}]}}`
  );
}

/** `PT6H`, `P1D`, `P1DT6H`. */
export function durationText(hours: number): string {
  const days = Math.floor(hours / 24);
  const rest = hours % 24;
  return `P${days > 0 ? `${days}D` : ''}${rest > 0 ? `T${rest}H` : ''}`;
}

export function instantText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}+00:00`;
}

function localText(time: number, zone: string): string {
  const minutes = zoneOffset(zone, time);
  const sign = minutes < 0 ? '-' : '+';
  const offset = `${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')}:00`;
  return `${new Date(time + minutes * 60_000).toISOString().slice(0, 19)}${sign}${offset}`;
}

function polygon({ latitude, longitude }: GridCell): string {
  const half = 0.0125;
  const corner = (east: number, north: number) =>
    `[${(longitude + east * half).toFixed(4)},${(latitude + north * half).toFixed(4)}]`;
  return `{"type":"Polygon","coordinates":[[${corner(-1, -1)},${corner(1, -1)},${corner(1, 1)},${corner(-1, 1)},${corner(-1, -1)}]]}`;
}
