import { distanceKm, type Location } from '../src/weather/location.ts';
import { msPerHour } from '../src/weather/time.ts';
import { type Key, partKey, textKey, uniform } from './simulated-noise.ts';
import type { SimulatedState } from './simulated-state.ts';
import type { SimulatedWeather } from './simulated-weather.ts';

/** A station of the simulated weather: one in each cell of about 30 km, all over the Earth, at a place of its own. */
export interface SimulatedStation extends Location {
  /** A letter and three letters or digits, such as `D0AX`; unique. */
  readonly id: string;
  readonly name: string;
  readonly key: Key;
  /** Whether it gives tenths of a degree in the remark; one in five does not. */
  readonly hasTenths: boolean;
  /** Whether it is listed as in 2023: times without zone, explicit nulls; one in four is. */
  readonly isOldStyle: boolean;
}

/** What a station reported. */
export interface StationReport {
  readonly station: SimulatedStation;
  readonly type: 'METAR' | 'SPECI';
  /** Epoch milliseconds. */
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly state: SimulatedState;
}

const cell = 0.27;
const rowCount = Math.ceil(180 / cell);
const columnCounts = Array.from({ length: rowCount }, (_, row) =>
  Math.max(1, Math.round((360 * Math.cos((latitudeOf(row) * Math.PI) / 180)) / cell)),
);
const rowStarts: number[] = [];
let stationCount = 0;
for (const columns of columnCounts) {
  rowStarts.push(stationCount);
  stationCount += columns;
}

function latitudeOf(row: number): number {
  return Math.min(89.9, -90 + (row + 0.5) * cell);
}

const stations = textKey('stations');

function stationAt(weather: SimulatedWeather, row: number, column: number): SimulatedStation {
  const number = rowStarts[row] + column;
  const key = partKey(partKey(weather.key, stations), number);
  const columns = columnCounts[row];
  const aside = (part: number) => 0.6 * (uniform(partKey(key, part)) - 0.5);
  const latitude = round4(Math.max(-89.9, Math.min(89.9, latitudeOf(row) + cell * aside(1))));
  const longitude = round4(-180 + (360 * (column + 0.5 + aside(2))) / columns);
  const id =
    String.fromCharCode(65 + Math.floor(number / 46_656)) +
    (number % 46_656).toString(36).padStart(3, '0').toUpperCase();
  return {
    id,
    name: `Simulated ${id}`,
    latitude,
    longitude,
    elevation: weather.terrain(latitude, longitude),
    key,
    hasTenths: uniform(partKey(key, 3)) > 0.2,
    isOldStyle: uniform(partKey(key, 4)) < 0.25,
  };
}

function round4(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** The station of an id; undefined where there is none. */
export function stationOf(weather: SimulatedWeather, id: string): SimulatedStation | undefined {
  if (!/^[A-Z][A-Z0-9]{3}$/.test(id)) return undefined;
  const number = (id.charCodeAt(0) - 65) * 46_656 + Number.parseInt(id.slice(1), 36);
  if (number >= stationCount) return undefined;
  const row = rowStarts.findLastIndex((start) => start <= number);
  return stationAt(weather, row, number - rowStarts[row]);
}

/** Stations of a box, from south to north and west to east, `most` of them at most. */
export function stationsWithin(
  weather: SimulatedWeather,
  [south, west, north, east]: readonly [number, number, number, number],
  most: number,
): SimulatedStation[] {
  const found: SimulatedStation[] = [];
  const firstRow = Math.max(0, Math.floor((south + 90) / cell) - 1);
  const lastRow = Math.min(rowCount - 1, Math.floor((north + 90) / cell) + 1);
  for (let row = firstRow; row <= lastRow; row++) {
    const columns = columnCounts[row];
    const first = Math.max(0, Math.floor(((west + 180) / 360) * columns) - 1);
    const last = Math.min(columns - 1, Math.floor(((east + 180) / 360) * columns) + 1);
    for (let column = first; column <= last; column++) {
      const station = stationAt(weather, row, column);
      const { latitude, longitude } = station;
      if (latitude < south || latitude > north || longitude < west || longitude > east) continue;
      if (found.length === most) return found;
      found.push(station);
    }
  }
  return found;
}

/** Stations within a distance, nearest first; those beyond the date line are left out. */
export function simulatedStationsNear(
  weather: SimulatedWeather,
  location: Location,
  withinKm: number,
): SimulatedStation[] {
  const north = withinKm / 111;
  const east = north / Math.max(0.01, Math.cos((location.latitude * Math.PI) / 180));
  const { latitude, longitude } = location;
  const box = [latitude - north, longitude - east, latitude + north, longitude + east] as const;
  return stationsWithin(weather, box, Infinity)
    .map((station) => ({ station, away: distanceKm(location, station) }))
    .filter(({ away }) => away <= withinKm)
    .sort((a, b) => a.away - b.away)
    .map(({ station }) => station);
}

/**
 * Reports of a station that were observed in from ≤ t < until and received by `now`, oldest first: one at the same of the
 * minutes 51 to 56 of each hour, and after one hour in twenty a special one in between.
 */
export function reportsOf(
  weather: SimulatedWeather,
  station: SimulatedStation,
  from: number,
  until: number,
  now: number,
): StationReport[] {
  const place = weather.at(station);
  const minute = 51 + Math.floor(6 * uniform(partKey(station.key, 5)));
  const reports: StationReport[] = [];
  for (let hour = Math.floor(from / msPerHour); hour * msPerHour < until; hour++) {
    const key = partKey(station.key, hour);
    const special = uniform(partKey(key, 1)) < 0.05 ? [3 + Math.floor(45 * uniform(partKey(key, 2)))] : [];
    for (const at of [...special, minute]) {
      const observedAt = hour * msPerHour + at * 60_000;
      const receivedAt = observedAt + 120_000 + Math.floor(240_000 * uniform(partKey(key, at)));
      if (observedAt < from || observedAt >= until || receivedAt > now) continue;
      const type = at === minute ? 'METAR' : 'SPECI';
      reports.push({ station, type, observedAt, receivedAt, state: place.reading(observedAt) });
    }
  }
  return reports;
}
