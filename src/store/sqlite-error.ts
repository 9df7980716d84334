import { type ErrorName, WeatherglassError } from '../errors.ts';

/** What SQLite's primary result codes mean here: a name of ours, and words to be read after the file's. */
const meanings = new Map<number, readonly [ErrorName, string]>([
  [
    3,
    [
      'Unavailable',
      'may not be used by this user: give it the right to read and write the file and its folder',
    ],
  ],
  [5, ['Unavailable', 'is locked by another process: wait until it has finished, or stop it']],
  [6, ['Unavailable', 'is locked by another process: wait until it has finished, or stop it']],
  [8, ['Unavailable', 'cannot be written: make the file and its folder writable']],
  [10, ['Unavailable', 'could not be read or written: look for a full or failing disk, then try again']],
  [11, ['InvalidData', damaged()]],
  [
    13,
    [
      'Unavailable',
      'cannot grow, the disk is full: nothing of this change was stored; make room and try again',
    ],
  ],
  [14, ['Unavailable', 'cannot be opened: the folder must exist, and this user must be able to write in it']],
  [26, ['InvalidData', 'is not a store of Weatherglass, nor any SQLite database: name another file']],
]);

const fileErrors = new Map<string, readonly [ErrorName, string]>([
  ['ENOSPC', meanings.get(13)!],
  ['EDQUOT', meanings.get(13)!],
  ['EIO', meanings.get(10)!],
  ['EACCES', meanings.get(3)!],
  ['EPERM', meanings.get(3)!],
  ['EROFS', meanings.get(8)!],
  ['ENOTDIR', meanings.get(14)!],
  ['ENOENT', meanings.get(14)!],
  ['EISDIR', meanings.get(14)!],
]);

/**
 * The error that leaves the store in place of one of SQLite's or of the file system's; any other error is given back
 * as it is.
 */
export function sqliteError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || error instanceof WeatherglassError || !('code' in error)) return error;
  const found = meaningOf(error);
  if (found === undefined) return error;
  const [name, words] = found;
  return new WeatherglassError(name, `${file} ${words} (${error.message}).`, { cause: error });
}

/** Said of whatever the store could not have written itself. */
export function damaged(): string {
  return 'is damaged: run `weatherglass check`, then restore a backup with `weatherglass restore`';
}

/**
 * A definition that the store wrote as JSON.
 *
 * @throws WeatherglassError InvalidData: it is none, so the store is damaged.
 */
export function readDefinition<Definition>(text: string, file: string): Definition {
  try {
    return JSON.parse(text) as Definition;
  } catch (error) {
    throw new WeatherglassError('InvalidData', `${file} ${damaged()} (a definition cannot be read).`, {
      cause: error,
    });
  }
}

function meaningOf(
  error: Error & { code?: unknown; errcode?: unknown },
): readonly [ErrorName, string] | undefined {
  if (error.code === 'ERR_INVALID_STATE') return ['Unavailable', 'is closed: open it again'];
  if (error.code !== 'ERR_SQLITE_ERROR') return fileErrors.get(String(error.code));
  // The lower eight bits are the primary code, the others say more precisely what happened.
  const primary = Number(error.errcode) & 0xff;
  return meanings.get(primary) ?? ['Internal', 'refused a statement; this is a defect of Weatherglass'];
}
