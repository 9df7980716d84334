import { parseInstant } from '../weather/time.ts';
import { firstWord, type MosColumn, type MosLine, mosColumns, mosNumber } from './mos-columns.ts';
import { type MosElement, type MosKind, mosKinds } from './mos-kinds.ts';
import { located, quoted, tableError } from './table-error.ts';

/** Forecasts of one variable in a bulletin. */
export interface MosSeries {
  readonly variable: string;
  /** Hours from the issue to the end of the period, ascending. */
  readonly leads: readonly number[];
  /** Leads x columns of the kind, in the variable's own unit; NaN where missing. */
  readonly values: Float64Array;
}

/** What a bulletin says of one station. */
export interface MosBulletin {
  readonly kind: MosKind;
  /** As the bulletin names it, such as `KJFK`. */
  readonly station: string;
  /** The cycle of the model, epoch milliseconds. */
  readonly issuedAt: number;
  readonly series: readonly MosSeries[];
  /** Line of its heading, counted from 1. */
  readonly line: number;
}

/** Such as `KJFK   GFS MOS GUIDANCE    5/18/2020  0000 UTC`. */
const heading =
  /^\s*(?<station>[A-Z0-9]+)\s+(?<product>[A-Z].*?)\s+GUIDANCE\s+(?<month>\d\d?)\/(?<day>\d\d?)\/(?<year>\d{4})\s+(?<hour>\d\d)(?<minute>\d\d)\s*UTC/;

/** Whether a line is the heading of a bulletin. */
export function isMosHeading(text: string): boolean {
  return heading.test(text);
}

/**
 * The bulletins in a text, in their order: each begins with its heading and ends with a blank line, the next heading or the
 * text. What stands between them, such as the heading of a transmission, is passed over, and so are lines that no variable
 * is made of; a variable without any value is left out.
 *
 * @param file for messages
 * @throws WeatherglassError InvalidData naming file and line: a text without bulletins, a kind that is not read, a date
 *   that does not exist, hours that are not understood, a value that is no whole number.
 *
 * Source: vlab.noaa.gov/web/mdl.
 */
export function readMosBulletins(text: string, file: string): MosBulletin[] {
  const bulletins: MosBulletin[] = [];
  let open: { readonly header: MosLine; readonly lines: MosLine[] } | undefined;
  const close = () => {
    if (open !== undefined) bulletins.push(bulletinOf(open.header, open.lines, file));
    open = undefined;
  };
  text.split(/\r?\n/).forEach((content, index) => {
    const line = { text: content, number: index + 1 };
    if (isMosHeading(content)) {
      close();
      open = { header: line, lines: [] };
    } else if (content.trim() === '') close();
    else open?.lines.push(line);
  });
  close();
  if (bulletins.length === 0)
    throw tableError(
      { file },
      'there is no bulletin; one begins like "KJFK   GFS MOS GUIDANCE    5/18/2020  0000 UTC".',
    );
  return bulletins;
}

function bulletinOf(header: MosLine, lines: readonly MosLine[], file: string): MosBulletin {
  const { station, product, month, day, year, hour, minute } = heading.exec(header.text)!.groups!;
  const position = { file, line: header.number };
  const kind = kindOf(product);
  if (kind === undefined)
    throw tableError(
      position,
      `${quoted(product)} is not read; the bulletins that are: ${mosKinds.map(({ name }) => name).join(', ')}.`,
    );
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const issuedAt = located(position, () => parseInstant(`${date}T${hour}:${minute}Z`));
  if (minute !== '00') throw tableError(position, `the cycle must be a whole hour, not ${hour}${minute}.`);
  const columns = mosColumns(lines, issuedAt, file, header);
  const series = kind.elements
    .map((element) => seriesOf(element, kind, lines, columns, file))
    .filter(({ values }) => !values.every((value) => Number.isNaN(value)));
  return { kind, station, issuedAt, series, line: header.number };
}

function kindOf(product: string): MosKind | undefined {
  const blend = /^NBM V\d+(?:\.\d+)* (NB[A-Z])$/.exec(product)?.[1];
  const name = product === 'GFS MOS' ? 'MAV' : product === 'GFSX MOS' ? 'MEX' : blend;
  return mosKinds.find((kind) => kind.name === name);
}

function seriesOf(
  { line, variable, convert, spread, missing }: MosElement,
  { columns: names }: MosKind,
  lines: readonly MosLine[],
  columns: readonly MosColumn[],
  file: string,
): MosSeries {
  const values = new Float64Array(columns.length * names.length).fill(Number.NaN);
  const fill = (wanted: string, offset: number, toUnit: (value: number) => number) => {
    const found = lines.find((one) => firstWord(one) === wanted);
    if (found === undefined) return;
    columns.forEach((column, step) => {
      values[step * names.length + offset] = toUnit(mosNumber(found, column, missing, file));
    });
  };
  fill(line, 0, convert);
  if (spread !== undefined) fill(spread.line, 1, spread.convert);
  return { variable, leads: columns.map(({ lead }) => lead), values };
}
