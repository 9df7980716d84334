import { isWeatherglassError, type WeatherglassError } from '../errors.ts';
import { checkLocation } from '../weather/location.ts';
import { type CsvBlock, csvHeader, readCsv } from './csv.ts';
import { decimalField } from './decimal-field.ts';
import { ownText } from './own-text.ts';
import { located, tableError } from './table-error.ts';

/** A place that someone asks for: by its name, or by where it is. */
export interface AskedPlace {
  /** Line of the file, counted from 1. */
  readonly line: number;
  /** Empty where a location is asked for. */
  readonly place: string;
  /** Degrees north and east; NaN where a name is asked for. */
  readonly latitude: number;
  readonly longitude: number;
}

/** A line that asks for nothing that can be. */
export interface MalformedPlace {
  readonly line: number;
  /** What stands in the file. */
  readonly place: string;
  readonly latitude: string;
  readonly longitude: string;
  readonly error: WeatherglassError;
}

export interface AskedPlaces {
  /** In the order of the file. */
  readonly asked: readonly AskedPlace[];
  readonly malformed: readonly MalformedPlace[];
}

/**
 * Reads places from a `.csv` or `.csv.gz` file with the column `place`, the columns `latitude` and `longitude`, or all three;
 * other columns are left alone. A row with a name asks by the name, whatever its coordinates.
 *
 * @throws WeatherglassError InvalidData: a column missing or there twice, a file without rows. And whatever
 *   {@link readCsv} throws.
 */
export async function readAskedPlaces(file: string, signal?: AbortSignal): Promise<AskedPlaces> {
  const asked: AskedPlace[] = [];
  const malformed: MalformedPlace[] = [];
  let parse: RowParser | undefined;
  for await (const block of readCsv(file, signal)) {
    const first = parse === undefined ? 1 : 0;
    parse ??= rowParser(file, block);
    for (let i = first; i < block.length; i++) {
      const cells = block.row(i);
      if (cells.length === 1 && cells[0].trim() === '') continue;
      const row = parse(cells, block.firstLine + i);
      if ('error' in row) malformed.push(row);
      else asked.push(row);
    }
  }
  if (asked.length + malformed.length === 0)
    throw tableError({ file }, `the file names no places. ${expected}`);
  return { asked, malformed };
}

const expected =
  'Its first line must name the column place, or latitude and longitude; each other asks for one.';

type RowParser = (cells: readonly string[], line: number) => AskedPlace | MalformedPlace;

function rowParser(file: string, block: CsvBlock): RowParser {
  const header = csvHeader(block);
  for (const column of ['place', 'latitude', 'longitude'])
    if (header.indexOf(column) !== header.lastIndexOf(column))
      throw tableError({ file, line: 1, column }, 'there are two columns of this name.');
  const [name, latitude, longitude] = ['place', 'latitude', 'longitude'].map((column) =>
    header.indexOf(column),
  );
  if (name < 0 && (latitude < 0 || longitude < 0))
    throw tableError(
      { file, line: 1 },
      `there are no places in the columns ${header.join(', ')}. ${expected}`,
    );
  const width = header.length;

  function parse(cells: readonly string[], line: number): AskedPlace {
    const position = { file, line };
    if (cells.length !== width)
      throw tableError(position, `the row has ${cells.length} fields, the header ${width} columns.`);
    const place = cells[name]?.trim() ?? '';
    // The piece of a longer text would keep the whole of it in memory.
    if (place !== '') return { line, place: ownText(place), latitude: Number.NaN, longitude: Number.NaN };
    const degrees = (column: string, at: number) => decimalField(cells[at] ?? '', position, column);
    const location = {
      latitude: degrees('latitude', latitude),
      longitude: degrees('longitude', longitude),
      elevation: Number.NaN,
    };
    if (Number.isNaN(location.latitude) || Number.isNaN(location.longitude))
      throw tableError(position, 'the row asks for no place: give its name, or its latitude and longitude.');
    located(position, () => checkLocation(location));
    return { line, place: '', latitude: location.latitude, longitude: location.longitude };
  }

  return (cells, line) => {
    try {
      return parse(cells, line);
    } catch (error) {
      if (!isWeatherglassError(error)) throw error;
      const textAt = (at: number) => ownText(cells[at] ?? '');
      return {
        line,
        place: textAt(name),
        latitude: textAt(latitude),
        longitude: textAt(longitude),
        error,
      };
    }
  };
}
