import { WeatherglassError } from '../errors.ts';
import type { BinnedRows } from './bins.ts';

/** Entries of a histogram for each feature: one a bin. */
export const binsOfFeature = 256;

/** Rows that one histogram can count: beyond, too few bits are left for the gradients. */
const MOST_ROWS = 2 ** 24;

/**
 * How a row's count and gradient travel in one double: a row adds `unit` + q, q its gradient · `scale`, rounded.
 *
 * All are whole numbers and no sum reaches 2⁵³, so sums are exact: the same in any order, and what is left after a
 * subtraction is what a sum would have given. A bin costs one addition instead of two.
 */
export interface Packing {
  readonly unit: number;
  readonly scale: number;
}

/**
 * Packs the gradients of some rows, each rounded to a part of their mean size: with 300,000 rows to a 14,000th, with a million to a
 * 2,000th, with 16 million to a seventh. Shi et al. 2022 (arXiv 2207.09682) train with 2 to 5 bits.
 *
 * @param rows which rows; the others' entries of `packed` are left alone
 * @param gradient by row
 * @throws WeatherglassError CannotFit for a gradient that is no number, Usage for more than 16 million rows.
 */
export function packGradients(rows: Int32Array, gradient: Float64Array, packed: Float64Array): Packing {
  if (rows.length > MOST_ROWS)
    throw new WeatherglassError('Usage', `trees learn from at most ${MOST_ROWS} rows, not ${rows.length}`);
  let total = 0;
  for (let i = 0; i < rows.length; i++) total += Math.abs(gradient[rows[i]]);
  if (!Number.isFinite(total))
    throw new WeatherglassError('CannotFit', 'a row has an outcome, a start or a weight that is no number');
  const unit = 2 ** (52 - Math.ceil(Math.log2(rows.length + 1)));
  const scale = total > 0 ? (unit / 2 - rows.length) / total : 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    packed[row] = unit + Math.floor(gradient[row] * scale + 0.5);
  }
  return { unit, scale };
}

/** Views of bins and histograms, four features each, so that nothing is allocated where histograms are filled. */
export interface FeatureGroups {
  /** By group the four bins of each row in one word. */
  readonly words: readonly Int32Array[];
  /** The same as bytes. */
  readonly bytes: readonly Uint8Array[];
}

export function featureGroups({ rows, bins }: BinnedRows): FeatureGroups {
  // Words are read as little-endian, as all machines are that Node.js is built for, s390x apart.
  const starts = Array.from({ length: bins.length / (4 * rows) }, (_, group) => group * 4 * rows);
  return {
    words: starts.map((at) => new Int32Array(bins.buffer, bins.byteOffset + at, rows)),
    bytes: starts.map((at) => bins.subarray(at, at + 4 * rows)),
  };
}

/** Room for the histogram of one node: for each group of four features 4 x 256 sums. */
export interface Histogram {
  readonly packed: Float64Array;
  /** Sums of the curvature; empty where each row has 1, which is its count. */
  readonly curvature: Float64Array;
  readonly packedOf: readonly Float64Array[];
  readonly curvatureOf: readonly Float64Array[];
}

export function openHistogram(groups: number, withCurvature: boolean): Histogram {
  const packed = new Float64Array(groups * GROUP);
  const curvature = new Float64Array(withCurvature ? packed.length : 0);
  const views = (of: Float64Array) =>
    Array.from({ length: groups }, (_, group) => of.subarray(group * GROUP, (group + 1) * GROUP));
  return { packed, curvature, packedOf: views(packed), curvatureOf: views(curvature) };
}

/** Entries of the histograms of a group. */
const GROUP = 4 * binsOfFeature;
/**
 * Where histograms are filled. That these are constants of the module, of a length that the compiler knows, saves the check of each
 * index: filling takes 0.6 of the time that it takes in arrays that are passed in.
 */
const counted = new Float64Array(3 * GROUP);
const curved = new Float64Array(GROUP);

/**
 * Sets the histograms of a group, or of three, to the sums over rows[from … to − 1].
 *
 * Twelve features are the most whose 24 KB stay in the nearest cache; each row's number and gradient are then read once for them.
 *
 * @param gathered what row rows[i] adds, at i
 */
export function fillCounts(
  rows: Int32Array,
  from: number,
  to: number,
  gathered: Float64Array,
  words: readonly Int32Array[],
  histograms: readonly Float64Array[],
): void {
  if (words.length === 3) {
    counted.fill(0);
    addThree(rows, from, to, gathered, words[0], words[1], words[2]);
    for (let k = 0; k < 3; k++) histograms[k].set(counted.subarray(k * GROUP, (k + 1) * GROUP));
    return;
  }
  words.forEach((one, k) => {
    counted.fill(0, 0, GROUP);
    addOne(rows, from, to, gathered, one);
    histograms[k].set(counted.subarray(0, GROUP));
  });
}

function addOne(rows: Int32Array, from: number, to: number, gathered: Float64Array, words: Int32Array): void {
  for (let i = from; i < to; i++) {
    const word = words[rows[i]];
    const add = gathered[i];
    counted[word & 255] += add;
    counted[256 + ((word >>> 8) & 255)] += add;
    counted[512 + ((word >>> 16) & 255)] += add;
    counted[768 + (word >>> 24)] += add;
  }
}

function addThree(
  rows: Int32Array,
  from: number,
  to: number,
  gathered: Float64Array,
  first: Int32Array,
  second: Int32Array,
  third: Int32Array,
): void {
  for (let i = from; i < to; i++) {
    const row = rows[i];
    const a = first[row];
    const b = second[row];
    const c = third[row];
    const add = gathered[i];
    counted[a & 255] += add;
    counted[256 + ((a >>> 8) & 255)] += add;
    counted[512 + ((a >>> 16) & 255)] += add;
    counted[768 + (a >>> 24)] += add;
    counted[1024 + (b & 255)] += add;
    counted[1280 + ((b >>> 8) & 255)] += add;
    counted[1536 + ((b >>> 16) & 255)] += add;
    counted[1792 + (b >>> 24)] += add;
    counted[2048 + (c & 255)] += add;
    counted[2304 + ((c >>> 8) & 255)] += add;
    counted[2560 + ((c >>> 16) & 255)] += add;
    counted[2816 + (c >>> 24)] += add;
  }
}

/** Sets the histograms of a group, with a second sum a bin. */
export function fillCurvatures(
  rows: Int32Array,
  from: number,
  to: number,
  gathered: Float64Array,
  gatheredCurvature: Float64Array,
  words: Int32Array,
  histogram: Float64Array,
  curvatures: Float64Array,
): void {
  counted.fill(0, 0, GROUP);
  curved.fill(0);
  for (let i = from; i < to; i++) {
    const word = words[rows[i]];
    const add = gathered[i];
    const curve = gatheredCurvature[i];
    const a = word & 255;
    const b = 256 + ((word >>> 8) & 255);
    const c = 512 + ((word >>> 16) & 255);
    const d = 768 + (word >>> 24);
    counted[a] += add;
    curved[a] += curve;
    counted[b] += add;
    curved[b] += curve;
    counted[c] += add;
    curved[c] += curve;
    counted[d] += add;
    curved[d] += curve;
  }
  histogram.set(counted.subarray(0, GROUP));
  curvatures.set(curved);
}

/** Takes a child's histogram from its parent's, which leaves the other child's. */
export function subtractHistogram(parent: Histogram, child: Histogram): void {
  for (let k = 0; k < parent.packed.length; k++) parent.packed[k] -= child.packed[k];
  for (let k = 0; k < parent.curvature.length; k++) parent.curvature[k] -= child.curvature[k];
}
