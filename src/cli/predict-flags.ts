import type { ModelFlags } from './model-flags.ts';

/** Flags of `predict`: from tables, or from the store. */
export interface PredictFlags extends ModelFlags {
  readonly asOf?: number;
  readonly leads?: readonly number[];
  readonly levels?: readonly number[];
  readonly above?: Readonly<Record<string, readonly number[]>>;
  readonly place?: readonly string[];
  readonly at?: readonly [number, number];
  readonly locations?: string;
  readonly variable?: readonly string[];
  readonly until?: number;
}
