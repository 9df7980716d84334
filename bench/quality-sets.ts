import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ObservedSeries } from '../src/quality/check.ts';
import { readPairs } from '../src/tables/pairs-csv.ts';
import { parseInstant } from '../src/weather/time.ts';
import { findVariable, type Variable } from '../src/weather/variable.ts';
import { solarPower } from './solar-power.ts';

/** Real observations of one variable at the places of one set. */
export interface QualitySet {
  readonly name: string;
  readonly variable: Variable;
  readonly series: readonly ObservedSeries[];
}

/** Reads every set of observations in the folder of the development data. */
export async function readQualitySets(folder: string): Promise<QualitySet[]> {
  const observations = (name: string) => join(folder, 'observations', name);
  const pairs = (name: string) => join(folder, 'pairs', name);
  return [
    ...readNewYork(observations('new-york-airports-hourly-2013.csv.gz')),
    ...readMetar(observations('metar-12-stations-2020-01.csv.gz')),
    readIreland(observations('ireland-wind-daily-1961-1978.csv.gz')),
    ...(await readOutcomes('pacific-northwest', pairs('pacific-northwest-t2m.csv.gz'))),
    ...(await readOutcomes('magdeburg', pairs('magdeburg-t2m-24h.csv.gz'))),
    ...(await readOutcomes('innsbruck', pairs('innsbruck-rain-5-8d.csv.gz'))),
    ...(await readOutcomes('us-cities', pairs('us-cities-a-tmax-tmin.csv.gz'))),
    ...(await readOutcomes('gefcom2014', pairs('gefcom2014-solar.csv.gz'), [solarPower])),
  ];
}

export function readNewYork(file: string): QualitySet[] {
  return readStations('new-york', file, 'time_utc', {
    temp_degC: ['temperature_2m', 1],
    dewpoint_degC: ['dew_point_2m', 1],
    rh_pct: ['relative_humidity_2m', 1],
    wind_dir_deg: ['wind_direction_10m', 1],
    wind_speed_m_s: ['wind_speed_10m', 1],
    wind_gust_m_s: ['wind_gusts_10m', 1],
    precip_mm: ['precipitation', 1],
    mslp_hPa: ['pressure_msl', 1],
    visibility_km: ['visibility', 1000],
  });
}

function readMetar(file: string): QualitySet[] {
  return readStations('metar', file, 'time_obs_utc', {
    temp_degC: ['temperature_2m', 1],
    dewpoint_degC: ['dew_point_2m', 1],
    mslp_hPa: ['pressure_msl', 1],
    wind_dir_deg: ['wind_direction_10m', 1],
    wind_speed_m_s: ['wind_speed_10m', 1],
    wind_gust_m_s: ['wind_gusts_10m', 1],
    visibility_m: ['visibility', 1],
    precip_1h_mm: ['precipitation', 1],
  });
}

type Columns = Readonly<Record<string, readonly [variable: string, times: number]>>;

/** A table with a column a variable and the columns station, lat, lon and elevation_m. */
function readStations(name: string, file: string, timeColumn: string, columns: Columns): QualitySet[] {
  const { header, rows } = readCsv(file);
  const at = (column: string) => header.indexOf(column);
  const stations = Map.groupBy(rows, (row) => row[at('station')]);
  return Object.entries(columns).map(([column, [variable, times]]) => ({
    name,
    variable: findVariable(variable),
    series: [...stations].map(([station, own]) =>
      toSeries(
        {
          name: station,
          latitude: Number(own[0][at('lat')]),
          longitude: Number(own[0][at('lon')]),
          elevation: Number(own[0][at('elevation_m')]),
        },
        own.map((row) => [
          parseInstant(row[at(timeColumn)]),
          row[at(column)] === '' ? Number.NaN : Number(row[at(column)]) * times,
        ]),
      ),
    ),
  }));
}

/** Daily mean winds of 12 places in Ireland; the table gives no coordinates, those are the places'. */
function readIreland(file: string): QualitySet {
  const { header, rows } = readCsv(file);
  return {
    name: 'ireland',
    variable: findVariable('wind_speed_10m_mean'),
    series: header.slice(1).map((column, k) =>
      toSeries(
        { name: column.slice(0, 3), latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN },
        rows.map((row) => [
          parseInstant(`${row[0]}T00:00Z`) + 86_400_000,
          row[k + 1] === '' ? Number.NaN : Number(row[k + 1]),
        ]),
      ),
    ),
  };
}

/** The outcomes of a table of pairs, each once. */
async function readOutcomes(name: string, file: string, declared: readonly Variable[] = []) {
  const { pairs } = await readPairs([file], { declared });
  return pairs.variables.map((variable, v): QualitySet => {
    const values = pairs.places.map(() => new Map<number, number>());
    for (let row = 0; row < pairs.rows; row++)
      if (pairs.variable[row] === v)
        values[pairs.place[row]].set(pairs.validTime[row], pairs.observation[row]);
    return {
      name,
      variable,
      series: pairs.places
        .map((place, p) => toSeries(place, [...values[p]]))
        .filter((one) => one.times.length > 0),
    };
  });
}

function toSeries(
  place: ObservedSeries['place'],
  readings: readonly (readonly [time: number, value: number])[],
): ObservedSeries {
  const once = [...new Map(readings)].sort(([a], [b]) => a - b);
  return {
    place,
    times: Float64Array.from(once, ([time]) => time),
    values: Float64Array.from(once, ([, value]) => value),
    flags: [],
  };
}

function readCsv(file: string) {
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  return { header: header.split(','), rows: lines.map((line) => line.split(',')) };
}
