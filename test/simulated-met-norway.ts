import { msPerHour } from '../src/weather/time.ts';
import { textKey, uniform } from './simulated-noise.ts';
import {
  cycleAt,
  httpDate,
  isUnmodified,
  type SimulatedReply,
  type SimulatedRequest,
  tooPrecise,
} from './simulated-reply.ts';
import type { SimulatedState } from './simulated-state.ts';
import { fixedText, timeTexts } from './simulated-text.ts';
import { errorScales, memberShare, type SimulatedWeather, sdFast } from './simulated-weather.ts';

const forecastPath = '/weatherapi/locationforecast/2.0/';
/** Name of its one model. */
export const metNorwayModel = 'met-norway';
const everyHours = 6;
const slot = msPerHour / 2;
const hourlySteps = 56;
const longSteps = 26;

/**
 * The simulated Locationforecast 2.0 of MET Norway, `compact` and `complete`.
 *
 * Its model runs each 6 hours, `updated_at` is 5 to 54 minutes after the run's full hour (by place), from when on it is
 * served; so the run is `updated_at` cut off to the hour. Replies are made anew each half hour, a few minutes later by
 * place: `Expires` is the next such time, `Last-Modified` the last one at which anything changed. They hold 56 hours and
 * 26 times six hours. In and around Norway `complete` has percentiles and gusts too; elsewhere those are absent.
 */
export function answerMetNorway(weather: SimulatedWeather, request: SimulatedRequest): SimulatedReply {
  const { path, query, headers, now } = request;
  const kind = path.startsWith(forecastPath) ? path.slice(forecastPath.length) : '';
  if (kind !== 'compact' && kind !== 'complete')
    return htmlReply(404, 'Not Found', 'There is no such product.');
  if (isGeneric(headers['user-agent']))
    return htmlReply(
      403,
      'Forbidden',
      'Identify your application by a User-Agent with a way to contact you.',
    );
  for (const name of query.keys())
    if (!['lat', 'lon', 'altitude'].includes(name))
      return htmlReply(400, 'Bad Request', `Unknown parameter ${name}`);
  const [lat, lon, altitude] = ['lat', 'lon', 'altitude'].map((name) => query.get(name) ?? '');
  const latitude = lat === '' ? Number.NaN : Number(lat);
  const longitude = lon === '' ? Number.NaN : Number(lon);
  const elevation = altitude === '' ? Number.NaN : Number(altitude);
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
    return htmlReply(400, 'Bad Request', 'lat and lon must be coordinates in degrees');
  if (tooPrecise(lat) || tooPrecise(lon))
    return htmlReply(403, 'Forbidden', 'Coordinates must have at most 4 decimals.');
  if (altitude !== '' && !/^-?\d{1,4}$/.test(altitude))
    return htmlReply(400, 'Bad Request', 'altitude must be a whole number of metres');

  const place = `${lat},${lon}`;
  const times = timesOf(place, now);
  const cached = {
    Expires: httpDate(times.expires),
    'Last-Modified': httpDate(times.modified),
    Vary: 'Accept, Accept-Encoding',
    'Access-Control-Allow-Origin': '*',
    Server: 'simulated',
  };
  if (isUnmodified(headers, times.modified)) return { status: 304, headers: cached, body: '' };
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', ...cached },
    body: forecastBody(weather, { latitude, longitude, elevation }, kind === 'complete', times),
    served: [{ place, model: metNorwayModel, issuedAt: times.run }],
  };
}

function isGeneric(agent = ''): boolean {
  return (
    agent === '' || /^(?:node|undici|fetch|axios|got|python|curl|wget|java|okhttp|mozilla)\b/i.test(agent)
  );
}

function htmlReply(status: number, title: string, text: string): SimulatedReply {
  const escaped = text.replace(/[<&]/g, '');
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: `<!DOCTYPE html><html><head><title>${status} ${title}</title></head><body><h1>${title}</h1><p>${escaped}</p></body></html>`,
  };
}

interface ReplyTimes {
  readonly run: number;
  readonly updated: number;
  /** First hour of the reply. */
  readonly start: number;
  readonly modified: number;
  readonly expires: number;
}

