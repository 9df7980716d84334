import { msPerHour } from '../weather/time.ts';
import { quoted, tableError } from './table-error.ts';

/** A line of a bulletin and where it stands. */
export interface MosLine {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** A column of a bulletin. */
export interface MosColumn {
  /** Hours from the issue. */
  readonly lead: number;
  /** Position after its last character: numbers stand flush right, three characters wide, and may touch. */
  readonly end: number;
}

const WIDTH = 3;

/** The first word of a line, such as `TMP`. */
export function firstWord({ text }: MosLine): string {
  return /^\s*(\S+)/.exec(text)?.[1] ?? '';
}

/**
 * The columns of a bulletin, by its line of hours ahead (`FHR`), else that of hours of the day (`HR`, `UTC`), which go on
 * from the issue, each the next time that it is so late. Climatology to the right of them is in no column.
 *
 * @throws WeatherglassError InvalidData for a bulletin without hours, hours that do not ascend, and hours of the day that
 *   contradict the hours ahead.
 */
export function mosColumns(
  lines: readonly MosLine[],
  issuedAt: number,
  file: string,
  header: MosLine,
): MosColumn[] {
  const ahead = lines.find((line) => firstWord(line) === 'FHR');
  const ofDay = lines.find((line) => ['HR', 'UTC'].includes(firstWord(line)));
  const hours = ahead ?? ofDay;
  if (hours === undefined)
    throw tableError({ file, line: header.number }, 'the bulletin has no line of hours, FHR, HR or UTC.');
  const at = { file, line: hours.number };
  const issueHour = (issuedAt / msPerHour) % 24;

  const columns: MosColumn[] = [];
  for (const { 0: digits, index } of hours.text.matchAll(/\d+/g)) {
    const before = columns.at(-1)?.lead ?? 0;
    const hour = Number(digits);
    const lead = ahead === undefined ? before + 1 + modulo24(hour - issueHour - before - 1) : hour;
    if (!(lead > before) || (ahead === undefined && hour > 23))
      throw tableError(at, `the hours must ascend from the issue; ${quoted(digits)} does not.`);
    columns.push({ lead, end: index + digits.length });
  }
  if (columns.length === 0) throw tableError(at, 'the line has no hours.');
  if (ahead !== undefined && ofDay !== undefined)
    for (const column of columns) {
      const hour = cellOf(ofDay, column);
      if (hour === '' || Number(hour) !== modulo24(issueHour + column.lead))
        throw tableError(
          { file, line: ofDay.number },
          `the hour of the day must be ${modulo24(issueHour + column.lead)} at ${column.lead} hours ahead, not ${quoted(hour)}.`,
        );
    }
  return columns;
}

function modulo24(hours: number): number {
  return ((hours % 24) + 24) % 24;
}

/**
 * The number of a line in a column; NaN where it is blank or one of those that stand for a missing value.
 *
 * @throws WeatherglassError InvalidData for anything but a whole number.
 */
export function mosNumber(
  line: MosLine,
  column: MosColumn,
  missing: readonly number[],
  file: string,
): number {
  const cell = cellOf(line, column);
  if (cell === '') return Number.NaN;
  if (!/^-?\d+$/.test(cell))
    throw tableError(
      { file, line: line.number },
      `${firstWord(line)} at ${column.lead} hours ahead must be a whole number, not ${quoted(cell)}.`,
    );
  const value = Number(cell);
  return missing.includes(value) ? Number.NaN : value;
}

function cellOf({ text }: MosLine, { end }: MosColumn): string {
  return text.slice(Math.max(0, end - WIDTH), end).trim();
}
