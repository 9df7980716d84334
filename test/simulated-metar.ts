import { msPerHour } from '../src/weather/time.ts';
import { httpDate, type SimulatedReply, type SimulatedRequest } from './simulated-reply.ts';
import { reportsOf, type StationReport, stationOf, stationsWithin } from './simulated-stations.ts';
import type { SimulatedWeather } from './simulated-weather.ts';

const json = { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=60' };
const mostReports = 400;
const daysKept = 15;

/**
 * The simulated Aviation Weather Center, `/api/data/metar` with `ids` or `bbox` (south, west, north, east), `hours`,
 * `date` (end of those hours) and `format=json`: newest first, 400 at most, 204 where there is nothing.
 *
 * Times, nulls and tenths differ by station, see {@link stationOf}; the wind is that of the minute.
 */
export function answerMetar(
  weather: SimulatedWeather,
  { path, query, now }: SimulatedRequest,
): SimulatedReply {
  if (path !== '/api/data/metar') return refusal(404, 'Invalid endpoint');
  if (query.get('format') !== 'json') return refusal(400, 'Only format=json is simulated');
  const ids = query.get('ids');
  const box = query.get('bbox')?.split(',').map(Number);
  if (ids === null && box === undefined) return refusal(400, 'Must specify ids or bbox');
  if (box !== undefined && (box.length !== 4 || box.some((edge) => Number.isNaN(edge))))
    return refusal(400, 'Invalid bbox');
  const hours = Number(query.get('hours') ?? 0);
  const end = query.has('date') ? dateOf(query.get('date') ?? '') : now;
  if (!(hours >= 0 && hours <= daysKept * 24) || Number.isNaN(end)) return refusal(400, 'Invalid time');

  const stations =
    ids !== null
      ? ids.split(',').flatMap((id) => stationOf(weather, id.trim().toUpperCase()) ?? [])
      : stationsWithin(weather, box as [number, number, number, number], mostReports);
  const oldest = now - daysKept * 24 * msPerHour;
  const reports: StationReport[] = [];
  for (const station of stations) {
    const found = reportsOf(
      weather,
      station,
      Math.max(oldest, end - (hours || 1.5) * msPerHour),
      end,
      now,
    ).reverse();
    reports.push(...(hours > 0 ? found : found.slice(0, 1)));
    if (reports.length >= mostReports) break;
  }
  if (reports.length === 0) return { status: 204, headers: {}, body: '' };
  return {
    status: 200,
    headers: { ...json, Expires: httpDate(now + 60_000) },
    body: `[${reports.slice(0, mostReports).map(reportBody).join(',')}]`,
  };
}

function refusal(status: number, error: string): SimulatedReply {
  return { status, headers: json, body: JSON.stringify({ status: 'error', error }) };
}

/** `20260310_1200`, `202603101200` or ISO, by coordinated time. */
function dateOf(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)_?(\d\d)(\d\d)Z?$/.exec(text);
  if (parts === null) return Date.parse(text);
  const [, year, month, day, hour, minute] = parts;
  return Date.UTC(+year, +month - 1, +day, +hour, +minute);
}

