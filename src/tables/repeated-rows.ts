import { visitDuplicates } from './duplicate-rows.ts';
import type { RowOrigins } from './row-origins.ts';
import { tableError } from './table-error.ts';

/** One column of a table being read, or several side by side, stored row by row. */
export interface StoredColumn<T = Int32Array | Float32Array | Float64Array> {
  readonly names: readonly string[];
  /** rows x names */
  readonly values: T;
}

/**
 * Leaves out rows that say again what an earlier row said, closes the gaps in place, and answers how many rows stay.
 *
 * @throws WeatherglassError InvalidData when two rows have the same keys and another value somewhere, naming both.
 */
export function leaveOutRepeats(
  rows: number,
  keys: readonly StoredColumn<Int32Array | Float64Array>[],
  others: readonly StoredColumn[],
  origins: RowOrigins,
): number {
  // Most tables have no repeats and need no marks.
  let left: Uint8Array | undefined;
  const keyValues = keys.map((key) => key.values);
  visitDuplicates(rows, keyValues, (first, again) => {
    const column = differingColumn(others, first, again);
    if (column !== undefined) throw contradiction(first, again, column);
    left ??= new Uint8Array(rows);
    left[again] = 1;
  });
  if (left === undefined) return rows;
  for (const { values, names } of [...keys, ...others]) closeGaps(values, names.length, left);
  return rows - left.reduce((sum, one) => sum + one, 0);

  function contradiction(first: number, again: number, column: string): Error {
    const one = origins.of(first);
    const other = origins.of(again);
    const where = one.file === other.file ? `line ${one.line}` : `${one.file}, line ${one.line}`;
    const same = keys.flatMap((key) => key.names).join(', ');
    return tableError(
      { ...other, column },
      `differs from ${where}, which has the same ${same}; keep one of the rows.`,
    );
  }
}

function differingColumn(columns: readonly StoredColumn[], a: number, b: number): string | undefined {
  for (const { names, values } of columns) {
    const width = names.length;
    for (let i = 0; i < width; i++) {
      const one = values[a * width + i];
      const other = values[b * width + i];
      const same = one === other || (Number.isNaN(one) && Number.isNaN(other));
      if (!same) return names[i];
    }
  }
  return undefined;
}

/** Moves the rows that stay to the front, in their order; `left` holds a 1 for each row that goes. */
function closeGaps(values: StoredColumn['values'], width: number, left: Uint8Array): void {
  let to = 0;
  for (let from = 0; from < left.length; from++) {
    if (left[from] === 1) continue;
    if (to < from) values.copyWithin(to * width, from * width, (from + 1) * width);
    to++;
  }
}
