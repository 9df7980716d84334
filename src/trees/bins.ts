import { WeatherglassError } from '../errors.ts';
import type { Control } from './control.ts';

/** The most bins that values of one feature are put into; with the bin of missing values they fit into a byte. */
export const mostValueBins = 254;
/** The bin of missing values, in every feature. Values begin at bin 1. */
export const missingBin = 0;
/** Greatest code of a category that is understood. */
const GREATEST_CODE = 65_535;
/** Rows that the thresholds are learned from, at most: each of 254 bins then holds some 250. */
const SAMPLE = 65_536;

/** How the features of a matrix become bins: plain data, kept with what was learned from them. */
export interface Bins {
  /** How many value bins each feature has: its bins are 0 (missing) … this. */
  readonly counts: Uint8Array;
  /** 1 for a feature of categories, 0 for one of numbers. */
  readonly categorical: Uint8Array;
  /** Of a feature of numbers its thresholds, ascending: bin b holds edges[b − 2] < x ≤ edges[b − 1]. */
  readonly edges: readonly Float64Array[];
  /** Of a feature of categories the bin of each code. */
  readonly binOfCode: readonly Uint8Array[];
}

/** Rows in bins. Four features stand side by side: a histogram takes them in one read, and rows of a leaf lie close. */
export interface BinnedRows {
  readonly rows: number;
  readonly features: number;
  /** Bin of feature f in row i: `bins[((f >> 2) * rows + i) * 4 + (f & 3)]`. */
  readonly bins: Uint8Array;
}

/** A matrix, rows x features, row by row. NaN is missing. */
export type Matrix = Float64Array | Float32Array;

export interface BinSettings {
  /** Features that are codes of categories: whole numbers 0 … 65,535. */
  readonly categorical?: readonly number[];
  /** The most value bins of a feature, 2 … 254. */
  readonly most?: number;
}

/**
 * Learns how to bin: thresholds at quantiles of a feature, or between all its values where they are few.
 *
 * A category has a bin of its own, in the order of the codes; of too many the rarest share the last. An infinite value is
 * one like any other. A feature without any value has one value bin, which nothing falls into.
 *
 * @param x rows x features; of many rows, 65,536 evenly spread ones are looked at for numbers, all for categories
 * @throws WeatherglassError Usage for a matrix that is not rows x features, InvalidData for a code that is none.
 */
export function learnBins(
  x: Matrix,
  features: number,
  { categorical = [], most = mostValueBins }: BinSettings,
  control: Control,
): Bins {
  const rows = rowsOf(x, features);
  if (!(most >= 2 && most <= mostValueBins))
    throw new WeatherglassError('Usage', `bins of a feature are 2 to ${mostValueBins}, not ${most}`);
  const counts = new Uint8Array(features);
  const isCategorical = new Uint8Array(features);
  for (const feature of categorical) isCategorical[feature] = 1;
  const edges: Float64Array[] = [];
  const binOfCode: Uint8Array[] = [];
  const sample = new Float64Array(Math.min(rows, SAMPLE));
  for (let feature = 0; feature < features; feature++) {
    control.checkpoint(feature, features);
    const codes = isCategorical[feature] === 1 ? codeBins(x, features, feature, most) : new Uint8Array(0);
    const found =
      isCategorical[feature] === 1 ? new Float64Array(0) : edgesOf(x, features, feature, sample, most);
    binOfCode.push(codes);
    edges.push(found);
    counts[feature] =
      isCategorical[feature] === 1 ? codes.reduce((a, b) => Math.max(a, b), 1) : found.length + 1;
  }
  return { counts, categorical: isCategorical, edges, binOfCode };
}

/**
 * Puts rows into bins, by thresholds that may come from other rows: a category that was not seen there counts as missing.
 *
 * @param x rows x features, in the order of the features that `bins` was learned from
 * @throws WeatherglassError Usage for a matrix that is not rows x features.
 */
export function binRows(bins: Bins, x: Matrix, control: Control): BinnedRows {
  const features = bins.counts.length;
  const rows = rowsOf(x, features);
  const out = new Uint8Array(4 * rows * Math.ceil(features / 4));
  for (let feature = 0; feature < features; feature++) {
    const at = (feature >> 2) * rows * 4 + (feature & 3);
    const padded = new Float64Array(256).fill(Infinity);
    padded.set(bins.edges[feature]);
    for (let from = 0; from < rows; from += SAMPLE) {
      control.checkpoint(feature * rows + from, features * rows);
      const to = Math.min(rows, from + SAMPLE);
      if (bins.categorical[feature] === 1)
        binCodes(x, features, feature, from, to, bins.binOfCode[feature], out, at);
      else binNumbers(x, features, feature, from, to, padded, bins.counts[feature], out, at);
    }
  }
  return { rows, features, bins: out };
}

