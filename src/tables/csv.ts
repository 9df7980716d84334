import { isUtf8 } from 'node:buffer';
import Papa from 'papaparse';
import { readBlocks } from './line-blocks.ts';
import { tableError } from './table-error.ts';

const newline = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Consecutive lines of a CSV file. */
export interface CsvBlock {
  /** Line of the file, counted from 1, on which row 0 stands; row i stands on line `firstLine + i`. */
  readonly firstLine: number;
  readonly length: number;
  /** Fields of row i; a blank line is one empty field. */
  readonly row: (i: number) => readonly string[];
  /** Bytes of the file (compressed, if it is) read so far. */
  readonly bytesRead: number;
}

/**
 * Streams a `.csv` or `.csv.gz` file as blocks of rows, the header among them.
 *
 * UTF-8 with or without byte order mark, LF or CRLF, fields quoted as in RFC 4180, except that a quoted field
 * may not contain a line break: only so is every row one line, and every message can name the right one. Memory
 * is bounded by a block (about 256 KB) or the longest line.
 *
 * @throws WeatherglassError InvalidData: not UTF-8, a malformed or multi-line quoted field,
 *   all with file and line; and whatever {@link readBlocks} throws.
 */
export function readCsv(file: string, signal?: AbortSignal): AsyncGenerator<CsvBlock, void, void> {
  return readBlocks(file, signal, parseBlock);
}

/**
 * The names on the first line of a CSV file, without the spaces around them; empty if the file is.
 *
 * @throws WeatherglassError as {@link readCsv}.
 */
export async function readCsvHeader(file: string, signal?: AbortSignal): Promise<readonly string[]> {
  for await (const block of readCsv(file, signal)) return csvHeader(block);
  return [];
}

/** The names in row 0 of a block. */
export function csvHeader(block: CsvBlock): readonly string[] {
  const names = block.row(0).map((name) => name.trim());
  return names.some((name) => name !== '') ? names : [];
}

function parseBlock(file: string, firstLine: number, bytes: Buffer, bytesRead: number): CsvBlock {
  const text = decode(file, firstLine, bytes);
  const lines = text.split('\n');
  const length = lines.length;
  if (!text.includes('"')) {
    // Splitting one line at a time leaves nothing for the garbage collector to move: 2.5 times as fast as
    // giving the whole block to the parser.
    return { firstLine, length, bytesRead, row: (i) => lines[i].split(',') };
  }
  const { data, errors } = parseQuoted(text);
  if (errors.length > 0 || data.length !== length) throw quotingError(file, firstLine, lines);
  return { firstLine, length, bytesRead, row: (i) => data[i] };
}

function parseQuoted(text: string) {
  return Papa.parse<string[]>(text, { delimiter: ',', newline: '\n' });
}

function decode(file: string, firstLine: number, bytes: Buffer): string {
  const marked = firstLine === 1 && bytes.subarray(0, 3).equals(byteOrderMark);
  const content = marked ? bytes.subarray(3) : bytes;
  if (!isUtf8(content)) throw encodingError(file, firstLine, content);
  const text = content.toString('utf8');
  if (!text.includes('\r')) return text;
  const plain = (text.endsWith('\r') ? text.slice(0, -1) : text).replaceAll('\r\n', '\n');
  const alone = plain.split('\n').findIndex((one) => one.includes('\r'));
  if (alone < 0) return plain;
  throw tableError({ file, line: firstLine + alone }, 'a carriage return ends no line; use LF or CRLF.');
}

function encodingError(file: string, firstLine: number, bytes: Buffer): Error {
  if (firstLine === 1 && bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return tableError({ file }, 'is compressed with gzip; let its name end in .csv.gz.');
  }
  let line = firstLine;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(newline, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  return tableError({ file, line }, 'the text is not UTF-8; save the file as UTF-8.');
}

/** Says which line of a block the parser could not read as one row. */
function quotingError(file: string, firstLine: number, lines: readonly string[]): Error {
  const found = lines.findIndex((one) => one.includes('"') && parseQuoted(one).errors.length > 0);
  const i = Math.max(found, 0);
  const { errors, data } = parseQuoted(lines[i]);
  const field = JSON.stringify(data[0]?.at(-1)?.slice(0, 40) ?? '');
  const message =
    errors[0]?.code === 'InvalidQuotes'
      ? `a quote inside a quoted field must be doubled, near ${field}.`
      : `the quoted field ${field} has no end; it may not contain a line break.`;
  return tableError({ file, line: firstLine + i }, message);
}
