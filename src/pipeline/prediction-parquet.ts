import type { SchemaElement } from 'hyparquet';
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer';
import type { BatchRows } from './batch-chunk.ts';
import type { PredictedBlock } from './predict-many.ts';
import { type OpenPredictionTable, quantileColumn } from './prediction-table.ts';

/** One row group a block, so that nothing but the list of groups is held until the end. */
export const predictionParquet: OpenPredictionTable = ({ found, levels }, take) => {
  const bytes = new ByteWriter(1 << 20);
  const names = levels.map(quantileColumn);
  const file = new ParquetWriter({ writer: bytes, schema: schemaOf(names), createdBy: 'weatherglass' });
  let rows = 0;
  /** Hands on what was written; the writer goes on in the same room. */
  const hand = async () => {
    const piece = bytes.getBytes().slice();
    bytes.index = 0;
    await take(piece);
  };
  return {
    rows: () => rows,
    async add(block) {
      const { predicted } = block;
      const total = predicted.reduce((sum, { rows }) => sum + rows.rows, 0);
      if (total === 0) return;
      const tails = new Map<BatchRows, RowTails>();
      for (const { rows } of predicted) if (!tails.has(rows)) tails.set(rows, rowTails(rows));
      const ofPlace = <T>(value: (index: number) => T): T[] =>
        predicted.flatMap(({ index, rows }) => new Array<T>(rows.rows).fill(value(index)));
      const ofRow = <Key extends keyof RowTails>(key: Key) =>
        predicted.flatMap<RowTails[Key][number]>(({ rows }) => tails.get(rows)![key]);
      const known = (value: number) => (Number.isNaN(value) ? null : value);
      const columns: Readonly<Record<string, ColumnSource['data']>> = {
        place: ofPlace((index) => found[index].name),
        latitude: ofPlace((index) => known(found[index].latitude)),
        longitude: ofPlace((index) => known(found[index].longitude)),
        distance_km: ofPlace((index) => found[index].distanceKm),
        variable: ofRow('variable'),
        unit: ofRow('unit'),
        valid_time: ofRow('validTime'),
        run_time: ofRow('runTime'),
      };
      await file.write({
        rowGroupSize: total,
        columnData: [
          ...Object.entries(columns).map(([name, data]) => ({ name, data, offsetIndex: false })),
          // Hardly two quantiles are equal: neither a dictionary nor compression would make them smaller.
          ...names.map((name, level) => ({
            name,
            data: quantilesAt(block, level, total),
            encoding: 'PLAIN' as const,
            codec: 'UNCOMPRESSED' as const,
            statistics: false,
            offsetIndex: false,
          })),
        ],
      });
      rows += total;
      await hand();
    },
    async finish() {
      await file.finish();
      await hand();
    },
  };
};

/** What the rows of places have in common. */
interface RowTails {
  readonly variable: readonly string[];
  readonly unit: readonly string[];
  readonly validTime: readonly bigint[];
  readonly runTime: readonly bigint[];
}

function rowTails({ variables }: BatchRows): RowTails {
  const texts = (of: (variable: BatchRows['variables'][number]) => string) =>
    variables.flatMap((one) => new Array<string>(one.validTimes.length).fill(of(one)));
  const times = (of: (variable: BatchRows['variables'][number]) => Float64Array) =>
    variables.flatMap((one) => Array.from(of(one), BigInt));
  return {
    variable: texts(({ name }) => name),
    unit: texts(({ unit }) => unit),
    validTime: times(({ validTimes }) => validTimes),
    runTime: times(({ runTimes }) => runTimes),
  };
}

/** Quantiles of one level in all rows of a block, null where there is none. */
function quantilesAt(
  { predicted, quantiles, levels }: PredictedBlock,
  level: number,
  total: number,
): Float32Array | (number | null)[] {
  const column = new Float32Array(total);
  let row = 0;
  let missing = false;
  for (const { rows, at } of predicted)
    for (let k = 0; k < rows.rows; k++) {
      const value = quantiles[at + k * levels.length + level];
      missing ||= !Number.isFinite(value);
      column[row++] = value;
    }
  return missing ? Array.from(column, (value) => (Number.isFinite(value) ? value : null)) : column;
}

function schemaOf(names: readonly string[]): SchemaElement[] {
  const text: Partial<SchemaElement> = {
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
  };
  const instant: Partial<SchemaElement> = {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  };
  const columns: readonly SchemaElement[] = [
    { name: 'place', repetition_type: 'REQUIRED', ...text },
    { name: 'latitude', repetition_type: 'OPTIONAL', type: 'DOUBLE' },
    { name: 'longitude', repetition_type: 'OPTIONAL', type: 'DOUBLE' },
    { name: 'distance_km', repetition_type: 'REQUIRED', type: 'DOUBLE' },
    { name: 'variable', repetition_type: 'REQUIRED', ...text },
    { name: 'unit', repetition_type: 'REQUIRED', ...text },
    { name: 'valid_time', repetition_type: 'REQUIRED', ...instant },
    { name: 'run_time', repetition_type: 'REQUIRED', ...instant },
    ...names.map((name): SchemaElement => ({ name, repetition_type: 'OPTIONAL', type: 'FLOAT' })),
  ];
  return [{ name: 'root', num_children: columns.length }, ...columns];
}
