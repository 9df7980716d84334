import { basename } from 'node:path';
import { findVariable, type Variable } from '../weather/variable.ts';
import { archiveRows } from './archive-rows.ts';
import { eachLine } from './each-line.ts';
import { integerAt, valueAt } from './fixed-width.ts';
import { leftOut } from './left-out.ts';
import type { ObservationsTable } from './observations-csv.ts';
import type { TableOptions } from './read-rows.ts';
import { type RowPosition, tableError } from './table-error.ts';
import { utcTime } from './utc-time.ts';

const lineLength = 61;
const firstLine = /^\d{4} \d\d \d\d \d\d(?: +-?\d+){8} *$/;
const fileName = /^([A-Z0-9]{6}-\d{5})-\d{4}(?:\.gz)?$/;
const nowhere = { latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN };

interface Field {
  readonly field: string;
  readonly from: number;
  readonly variable: Variable;
  /** What a unit of the field is in the variable's unit, as a division: `value / per`. */
  readonly per: number;
}

const fields: readonly Field[] = [
  { field: 'air temperature', from: 13, variable: findVariable('temperature_2m'), per: 10 },
  { field: 'dew point', from: 19, variable: findVariable('dew_point_2m'), per: 10 },
  { field: 'sea level pressure', from: 25, variable: findVariable('pressure_msl'), per: 10 },
  { field: 'wind direction', from: 31, variable: findVariable('wind_direction_10m'), per: 1 },
  { field: 'wind speed', from: 37, variable: findVariable('wind_speed_10m'), per: 10 },
  { field: 'sky cover', from: 43, variable: findVariable('cloud_cover'), per: 8 / 100 },
  { field: 'rain of 1 hour', from: 49, variable: findVariable('precipitation'), per: 10 },
];

/** Whether a file is one of ISD-Lite, by its first line, or by its name, `USAF-WBAN-year.gz`. */
export function isIsdLite(line: string, file: string): boolean {
  return firstLine.test(line) || fileName.test(basename(file));
}

/**
 * Reads a file of ISD-Lite, one year of one station at full hours, UTC: fixed columns, tenths of °C, hPa, m/s and mm.
 *
 * -9999 is missing; a rain of -1 is a trace and counts as 0. Direction 0 is calm and has no direction. Of the codes of sky
 * cover 0 to 8 are eighths; the others (obscured, partial, thin) are left out. The rain of 6 hours is not read. The
 * place is called `USAF-WBAN`, as the file is; the format has no coordinates.
 *
 * Source: NOAA, isd-lite-format.txt and isd-lite-technical-document.txt, June 2006.
 *
 * @throws WeatherglassError InvalidData, naming file, line and field: a line that is cut off, what is no number or no
 *   time, two values for one hour; a file without observations.
 */
export async function readIsdLite(file: string, options: TableOptions): Promise<ObservationsTable> {
  const left = leftOut();
  const rows = archiveRows(left, options.now);
  let traces = 0;

  const valueOf = ({ field, from, per }: Field, line: string, position: RowPosition): number => {
    const value = valueAt(line, from, from + 6, position, field);
    if (field === 'wind direction' && value === 0) return Number.NaN;
    if (field === 'rain of 1 hour' && value === -1) {
      traces++;
      return 0;
    }
    if (field === 'sky cover' && !(value >= 0 && value <= 8)) {
      if (!Number.isNaN(value)) left.add('codes of a sky that has no cover in eighths', position);
      return Number.NaN;
    }
    return value / per;
  };

  await eachLine(file, options, (line, position) => {
    if (line.trimEnd().length !== lineLength)
      throw tableError(
        position,
        `the line has ${line.trimEnd().length} characters, where ISD-Lite has ${lineLength}; the file is cut off, or in another format.`,
      );
    const time = utcTime(
      [
        integerAt(line, 0, 4, position, 'year'),
        integerAt(line, 5, 7, position, 'month'),
        integerAt(line, 8, 10, position, 'day'),
        integerAt(line, 11, 13, position, 'hour'),
        0,
      ],
      position,
    );
    for (const one of fields) rows.add(0, one.variable, time, valueOf(one, line, position), position);
  });
  const notices = traces === 0 ? [] : [`${traces} traces of rain (-1) count as 0 mm.`];
  return rows.finish(file, [{ name: placeName(file), ...nowhere }], notices);
}

function placeName(file: string): string {
  const name = basename(file);
  return fileName.exec(name)?.[1] ?? name.replace(/(?:\.(?:txt|csv))?(?:\.gz)?$/, '');
}
