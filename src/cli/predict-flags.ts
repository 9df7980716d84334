import type { ModelFlags } from './model-flags.ts';

/** Flags of `predict`: from tables, from the store, or from the store for a file of places. */
export interface PredictFlags extends ModelFlags {
  readonly asOf?: number;
  readonly leads?: readonly number[];
  readonly levels?: readonly number[];
  readonly event?: readonly string[];
  readonly above?: Readonly<Record<string, readonly number[]>>;
  readonly place?: readonly string[];
  readonly at?: readonly [number, number];
  readonly locations?: string;
  readonly file?: string;
  readonly output?: string;
  readonly variable?: readonly string[];
  readonly until?: number;
}
