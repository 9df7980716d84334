import type { TablePlace } from '../weather/pairs.ts';
import { formatInstant } from '../weather/time.ts';
import { quoted } from './export-line.ts';
import type { TakeText } from './export-selection.ts';

/** Characters that are gathered before they are handed on. */
const PIECE = 1 << 16;

/** A number as the shortest text that reads back as the same double; empty where it is missing. */
export function numberField(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}

/** The fields `place,latitude,longitude,elevation`. */
export function placeFields({ name, latitude, longitude, elevation }: TablePlace): string {
  return `${quoted(name)},${numberField(latitude)},${numberField(longitude)},${numberField(elevation)}`;
}

/** Writes instants; rows often repeat one, which is then not written out again. */
export function instantField(): (time: number) => string {
  let last = Number.NaN;
  let text = '';
  return (time) => {
    if (time !== last) {
      text = formatInstant(time);
      last = time;
    }
    return text;
  };
}

/** Gathers lines and hands them on in pieces. */
export interface LineWriter {
  readonly rows: () => number;
  /** Adds the line of a row. */
  readonly add: (line: string) => void;
  /** Hands on what is gathered, if that is much; to be called every thousand rows or so. */
  readonly pass: () => Promise<void>;
  readonly finish: () => Promise<void>;
}

/** @param header the first line, if any, which is written with the first row: a table without rows is never begun */
export function lineWriter(header: string | undefined, take: TakeText): LineWriter {
  let rows = 0;
  let text = header === undefined ? '' : `${header}\n`;
  const hand = async () => {
    const piece = text;
    text = '';
    await take(piece);
  };
  return {
    rows: () => rows,
    add(line) {
      text += `${line}\n`;
      rows++;
    },
    pass: async () => {
      if (rows > 0 && text.length >= PIECE) await hand();
    },
    finish: async () => {
      if (rows > 0 && text !== '') await hand();
    },
  };
}
