import { readFileBytes } from './file-bytes.ts';
import { readBlocks } from './line-blocks.ts';
import { tableError } from './table-error.ts';

/** Consecutive lines of a text file. */
export interface LineBlock {
  /** Line of the file, counted from 1, that `lines[0]` is. */
  readonly firstLine: number;
  readonly length: number;
  /** Without their ends. */
  readonly lines: readonly string[];
  /** Bytes of the file (compressed, if it is) read so far. */
  readonly bytesRead: number;
}

/** A first line may be this long; longer ones are cut. */
const firstLineBytes = 64 * 1024;

/**
 * Streams a file of plain lines, gunzipped if its name ends in `.gz`, for formats that know no quotes.
 *
 * Such formats are ASCII. Any other byte is read as one character of Latin-1: one that strays into a remark, which nobody
 * reads, does no harm.
 *
 * @throws WeatherglassError InvalidData: bytes that are no text; and whatever {@link readBlocks} throws.
 */
export function readTextLines(file: string, signal?: AbortSignal): AsyncGenerator<LineBlock, void, void> {
  return readBlocks(file, signal, (name, firstLine, bytes, bytesRead) => {
    const lines = plainText(name, bytes).split('\n');
    return { firstLine, length: lines.length, lines, bytesRead };
  });
}

/**
 * The beginning of a file up to its first line break, without byte order mark; empty for an empty file.
 *
 * @throws WeatherglassError as {@link readFileBytes}.
 */
export async function firstTextLine(file: string, signal?: AbortSignal): Promise<string> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of readFileBytes(file, signal)) {
    bytes = Buffer.concat([bytes, chunk.bytes]);
    if (bytes.includes(0x0a) || bytes.length >= firstLineBytes) break;
  }
  const [line = ''] = bytes.subarray(0, firstLineBytes).toString('latin1').split('\n', 1);
  return line.replace(/^\u00ef\u00bb\u00bf/, '').replace(/\r$/, '');
}

function plainText(file: string, bytes: Buffer): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw tableError({ file }, 'is compressed with gzip; let its name end in .gz.');
  if (bytes.includes(0))
    throw tableError(
      { file },
      'is no text file: there are zero bytes in it. Fetch it again, or unpack it first.',
    );
  const text = bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  return text.includes('\r') ? text.replace(/\r(?=\n|$)/g, '') : text;
}
