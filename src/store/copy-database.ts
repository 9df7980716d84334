import { open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { sqliteError } from './sqlite-error.ts';

/** More pages than any database has: all are copied in one step, during which nobody can change them. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies what is committed in a database into `to`.
 *
 * A connection of its own reads one state of it, in a thread of its own: however much others write meanwhile, it need
 * not begin again.
 */
export async function copyDatabase(file: string, to: string): Promise<void> {
  await guarded(file, async () => {
    using source = new DatabaseSync(resolve(file), { readOnly: true, timeout: 5000 });
    // What is no database is found by whoever reads it first.
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    await guarded(to, async () => {
      await backup(source, resolve(to), { rate: ALL_PAGES });
      // One file that can be read from anywhere: with a log it could not be read where nothing can be written.
      using copy = new DatabaseSync(resolve(to));
      copy.exec('PRAGMA journal_mode = DELETE');
    });
  });
}

/** Makes a finished database durable under its name, in place of what is there. */
export async function putInPlace(finished: string, file: string): Promise<void> {
  await guarded(file, async () => {
    await flush(finished);
    // The log of a database that was here before would be taken for the log of this one.
    await rm(`${file}-wal`, { force: true });
    await rm(`${file}-shm`, { force: true });
    await rename(finished, file);
    if (process.platform !== 'win32') await flush(dirname(resolve(file)));
  });
}

async function flush(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function guarded<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw sqliteError(error, file);
  }
}
