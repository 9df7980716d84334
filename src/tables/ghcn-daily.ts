import { daysInMonth } from '../weather/calendar.ts';
import { localDays } from '../weather/local-day.ts';
import { converter } from '../weather/units.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { archiveRows } from './archive-rows.ts';
import { eachLine } from './each-line.ts';
import { integerAt, valueAt } from './fixed-width.ts';
import { type LeftOut, leftOut } from './left-out.ts';
import type { ObservationsTable } from './observations-csv.ts';
import { ownText } from './own-text.ts';
import type { TableOptions } from './read-rows.ts';
import { located, quoted, type RowPosition, tableError } from './table-error.ts';

const slots = 31;
const slotsFrom = 21;
const slotLength = 8;
/** The last three characters are flags, which tools that trim lines take away. */
const leastLength = slotsFrom + slots * slotLength - 3;
const beginning = /^[A-Z]{2}[A-Z0-9_-]{9}\d{6}[A-Z][A-Z0-9]{3}/;

interface Element {
  readonly variable: Variable;
  /** From the element's unit to the variable's. */
  readonly convert: (value: number) => number;
}

const elements: ReadonlyMap<string, Element> = new Map([
  ['TMAX', element('temperature_2m_max', '°C', 10)],
  ['TMIN', element('temperature_2m_min', '°C', 10)],
  ['TAVG', element('temperature_2m_mean', '°C', 10)],
  ['PRCP', element('precipitation_sum', 'mm', 10)],
  ['SNOW', element('snowfall_sum', 'mm', 1)],
  ['AWND', element('wind_speed_10m_mean', 'm/s', 10)],
  ['WSFG', element('wind_gusts_10m_max', 'm/s', 10)],
  ['TSUN', element('sunshine_duration_sum_24h', 'min', 1)],
]);

/** Whether a file is one of GHCN-Daily, by its first line, or by its name. */
export function isGhcnDaily(line: string, file: string): boolean {
  return beginning.test(line) || /\.dly(?:\.gz)?$/.test(file);
}

/**
 * Reads a `.dly` file of GHCN-Daily: a line a month of one element, in which every month has 31 slots.
 *
 * -9999 is missing. Values whose quality flag is not blank have failed a check and are left out and counted; so are
 * those whose measurement flag says that nobody measured them (P, presumed zero), that they may be of another day (L), and
 * averages over UTC days (TAVG of source S). A trace (T) counts as 0. Other elements are not read: depths of snow, which
 * are of an hour that the file does not say, and winds of 2 minutes and 5 seconds.
 *
 * A day is local and valid at its end in the zone that `zoneOf` knows for the station, else at the end of the UTC day.
 * Places are called as the stations are; the format has no coordinates.
 *
 * Source: NOAA, GHCN-Daily readme.txt, section III; Menne et al. 2012, doi 10.1175/JTECH-D-11-00103.1.
 *
 * @throws WeatherglassError InvalidData, naming file, line and field: a line that is cut off, what is no number, a day
 *   that does not exist, two values for one day; a file without observations.
 */
