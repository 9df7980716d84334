import { msPerHour } from '../src/weather/time.ts';
import {
  covers,
  type SimulatedModel,
  simulatedEnsembles,
  simulatedModels,
  simulatedReanalyses,
} from './simulated-open-meteo-models.ts';
import {
  newestRun,
  type OpenMeteoEndpoint,
  type OpenMeteoQuery,
  readOpenMeteoQuery,
  runDelay,
  runEveryHours,
} from './simulated-open-meteo-query.ts';
import { seriesBody } from './simulated-open-meteo-series.ts';
import type { ServedRun, SimulatedReply, SimulatedRequest } from './simulated-reply.ts';
import { fixedText } from './simulated-text.ts';
import type { SimulatedWeather } from './simulated-weather.ts';

const json = { 'Content-Type': 'application/json; charset=utf-8' };

/**
 * The simulated Open-Meteo: `/v1/forecast` (with previous days and single runs), `/v1/ensemble`, `/v1/archive`,
 * `/v1/search`, `/v1/elevation` and `/data/<model or domain>/static/meta.json`. Not simulated: daily and current
 * values, minutes, keys, POST.
 *
 * Runs start each 6 hours and can be asked for 3 hours later. Until its first newer run a time belongs to the run before:
 * of the past, each hour has a lead under 6 h. Values are those of the asked point; only the coordinates of a reply are
 * the cell's.
 */
export function answerOpenMeteo(weather: SimulatedWeather, request: SimulatedRequest): SimulatedReply {
  const { path, query, now } = request;
  const endpoint = endpoints.get(path);
  if (endpoint !== undefined) {
    const asked = readOpenMeteoQuery(endpoint, query, now);
    return typeof asked === 'string' ? refusal(asked) : answerSeries(weather, asked, request);
  }
  if (path === '/v1/elevation') return answerElevation(weather, request);
  if (path === '/v1/search') return answerSearch(query);
  const model = /^\/data\/([a-z0-9_]+)\/static\/meta\.json$/.exec(path)?.[1];
  if (model !== undefined && domains.has(model)) return answerMeta(model, now);
  return { status: 404, headers: json, body: '{"error":true,"reason":"Not Found"}', calls: 0 };
}

const endpoints: ReadonlyMap<string, OpenMeteoEndpoint> = new Map([
  ['/v1/forecast', 'forecast'],
  ['/v1/ensemble', 'ensemble'],
  ['/v1/archive', 'archive'],
]);

const domains: ReadonlyMap<string, SimulatedModel> = new Map([
  ...simulatedReanalyses,
  ...simulatedEnsembles,
  ...simulatedModels,
]);

function refusal(reason: string): SimulatedReply {
  return { status: 400, headers: json, body: `{"error":true,"reason":${JSON.stringify(reason)}}` };
}

/** What series count for: by place, variables × models, in tens and, beyond two weeks, in fortnights, 1 at least. */
export function openMeteoCalls(places: number, variables: number, models: number, days: number): number {
  const tens = (variables * models) / 10;
  return places * Math.max(1, tens, (tens * days) / 14);
}

function answerSeries(
  weather: SimulatedWeather,
  asked: OpenMeteoQuery,
  request: SimulatedRequest,
): SimulatedReply {
  const { places, variables, models, hours, start } = asked;
  const calls = openMeteoCalls(places.length, variables.length, models.length, hours / 24);
  const served: ServedRun[] = [];
  const bodies: string[] = [];
  for (const [at, place] of places.entries()) {
    const covering = models.filter((model) => covers(model, place));
    if (covering.length === 0) return refusal('No data is available for this location');
    bodies.push(seriesBody(weather, asked, place, covering, at, request.now));
    const issuedAt = asked.run ?? newestRun(request.now);
    const plain = variables.some(({ daysBefore }) => daysBefore === 0);
    if (asked.endpoint === 'archive' || !plain || start + hours * msPerHour <= issuedAt) continue;
    for (const { name } of covering)
      served.push({
        place: place.text,
        model: asked.endpoint === 'ensemble' ? `${name} ensemble` : name,
        issuedAt,
      });
  }
  return {
    status: 200,
    headers: json,
    body: bodies.length === 1 ? bodies[0] : `[${bodies.join(',')}]`,
    calls,
    served,
  };
}

function answerMeta(model: string, now: number): SimulatedReply {
  const run = newestRun(now);
  const end = run + (domains.get(model)?.horizon ?? 0) * msPerHour;
  const seconds = (time: number) => Math.round(time / 1000);
  return {
    status: 200,
    headers: json,
    calls: 0,
    body:
      `{"chunk_time_length":168,"crs_wkt":"","data_end_time":${seconds(end)},` +
      `"last_run_availability_time":${seconds(run + runDelay)},"last_run_initialisation_time":${seconds(run)},` +
      `"last_run_modification_time":${seconds(run + runDelay) - 300},"temporal_resolution_seconds":3600,` +
      `"update_interval_seconds":${runEveryHours * 3600}}`,
  };
}

function answerElevation(weather: SimulatedWeather, { query, now }: SimulatedRequest): SimulatedReply {
  const asked = readOpenMeteoQuery('forecast', query, now);
  if (typeof asked === 'string') return refusal(asked);
  const heights = asked.places.map(({ latitude, longitude }) => weather.terrain(latitude, longitude));
  const body = `{"elevation":[${heights.map((height) => fixedText(height, 1)).join(',')}]}`;
  return { status: 200, headers: json, body, calls: heights.length };
}

/** A few towns, so that a search finds something, or several of one name, or nothing. */
const towns: readonly (readonly [string, number, number, number, string, string, string])[] = [
  ['Berlin', 52.52437, 13.41053, 74, 'DE', 'Germany', 'Europe/Berlin'],
  ['Berlin', 44.46867, -71.18508, 311, 'US', 'United States', 'America/New_York'],
  ['Seattle', 47.60621, -122.33207, 56, 'US', 'United States', 'America/Los_Angeles'],
  ['Oslo', 59.91273, 10.74609, 26, 'NO', 'Norway', 'Europe/Oslo'],
  ['Cape Town', -33.92584, 18.42322, 25, 'ZA', 'South Africa', 'Africa/Johannesburg'],
  ['Suva', -18.14161, 178.44149, 0, 'FJ', 'Fiji', 'Pacific/Fiji'],
];

function answerSearch(query: URLSearchParams): SimulatedReply {
  const name = query.get('name')?.toLowerCase() ?? '';
  if (name === '') return refusal("Parameter 'name' is required");
  const country = query.get('countryCode')?.toUpperCase();
  const found = towns.flatMap(([town, latitude, longitude, elevation, code, land, timezone], id) =>
    name.length >= 2 && town.toLowerCase().startsWith(name) && (country ?? code) === code
      ? {
          id: id + 1,
          name: town,
          latitude,
          longitude,
          elevation,
          country_code: code,
          timezone,
          country: land,
        }
      : [],
  );
  const results = found.slice(0, Number(query.get('count') ?? 10));
  // Where nothing is found, the key is absent.
  const body = JSON.stringify({ ...(results.length > 0 && { results }), generationtime_ms: 0.15 });
  return { status: 200, headers: json, body };
}
