import { checkLocation, type Location } from '../weather/location.ts';
import { readCsv } from './csv.ts';
import { decimalField } from './decimal-field.ts';
import { located, tableError } from './table-error.ts';

/**
 * Reads locations from a `.csv` or `.csv.gz` file with the columns `latitude` and `longitude`, and perhaps `elevation`;
 * other columns are left alone.
 *
 * @throws WeatherglassError InvalidData, naming file, line and column: a column missing, what is no location, a file
 *   without rows. And whatever reading the file throws.
 */
export async function readLocations(file: string, signal?: AbortSignal): Promise<Location[]> {
  const locations: Location[] = [];
  let header: readonly string[] | undefined;
  for await (const block of readCsv(file, signal))
    for (let i = 0; i < block.length; i++) {
      const cells = block.row(i);
      const position = { file, line: block.firstLine + i };
      if (header === undefined) {
        header = cells.map((cell) => cell.trim());
        for (const column of ['latitude', 'longitude'])
          if (!header.includes(column)) throw tableError(position, `there is no column ${column}.`);
        continue;
      }
      const names = header;
      const field = (column: string) => decimalField(cells[names.indexOf(column)] ?? '', position, column);
      const location = {
        latitude: field('latitude'),
        longitude: field('longitude'),
        elevation: field('elevation'),
      };
      locations.push(located(position, () => checkLocation(location)));
    }
  if (locations.length === 0) throw tableError({ file }, 'the file has no locations.');
  return locations;
}
