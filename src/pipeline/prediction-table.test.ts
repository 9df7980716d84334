import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, it } from 'vitest';
import type { FoundPlace } from './find-place.ts';
import type { PredictedBlock } from './predict-many.ts';
import { predictionFormat } from './prediction-formats.ts';
import { quantileText } from './prediction-lines.ts';
import { quantileColumn } from './prediction-table.ts';

/** The same blocks in all formats: two in one, one in the next. */

const noon = Date.UTC(2024, 0, 31, 12);
const hour = 3_600_000;
const found: readonly FoundPlace[] = [
  { name: 'Hill, "upper"', latitude: 47.5, longitude: -8.25, distanceKm: 1.234 },
  { name: 'nobody knows', latitude: Number.NaN, longitude: Number.NaN, distanceKm: 0 },
  { name: 'Ålesund', latitude: 62.47, longitude: 6.15, distanceKm: 0 },
];
const both = {
  rows: 3,
  variables: [
    {
      name: 'temperature_2m',
      unit: '°C',
      validTimes: Float64Array.of(noon, noon + hour),
      runTimes: Float64Array.of(noon - 6 * hour, noon),
    },
    {
      name: 'my_rain',
      unit: 'mm, "wet"',
      validTimes: Float64Array.of(noon),
      runTimes: Float64Array.of(noon - hour),
    },
  ],
};
const one = { rows: 1, variables: [both.variables[1]] };
const levels = [0.025, 0.5];
const nan = Number.NaN;
const blocks: readonly PredictedBlock[] = [
  {
    // The room is larger than what is in it, and places need not stand in order.
    predicted: [
      { index: 0, rows: both, at: 2 },
      { index: 1, rows: one, at: 0 },
    ],
    quantiles: Float32Array.of(0.1, 3.4, -1.5, 20.25, nan, nan, 1013.2512, 101_325.25, 9, 9),
    levels,
  },
  { predicted: [], quantiles: new Float32Array(4), levels },
  { predicted: [{ index: 2, rows: one, at: 0 }], quantiles: Float32Array.of(-0, 1e-7), levels },
];

async function written(file: string) {
  const pieces: (string | Uint8Array)[] = [];
  const table = (await predictionFormat(file))({ found, levels }, async (piece) => void pieces.push(piece));
  for (const block of blocks) await table.add(block);
  await table.finish();
  expect(table.rows()).toBe(5);
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
}

it('as CSV', async () => {
  const text = `\
place,latitude,longitude,distance_km,variable,unit,valid_time,run_time,q2.5,q50
"Hill, ""upper""",47.5,-8.25,1.234,temperature_2m,°C,2024-01-31T12:00Z,2024-01-31T06:00Z,-1.5,20.25
"Hill, ""upper""",47.5,-8.25,1.234,temperature_2m,°C,2024-01-31T13:00Z,2024-01-31T12:00Z,,
"Hill, ""upper""",47.5,-8.25,1.234,my_rain,"mm, ""wet""",2024-01-31T12:00Z,2024-01-31T11:00Z,1013.25,101325
nobody knows,,,0,my_rain,"mm, ""wet""",2024-01-31T12:00Z,2024-01-31T11:00Z,0.1,3.4
Ålesund,62.47,6.15,0,my_rain,"mm, ""wet""",2024-01-31T12:00Z,2024-01-31T11:00Z,0,1e-7
`;
  expect((await written('x.csv')).toString()).toBe(text);
  expect((await written('x.csv.gz')).toString()).toBe(text);
});

const rain = {
  distance_km: 0,
  variable: 'my_rain',
  unit: 'mm, "wet"',
  valid_time: '2024-01-31T12:00Z',
  run_time: '2024-01-31T11:00Z',
};
const hill = { place: 'Hill, "upper"', latitude: 47.5, longitude: -8.25, distance_km: 1.234 };
const warmth = { variable: 'temperature_2m', unit: '°C' };

it('as NDJSON', async () => {
  const text = (await written('x.ndjson')).toString();
  expect(text).toMatch(/^(\{[^\n]+\}\n){5}$/);
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      ...hill,
      ...warmth,
      valid_time: '2024-01-31T12:00Z',
      run_time: '2024-01-31T06:00Z',
      'q2.5': -1.5,
      q50: 20.25,
    },
    {
      ...hill,
      ...warmth,
      valid_time: '2024-01-31T13:00Z',
      run_time: '2024-01-31T12:00Z',
      'q2.5': null,
      q50: null,
    },
    { ...hill, ...rain, distance_km: 1.234, 'q2.5': 1013.25, q50: 101325 },
    { place: 'nobody knows', latitude: null, longitude: null, ...rain, 'q2.5': 0.1, q50: 3.4 },
    { place: 'Ålesund', latitude: 62.47, longitude: 6.15, ...rain, 'q2.5': 0, q50: 1e-7 },
  ]);
});