function timesOf(place: string, now: number): ReplyTimes {
  const key = textKey(place);
  const jitter = Math.floor(uniform(key) * 300) * 1000;
  const runDelay = (5 + Math.floor(uniform(key + 1) * 50)) * 60_000;
  const contentAt = (time: number) => {
    const run = cycleAt(time - runDelay, everyHours);
    return { run, updated: run + runDelay, start: Math.floor(time / msPerHour) * msPerHour };
  };
  const made = Math.floor((now - jitter) / slot) * slot + jitter;
  const content = contentAt(made);
  const before = contentAt(made - slot);
  const changed = before.start !== content.start || before.run !== content.run;
  return { ...content, modified: changed ? made : made - slot, expires: made + slot };
}

const compactUnits =
  '"air_pressure_at_sea_level":"hPa","air_temperature":"celsius","cloud_area_fraction":"%",' +
  '"precipitation_amount":"mm","relative_humidity":"%","wind_from_direction":"degrees","wind_speed":"m/s"';
const completeUnits =
  '"air_pressure_at_sea_level":"hPa","air_temperature":"celsius","air_temperature_max":"celsius",' +
  '"air_temperature_min":"celsius","cloud_area_fraction":"%","cloud_area_fraction_high":"%",' +
  '"cloud_area_fraction_low":"%","cloud_area_fraction_medium":"%","dew_point_temperature":"celsius",' +
  '"fog_area_fraction":"%","precipitation_amount":"mm","relative_humidity":"%",' +
  '"ultraviolet_index_clear_sky":"1","wind_from_direction":"degrees","wind_speed":"m/s"';
const nordicUnits =
  ',"air_temperature_percentile_10":"celsius","air_temperature_percentile_90":"celsius",' +
  '"precipitation_amount_max":"mm","precipitation_amount_min":"mm","probability_of_precipitation":"%",' +
  '"probability_of_thunder":"%","wind_speed_of_gust":"m/s","wind_speed_percentile_10":"m/s",' +
  '"wind_speed_percentile_90":"m/s"';

/** Of a standard normal law 90 % are below. */
const z90 = 1.2815515655446004;

function forecastBody(
  weather: SimulatedWeather,
  asked: { readonly latitude: number; readonly longitude: number; readonly elevation: number },
  complete: boolean,
  { run: issuedAt, updated, start }: ReplyTimes,
): string {
  const place = weather.at(asked);
  const run = place.run(metNorwayModel, issuedAt);
  const { latitude, longitude } = asked;
  const nordic = complete && latitude > 54 && latitude < 72 && longitude > 0 && longitude < 32;

  // After the hours, the six-hour steps begin at 00, 06, 12 or 18 o'clock.
  const firstLong = cycleAt(start + (hourlySteps + 5) * msPerHour, 6);
  const hourly = (firstLong - start) / msPerHour;
  const states: SimulatedState[] = [];
  // The sums of the last step but one end with the last step.
  for (let hour = 0; hour <= hourly + (longSteps - 1) * 6; hour++)
    states.push(run.at(start + hour * msPerHour));

  const sixHours = (hour: number): string => {
    let warmest = -Infinity;
    let coldest = Infinity;
    let rain = 0;
    for (let next = hour + 1; next <= hour + 6; next++) {
      const state = states[next];
      if (state.temperature > warmest) warmest = state.temperature;
      if (state.temperature < coldest) coldest = state.temperature;
      rain += state.precipitation;
    }
    const extremes = complete
      ? `"air_temperature_max":${fixedText(warmest, 1)},"air_temperature_min":${fixedText(coldest, 1)},`
      : '';
    const details = nordic ? rainRange(rain) : '';
    return `,"next_6_hours":{"summary":{"symbol_code":"${symbolOf(states[hour + 6])}"},"details":{${extremes}"precipitation_amount":${fixedText(rain, 1)}${details}}}`;
  };

  const times = timeTexts(start, msPerHour, states.length, 19, 'Z');
  let series = '';
  for (let hour = 0; hour < states.length; hour += hour < hourly ? 1 : 6) {
    const state = states[hour];
    const lead = (start + hour * msPerHour - issuedAt) / msPerHour;
    series += `${hour === 0 ? '' : ','}{"time":"${times[hour]}","data":{"instant":{"details":{${instantDetails(state, complete, hour < hourly)}${nordic ? percentiles(state, lead) : ''}}}`;
    if (hour + 12 < states.length)
      series += `,"next_12_hours":{"summary":{"symbol_code":"${symbolOf(states[hour + 12])}"}${nordic ? ',"details":{"probability_of_precipitation":50.0}' : ''}}`;
    if (hour < hourly) {
      const next = states[hour + 1];
      const range = nordic ? rainRange(next.precipitation) : '';
      series += `,"next_1_hours":{"summary":{"symbol_code":"${symbolOf(next)}"},"details":{"precipitation_amount":${fixedText(next.precipitation, 1)}${range}}}`;
    }
    if (hour + 6 < states.length) series += sixHours(hour);
    series += '}}';
  }
  const units = complete ? completeUnits + (nordic ? nordicUnits : '') : compactUnits;
  return (
    `{"type":"Feature","geometry":{"type":"Point","coordinates":[${longitude},${latitude},${Math.round(place.elevation)}]},` +
    `"properties":{"meta":{"updated_at":"${new Date(updated).toISOString().slice(0, 19)}Z","units":{${units}}},` +
    `"timeseries":[${series}]}}`
  );
}

