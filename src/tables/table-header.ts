import { didYouMean } from '../weather/nearest-names.ts';
import { quoted, tableError } from './table-error.ts';

/** What every kind of table must have. Coordinates may be empty, but their columns must be there. */
export const commonColumns = [
  'place',
  'latitude',
  'longitude',
  'elevation',
  'valid_time',
  'variable',
  'unit',
  'observation',
] as const;

/** Which columns a kind of table has. */
export interface TableColumns {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Whether a name is one of an open family, such as `member_1`. */
  readonly family: (name: string) => boolean;
  /** The families' names for a message, such as `member_*`. */
  readonly families: readonly string[];
}

/**
 * The position of each column, by name.
 *
 * A column that nobody declared is an error rather than dropped: it may be the forecast someone wants scored.
 *
 * @throws WeatherglassError InvalidData: no header, another separator than a comma, a column unknown, missing, twice
 *   or without a name.
 */
export function checkHeader(
  file: string,
  header: readonly string[],
  columns: TableColumns,
): ReadonlyMap<string, number> {
  const { required, optional, family, families } = columns;
  const line = 1;
  if (header.length === 0) {
    throw tableError(
      { file },
      `the file has no header; its first line must name the columns ${required.join(',')}.`,
    );
  }
  const other = header.length === 1 ? /[;\t|]/.exec(header[0]) : null;
  if (other !== null) {
    throw tableError({ file, line }, `fields must be separated by commas, not by ${quoted(other[0])}.`);
  }
  const known = [...required, ...optional];
  const positions = new Map<string, number>();
  for (const [i, name] of header.entries()) {
    if (name === '') throw tableError({ file, line }, `column ${i + 1} has no name.`);
    if (positions.has(name))
      throw tableError({ file, line, column: name }, 'there are two columns of this name.');
    if (!known.includes(name) && !family(name)) {
      const expected = [...known, ...families].join(', ');
      const message = `unknown column.${didYouMean(name, known)} Known are ${expected}.`;
      throw tableError({ file, line, column: name }, message);
    }
    positions.set(name, i);
  }
  const missing = required.filter((name) => !positions.has(name));
  if (missing.length > 0) {
    const one = missing.length === 1;
    throw tableError(
      { file, line },
      `the column${one ? '' : 's'} ${missing.join(', ')} ${one ? 'is' : 'are'} missing.`,
    );
  }
  return positions;
}