/** The bin of one feature in one row. */
export function binOf({ rows, bins }: BinnedRows, feature: number, row: number): number {
  return bins[((feature >> 2) * rows + row) * 4 + (feature & 3)];
}

function rowsOf(x: Matrix, features: number): number {
  const rows = x.length / features;
  if (!(features >= 1 && Number.isInteger(rows)))
    throw new WeatherglassError('Usage', `${x.length} numbers are no rows of ${features} features`);
  return rows;
}

function edgesOf(x: Matrix, features: number, feature: number, sample: Float64Array, most: number) {
  const rows = x.length / features;
  let size = 0;
  for (let k = 0; k < sample.length; k++) {
    const value = x[Math.floor((k * rows) / sample.length) * features + feature];
    if (!Number.isNaN(value)) sample[size++] = value;
  }
  const sorted = sample.subarray(0, size).sort();
  let distinct = size === 0 ? 0 : 1;
  for (let k = 1; k < size; k++) if (sorted[k] > sorted[k - 1]) distinct++;
  const edges: number[] = [];
  let start = 0;
  for (let k = 1; k < size; k++) {
    if (!(sorted[k] > sorted[k - 1])) continue;
    // What is left is shared evenly by the bins that are left, so a value with many rows takes no other's room.
    const room = (size - start) / (most - edges.length);
    if (distinct > most && k - start < room) continue;
    edges.push(between(sorted[k - 1], sorted[k]));
    start = k;
    if (edges.length === most - 1) break;
  }
  return Float64Array.from(edges);
}

/** A threshold t with a ≤ t < b. */
function between(a: number, b: number): number {
  const middle = a + (b - a) / 2;
  return middle < b ? middle : a;
}

function codeBins(x: Matrix, features: number, feature: number, most: number): Uint8Array {
  const rows = new Float64Array(GREATEST_CODE + 1);
  let greatest = -1;
  for (let at = feature; at < x.length; at += features) {
    const code = x[at];
    if (Number.isNaN(code)) continue;
    if (!(Number.isInteger(code) && code >= 0 && code <= GREATEST_CODE))
      throw new WeatherglassError(
        'InvalidData',
        `feature ${feature} has categories, the codes of which are whole numbers 0 to ${GREATEST_CODE}, not ${code}`,
      );
    rows[code]++;
    greatest = Math.max(greatest, code);
  }
  const seen = Array.from({ length: greatest + 1 }, (_, code) => code).filter((code) => rows[code] > 0);
  const bins = new Uint8Array(greatest + 1);
  const byRows = seen.toSorted((a, b) => rows[b] - rows[a] || a - b);
  const own = seen.length > most ? byRows.slice(0, most - 1).sort((a, b) => a - b) : seen;
  for (const code of seen) bins[code] = most;
  own.forEach((code, k) => {
    bins[code] = k + 1;
  });
  return bins;
}

function binNumbers(
  x: Matrix,
  features: number,
  feature: number,
  from: number,
  to: number,
  /** Thresholds, filled up with Infinity to 256. */
  edges: Float64Array,
  count: number,
  out: Uint8Array,
  at: number,
): void {
  let half = 1;
  while (half * 2 < count) half *= 2;
  for (let row = from; row < to; row++) {
    const value = x[row * features + feature];
    let bin = 0;
    for (let step = half; step > 0; step >>= 1) if (value > edges[bin + step - 1]) bin += step;
    out[at + 4 * row] = Number.isNaN(value) ? missingBin : bin + 1;
  }
}

function binCodes(
  x: Matrix,
  features: number,
  feature: number,
  from: number,
  to: number,
  binOfCode: Uint8Array,
  out: Uint8Array,
  at: number,
): void {
  for (let row = from; row < to; row++) {
    // Beyond the table, between two codes or NaN: undefined, which is no category that was seen.
    out[at + 4 * row] = binOfCode[x[row * features + feature]] ?? missingBin;
  }
}
