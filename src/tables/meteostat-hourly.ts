import { basename } from 'node:path';
import { converter } from '../weather/units.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { archiveRows } from './archive-rows.ts';
import { decimalField } from './decimal-field.ts';
import { type LeftOut, leftOut } from './left-out.ts';
import type { ObservationsTable } from './observations-csv.ts';
import { readRows, type TableOptions } from './read-rows.ts';
import { type RowPosition, tableError } from './table-error.ts';
import { utcTime } from './utc-time.ts';

const timeColumns = ['year', 'month', 'day', 'hour'] as const;

interface Parameter {
  readonly column: string;
  readonly variable: Variable;
  readonly convert: (value: number) => number;
}

const parameters: readonly Parameter[] = [
  parameter('temp', 'temperature_2m', '°C'),
  parameter('dwpt', 'dew_point_2m', '°C'),
  parameter('rhum', 'relative_humidity_2m', '%'),
  parameter('prcp', 'precipitation', 'mm'),
  parameter('snwd', 'snow_depth', 'cm'),
  parameter('wdir', 'wind_direction_10m', '°'),
  parameter('wspd', 'wind_speed_10m', 'km/h'),
  parameter('wpgt', 'wind_gusts_10m', 'km/h'),
  parameter('pres', 'pressure_msl', 'hPa'),
  { column: 'cldc', variable: findVariable('cloud_cover'), convert: (eighths) => (100 * eighths) / 8 },
];

/** Who observes, of the providers that Meteostat names in a source column. */
const observers = ['isd_lite', 'metar', 'dwd_hourly', 'dwd_poi', 'eccc_hourly', 'gsa_hourly', 'gsa_synop'];
/** Who forecasts: these fill gaps, and run ahead into the future. */
const models = ['dwd_mosmix', 'metno_forecast'];

/** Whether a file is one of Meteostat, by its first line; readable or not. */
export function isMeteostat(line: string): boolean {
  return isMeteostatTime(line) || isOldMeteostat(line);
}

function isMeteostatTime(line: string): boolean {
  return /^"?year"?,"?month"?,"?day"?,"?(?:hour|temp|tmin|tmax|rhum|prcp)"?(?:,|$)/.test(line);
}

/** Files of bulk.meteostat.net, not updated since January 2026: date, hour and eleven values without a header. */
function isOldMeteostat(line: string): boolean {
  return /^\d{4}-\d\d-\d\d,\d{1,2}(?:,[-\d.]*){11}$/.test(line);
}

/**
 * Reads a file of Meteostat, `data.meteostat.net/hourly/{year}/{station}.csv.gz`: one row an hour, UTC.
 *
 * Meteostat fills gaps from weather models. Each value's `_source` column says where it is from: what a model made, and
 * what a provider made that is not known to observe, is left out and counted. The wind is converted from km/h, snow from
 * cm, cloud from eighths. A wind of 0 has no direction. Minutes of sun, whose hour nobody states, and codes of weather
 * are not read. The place is called as the station is in the file's name; the
 * format has no coordinates.
 *
 * Source: dev.meteostat.net/formats and /data/timeseries/hourly; the providers and their grades are those of the
 * Python package meteostat 2.1.
 *
 * @throws WeatherglassError InvalidData, naming file, line and column: no header, daily values, a value column without
 *   source column, what is no number or no time; two values for one hour; no observations.
 */
export async function readMeteostatHourly(
  file: string,
  firstLine: string,
  options: TableOptions,
): Promise<ObservationsTable> {
  refuseOtherFiles(file, firstLine);
  const left = leftOut();
  const rows = archiveRows(left, options.now);
  // Other columns are Meteostat's to add, and not read.
  const columns = { required: timeColumns, optional: [], family: () => true, families: [] };
  await readRows([file], columns, options, (position, positions) => {
    const present = parameters.flatMap((one) => {
      const at = positions.get(one.column);
      return at === undefined ? [] : [{ ...one, at, source: sourceColumn(one.column, position, positions) }];
    });
    const index = timeColumns.map((name) => positions.get(name) ?? -1);
    const wind = present.find(({ column }) => column === 'wspd')?.at ?? -1;
    const add = (cells: readonly string[]) => {
      const [year, month, day, hour] = timeColumns.map((name, i) =>
        wholeField(cells[index[i]], position, name),
      );
      const time = utcTime([year, month, day, hour, 0], position);
      for (const { column, variable, convert, at, source } of present) {
        const value = decimalField(cells[at], position, column);
        if (Number.isNaN(value) || !isObserved(cells[source], left, position)) continue;
        if (column === 'wdir' && isZero(cells[wind])) continue;
        rows.add(0, variable, time, convert(value), position);
      }
    };
    return { reserve: () => {}, add };
  });
  const name = placeName(file);
  return rows.finish(file, [{ name, latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN }]);
}

function refuseOtherFiles(file: string, firstLine: string): void {
  if (isOldMeteostat(firstLine))
    throw tableError(
      { file, line: 1 },
      'this is a file of bulk.meteostat.net, which does not say what of it is from a weather model. ' +
        'Fetch https://data.meteostat.net/hourly/{year}/{station}.csv.gz instead.',
    );
  if (!firstLine.replaceAll('"', '').startsWith('year,month,day,hour'))
    throw tableError(
      { file, line: 1 },
      'this is a file of days or months of Meteostat; fetch https://data.meteostat.net/hourly/{year}/{station}.csv.gz instead.',
    );
}

function sourceColumn(column: string, { file }: RowPosition, positions: ReadonlyMap<string, number>): number {
  const at = positions.get(`${column}_source`);
  if (at !== undefined) return at;
  throw tableError(
    { file, line: 1, column },
    `there is no column ${column}_source beside it, so that nothing says which values are from a weather model. ` +
      'Fetch the file again from data.meteostat.net.',
  );
}

/** Several sources are separated by spaces; all of them must observe. */
function isObserved(sources: string, left: LeftOut, position: RowPosition): boolean {
  const names = sources.trim().split(/\s+/);
  if (names.every((one) => observers.includes(one))) return true;
  if (names.some((one) => models.includes(one))) left.add('filled in by a weather model', position);
  else left.add(`of a source that is not known to observe, ${JSON.stringify(sources.trim())}`, position);
  return false;
}

function wholeField(text: string, position: RowPosition, column: string): number {
  const value = decimalField(text, position, column);
  if (Number.isInteger(value)) return value;
  throw tableError({ ...position, column }, `${JSON.stringify(text)} is no whole number.`);
}

function isZero(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '' && Number(text) === 0;
}

function placeName(file: string): string {
  const name = basename(file).replace(/(?:\.csv)?(?:\.gz)?$/, '');
  return /^([A-Z0-9]{5})(?:[-_.](?:1[89]|20)\d\d)?$/.exec(name)?.[1] ?? name;
}

function parameter(column: string, variable: string, unit: string): Parameter {
  const found = findVariable(variable);
  return { column, variable: found, convert: converter(unit, found.unit) };
}
