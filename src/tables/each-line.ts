import { totalFileBytes } from './file-bytes.ts';
import type { TableOptions } from './read-rows.ts';
import type { RowPosition } from './table-error.ts';
import { readTextLines } from './text-lines.ts';

/** Calls `take` for every line of a file that is not blank; `position` then says which it is. */
export async function eachLine(
  file: string,
  { signal, onProgress }: TableOptions,
  take: (line: string, position: RowPosition) => void,
): Promise<void> {
  const total = await totalFileBytes([file]);
  const position: RowPosition = { file, line: 0 };
  for await (const { firstLine, lines, bytesRead } of readTextLines(file, signal)) {
    for (const [i, line] of lines.entries()) {
      if (line.trim() === '') continue;
      position.line = firstLine + i;
      take(line, position);
    }
    onProgress?.(bytesRead, total);
  }
}