function instantDetails(state: SimulatedState, complete: boolean, hourly: boolean): string {
  const cloud = fixedText(state.cloudCover, 1);
  let text =
    `"air_pressure_at_sea_level":${fixedText(state.pressure, 1)},` +
    `"air_temperature":${fixedText(state.temperature, 1)},"cloud_area_fraction":${cloud},`;
  if (complete)
    text +=
      `"cloud_area_fraction_high":${cloud},"cloud_area_fraction_low":${fixedText(0.7 * state.cloudCover, 1)},` +
      `"cloud_area_fraction_medium":${fixedText(0.5 * state.cloudCover, 1)},` +
      `"dew_point_temperature":${fixedText(state.dewPoint, 1)},`;
  if (complete && hourly) text += `"fog_area_fraction":${state.visibility < 1000 ? '100.0' : '0.0'},`;
  text += `"relative_humidity":${fixedText(state.relativeHumidity, 1)},`;
  if (complete && hourly)
    text += `"ultraviolet_index_clear_sky":${fixedText(Math.max(0, 9 * state.sun), 1)},`;
  return `${text}"wind_from_direction":${fixedText(state.windDirection, 1)},"wind_speed":${fixedText(state.windSpeed, 1)}`;
}

/** Percentiles by the members' spread, which is too small. */
function percentiles(state: SimulatedState, lead: number): string {
  const warmth = z90 * memberShare * sdFast(lead);
  const root = Math.sqrt(state.windSpeed);
  const wind = errorScales[1] * warmth;
  return (
    `,"air_temperature_percentile_10":${fixedText(state.temperature - warmth, 1)}` +
    `,"air_temperature_percentile_90":${fixedText(state.temperature + warmth, 1)}` +
    `,"wind_speed_of_gust":${fixedText(state.windGust, 1)}` +
    `,"wind_speed_percentile_10":${fixedText(Math.max(0, root - wind) ** 2, 1)}` +
    `,"wind_speed_percentile_90":${fixedText((root + wind) ** 2, 1)}`
  );
}

function rainRange(rain: number): string {
  return (
    `,"precipitation_amount_max":${fixedText(rain * 1.6, 1)},"precipitation_amount_min":${fixedText(rain * 0.4, 1)}` +
    `,"probability_of_precipitation":${rain > 0 ? '70.0' : '12.0'},"probability_of_thunder":0.1`
  );
}

function symbolOf(state: SimulatedState): string {
  if (state.snowfall > 0) return 'snow';
  if (state.precipitation > 0) return state.precipitation > 2.5 ? 'rain' : 'lightrain';
  if (state.visibility < 1000) return 'fog';
  if (state.cloudCover > 87.5) return 'cloudy';
  const sky = state.cloudCover > 50 ? 'partlycloudy' : state.cloudCover > 12.5 ? 'fair' : 'clearsky';
  return `${sky}_${state.sun > 0 ? 'day' : 'night'}`;
}
