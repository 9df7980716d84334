import type { RowPosition } from './table-error.ts';

/** Remembers on which line of which file each row of a growing table stood. */
export interface RowOrigins {
  /** To be told every row, in order. */
  readonly add: (row: number, position: RowPosition) => void;
  readonly of: (row: number) => { readonly file: string; readonly line: number };
}

/**
 * Rows mostly stand on consecutive lines, so only the starts of such runs are kept: a line number a row would cost
 * 40 MB for ten million rows and answer at most one question.
 */
export function rowOrigins(): RowOrigins {
  const runs: { readonly row: number; readonly file: string; readonly line: number }[] = [];
  let file = '';
  let lineOfRowZero = Number.NaN;
  return {
    add: (row, position) => {
      if (position.file === file && position.line - row === lineOfRowZero) return;
      file = position.file;
      lineOfRowZero = position.line - row;
      runs.push({ row, file, line: position.line });
    },
    of: (row) => {
      const run = runs.findLast((one) => one.row <= row);
      if (run === undefined) throw new RangeError(`Row ${row} was never added.`);
      return { file: run.file, line: run.line + row - run.row };
    },
  };
}
