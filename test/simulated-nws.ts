import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { gridBody, hourlyBody } from './simulated-nws-forecast.ts';
import { type GridCell, gridCell, gridCellAt, nwsIssue, nwsModel, nwsZone } from './simulated-nws-grid.ts';
import { geoJson, problem } from './simulated-nws-replies.ts';
import {
  answerCellStations,
  answerLatest,
  answerObservations,
  answerStation,
} from './simulated-nws-stations.ts';
import { type SimulatedReply, type SimulatedRequest, tooPrecise } from './simulated-reply.ts';
import { type SimulatedStation, stationOf } from './simulated-stations.ts';
import type { SimulatedWeather } from './simulated-weather.ts';

/** An answer to a path, and the query parameters it knows. */
type Route = readonly [
  path: RegExp,
  parameters: readonly string[],
  answer: (weather: SimulatedWeather, request: SimulatedRequest, parts: readonly string[]) => SimulatedReply,
];

/**
 * The simulated api.weather.gov: `/points/{lat},{lon}`, `/gridpoints/{office}/{x},{y}` with `/forecast/hourly` and
 * `/stations`, `/stations/{id}`, `/stations/{id}/observations` and `…/latest`. Not simulated: texts, alerts, zones, the
 * forecast by half days.
 *
 * A grid is issued each 3 hours and updated 5 to 54 minutes after that full hour (by office), so the issue is its
 * `updateTime` cut off to the hour. Forecasts are those of the cell's centre, within 2 km of the point, and rounded.
 */
export function answerNws(weather: SimulatedWeather, request: SimulatedRequest): SimulatedReply {
  if ((request.headers['user-agent'] ?? '') === '')
    return {
      status: 403,
      headers: { 'Content-Type': 'text/html' },
      body: '<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1></BODY></HTML>',
    };
  for (const [path, parameters, answer] of routes) {
    const parts = path.exec(request.path);
    if (parts === null) continue;
    const unknown = [...request.query.keys()].filter((name) => !parameters.includes(name));
    if (unknown.length > 0)
      return problem(request, 400, 'BadRequest', 'Bad Request', 'Bad Request', {
        parameterErrors: unknown.map((name) => ({
          parameter: `query.${name}`,
          message: `Query parameter "${name}" is not recognized`,
        })),
      });
    return answer(weather, request, parts.slice(1));
  }
  return problem(request, 404, 'NotFound', 'Not Found', 'Not Found');
}

const routes: readonly Route[] = [
  [/^\/points\/([^/,]+),([^/,]+)$/, [], answerPoint],
  [/^\/gridpoints\/([^/]+)\/(\d+),(\d+)$/, [], onCell(answerGrid)],
  [/^\/gridpoints\/([^/]+)\/(\d+),(\d+)\/forecast\/hourly$/, ['units'], onCell(answerHourly)],
  [/^\/gridpoints\/([^/]+)\/(\d+),(\d+)\/stations$/, ['limit', 'cursor'], onCell(answerCellStations)],
  [/^\/stations\/([^/]+)$/, [], onStation(answerStation)],
  [/^\/stations\/([^/]+)\/observations$/, ['start', 'end', 'limit', 'cursor'], onStation(answerObservations)],
  [/^\/stations\/([^/]+)\/observations\/latest$/, ['require_qc'], onStation(answerLatest)],
];

type Answer<About> = (weather: SimulatedWeather, request: SimulatedRequest, about: About) => SimulatedReply;

function onCell(answer: Answer<GridCell>): Route[2] {
  return (weather, request, [office, x, y]) => {
    const cell = gridCell(office, Number(x), Number(y));
    if (cell === undefined || gridCellAt(cell.latitude, cell.longitude) === undefined)
      return problem(request, 404, 'InvalidGrid', 'Not Found', `No grid ${office}/${x},${y}`);
    return answer(weather, request, cell);
  };
}

