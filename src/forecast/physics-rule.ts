import type { Location } from '../weather/location.ts';
import type { Variable } from '../weather/variable.ts';

/** Quantiles, or members, of a variable at some times: rows of numbers that stand one after the other in an array. */
export interface RowSeries {
  readonly variable: Variable;
  /** The first of its rows. */
  readonly first: number;
  /** Row by row, epoch milliseconds; NaN where unknown. */
  readonly validTimes: ArrayLike<number>;
  /** Row by row: rows of two variables with the same key are of the same weather. */
  readonly keys: ArrayLike<number | string>;
}

/** What a rule changed. */
export interface Changed {
  /** Rows: values that are predicted. */
  readonly values: number;
  /** Numbers of them. */
  readonly quantiles: number;
}

/** What each rule changed, by its name; a rule that changed nothing is left out. */
export type PhysicsChanges = Readonly<Partial<Record<string, Changed>>>;

/** Makes rows obey a rule, in place. */
export type Obey = (
  values: Float32Array | Float64Array,
  /** Where row 0 begins. */
  at: number,
  /** Where a row is predicted for. */
  placeOf: (row: number) => Location,
) => Changed;

/**
 * A law of nature that quantiles learned apart may break.
 *
 * Rows ascend before and after; a number that is missing (NaN) stays so, and changes no other. What obeys stays as it is.
 */
export interface PhysicsRule {
  readonly name: string;
  /** The variables that it looks at, and those that give way, in words. */
  readonly reads: string;
  readonly changes: string;
  readonly why: string;
  /**
   * Works out which rows are touched; undefined where none can be.
   *
   * @param levels of the quantiles of a row; none where a row is one number of one member
   */
  readonly prepare: (series: readonly RowSeries[], levels: Float64Array | undefined) => Obey | undefined;
}

/**
 * Brings a row into an interval, in place; a NaN bounds nothing.
 *
 * Where the outcome lies in the interval this never raises the CRPS: of each quantile that moves, the pinball loss falls.
 *
 * @returns how many numbers changed, in the precision of the array
 */
export function clipRow(
  values: Float32Array | Float64Array,
  from: number,
  width: number,
  least: number,
  most: number,
): number {
  // Of what ascends the ends say whether anything is outside.
  if (!(values[from] < least || values[from + width - 1] > most)) return 0;
  let changed = 0;
  for (let k = from; k < from + width; k++) {
    const before = values[k];
    if (before < least) values[k] = least;
    else if (before > most) values[k] = most;
    else continue;
    // A bound rounded to single precision may be what was there.
    if (values[k] !== before) changed++;
  }
  return changed;
}

/** Rows of two series that are of the same weather: number by number, one of each. */
export function rowsTogether(one: RowSeries, other: RowSeries): readonly [Int32Array, Int32Array] {
  const rows = new Map<number | string, number>();
  for (let i = 0; i < other.keys.length; i++) rows.set(other.keys[i], other.first + i);
  const found: [number, number][] = [];
  for (let i = 0; i < one.keys.length; i++) {
    const row = rows.get(one.keys[i]);
    if (row !== undefined) found.push([one.first + i, row]);
  }
  return [Int32Array.from(found, ([row]) => row), Int32Array.from(found, ([, row]) => row)];
}

/** A name without the statistic of a day or of some hours, and that: `temperature_2m_max` is `temperature_2m` and `_max`. */
export function statisticOf(name: string): { readonly base: string; readonly ending: string } {
  const ending = /_(?:sum|mean|max|min)(?:_\d+h)?$/.exec(name)?.[0] ?? '';
  return { base: name.slice(0, name.length - ending.length), ending };
}