export async function readGhcnDaily(file: string, options: TableOptions): Promise<ObservationsTable> {
  const left = leftOut();
  const rows = archiveRows(left, options.now);
  const stations = new Map<string, { readonly index: number; readonly zone: string | undefined }>();
  const endsOfMonth = dayEnds();
  let traces = 0;

  function stationOf(line: string) {
    const name = line.slice(0, 11).trim();
    const known = stations.get(name);
    if (known !== undefined) return known;
    const own = ownText(name);
    const station = { index: stations.size, zone: options.zoneOf?.(own) };
    stations.set(own, station);
    return station;
  }

  await eachLine(file, options, (text, position) => {
    const line = checkedLine(text, position);
    const year = integerAt(line, 11, 15, position, 'year');
    const month = integerAt(line, 15, 17, position, 'month');
    if (month < 1 || month > 12)
      throw tableError({ ...position, column: 'month' }, `there is no month ${month}.`);
    const name = line.slice(17, 21);
    const station = stationOf(line);
    const found = elements.get(name);
    if (found === undefined) return;
    const ends = located(position, () => endsOfMonth(year, month, station.zone ?? 'UTC'));
    for (let day = 1; day <= slots; day++) {
      const at = slotsFrom + (day - 1) * slotLength;
      const value = valueAt(line, at, at + 5, position, `${name} of day ${day}`);
      if (Number.isNaN(value)) continue;
      const end = ends[day - 1];
      if (end === undefined)
        throw tableError(
          { ...position, column: name },
          `there is a value for day ${day}, which ${year}-${month} does not have.`,
        );
      const flags = { measurement: line[at + 5], quality: line[at + 6], source: line[at + 7] };
      if (!isMeasured(name, flags, left, position)) continue;
      if (flags.measurement === 'T') traces++;
      rows.add(
        station.index,
        found.variable,
        end,
        flags.measurement === 'T' ? 0 : found.convert(value),
        position,
      );
    }
  });
  const places = [...stations.keys()].map((name) => ({
    name,
    latitude: Number.NaN,
    longitude: Number.NaN,
    elevation: Number.NaN,
  }));
  const notices = traces === 0 ? [] : [`${traces} traces count as 0.`];
  return rows.finish(file, places, [...zoneNotices(stations), ...notices]);
}

interface Flags {
  readonly measurement: string;
  readonly quality: string;
  readonly source: string;
}

function isMeasured(name: string, flags: Flags, left: LeftOut, position: RowPosition): boolean {
  const why =
    flags.quality !== ' '
      ? 'which failed the quality control of GHCN-Daily'
      : flags.measurement === 'P'
        ? 'presumed to be zero rather than measured'
        : flags.measurement === 'L'
          ? 'which may belong to the day before'
          : name === 'TAVG' && flags.source === 'S'
            ? 'averages over UTC days, not over local ones'
            : undefined;
  if (why !== undefined) left.add(why, position);
  return why === undefined;
}

function checkedLine(text: string, position: RowPosition): string {
  if (text.length >= leastLength && text.length <= leastLength + 3 && beginning.test(text))
    return text.padEnd(leastLength + 3);
  throw tableError(
    position,
    beginning.test(text)
      ? `the line has ${text.length} characters, where GHCN-Daily has ${leastLength + 3}; the file is cut off.`
      : `${quoted(text.slice(0, 21))} does not begin with station, year, month and element, as a line of GHCN-Daily does.`,
  );
}

function zoneNotices(stations: ReadonlyMap<string, { readonly zone: string | undefined }>): string[] {
  const unknown = [...stations].filter(([, { zone }]) => zone === undefined).map(([name]) => name);
  if (unknown.length === 0) return [];
  return [
    `The time zone of ${unknown[0]}${unknown.length > 1 ? ` and ${unknown.length - 1} more` : ''} is not known: days are taken to end with the UTC day. ` +
      `To have local days, say where it is before importing: weatherglass place add ${unknown[0]} --latitude … --longitude …`,
  ];
}

/** Ends of the days of a month in a zone, by day − 1; undefined for dates that are not. */
function dayEnds(): (year: number, month: number, zone: string) => readonly (number | undefined)[] {
  const known = new Map<string, readonly (number | undefined)[]>();
  return (year, month, zone) => {
    const first = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
    const key = `${first} ${zone}`;
    let ends = known.get(key);
    if (ends === undefined) {
      const days = new Map(localDays(`${first}-01`, slots, zone).map(({ date, end }) => [date, end]));
      ends = Array.from({ length: daysInMonth(year, month) }, (_, i) =>
        days.get(`${first}-${String(i + 1).padStart(2, '0')}`),
      );
      known.set(key, ends);
    }
    return ends;
  };
}

/** @param per what one of the element's unit is counted as, such as 10 for tenths */
function element(name: string, unit: string, per: number): Element {
  const variable = findVariable(name);
  const convert = converter(unit, variable.unit);
  return { variable, convert: (value) => convert(value / per) };
}