function onStation(answer: Answer<SimulatedStation>): Route[2] {
  return (weather, request, [id]) => {
    const station = stationOf(weather, id);
    if (station === undefined || gridCellAt(station.latitude, station.longitude) === undefined)
      return problem(request, 404, 'NotFound', 'Not Found', `Unable to find station ${id}`);
    return answer(weather, request, station);
  };
}

function answerPoint(
  _: SimulatedWeather,
  request: SimulatedRequest,
  [lat, lon]: readonly string[],
): SimulatedReply {
  const { home, now } = request;
  const latitude = Number(lat);
  const longitude = Number(lon);
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
    return problem(
      request,
      404,
      'InvalidParameter',
      'Invalid Parameter',
      `Parameter "point" is invalid: '${lat},${lon}'`,
    );
  if (tooPrecise(lat) || tooPrecise(lon)) {
    const round = (value: number) => String(Math.round(value * 1e4) / 1e4);
    const moved = problem(
      request,
      301,
      'AdjustPointPrecision',
      'Adjusting Precision Of Point Coordinate',
      'The precision of latitude/longitude points is limited to 4 decimal digits.',
    );
    const location = new URL(`${home}/points/${round(latitude)},${round(longitude)}`).pathname;
    return { ...moved, headers: { ...moved.headers, Location: location } };
  }
  const cell = gridCellAt(latitude, longitude);
  if (cell === undefined)
    return problem(
      request,
      404,
      'InvalidPoint',
      'Data Unavailable For Requested Point',
      `Unable to provide data for requested point ${lat},${lon}`,
    );
  const grid = `${home}/gridpoints/${cell.office}/${cell.x},${cell.y}`;
  const self = `${home}/points/${lat},${lon}`;
  const body = JSON.stringify({
    '@context': ['https://geojson.org/geojson-ld/geojson-context.jsonld', { '@version': '1.1' }],
    id: self,
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [longitude, latitude] },
    properties: {
      '@id': self,
      '@type': 'wx:Point',
      cwa: cell.office,
      forecastOffice: `${home}/offices/${cell.office}`,
      gridId: cell.office,
      gridX: cell.x,
      gridY: cell.y,
      forecast: `${grid}/forecast`,
      forecastHourly: `${grid}/forecast/hourly`,
      forecastGridData: grid,
      observationStations: `${grid}/stations`,
      timeZone: nwsZone(latitude, longitude),
      radarStation: `K${cell.office}`,
    },
  });
  return geoJson(body, 20_000, request, Math.floor(now / msPerDay) * msPerDay);
}

function answerGrid(weather: SimulatedWeather, request: SimulatedRequest, cell: GridCell): SimulatedReply {
  const { issuedAt, updated } = nwsIssue(cell.office, request.now);
  const served = [{ place: `${cell.office}/${cell.x},${cell.y}`, model: nwsModel, issuedAt }];
  return { ...geoJson(gridBody(weather, cell, request.home, request.now), 3600, request, updated), served };
}

function answerHourly(weather: SimulatedWeather, request: SimulatedRequest, cell: GridCell): SimulatedReply {
  const { query, headers, now } = request;
  const units = query.get('units') ?? 'us';
  if (units !== 'us' && units !== 'si')
    return problem(request, 400, 'BadRequest', 'Bad Request', 'Bad Request', {
      parameterErrors: [
        { parameter: 'query.units', message: 'Does not have a value in the enumeration ["us","si"]' },
      ],
    });
  const flags = String(headers['feature-flags'] ?? '');
  const style = {
    units,
    temperatureAsValue: flags.includes('forecast_temperature_qv'),
    windAsValue: flags.includes('forecast_wind_speed_qv'),
  } as const;
  const { issuedAt } = nwsIssue(cell.office, now);
  const served = [{ place: `${cell.office}/${cell.x},${cell.y} hourly`, model: nwsModel, issuedAt }];
  const hour = Math.floor(now / msPerHour) * msPerHour;
  return { ...geoJson(hourlyBody(weather, cell, style, now), 3600, request, hour), served };
}
