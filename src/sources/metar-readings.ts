import { closesHour } from '../weather/hourly-values.ts';
import { relativeHumidity } from '../weather/humidity.ts';
import { converter } from '../weather/units.ts';
import type { MetarEntry } from './metar-reply.ts';
import { metarTenths } from './metar-tenths.ts';
import {
  isCorrected,
  type MetarGroups,
  metarGroups,
  metarHourlyRain,
  metarSeaLevelPressure,
  metarWind,
} from './metar-text.ts';
import type { Reading } from './source.ts';

export const metarVariables = [
  'temperature_2m',
  'dew_point_2m',
  'relative_humidity_2m',
  'wind_speed_10m',
  'wind_direction_10m',
  'wind_gusts_10m',
  'pressure_msl',
  'cloud_cover',
  'precipitation',
] as const;
type MetarVariable = (typeof metarVariables)[number];

const toMetresPerSecond = converter('kn', 'm/s');
const toMillimetres = converter('inch', 'mm');

/** Less than this, in inches, is a trace; the provider writes it as 0.005. */
const leastInches = 0.01;

/** A gust is the strongest wind of the ten minutes before the report. */
const gustHours = 1 / 6;

/**
 * Eighths of the sky, in the middle of what a word stands for: FEW 1–2, SCT 3–4, BKN 5–7. Automatic stations see clouds
 * to 3,600 m only, and `NSC`, `NCD` and `CAVOK` speak of clouds that matter to aircraft.
 */
const eighths: Readonly<Record<string, number>> = {
  SKC: 0,
  CLR: 0,
  NSC: 0,
  NCD: 0,
  CAVOK: 0,
  FEW: 1.5,
  SCT: 3.5,
  BKN: 6,
  OVC: 8,
  OVX: 8,
  VV: 8,
};

/**
 * The last version of each station's reports: of several of one time the one received last, of those received at the
 * same time a corrected one.
 */
export function latestReports(entries: readonly MetarEntry[]): readonly MetarEntry[] {
  const latest = new Map<string, MetarEntry>();
  for (const entry of entries) {
    const key = `${entry.icaoId} ${entry.obsTime}`;
    const known = latest.get(key);
    if (known === undefined || isLater(entry, known)) latest.set(key, entry);
  }
  return [...latest.values()];
}

function isLater(entry: MetarEntry, known: MetarEntry): boolean {
  const [one, other] = [entry, known].map(({ receivedAt }) =>
    Number.isNaN(receivedAt) ? -Infinity : receivedAt,
  );
  if (one !== other) return (one ?? NaN) > (other ?? NaN);
  const corrects = ({ rawOb }: MetarEntry) => isCorrected(metarGroups(rawOb ?? ''));
  return corrects(entry) && !corrects(known);
}

/**
 * The readings of a report, in the variables' own units.
 *
 * What a report does not say gives no reading; a direction that is variable or calm is NaN. Left out on purpose:
 *
 * - **Visibility**: the best is reported as a bound (`10+`, `6+` miles). A truth that leaves out bounds has only the
 *   hours with fog, and one that takes them for values has too little view.
 * - **QNH** (`altim`): reduced with a standard atmosphere, so not the pressure at sea level of forecasts.
 *
 * A gust covers ten minutes and is reported only when there is one, so it does not stand for an hour's strongest wind.
 * Rain is of the hour before, and only of a routine report that closes it, at minutes 45 to 59 or 0; specials count from
 * the last routine one. Some automatic reports are received before the time that they are for; they count as received at
 * that time.
 */
export function metarReadings(entry: MetarEntry): readonly Reading[] {
  const groups = metarGroups(entry.rawOb ?? '');
  const tenths = metarTenths(groups);
  const temperature = firstKnown(tenths.temperature, entry.temp);
  const dewPoint = firstKnown(tenths.dewPoint, entry.dewp);
  const time = entry.obsTime * 1000;
  const readings: Reading[] = [];
  const add = (variable: MetarVariable, value: number, periodHours?: number) =>
    readings.push({
      station: entry.icaoId,
      variable,
      time,
      value,
      receivedAt: Math.max(time, entry.receivedAt),
      ...(periodHours !== undefined && { periodHours }),
    });
  const addKnown = (variable: MetarVariable, value: number, periodHours?: number) => {
    if (!Number.isNaN(value)) add(variable, value, periodHours);
  };

  addKnown('temperature_2m', temperature);
  addKnown('dew_point_2m', dewPoint);
  addKnown('relative_humidity_2m', relativeHumidity(temperature, dewPoint));
  const wind = windOf(entry, groups);
  addKnown('wind_speed_10m', wind.speed);
  if (!Number.isNaN(wind.speed)) add('wind_direction_10m', wind.direction);
  addKnown('wind_gusts_10m', toMetresPerSecond(entry.wgst ?? NaN), gustHours);
  addKnown('pressure_msl', firstKnown(entry.slp ?? NaN, metarSeaLevelPressure(groups)));
  addKnown('cloud_cover', cloudCover(entry));
  if (isRoutine(entry, groups) && closesHour(time)) addKnown('precipitation', hourlyRain(entry, groups), 1);
  return readings;
}

function firstKnown(value: number, otherwise: number | null | undefined): number {
  return Number.isNaN(value) ? (otherwise ?? NaN) : value;
}

function windOf({ wdir, wspd }: MetarEntry, groups: MetarGroups) {
  if (wspd === undefined || wspd === null) return metarWind(groups);
  const direction = wspd === 0 || wdir === 'VRB' ? NaN : (wdir ?? NaN);
  return { direction, speed: toMetresPerSecond(wspd) };
}

function cloudCover({ clouds, cover }: MetarEntry): number {
  const words =
    clouds !== undefined && clouds !== null && clouds.length > 0 ? clouds.map((one) => one.cover) : [cover];
  const known = words.map((word) => eighths[word ?? '']).filter((one) => one !== undefined);
  return known.length === 0 ? NaN : (100 * Math.max(...known)) / 8;
}

function isRoutine({ metarType }: MetarEntry, { body }: MetarGroups): boolean {
  return metarType !== 'SPECI' && body[0] !== 'SPECI';
}

function hourlyRain({ precip }: MetarEntry, groups: MetarGroups): number {
  const inches = precip ?? NaN;
  return firstKnown(metarHourlyRain(groups), inches < leastInches ? 0 : toMillimetres(inches));
}