it('as Parquet: a row group for each block that has rows, UTC, nulls where there is nothing', async () => {
  const { buffer, byteOffset, byteLength } = await written('x.parquet');
  const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  const at = (hours: number) => new Date(noon + hours * hour);
  const wet = { ...rain, valid_time: at(0), run_time: at(-1) };
  const single = (value: number) => Math.fround(value);
  expect(rows).toEqual([
    { ...hill, ...warmth, valid_time: at(0), run_time: at(-6), 'q2.5': -1.5, q50: 20.25 },
    { ...hill, ...warmth, valid_time: at(1), run_time: at(0), 'q2.5': null, q50: null },
    { ...hill, ...wet, distance_km: 1.234, 'q2.5': single(1013.2512), q50: 101_325.25 },
    { place: 'nobody knows', latitude: null, longitude: null, ...wet, 'q2.5': single(0.1), q50: single(3.4) },
    { place: 'Ålesund', latitude: 62.47, longitude: 6.15, ...wet, 'q2.5': -0, q50: single(1e-7) },
  ]);
  const { schema, row_groups, num_rows, created_by } = parquetMetadata(file);
  expect([num_rows, row_groups.map(({ num_rows }) => num_rows), created_by]).toEqual([
    5n,
    [4n, 1n],
    'weatherglass',
  ]);
  const utc = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' };
  expect(
    schema
      .slice(1)
      .map(({ name, type, logical_type, repetition_type }) => [
        name,
        type,
        logical_type?.type === 'TIMESTAMP' ? logical_type : logical_type?.type,
        repetition_type,
      ]),
  ).toEqual([
    ['place', 'BYTE_ARRAY', 'STRING', 'REQUIRED'],
    ['latitude', 'DOUBLE', undefined, 'OPTIONAL'],
    ['longitude', 'DOUBLE', undefined, 'OPTIONAL'],
    ['distance_km', 'DOUBLE', undefined, 'REQUIRED'],
    ['variable', 'BYTE_ARRAY', 'STRING', 'REQUIRED'],
    ['unit', 'BYTE_ARRAY', 'STRING', 'REQUIRED'],
    ['valid_time', 'INT64', utc, 'REQUIRED'],
    ['run_time', 'INT64', utc, 'REQUIRED'],
    ['q2.5', 'FLOAT', undefined, 'OPTIONAL'],
    ['q50', 'FLOAT', undefined, 'OPTIONAL'],
  ]);
});

it('hands a block on before it takes the next, and waits until it was taken', async () => {
  for (const file of ['x.csv', 'x.ndjson', 'x.parquet']) {
    let taken: (() => void) | undefined;
    const table = (await predictionFormat(file))(
      { found, levels },
      () => new Promise((resolve) => (taken = resolve)),
    );
    // More than the pieces that text is handed on in.
    const block = { ...blocks[0], predicted: Array.from({ length: 500 }, () => blocks[0].predicted[0]) };
    let added = false;
    const adding = table.add(block).then(() => (added = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([taken !== undefined, added]).toEqual([true, false]);
    while (!added) {
      taken?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await adding;
  }
});

it('columns of quantiles are named by their percentage', () => {
  expect([0.1, 0.07, 0.55, 0.29, 0.025, 0.001, 0.999].map(quantileColumn)).toEqual([
    'q10',
    'q7',
    'q55',
    'q29',
    'q2.5',
    'q0.1',
    'q99.9',
  ]);
});

it.each([
  [3.4, '3.4'],
  [-3.4, '-3.4'],
  [9.999996, '10'],
  [12.345678, '12.3457'],
  [-123.45678, '-123.457'],
  [999.9996, '1000'],
  [1013.2512, '1013.25'],
  [101_325.25, '101325'],
  [0.123456789, '0.123457'],
  [-1e-7, '-1e-7'],
  [0, '0'],
  [-0, '0'],
  [Number.NaN, ''],
])('%f is printed as %j, with the six digits that single precision has', (value, text) => {
  expect(quantileText(Math.fround(value))).toBe(text);
});

it('an unknown ending is refused with those that are known', async () => {
  for (const file of ['x.txt', 'x.parquet.gz', 'csv', ''])
    await expect(predictionFormat(file)).rejects.toThrow(
      /let it end in \.csv, \.csv\.gz, \.ndjson, \.ndjson\.gz or \.parquet/,
    );
});
