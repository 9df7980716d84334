import { readFileBytes } from './file-bytes.ts';
import { tableError } from './table-error.ts';

/** Longest line accepted; without a limit a file that has no line breaks would be gathered in memory whole. */
const maximumLineBytes = 4 * 1024 * 1024;
const newline = 0x0a;

/** Makes a block of consecutive lines of their bytes; `length` is how many lines they are. */
export type BlockParser<Block> = (file: string, firstLine: number, bytes: Buffer, bytesRead: number) => Block;

/**
 * Streams a file, gunzipped if its name ends in `.gz`, as blocks of whole lines, which `parse` makes something of. Memory
 * is bounded by a block (about 256 KB) or the longest line.
 *
 * @throws WeatherglassError InvalidData: a line over 4 MiB; and whatever `parse` and {@link readFileBytes} throw.
 */
export async function* readBlocks<Block extends { readonly length: number }>(
  file: string,
  signal: AbortSignal | undefined,
  parse: BlockParser<Block>,
): AsyncGenerator<Block, void, void> {
  let line = 1;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let bytesRead = 0;
  for await (const chunk of readFileBytes(file, signal)) {
    bytesRead = chunk.bytesRead;
    const end = chunk.bytes.lastIndexOf(newline);
    if (end >= 0) {
      const bytes = Buffer.concat([...rest, chunk.bytes.subarray(0, end)]);
      const block = parse(file, line, bytes, bytesRead);
      yield block;
      line += block.length;
      rest = [];
      restBytes = 0;
    }
    const tail = chunk.bytes.subarray(end + 1);
    rest.push(tail);
    restBytes += tail.length;
    if (restBytes > maximumLineBytes) {
      throw tableError({ file, line }, 'the line is longer than 4 MiB; lines end with LF or CRLF.');
    }
  }
  if (restBytes > 0) yield parse(file, line, Buffer.concat(rest), bytesRead);
}
