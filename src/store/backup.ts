import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { WeatherglassError } from '../errors.ts';
import { copyDatabase, putInPlace } from './copy-database.ts';
import { refuseDamaged } from './refuse-damaged.ts';

/**
 * Copies what is committed in the store at `file` into a new file, durable and whole when the promise resolves.
 *
 * @throws WeatherglassError InvalidData: the store is damaged. Usage: there is a file at `to` already. Unavailable: it cannot be written.
 */
export async function backUp(file: string, to: string): Promise<void> {
  refuseExisting(to);
  const partial = `${to}.partial-${process.pid}`;
  try {
    await copyDatabase(file, partial);
    refuseDamaged(
      partial,
      file,
      'it was not copied, lest it replace a good backup. Restore one, or copy the file itself.',
    );
    refuseExisting(to);
    await putInPlace(partial, to);
  } finally {
    await rm(partial, { force: true });
  }
}

function refuseExisting(file: string): void {
  if (existsSync(file))
    throw new WeatherglassError('Usage', `There is a file at ${file} already: give the backup another name.`);
}
