import type { TablePlace } from '../weather/pairs.ts';
import type { Variable } from '../weather/variable.ts';

/** What one place has observed of one variable. */
export interface ObservedSeries {
  readonly place: TablePlace;
  /** Epoch milliseconds, ascending. */
  readonly times: Float64Array;
  /** In the variable's unit; NaN for none. */
  readonly values: Float64Array;
  /** For each value why it is not trusted; '' where it is sound. */
  readonly flags: readonly string[];
}

/** A neighbour's sound values at the times of another series. */
export interface AlignedNeighbour {
  readonly distanceKm: number;
  /** Own elevation minus the neighbour's, in metres; NaN where either is unknown. */
  readonly higher: number;
  /** One for each time of the series: the neighbour's latest sound value at or before it, NaN where that is too old. */
  readonly values: Float64Array;
}

/** A series as its checks see it: `flags` are filled in while they go. */
export interface CheckedSeries extends ObservedSeries {
  readonly variable: Variable;
  /** The nearest places' values at the times of this series, nearest first. */
  readonly neighbours: readonly AlignedNeighbour[];
}

/**
 * A check of one series, walking along it.
 *
 * For every index from the first to the last it is first asked to judge, then to learn. Judging reads values at and
 * before that index, and flags before it; nothing later.
 */
export interface Inspector {
  /** Why the value is not to be trusted, or ''. Never asked of a NaN. */
  readonly judge: (at: number) => string;
  /** Takes in the value, now that its flag is known. */
  readonly learn: (at: number) => void;
}

/** One way of doubting observations: one file each. */
export interface Check {
  /** The first word of its flags. */
  readonly name: string;
  /** Its inspector of this series; undefined where the variable gives it nothing to do. */
  readonly open: (series: CheckedSeries) => Inspector | undefined;
}

export function learnsNothing(): void {}

/** A value as flags show it: `468.66 m/s`, with no more than two decimals. */
export function shown(value: number, unit: string): string {
  return `${Number(value.toFixed(2))} ${unit}`;
}

/** Whether a value may be learned from. */
export function isSound({ values, flags }: CheckedSeries, at: number): boolean {
  return flags[at] === '' && !Number.isNaN(values[at]);
}
