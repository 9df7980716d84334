import { once } from 'node:events';
import { open, rename, rm, stat } from 'node:fs/promises';
import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { WeatherglassError } from '../errors.ts';

/** A file being written: it appears under its name only when finished, and not at all otherwise. */
export interface ExportFile extends AsyncDisposable {
  /** Takes text or bytes; the bytes must not change afterwards. */
  readonly write: (piece: string | Uint8Array) => Promise<void>;
  readonly finish: () => Promise<void>;
}

/**
 * Opens a file for writing, compressed if its name ends in `.gz`.
 *
 * @param inputs files that are being read, one of which it must not replace
 * @throws WeatherglassError Usage for one of the inputs or no name. Unavailable when the file cannot be written: at once where it cannot be opened (no such
 *   folder, itself a folder or a device), later where the disk is full.
 */
export async function exportFile(file: string, inputs: readonly string[] = []): Promise<ExportFile> {
  const refuse = (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WeatherglassError('Unavailable', `cannot write ${file}: ${reason}`, { cause });
  };
  if (file === '') throw new WeatherglassError('Usage', 'the export needs a file name');
  const partial = `${file}.part`;
  const statOf = (name: string) => stat(name).catch(() => undefined);
  const [existing, existingPart] = [await statOf(file), await statOf(partial)];
  for (const input of inputs) {
    const read = await statOf(input);
    const isRead = (one: typeof read) => one !== undefined && one.ino === read?.ino && one.dev === read.dev;
    if (isRead(existing) || isRead(existingPart))
      throw new WeatherglassError('Usage', `${file} is one of the tables read; give the export another name`);
  }
  // Renaming would fail at the end of the work, or put a file in the place of a device.
  if (existing?.isFile() === false) refuse('it is there and not a file');
  const handle = await open(partial, 'w').catch(refuse);
  const target = handle.createWriteStream();
  const entrance: Writable = new PassThrough();
  const done = file.endsWith('.gz')
    ? pipeline(entrance as PassThrough, createGzip({ level: 6 }), target)
    : pipeline(entrance as PassThrough, target);
  const failed = done.catch(refuse);
  // Looked at again in write and finish; until then a failure must not count as unhandled.
  failed.catch(() => undefined);
  let finished = false;
  return {
    async write(piece) {
      // Of a failure `once` would throw the stream's own error, `failed` the one that speaks.
      if (!entrance.write(piece)) await Promise.race([once(entrance, 'drain').catch(() => failed), failed]);
    },
    async finish() {
      entrance.end();
      await failed;
      await rename(partial, file).catch(refuse);
      finished = true;
    },
    async [Symbol.asyncDispose]() {
      if (finished) return;
      entrance.destroy();
      await failed.catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}
