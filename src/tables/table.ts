import { WeatherglassError } from '../errors.ts';
import { readArchive } from './archive-observations.ts';
import { readCsvHeader } from './csv.ts';
import { isMosFile, readMosFiles } from './mos-files.ts';
import { isObservationsHeader, type ObservationsTable, readObservations } from './observations-csv.ts';
import { type PairsTable, readPairs } from './pairs-csv.ts';
import type { TableOptions } from './read-rows.ts';
import { tableError } from './table-error.ts';

/** Pairs or observations, whichever the files hold; of bulletins also what their runs are called. */
export type Table =
  | ({ readonly kind: 'pairs'; readonly source?: string } & PairsTable)
  | ({ readonly kind: 'observations' } & ObservationsTable);

/**
 * Reads tables of either kind, files of public archives of observations, or MOS bulletins; their first lines say which.
 *
 * @throws WeatherglassError InvalidData when the files are not all of one kind, and whatever {@link readPairs},
 *   {@link readObservations}, {@link readArchive} and {@link readMosFiles} throw.
 */
export async function readTable(files: readonly string[], options: TableOptions = {}): Promise<Table> {
  const archive = await readArchive(files, options);
  if (archive !== undefined) return { kind: 'observations', ...archive };
  const observations: string[] = [];
  const pairs: string[] = [];
  const bulletins: string[] = [];
  for (const file of files) {
    if (await isMosFile(file, options.signal)) {
      bulletins.push(file);
      continue;
    }
    const header = await readCsvHeader(file, options.signal);
    if (header.length === 0)
      throw tableError({ file }, 'the file has no header; its first line must name the columns.');
    (isObservationsHeader(header) ? observations : pairs).push(file);
  }
  if (bulletins.length > 0 && bulletins.length === files.length)
    return { kind: 'pairs', ...(await readMosFiles(files, options)) };
  if (bulletins.length > 0)
    throw new WeatherglassError(
      'InvalidData',
      `${bulletins[0]} holds bulletins, ${[...pairs, ...observations][0]} a table; read the two kinds apart.`,
    );
  if (observations.length === 0) return { kind: 'pairs', ...(await readPairs(files, options)) };
  if (pairs.length === 0) return { kind: 'observations', ...(await readObservations(files, options)) };
  throw new WeatherglassError(
    'InvalidData',
    `${pairs[0]} holds forecasts, ${observations[0]} observations only; read the two kinds apart.`,
  );
}
