import type { Variable } from './variable.ts';

/** A place as a table names it. Coordinates are NaN where the table gives none. */
export interface TablePlace {
  readonly name: string;
  /** Degrees north. */
  readonly latitude: number;
  /** Degrees east. */
  readonly longitude: number;
  /** Metres above sea level. */
  readonly elevation: number;
}

/**
 * Forecasts beside their outcomes, as columns; every column has one entry a row.
 *
 * Times are epoch milliseconds. Values are in the variable's own unit. A missing value is NaN. The columns are
 * backed by SharedArrayBuffers, so that threads can read them without copies.
 */
export interface Pairs {
  readonly rows: number;
  readonly places: readonly TablePlace[];
  readonly variables: readonly Variable[];
  /** Names of the forecast columns: first `member_*`, then `model_*`, then `x_*`. */
  readonly columns: readonly string[];
  readonly members: number;
  readonly models: number;
  readonly predictors: number;
  /** Index into `places`. */
  readonly place: Int32Array;
  /** Index into `variables`. */
  readonly variable: Int32Array;
  readonly initTime: Float64Array;
  readonly validTime: Float64Array;
  /** Hours ahead as the table counts them; `validTime - initTime` unless the table means something rounder. */
  readonly lead: Float32Array;
  /** When the forecast could be used. */
  readonly availableTime: Float64Array;
  /** When the outcome became known. */
  readonly outcomeKnownTime: Float64Array;
  /** rows x columns, row by row. */
  readonly forecasts: Float64Array;
  readonly observation: Float64Array;
}

/** What was seen at places, as columns; conventions as in {@link Pairs}. */
export interface Observations {
  readonly rows: number;
  readonly places: readonly TablePlace[];
  readonly variables: readonly Variable[];
  readonly place: Int32Array;
  readonly variable: Int32Array;
  readonly validTime: Float64Array;
  readonly knownTime: Float64Array;
  readonly value: Float64Array;
}
