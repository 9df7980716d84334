import type { ObservationBlock } from './store.ts';

/** One observation, with names in full. */
export interface ObservationRow {
  readonly place: string;
  readonly variable: string;
  readonly origin: string;
  readonly validTime: number;
  readonly knownAt: number;
  /** NaN takes an earlier value back. */
  readonly value: number;
  /** Why it is not trusted; left out where it is. */
  readonly flag?: string | undefined;
}

/** Observations as the columns that a store takes. */
export function observationBlock(rows: readonly ObservationRow[]): ObservationBlock {
  const [places, place] = numbered(rows, (row) => row.place);
  const [variables, variable] = numbered(rows, (row) => row.variable);
  const [origins, origin] = numbered(rows, (row) => row.origin);
  return {
    rows: rows.length,
    places,
    variables,
    origins,
    place,
    variable,
    origin,
    validTime: Float64Array.from(rows, ({ validTime }) => validTime),
    knownAt: Float64Array.from(rows, ({ knownAt }) => knownAt),
    value: Float64Array.from(rows, ({ value }) => value),
    flag: rows.map(({ flag = '' }) => flag),
  };
}

/** The names there are, each once, and for each row the number of its own. */
function numbered(
  rows: readonly ObservationRow[],
  nameOf: (row: ObservationRow) => string,
): readonly [names: readonly string[], numbers: Int32Array] {
  const numbers = new Map<string, number>();
  const own = Int32Array.from(rows, (row) => {
    const name = nameOf(row);
    let number = numbers.get(name);
    if (number === undefined) numbers.set(name, (number = numbers.size));
    return number;
  });
  return [[...numbers.keys()], own];
}

/** One row of a block. */
export function observationRow(block: ObservationBlock, row: number): ObservationRow {
  return {
    place: block.places[block.place[row]],
    variable: block.variables[block.variable[row]],
    origin: block.origins[block.origin[row]],
    validTime: block.validTime[row],
    knownAt: block.knownAt[row],
    value: block.value[row],
    flag: block.flag[row],
  };
}
