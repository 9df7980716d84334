import { WeatherglassError } from '../errors.ts';
import type { Variable } from '../weather/variable.ts';
import { type CsvBlock, csvHeader, readCsv } from './csv.ts';
import { totalFileBytes } from './file-bytes.ts';
import { type RowPosition, tableError } from './table-error.ts';
import { checkHeader, type TableColumns } from './table-header.ts';

export interface TableOptions {
  /** Variables beside the built-in ones. */
  readonly declared?: readonly Variable[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told after every block; bytes are those of the files, compressed if they are. */
  readonly onProgress?: ((bytesRead: number, totalBytes: number) => void) | undefined;
  /** Zone of a place by its name, for archives of local days; undefined where nobody knows it. */
  readonly zoneOf?: ((place: string) => string | undefined) | undefined;
  /** What a downloaded archive dates later is left out; nothing by default. */
  readonly now?: number | undefined;
}

/** What takes the rows of one file. */
export interface RowSink {
  /** Makes room before as many {@link add}s. */
  readonly reserve: (rows: number) => void;
  readonly add: (cells: readonly string[]) => void;
}

/**
 * Reads tables one after the other, row by row: `open` is told each file's columns and answers what takes its rows.
 * `position` says at any time which row that is. Blank lines are passed over.
 *
 * @throws WeatherglassError Usage: no files. InvalidData: a wrong header, a row with too few or too many fields, a
 *   table without rows. And whatever {@link readCsv} and the sink throw.
 */
export async function readRows(
  files: readonly string[],
  columns: TableColumns,
  options: Omit<TableOptions, 'declared'>,
  open: (position: RowPosition, positions: ReadonlyMap<string, number>) => RowSink,
): Promise<void> {
  if (files.length === 0)
    throw new WeatherglassError('Usage', 'No files were named; name at least one table.');
  const totalBytes = await totalFileBytes(files);
  let bytesOfFilesBefore = 0;
  for (const file of files) {
    const position: RowPosition = { file, line: 1 };
    let take: ((block: CsvBlock) => number) | undefined;
    let rows = 0;
    let bytesRead = 0;
    for await (const block of readCsv(file, options.signal)) {
      if (take === undefined) {
        const positions = checkHeader(file, csvHeader(block), columns);
        take = blockTaker(open(position, positions), position, positions.size);
      }
      rows += take(block);
      bytesRead = block.bytesRead;
      options.onProgress?.(bytesOfFilesBefore + bytesRead, totalBytes);
    }
    if (take === undefined) checkHeader(file, [], columns);
    if (rows === 0) throw tableError({ file }, 'the table has a header but no rows.');
    bytesOfFilesBefore += bytesRead;
  }
}

/** Passes the rows of a block on, without header and blank lines, and answers how many they were. */
function blockTaker(sink: RowSink, position: RowPosition, width: number): (block: CsvBlock) => number {
  return (block) => {
    sink.reserve(block.length);
    let rows = 0;
    for (let i = block.firstLine === 1 ? 1 : 0; i < block.length; i++) {
      const cells = block.row(i);
      position.line = block.firstLine + i;
      if (cells.length !== width) {
        if (cells.length === 1 && cells[0].trim() === '') continue;
        const count = `${cells.length} field${cells.length === 1 ? '' : 's'}`;
        throw tableError(position, `the row has ${count}, the header ${width} columns.`);
      }
      sink.add(cells);
      rows++;
    }
    return rows;
  };
}