function reportBody(report: StationReport): string {
  const { station, type, observedAt, receivedAt, state } = report;
  const old = station.isOldStyle;
  const knots = (speed: number) => Math.round((speed * 3600) / 1852);
  const wind = knots(state.windSpeed);
  const gust = knots(state.windGust);
  const calm = wind < 2;
  const variable = !calm && wind < 4;
  const direction = Math.round(state.windDirection / 10) * 10 || 360;
  const miles = state.visibility / 1609.344;
  const degrees = (value: number) =>
    (station.hasTenths ? Math.round(value * 10) / 10 : Math.round(value)) + 0;
  const hour = Math.ceil(observedAt / msPerHour) * msPerHour;
  const clouds = cloudsOf(state.cloudCover);
  // A special report tells the time it was made, a routine one that of the full hour.
  const reportTime = type === 'SPECI' ? observedAt : hour;
  const timeText = (time: number) => {
    const iso = new Date(time).toISOString();
    return old ? iso.slice(0, 19).replace('T', ' ') : iso;
  };
  // 2023 wrote null where 2026 has no key.
  const absent = old ? null : undefined;
  return JSON.stringify({
    ...(old && { metar_id: observedAt / 1000 }),
    icaoId: station.id,
    receiptTime: timeText(receivedAt),
    obsTime: observedAt / 1000,
    reportTime: timeText(reportTime),
    temp: degrees(state.temperature),
    dewp: degrees(state.dewPoint),
    wdir: calm ? 0 : variable ? 'VRB' : direction,
    wspd: calm ? 0 : wind,
    wgst: gust >= wind + 10 ? gust : absent,
    visib: miles >= 10 ? '10+' : Math.max(0.25, Math.round(miles * 4) / 4),
    altim: Math.round(state.pressure * 10) / 10,
    slp: station.hasTenths ? Math.round(state.pressure * 10) / 10 : absent,
    qcField: 4,
    wxString: weatherWords(report) || absent,
    precip:
      state.precipitation > 0 && type === 'METAR'
        ? Math.round((state.precipitation / 25.4) * 100) / 100
        : absent,
    metarType: type,
    rawOb: rawText(report, { wind: calm ? 0 : wind, gust, variable, direction, miles }),
    lat: station.latitude,
    lon: station.longitude,
    elev: Math.round(station.elevation),
    name: `${station.name}, ZZ`,
    ...(old ? {} : { cover: clouds[0]?.cover ?? 'CLR', fltCat: 'VFR' }),
    clouds,
  });
}

interface RawWind {
  readonly wind: number;
  readonly gust: number;
  readonly variable: boolean;
  readonly direction: number;
  readonly miles: number;
}

/** The report as it was sent, with whole degrees in its body. */
export function rawText(report: StationReport, raw?: RawWind): string {
  const { station, type, observedAt, state } = report;
  const wind = raw?.wind ?? Math.round((state.windSpeed * 3600) / 1852);
  const gust = raw?.gust ?? Math.round((state.windGust * 3600) / 1852);
  const direction = raw?.direction ?? (Math.round(state.windDirection / 10) * 10 || 360);
  const from = wind === 0 ? '000' : raw?.variable === true ? 'VRB' : String(direction).padStart(3, '0');
  const miles = Math.min(10, Math.max(1, Math.floor(raw?.miles ?? state.visibility / 1609.344)));
  const [day, hours, minutes] = [8, 11, 14].map((at) => new Date(observedAt).toISOString().slice(at, at + 2));
  const whole = (value: number) => {
    const size = String(Math.abs(Math.round(value))).padStart(2, '0');
    return value < -0.5 || Object.is(Math.round(value), -0) ? `M${size}` : size;
  };
  const tenths = (value: number) => {
    const n = Math.round(value * 10);
    return (n < 0 ? '1' : '0') + String(Math.abs(n)).padStart(3, '0');
  };
  const inches = Math.round((state.pressure / 33.86389) * 100);
  const rain = Math.round((state.precipitation / 25.4) * 100);
  const sky = cloudsOf(state.cloudCover)
    .map(({ cover, base }) => cover + String(base / 100).padStart(3, '0'))
    .join(' ');
  return [
    `${type} ${station.id} ${day}${hours}${minutes}Z AUTO`,
    `${from}${String(wind).padStart(2, '0')}${gust >= wind + 10 && wind > 0 ? `G${gust}` : ''}KT`,
    `${miles}SM`,
    weatherWords(report),
    sky || 'CLR',
    `${whole(state.temperature)}/${whole(state.dewPoint)}`,
    `A${inches}`,
    'RMK AO2',
    station.hasTenths ? `SLP${String(Math.round(state.pressure * 10) % 1000).padStart(3, '0')}` : '',
    rain > 0 && type === 'METAR' ? `P${String(rain).padStart(4, '0')}` : '',
    station.hasTenths ? `T${tenths(state.temperature)}${tenths(state.dewPoint)}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function weatherWords({ state }: StationReport): string {
  if (state.snowfall > 0) return '-SN';
  if (state.precipitation > 0) return state.precipitation > 2.5 ? 'RA' : '-RA';
  return state.visibility < 1000 ? 'FG' : '';
}

function cloudsOf(cover: number): { readonly cover: string; readonly base: number }[] {
  if (cover < 6) return [];
  return [{ cover: cover > 87.5 ? 'OVC' : cover > 50 ? 'BKN' : cover > 25 ? 'SCT' : 'FEW', base: 4500 }];
}
