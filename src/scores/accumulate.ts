import { WeatherglassError } from '../errors.ts';

/**
 * What is summed over targets; the one list of fields. A record of sums is as many numbers, in this order.
 *
 * `count` targets · `crps` plain · `crps_fair` · `absolute_error` of the median · `squared_error` of the mean ·
 * `error` = forecast − observation of the mean · `coverage90` share of the PIT in 0.05 … 0.95 · `width90` of the
 * central 90 % interval · `pinball` mean over levels.
 */
export const sumNames = [
  'count',
  'crps',
  'crps_fair',
  'absolute_error',
  'squared_error',
  'error',
  'coverage90',
  'width90',
  'pinball',
] as const;

export type SumName = (typeof sumNames)[number];

/** Numbers in one record of sums. */
export const sumsPerRecord = sumNames.length;

/** What one target (a forecast with its outcome) contributes; one object can be reused for all of them. */
export type TargetScores = Readonly<Record<Exclude<SumName, 'count'>, number>>;

/** Averages over targets, each in the variable's unit except `coverage90` (a share); NaN where there is no target. */
export interface Scores {
  readonly crps: number;
  readonly crps_fair: number;
  /** Of the median. */
  readonly mae: number;
  /** Of the mean. */
  readonly rmse: number;
  /** Forecast − observation, of the mean. */
  readonly bias: number;
  readonly coverage90: number;
  readonly width90: number;
  readonly pinball: number;
  /** How many were averaged. */
  readonly targets: number;
}

/**
 * Sums over no targets, for `records` records one after the other: one per group and date, say.
 *
 * @example
 * const sums = zero(groups * dates); // the record of a group and date: group * dates + date
 */
export function zero(records: number = 1): Float64Array<ArrayBuffer> {
  return new Float64Array(records * sumsPerRecord);
}

/**
 * Adds one target to a record, in place.
 *
 * A missing statistic makes its sum NaN, and only its own: `crps_fair` of a one-member ensemble, for example.
 */
export function addTarget(sums: Float64Array, record: number, target: TargetScores): void {
  const at = record * sumsPerRecord;
  sums[at] += 1;
  for (let k = 1; k < sumsPerRecord; k++) sums[at + k] += target[sumNames[k] as keyof TargetScores];
}

/**
 * Adds the sums of one part (a worker thread's) to those of another, record by record, into the first.
 *
 * In whatever order and grouping parts are added, the result is the same up to rounding; {@link zero} changes nothing.
 *
 * @returns `into`
 * @throws WeatherglassError `Internal` if they are not of the same records
 */
export function plus<Sums extends Float64Array>(into: Sums, part: Float64Array): Sums {
  if (into.length !== part.length) {
    throw new WeatherglassError(
      'Internal',
      `Sums of ${into.length / sumsPerRecord} and of ${part.length / sumsPerRecord} records cannot be added.`,
    );
  }
  for (let i = 0; i < into.length; i++) into[i] += part[i];
  return into;
}

/** One record with the sums of `records` records from `first` on: all dates of a group, say. */
export function totalOf(sums: Float64Array, first: number, records: number): Float64Array<ArrayBuffer> {
  const total = zero();
  for (let record = first; record < first + records; record++) {
    plus(total, recordOf(sums, record));
  }
  return total;
}

/** One record, as a view of `sums`. */
export function recordOf<Buffer extends ArrayBufferLike>(
  sums: Float64Array<Buffer>,
  record: number,
): Float64Array<Buffer> {
  return sums.subarray(record * sumsPerRecord, (record + 1) * sumsPerRecord);
}

/** One field of `records` records from `first` on, as a column: what the bootstrap over dates reads. */
export function columnOf(
  sums: Float64Array,
  name: SumName,
  first: number,
  records: number,
): Float64Array<ArrayBuffer> {
  const field = sumNames.indexOf(name);
  const column = new Float64Array(records);
  for (let i = 0; i < records; i++) column[i] = sums[(first + i) * sumsPerRecord + field];
  return column;
}

/**
 * Turns a record of sums into averages.
 *
 * Each is sum / count; `rmse` is the root of the mean squared error. No target: all NaN, `targets` 0. A sum that is
 * NaN gives a NaN average.
 *
 * @example
 * const sums = zero();
 * addTarget(sums, 0, target);
 * finish(sums).crps; // that target's own
 */
export function finish(sums: Float64Array, record: number = 0): Scores {
  const at = record * sumsPerRecord;
  const count = sums[at];
  const mean = (name: SumName) => sums[at + sumNames.indexOf(name)] / count;
  return {
    crps: mean('crps'),
    crps_fair: mean('crps_fair'),
    mae: mean('absolute_error'),
    rmse: Math.sqrt(mean('squared_error')),
    bias: mean('error'),
    coverage90: mean('coverage90'),
    width90: mean('width90'),
    pinball: mean('pinball'),
    targets: count,
  };
}
