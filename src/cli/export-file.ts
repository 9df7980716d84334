import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { WeatherglassError } from '../errors.ts';

/** A file being written: it appears under its name only when finished, and not at all otherwise. */
export interface ExportFile extends AsyncDisposable {
  readonly write: (text: string) => Promise<void>;
  readonly finish: () => Promise<void>;
}

/**
 * Opens a text file for writing, compressed if its name ends in `.gz`.
 *
 * @throws WeatherglassError Unavailable when the file cannot be written (no such folder, disk full).
 */
export async function exportFile(file: string): Promise<ExportFile> {
  const partial = `${file}.part`;
  const entrance: Writable = new PassThrough();
  const target = createWriteStream(partial);
  const done = file.endsWith('.gz')
    ? pipeline(entrance as PassThrough, createGzip({ level: 6 }), target)
    : pipeline(entrance as PassThrough, target);
  const failed = done.catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WeatherglassError('Unavailable', `cannot write ${file}: ${reason}`, { cause });
  });
  // Looked at again in write and finish; until then a failure must not count as unhandled.
  failed.catch(() => undefined);
  let finished = false;
  return {
    async write(text) {
      if (!entrance.write(text)) await Promise.race([once(entrance, 'drain'), failed]);
    },
    async finish() {
      entrance.end();
      await failed;
      await rename(partial, file);
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
