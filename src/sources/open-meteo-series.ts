import { WeatherglassError } from '../errors.ts';
import { msPerHour } from '../weather/time.ts';
import { converter } from '../weather/units.ts';
import type { Variable } from '../weather/variable.ts';
import type { Hourly, HourlyColumn } from './open-meteo-hourly.ts';
import type { ForecastSeries } from './source.ts';

/** A column of a series: the name of a column of the reply, and whether it holds differences such as a spread. */
export interface SeriesColumn {
  /** Undefined where the reply has none: all its values are missing then. */
  readonly from: string | undefined;
  readonly difference?: boolean;
}

/**
 * One variable of one run, in the variable's own unit.
 *
 * Leads are whole hours from the issue, from 0 for an instant and from 1 for what stands for the hour before, to `lastLead`.
 * Leads at the end whose every value is missing are cut off; undefined is returned where nothing is left. The unit of a
 * column without a value is not read: Open-Meteo calls it "undefined".
 *
 * @throws WeatherglassError InvalidData for times that are not whole hours from the issue, and for unknown units.
 */
export function openMeteoSeries(
  hourly: Hourly,
  variable: Variable,
  columns: readonly SeriesColumn[],
  issuedAt: number,
  lastLead: number,
): ForecastSeries | undefined {
  const read = columns.map((column) => convertedColumn(hourly, variable, column));
  const firstLead = variable.periodHours === 0 ? 0 : 1;
  const leads: number[] = [];
  const rows: number[] = [];
  let kept = 0;
  for (const [row, time] of hourly.times.entries()) {
    const lead = (time - issuedAt) / msPerHour;
    if (!Number.isInteger(lead)) throw unevenTime(hourly, row, issuedAt);
    if (lead < firstLead || lead > lastLead) continue;
    leads.push(lead);
    rows.push(row);
    if (read.some((values) => values !== undefined && !Number.isNaN(values[row]))) kept = leads.length;
  }
  if (kept === 0) return undefined;
  const values = new Float64Array(kept * columns.length);
  for (let index = 0; index < kept; index++)
    for (const [column, from] of read.entries())
      values[index * columns.length + column] = from?.[rows[index]] ?? NaN;
  return { variable: variable.name, leads: leads.slice(0, kept), values };
}

/** Values in the variable's unit; undefined where none is there. */
export function convertedColumn(
  hourly: Hourly,
  variable: Variable,
  { from, difference = false }: SeriesColumn,
): Float64Array | undefined {
  if (from === undefined || !hourly.names.has(from)) return undefined;
  const column: HourlyColumn = hourly.column(from);
  if (column.values.every(Number.isNaN)) return undefined;
  try {
    const convert = (difference ? differenceConverter : converter)(column.unit, variable.unit);
    return column.values.map((value) => convert(value));
  } catch (cause) {
    if (!(cause instanceof WeatherglassError)) throw cause;
    throw new WeatherglassError(
      cause.name,
      `open-meteo, ${hourly.about}: hourly_units.${from}: ${cause.message}`,
      { cause },
    );
  }
}

/**
 * The function that turns differences of values from one unit into another: like `converter`, but zero stays zero. A
 * spread of 1 K is one of 1 °C, not of −272.15 °C.
 *
 * @throws WeatherglassError InvalidData as `converter` does.
 *
 * @example differenceConverter('°F', '°C')(9); // 5
 */
export function differenceConverter(from: string, to: string): (difference: number) => number {
  const convert = converter(from, to);
  // The difference is the same number, and the way over absolute zero would cost it its last digits.
  if (from === 'K' && to === '°C') return (difference) => difference;
  const zero = converter(to, from)(0);
  return (difference) => convert(difference + zero);
}

function unevenTime(hourly: Hourly, row: number, issuedAt: number): WeatherglassError {
  const time = new Date(hourly.times[row]).toISOString();
  const issue = new Date(issuedAt).toISOString();
  return new WeatherglassError(
    'InvalidData',
    `open-meteo, ${hourly.about}: hourly.time[${row}] must be whole hours from the run of ${issue}, not ${time}.`,
  );
}
