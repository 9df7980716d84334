import { formatInstant, parseInstant } from '../weather/time.ts';
import { locatedError, type RowPosition, tableError } from './table-error.ts';

/** A time of a row, in epoch milliseconds. */
export interface TimeReader {
  /**
   * @throws WeatherglassError InvalidData for an empty field, a time without zone and what is no time.
   */
  readonly required: (cells: readonly string[]) => number;
  /**
   * The same, but `otherwise` where the field is empty or the table has no such column.
   */
  readonly optional: (cells: readonly string[], otherwise: number) => number;
}

/** Reads one time column; consecutive rows often repeat a time, which is then not parsed again. */
export function timeReader(
  position: RowPosition,
  columns: ReadonlyMap<string, number>,
  column: string,
): TimeReader {
  const index = columns.get(column);
  let lastText = '';
  let last = Number.NaN;

  const read = (text: string): number => {
    if (text !== lastText) {
      last = parse(text.trim());
      lastText = text;
    }
    return last;
  };
  const parse = (text: string): number => {
    if (text === '') return Number.NaN;
    try {
      return parseInstant(text);
    } catch (error) {
      throw locatedError({ ...position, column }, error);
    }
  };
  return {
    required: (cells) => {
      const time = index === undefined ? Number.NaN : read(cells[index]);
      if (Number.isNaN(time))
        throw tableError({ ...position, column }, 'the field is empty; every row needs this time.');
      return time;
    },
    optional: (cells, otherwise) => {
      if (index === undefined) return otherwise;
      const time = read(cells[index]);
      return Number.isNaN(time) ? otherwise : time;
    },
  };
}

/**
 * Requires that the time of one column is not before that of another.
 *
 * @throws WeatherglassError InvalidData, naming both.
 */
export function checkNotBefore(
  position: RowPosition,
  column: string,
  time: number,
  otherColumn: string,
  other: number,
): void {
  if (time >= other) return;
  const message = `${formatInstant(time)} is before the row's ${otherColumn}, ${formatInstant(other)}.`;
  throw tableError({ ...position, column }, message);
}
