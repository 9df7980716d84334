import { findVariable, type Variable } from '../weather/variable.ts';
import type { GhcnhCodes } from './ghcnh-codes.ts';
import { tableError } from './table-error.ts';

/** Where one variable of GHCNh stands in a row. */
export interface GhcnhVariable {
  readonly name: string;
  readonly variable: Variable;
  /** The value in the variable's unit. */
  readonly convert: (value: number) => number;
  readonly at: number;
  readonly codes: (cells: readonly string[]) => GhcnhCodes;
}

/** Where things stand in the rows of one file. */
export interface GhcnhColumns {
  readonly width: number;
  readonly station: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly elevation: number;
  /** Of files by year; else undefined. */
  readonly date: number | undefined;
  /** Year, month, day, hour and minute, of files by station. */
  readonly dateParts: readonly number[];
  readonly variables: readonly GhcnhVariable[];
}

const same = (value: number) => value;

/** What is read, in the units of GHCNh: °C, hPa, m/s, degrees, mm and %; depths of snow become metres. */
const wanted: readonly (readonly [name: string, variable: string, convert: (value: number) => number])[] = [
  ['temperature', 'temperature_2m', same],
  ['dew_point_temperature', 'dew_point_2m', same],
  ['wet_bulb_temperature', 'wet_bulb_temperature_2m', same],
  ['station_level_pressure', 'surface_pressure', same],
  ['sea_level_pressure', 'pressure_msl', same],
  ['wind_direction', 'wind_direction_10m', same],
  ['wind_speed', 'wind_speed_10m', same],
  ['wind_gust', 'wind_gusts_10m', same],
  ['precipitation', 'precipitation', same],
  ['relative_humidity', 'relative_humidity_2m', same],
  ['snow_depth', 'snow_depth', (millimetres) => millimetres / 1000],
];

const datePartNames = ['year', 'month', 'day', 'hour', 'minute'];

/** Whether a line is a header of GHCNh, whatever separates its columns. */
export function isGhcnhHeader(line: string): boolean {
  const names = line.toLowerCase().split(/[|,;\t]/);
  return (
    names.includes('temperature') &&
    names.includes('temperature_quality_code') &&
    names.some((name) => name === 'station_id' || name === 'station')
  );
}

/**
 * The columns of a file of GHCNh by the names in its header, in capitals or not. The files by station and those by year
 * have different ones in front, and so stand the others elsewhere.
 *
 * @throws WeatherglassError InvalidData: another separator than `|`, a column twice, missing columns.
 */
export function ghcnhColumns(file: string, header: string): GhcnhColumns {
  const names = header.split('|').map((name) => name.trim().toLowerCase().replaceAll(' ', '_'));
  if (names.length === 1)
    throw tableError(
      { file, line: 1 },
      'this is no header of GHCNh, whose columns are separated by |. Fetch the .psv file.',
    );
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) < i);
  if (twice !== undefined)
    throw tableError({ file, line: 1, column: twice }, 'there are two columns of this name.');
  const find = (...choices: readonly string[]) => names.findIndex((name) => choices.includes(name));
  const need = (...choices: readonly string[]) => {
    const at = find(...choices);
    if (at >= 0) return at;
    throw tableError({ file, line: 1 }, `the column ${choices.join(' or ')} of GHCNh is missing.`);
  };
  const date = find('date');
  const variables = wanted.flatMap(([name, variable, convert]) => {
    const at = find(name);
    if (at < 0) return [];
    const [measurement, quality, report, source] = [
      'measurement_code',
      'quality_code',
      'report_type',
      'source_code',
    ].map((code) => need(`${name}_${code}`));
    const codes = (cells: readonly string[]) => ({
      measurement: cells[measurement],
      quality: cells[quality],
      report: cells[report],
      source: cells[source],
    });
    return [{ name, variable: findVariable(variable), convert, at, codes }];
  });
  if (variables.length === 0)
    throw tableError(
      { file, line: 1 },
      `none of the columns ${wanted.map(([name]) => name).join(', ')} is there.`,
    );
  return {
    width: names.length,
    station: need('station_id', 'station'),
    latitude: need('latitude'),
    longitude: need('longitude'),
    elevation: need('elevation'),
    date: date < 0 ? undefined : date,
    dateParts: date < 0 ? datePartNames.map((name) => need(name)) : [],
    variables,
  };
}
