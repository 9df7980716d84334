import type { FoundPlace } from './find-place.ts';
import type { PredictedBlock } from './predict-many.ts';

/** Columns before those of the quantiles. */
export const predictionColumns = [
  'place',
  'latitude',
  'longitude',
  'distance_km',
  'variable',
  'unit',
  'valid_time',
  'run_time',
] as const;

/** Takes a file piece by piece; the next piece is made when it has been taken. A piece is not changed afterwards. */
export type TakePiece = (piece: string | Uint8Array) => Promise<void>;

/** What a table of predictions is of. */
export interface TableOf {
  /** The place that answers, by the index that {@link PredictedBlock} has. */
  readonly found: readonly FoundPlace[];
  readonly levels: readonly number[];
}

/** Writes blocks of predictions as a table in one of the formats. */
export interface PredictionTable {
  /** Rows so far. */
  readonly rows: () => number;
  readonly add: (block: PredictedBlock) => Promise<void>;
  readonly finish: () => Promise<void>;
}

export type OpenPredictionTable = (of: TableOf, take: TakePiece) => PredictionTable;

/** `q10` for 0.1, `q2.5` for 0.025. */
export function quantileColumn(level: number): string {
  // 100 · 0.07 is not quite 7.
  return `q${Number((100 * level).toPrecision(15))}`;
}
