import { WeatherglassError } from '../errors.ts';
import { totalFileBytes } from './file-bytes.ts';
import { isGhcnDaily, readGhcnDaily } from './ghcn-daily.ts';
import { isGhcnh, readGhcnh } from './ghcnh.ts';
import { isIsdLite, readIsdLite } from './isd-lite.ts';
import { isMeteostat, readMeteostatHourly } from './meteostat-hourly.ts';
import type { ObservationsTable } from './observations-csv.ts';
import type { TableOptions } from './read-rows.ts';
import { tableError } from './table-error.ts';
import { firstTextLine } from './text-lines.ts';

type ReadArchive = (options: TableOptions) => Promise<ObservationsTable>;

/**
 * What reads a file that was downloaded from a public archive of observations; undefined for any other file. Its first
 * line says which, else its name.
 *
 * @throws WeatherglassError InvalidData for files of an archive that are known and cannot be read, saying which to take;
 *   and whatever reading the file throws.
 */
async function archiveReader(file: string, signal?: AbortSignal): Promise<ReadArchive | undefined> {
  const line = await firstTextLine(file, signal);
  if (isGhcnh(line, file)) return (options) => readGhcnh(file, options);
  if (isGhcnDaily(line, file)) return (options) => readGhcnDaily(file, options);
  if (isMeteostat(line)) return (options) => readMeteostatHourly(file, line, options);
  if (isIsdLite(line, file)) return (options) => readIsdLite(file, options);
  if (isGhcnDailyCsv(line))
    throw tableError(
      { file, line: 1 },
      'this is a CSV file of GHCN-Daily, which does not say its units: they differ with where it is from. ' +
        'Fetch https://www.ncei.noaa.gov/pub/data/ghcn/daily/all/{station}.dly instead.',
    );
  return undefined;
}

function isGhcnDailyCsv(line: string): boolean {
  const names = line.replaceAll('"', '').split(',');
  if (names.slice(0, 4).join() === 'ID,DATE,ELEMENT,DATA_VALUE') return true;
  return (
    names.includes('STATION') &&
    names.includes('DATE') &&
    names.some((one) => /^(?:TMAX|TMIN|PRCP)$/.test(one))
  );
}

/**
 * Reads observations as public archives offer them for download; undefined if the files are of no archive.
 *
 * @throws WeatherglassError Usage: several files at once, of which one is an archive's. And whatever the readers throw.
 */
export async function readArchive(
  files: readonly string[],
  options: TableOptions,
): Promise<ObservationsTable | undefined> {
  // Says first what can be read only once: looking at its beginning would take that away.
  await totalFileBytes(files);
  for (const file of files) {
    const read = await archiveReader(file, options.signal);
    if (read === undefined) continue;
    if (files.length === 1) return read(options);
    throw new WeatherglassError(
      'Usage',
      `${file} is a file of a public archive; such files are read one by one: import them into a store first.`,
    );
  }
  return undefined;
}
