import { WeatherglassError } from '../errors.ts';
import { readCsvHeader } from './csv.ts';
import { isObservationsHeader, type ObservationsTable, readObservations } from './observations-csv.ts';
import { type PairsTable, readPairs } from './pairs-csv.ts';
import type { TableOptions } from './read-rows.ts';
import { tableError } from './table-error.ts';

/** Pairs or observations, whichever the files hold. */
export type Table =
  | ({ readonly kind: 'pairs' } & PairsTable)
  | ({ readonly kind: 'observations' } & ObservationsTable);

/**
 * Reads tables of either kind; their headers say which.
 *
 * @throws WeatherglassError InvalidData when the files are not all of one kind, and whatever {@link readPairs} and
 *   {@link readObservations} throw.
 */
export async function readTable(files: readonly string[], options: TableOptions = {}): Promise<Table> {
  const observations: string[] = [];
  const pairs: string[] = [];
  for (const file of files) {
    const header = await readCsvHeader(file, options.signal);
    if (header.length === 0)
      throw tableError({ file }, 'the file has no header; its first line must name the columns.');
    (isObservationsHeader(header) ? observations : pairs).push(file);
  }
  if (observations.length === 0) return { kind: 'pairs', ...(await readPairs(files, options)) };
  if (pairs.length === 0) return { kind: 'observations', ...(await readObservations(files, options)) };
  throw new WeatherglassError(
    'InvalidData',
    `${pairs[0]} holds forecasts, ${observations[0]} observations only; read the two kinds apart.`,
  );
}
