import { WeatherglassError } from '../errors.ts';

/** Where something stands in a table; what is not known is left out. */
export interface TablePosition {
  readonly file: string;
  /** Counted from 1, the header's line. */
  readonly line?: number;
  readonly column?: string;
}

/** The row that is being read. One object, which moves on from row to row: copy it to keep it. */
export interface RowPosition {
  readonly file: string;
  line: number;
}

/** InvalidData that says where: `pairs.csv, line 12, column "latitude": …` */
export function tableError(
  { file, line, column }: TablePosition,
  message: string,
  cause?: unknown,
): WeatherglassError {
  const where = [
    file,
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(column === undefined ? [] : [`column "${column}"`]),
  ].join(', ');
  return new WeatherglassError('InvalidData', `${where}: ${message}`, cause === undefined ? {} : { cause });
}

/** The same error, which now also says where. */
export function locatedError(position: TablePosition, error: unknown): WeatherglassError {
  return tableError(position, error instanceof Error ? error.message : String(error), error);
}

/** Runs what may throw an error that does not know where, and says where. */
export function located<T>(position: TablePosition, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw locatedError(position, error);
  }
}

/** A field for a message: quoted, and cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
