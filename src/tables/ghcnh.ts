import { basename } from 'node:path';
import { parseInstant } from '../weather/time.ts';
import { archiveRows } from './archive-rows.ts';
import { decimalField } from './decimal-field.ts';
import { eachLine } from './each-line.ts';
import { closesHour, failedQuality, hasDirection, isMeasured, isTrace } from './ghcnh-codes.ts';
import { type GhcnhColumns, type GhcnhVariable, ghcnhColumns, isGhcnhHeader } from './ghcnh-columns.ts';
import { leftOut } from './left-out.ts';
import type { ObservationsTable } from './observations-csv.ts';
import { placeList } from './place-column.ts';
import type { TableOptions } from './read-rows.ts';
import { reportHours } from './report-hours.ts';
import { located, type RowPosition, tableError } from './table-error.ts';
import { utcTime } from './utc-time.ts';

/** A gust is the strongest wind of some ten minutes before a report, as in those of airports. */
const gustHours = 1 / 6;
const placeCells = new Map(['place', 'latitude', 'longitude', 'elevation'].map((name, i) => [name, i]));
const missing = /^-9999(?:\.0*)?$/;
const missingElevation = /^-999(?:\.\d*)?$|^-9999(?:\.\d*)?$/;

/** Whether a file is one of GHCNh, by its header, or by its name. */
export function isGhcnh(line: string, file: string): boolean {
  return isGhcnhHeader(line) || /^GHCNh_.*\.psv(?:\.gz)?$/.test(basename(file));
}

/**
 * Reads a `.psv` file of GHCNh, by station (with columns Year to Minute) or by year (with a column DATE): one row a
 * report, UTC, at whatever minute, separated by `|`.
 *
 * Reports become full hours as those of airports do ({@link hourlyValues}). An empty field is missing; a value that
 * failed a check, or that does not stand for what its column says, is left out and counted. A trace counts as 0. Rain is
 * that of the reports that close an hour. Directions of calm and variable winds are none. Visibility is not read: its
 * greatest values are bounds (16.093 km is 10 miles or more). Places are called as the stations are, such as
 * USW00024233; an elevation of -999.9 is unknown.
 *
 * Source: NOAA, GHCNh documentation 1.0.1.
 *
 * @throws WeatherglassError InvalidData, naming file, line and column: a header that is not GHCNh's, a row that is cut
 *   off, what is no number, time or location; a file without observations.
 */
export async function readGhcnh(file: string, options: TableOptions): Promise<ObservationsTable> {
  const left = leftOut();
  const hours = reportHours();
  const places = placeList();
  let columns: GhcnhColumns | undefined;
  let placeOf: ((cells: readonly string[]) => number) | undefined;
  let reports = 0;
  let future = 0;
  let traces = 0;

  function readVariable(
    one: GhcnhVariable,
    cells: readonly string[],
    place: number,
    time: number,
    position: RowPosition,
  ): void {
    const text = cells[one.at];
    const codes = one.codes(cells);
    const trace = isTrace(one.name, codes);
    if (!trace && (text === '' || missing.test(text))) return;
    if (failedQuality(one.name, codes)) return left.add('which failed quality control', position);
    if (!isMeasured(one.name, codes))
      return left.add(`not a ${one.name} of its time by the measurement code`, position);
    if (trace) traces++;
    const given = trace ? 0 : one.convert(decimalField(text, position, one.name));
    if (one.name === 'precipitation' && !closesHour(Math.floor(time / 60_000) % 60, codes))
      return left.add('rain of reports that do not close an hour', position);
    const direction = one.name === 'wind_direction';
    const value =
      direction && !hasDirection(given, codes) ? Number.NaN : left.possible(one.variable, given, position);
    if (Number.isNaN(value) && !direction) return;
    const period = one.name === 'precipitation' ? 1 : one.name === 'wind_gust' ? gustHours : 0;
    hours.add(place, one.variable, time, value, period, position.line);
  }

  await eachLine(file, options, (line, position) => {
    if (columns === undefined) {
      columns = ghcnhColumns(file, line);
      return;
    }
    const cells = line.split('|');
    if (cells.length !== columns.width)
      throw tableError(
        position,
        `the row has ${cells.length} fields, the header ${columns.width} columns; the file is cut off or damaged.`,
      );
    const time = timeOf(columns, cells, position);
    if (time > (options.now ?? Infinity)) {
      future++;
      return;
    }
    placeOf ??= places.reader(position, placeCells);
    const elevation = cells[columns.elevation];
    const place = placeOf([
      cells[columns.station],
      cells[columns.latitude],
      cells[columns.longitude],
      missingElevation.test(elevation.trim()) ? '' : elevation,
    ]);
    reports++;
    for (const one of columns.variables) readVariable(one, cells, place, time, position);
  });
  if (columns === undefined) throw tableError({ file }, 'the file is empty.');
  if (reports === 0) throw tableError({ file }, 'there are no reports in the file that can be used.');

  const rows = archiveRows(left, options.now);
  const full = new Map<number, Set<number>>();
  const position: RowPosition = { file, line: 0 };
  hours.each((place, variable, time, value, line) => {
    position.line = line;
    full.set(place, (full.get(place) ?? new Set()).add(time));
    rows.add(place, variable, time, value, position);
  });
  const total = full.values().reduce((sum, times) => sum + times.size, 0);
  const notices = [
    `${reports} reports at any minute became ${total} full hours.`,
    ...(future === 0 ? [] : [`${future} reports are dated in the future and were left out.`]),
    ...(traces === 0 ? [] : [`${traces} traces count as 0.`]),
  ];
  return rows.finish(file, places.places(), notices, places.moved());
}

function timeOf({ date, dateParts }: GhcnhColumns, cells: readonly string[], position: RowPosition): number {
  if (date === undefined) {
    const [year, month, day, hour, minute] = dateParts.map((at) => decimalField(cells[at], position, 'time'));
    return utcTime([year, month, day, hour, minute], position);
  }
  const text = cells[date].trim();
  const utc = /Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`;
  return located({ ...position, column: 'DATE' }, () => parseInstant(utc));
}
