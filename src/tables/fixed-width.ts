import { quoted, type RowPosition, tableError } from './table-error.ts';

/** Written where a value is missing. */
const missingInteger = -9999;

/**
 * The whole number between two positions of a line, as archives of fixed width write it.
 *
 * @throws WeatherglassError InvalidData, naming the field, for anything else.
 */
export function integerAt(
  text: string,
  from: number,
  until: number,
  position: RowPosition,
  field: string,
): number {
  const own = text.slice(from, until);
  if (!/^ *-?\d+ *$/.test(own))
    throw tableError(
      { ...position, column: field },
      `${quoted(own)} in columns ${from + 1} to ${until} is no whole number; the file is damaged, or in another format.`,
    );
  return Number(own);
}

/** The same, NaN where it is −9999. */
export function valueAt(
  text: string,
  from: number,
  until: number,
  position: RowPosition,
  field: string,
): number {
  const value = integerAt(text, from, until, position, field);
  return value === missingInteger ? Number.NaN : value;
}
