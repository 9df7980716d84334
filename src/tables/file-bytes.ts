import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isWeatherglassError, WeatherglassError } from '../errors.ts';

/** Long enough to amortise a turn of the event loop, short enough that parsing one does not block it. */
const chunkBytes = 256 * 1024;

export interface FileChunk {
  readonly bytes: Buffer;
  /** Bytes of the file itself (compressed, if it is) read so far. */
  readonly bytesRead: number;
}

/**
 * The content of a file, chunk by chunk, gunzipped if its name ends in `.gz`.
 *
 * The file is closed when the generator returns, also when its reader stops early.
 *
 * @throws WeatherglassError NotFound: no such file. Unavailable: the system refuses to read it. InvalidData: a
 *   folder, not gzip although its name says so, damaged, or cut off. Cancelled: `signal` was aborted.
 */
export async function* readFileBytes(
  file: string,
  signal?: AbortSignal,
): AsyncGenerator<FileChunk, void, void> {
  throwIfStopped(file, signal);
  const gzip = file.endsWith('.gz');
  const source = createReadStream(file, { highWaterMark: gzip ? chunkBytes / 4 : chunkBytes });
  // The callback has nothing to do: the loop below sees every error, and stopping early is none.
  const content = gzip ? pipeline(source, createGunzip({ chunkSize: chunkBytes }), () => {}) : source;
  try {
    for await (const bytes of content as AsyncIterable<Buffer>) {
      throwIfStopped(file, signal);
      yield { bytes, bytesRead: source.bytesRead };
    }
  } catch (error) {
    throw isWeatherglassError(error) ? error : readFailure(file, error);
  } finally {
    content.destroy();
    source.destroy();
    // Not events.once: that rejects with an error of the stream, which has been thrown already.
    if (!source.closed) await new Promise((resolve) => source.once('close', resolve));
  }
}

/**
 * Sizes of files together, in bytes.
 *
 * @throws WeatherglassError as {@link readFileBytes}.
 */
export async function totalFileBytes(files: readonly string[]): Promise<number> {
  let total = 0;
  for (const file of files) {
    try {
      const about = await stat(file);
      if (!about.isFile() && !about.isDirectory())
        throw new WeatherglassError(
          'Usage',
          `${file} is no regular file; tables are read twice, so save it to one first.`,
        );
      total += about.size;
    } catch (error) {
      throw isWeatherglassError(error) ? error : readFailure(file, error);
    }
  }
  return total;
}

function throwIfStopped(file: string, signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  // A reason that already speaks our language (a deadline, say) is kept as it is.
  if (isWeatherglassError(signal.reason)) throw signal.reason;
  throw new WeatherglassError('Cancelled', `${file}: reading was stopped.`, { cause: signal.reason });
}

function readFailure(file: string, cause: unknown): WeatherglassError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const error = (name: 'NotFound' | 'Unavailable' | 'InvalidData', text: string) =>
    new WeatherglassError(name, `${file}: ${text}`, { cause });
  if (code === 'ENOENT' || code === 'ENOTDIR') return error('NotFound', 'there is no such file.');
  if (code === 'EISDIR') return error('InvalidData', 'is a folder; name the files in it.');
  if (code === 'Z_BUF_ERROR') {
    return error('InvalidData', 'file ends early: the compressed data are cut off. Fetch or write it again.');
  }
  if (code.startsWith('Z_')) {
    return message === 'incorrect header check'
      ? error('InvalidData', 'is not a gzip file, although its name ends in .gz.')
      : error('InvalidData', `the compressed data are damaged (${message}). Fetch or write it again.`);
  }
  return error('Unavailable', `cannot be read (${message}).`);
}
