import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { copyDatabase, putInPlace } from './copy-database.ts';
import { refuseDamaged } from './refuse-damaged.ts';
import { openConnection } from './sqlite-connection.ts';
import { lockForWriting } from './writer-lock.ts';

export interface RestoreOptions {
  /** Whether a store that is there may be lost. */
  readonly replace?: boolean;
  /** Milliseconds to wait for another process that writes to it. */
  readonly waitForWriter?: number;
}

/**
 * Puts a copy of a backup at `file`, once it is sure that the backup is whole. It appears there at once or not at all;
 * who has the replaced store open for reading goes on reading that.
 *
 * @throws WeatherglassError NotFound: there is no backup. InvalidData: it is no store, or damaged. Usage: there is a
 *   store at `file`, and `replace` is not set. Unavailable: someone is writing to it, the disk is full, or a newer
 *   Weatherglass wrote the backup.
 */
export async function restoreStore(
  backup: string,
  file: string,
  { replace = false, waitForWriter = 5000 }: RestoreOptions = {},
): Promise<void> {
  if (!existsSync(backup)) throw new WeatherglassError('NotFound', `There is no backup at ${backup}.`);
  if (resolve(backup) === resolve(file))
    throw new WeatherglassError('Usage', `${backup} cannot be restored into itself: name another file.`);
  using _lock = await lockForWriting(file, waitForWriter);
  if (existsSync(file) && !replace)
    throw new WeatherglassError(
      'Usage',
      `There is a store at ${file} already: move it away, or say that it is to be replaced.`,
    );
  const partial = `${file}.partial-${process.pid}`;
  try {
    await copyDatabase(backup, partial);
    refuseDamaged(partial, backup, 'Choose another backup.');
    if (existsSync(file)) foldInLog(file);
    await putInPlace(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

/** What is in the log of the store that is replaced goes into its file, so that nothing is half lost if we stop here. */
function foldInLog(file: string): void {
  try {
    const connection = openConnection(file, { readOnly: false });
    try {
      connection.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      connection.close();
    }
  } catch (error) {
    // Damaged stores are what backups are for.
    if (!isWeatherglassError(error, 'InvalidData')) throw error;
  }
}
