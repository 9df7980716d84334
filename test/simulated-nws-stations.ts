import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { rawText } from './simulated-metar.ts';
import { instantText } from './simulated-nws-forecast.ts';
import { type GridCell, gridCellAt, nwsZone } from './simulated-nws-grid.ts';
import { geoJson, problem } from './simulated-nws-replies.ts';
import type { SimulatedReply, SimulatedRequest } from './simulated-reply.ts';
import {
  reportsOf,
  type SimulatedStation,
  type StationReport,
  simulatedStationsNear,
} from './simulated-stations.ts';
import type { SimulatedWeather } from './simulated-weather.ts';

function stationFeature(station: SimulatedStation, home: string) {
  const self = `${home}/stations/${station.id}`;
  return {
    id: self,
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [station.longitude, station.latitude] },
    properties: {
      '@id': self,
      '@type': 'wx:ObservationStation',
      elevation: { unitCode: 'wmoUnit:m', value: station.elevation },
      stationIdentifier: station.id,
      name: station.name,
      timeZone: nwsZone(station.latitude, station.longitude),
    },
  };
}

export function answerCellStations(
  weather: SimulatedWeather,
  request: SimulatedRequest,
  cell: GridCell,
): SimulatedReply {
  const limit = Number(request.query.get('limit') ?? 50);
  const near = simulatedStationsNear(weather, { ...cell, elevation: Number.NaN }, 120)
    .filter(({ latitude, longitude }) => gridCellAt(latitude, longitude) !== undefined)
    .slice(0, limit);
  const features = near.map((station) => stationFeature(station, request.home));
  const body = {
    type: 'FeatureCollection',
    features,
    observationStations: features.map(({ id }) => id),
    // The real one has a next page too, even where that is empty.
    pagination: {
      next: `${request.home}/gridpoints/${cell.office}/${cell.x},${cell.y}/stations?cursor=end&limit=0`,
    },
  };
  return geoJson(JSON.stringify(body), 86_400, request, Math.floor(request.now / msPerDay) * msPerDay);
}

export function answerStation(
  _: SimulatedWeather,
  request: SimulatedRequest,
  station: SimulatedStation,
): SimulatedReply {
  return geoJson(JSON.stringify(stationFeature(station, request.home)), 86_400, request);
}

export function answerObservations(
  weather: SimulatedWeather,
  request: SimulatedRequest,
  station: SimulatedStation,
): SimulatedReply {
  const { query, now, home } = request;
  const time = (name: string, fallback: number) => {
    const text = query.get(name);
    return text === null ? fallback : Date.parse(text);
  };
  const from = time('start', now - 7 * msPerDay);
  const until = time('end', now);
  const limit = Number(query.get('limit') ?? 500);
  if (!(from <= until) || !(limit >= 1 && limit <= 500))
    return problem(request, 400, 'BadRequest', 'Bad Request', 'Bad Request', {
      parameterErrors: [{ parameter: 'query.start', message: 'Invalid date-time or limit' }],
    });
  // Kept for about a week.
  const reports = reportsOf(weather, station, Math.max(from, now - 7 * msPerDay), until, now);
  const features = reports
    .reverse()
    .slice(0, limit)
    .map((report) => observation(report, home));
  return geoJson(JSON.stringify({ type: 'FeatureCollection', features }), 60, request);
}

export function answerLatest(
  weather: SimulatedWeather,
  request: SimulatedRequest,
  station: SimulatedStation,
): SimulatedReply {
  const { now, home } = request;
  const newest = reportsOf(weather, station, now - 3 * msPerHour, now, now).at(-1);
  if (newest === undefined) return problem(request, 404, 'NotFound', 'Not Found', 'No observation');
  return geoJson(JSON.stringify(observation(newest, home)), 60, request);
}

/** An observation; units of rain differ by station, as they did over the years, and rain is often not measured. */
function observation(report: StationReport, home: string) {
  const { station, observedAt, state } = report;
  const self = `${home}/stations/${station.id}/observations/${instantText(observedAt)}`;
  const value = (unit: string, number: number, decimals: number) =>
    Number.isNaN(number)
      ? { unitCode: `wmoUnit:${unit}`, value: null, qualityControl: 'Z' }
      : { unitCode: `wmoUnit:${unit}`, value: Number(number.toFixed(decimals)) + 0, qualityControl: 'V' };
  const tenths = station.hasTenths ? 1 : 0;
  const rain = state.precipitation > 0 && report.type === 'METAR' ? state.precipitation : Number.NaN;
  const gust = state.windGust > state.windSpeed + 5 ? state.windGust * 3.6 : Number.NaN;
  const kmh = (Math.round((state.windSpeed * 3600) / 1852) * 1852) / 1000;
  return {
    id: self,
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [station.longitude, station.latitude] },
    properties: {
      '@id': self,
      '@type': 'wx:ObservationStation',
      elevation: { unitCode: 'wmoUnit:m', value: Math.round(station.elevation) },
      station: `${home}/stations/${station.id}`,
      stationId: station.id,
      timestamp: instantText(observedAt),
      rawMessage: rawText(report),
      textDescription: 'Simulated',
      presentWeather: [],
      temperature: value('degC', state.temperature, tenths),
      dewpoint: value('degC', state.dewPoint, tenths),
      windDirection: value('degree_(angle)', Math.round(state.windDirection / 10) * 10, 0),
      windSpeed: value('km_h-1', kmh, 3),
      windGust: value('km_h-1', gust, 3),
      // As reduced to sea level by the altimeter's rule, whatever the name says.
      barometricPressure: value('Pa', state.pressure * 100, 0),
      seaLevelPressure: value('Pa', state.pressure * 100, 0),
      visibility: { ...value('m', Math.min(16_090, state.visibility), 0), qualityControl: 'C' },
      precipitationLastHour: station.isOldStyle ? value('m', rain / 1000, 5) : value('mm', rain, 2),
      relativeHumidity: value('percent', state.relativeHumidity, 6),
      cloudLayers: [],
    },
  };
}
