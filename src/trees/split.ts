import type { Bins } from './bins.ts';
import { binsOfFeature, type Histogram, type Packing } from './histogram.ts';
import { setWords } from './tree.ts';

/** What a node's rows sum up to. */
export interface NodeSums {
  /** Count and gradient, packed. */
  readonly packed: number;
  /** Sum of the curvature. */
  readonly curvature: number;
}

/** The best way to part a node. */
export interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly missingRight: boolean;
  /** The bins that go left, of a feature of categories. */
  readonly set?: Int32Array;
  /** By how much the loss falls, to second order: ½(G_l²/(H_l + λ) + G_r²/(H_r + λ) − G²/(H + λ)). */
  readonly gain: number;
  readonly left: NodeSums;
}

export interface SplitSettings {
  /** λ, added to the curvature of a leaf. */
  readonly l2: number;
  /** Rows that each child must have. */
  readonly minRows: number;
  /** Rows of mean gradient 0 that a category is ordered with, and that are added to λ where categories are parted. */
  readonly categorySmoothing: number;
}

/** Two equal gains differ by rounding; what is no more than this share of the node's own is none. */
const NOISE = 1e-10;

/**
 * The split of one node that lowers the loss most, over the features that are `allowed` (1), or undefined if none lowers it.
 *
 * Missing values go to the side that gains more; where the node has none of them, to the child with more rows.
 */
export function bestSplit(
  histogram: Histogram,
  total: NodeSums,
  bins: Bins,
  allowed: Uint8Array,
  packing: Packing,
  settings: SplitSettings,
): Split | undefined {
  const search = openSearch(histogram, total, packing, settings);
  for (let feature = 0; feature < allowed.length; feature++) {
    if (allowed[feature] === 0) continue;
    if (bins.categorical[feature] === 1) search.categories(feature, bins.counts[feature]);
    else search.numbers(feature, bins.counts[feature]);
  }
  return search.best();
}

function openSearch(
  { packed, curvature }: Histogram,
  total: NodeSums,
  { unit, scale }: Packing,
  { l2, minRows, categorySmoothing }: SplitSettings,
) {
  const inverse = 1 / unit;
  const counted = curvature.length === 0;
  const rows = Math.floor(total.packed * inverse + 0.5);
  const gradient = total.packed - rows * unit;
  const own = gradient ** 2 / (total.curvature + l2);
  let bestGain = own * NOISE;
  let bestFeature = -1;
  let bestThreshold = 0;
  let bestMissingRight = false;
  let bestLeft = 0;
  let bestLeftCurvature = 0;
  let bestSet: Int32Array | undefined;

  /** Tries thresholds from the left; missing values are on the left from the start, or stay on the right. */
  function scan(feature: number, count: number, missingRight: boolean): void {
    const at = feature * binsOfFeature;
    let left = missingRight ? 0 : packed[at];
    let leftCurvature = missingRight || counted ? 0 : curvature[at];
    for (let bin = 1; bin <= count; bin++) {
      const here = packed[at + bin];
      if (here === 0) continue;
      left += here;
      const leftRows = Math.floor(left * inverse + 0.5);
      if (counted) leftCurvature = leftRows;
      else leftCurvature += curvature[at + bin];
      if (leftRows < minRows) continue;
      if (rows - leftRows < minRows) break;
      const leftGradient = left - leftRows * unit;
      const rightGradient = gradient - leftGradient;
      const gain =
        (leftGradient * leftGradient) / (leftCurvature + l2) +
        (rightGradient * rightGradient) / (total.curvature - leftCurvature + l2) -
        own;
      if (gain > bestGain) {
        bestGain = gain;
        bestFeature = feature;
        bestThreshold = bin;
        bestMissingRight = missingRight;
        bestLeft = left;
        bestLeftCurvature = leftCurvature;
        bestSet = undefined;
      }
    }
  }

  /**
   * Orders categories by their mean gradient, which leaves the best of all partings among those into first and rest (Fisher
   * 1958, doi 10.1080/01621459.1958.10501479; as Ke et al. 2017, LightGBM, do). Missing is a category like any other.
   */
  function categories(feature: number, count: number): void {
    const at = feature * binsOfFeature;
    const curvatureOf = (bin: number) =>
      counted ? Math.floor(packed[at + bin] * inverse + 0.5) : curvature[at + bin];
    const means = new Float64Array(count + 1);
    const order: number[] = [];
    for (let bin = 0; bin <= count; bin++) {
      const here = packed[at + bin];
      if (here === 0) continue;
      means[bin] = (here - Math.floor(here * inverse + 0.5) * unit) / (curvatureOf(bin) + categorySmoothing);
      order.push(bin);
    }
    order.sort((a, b) => means[a] - means[b] || a - b);
    const lambda = l2 + categorySmoothing;
    let left = 0;
    let leftCurvature = 0;
    for (let k = 0; k + 1 < order.length; k++) {
      left += packed[at + order[k]];
      leftCurvature += curvatureOf(order[k]);
      const leftRows = Math.floor(left * inverse + 0.5);
      if (leftRows < minRows) continue;
      if (rows - leftRows < minRows) break;
      const leftGradient = left - leftRows * unit;
      const rightGradient = gradient - leftGradient;
      const gain =
        (leftGradient * leftGradient) / (leftCurvature + lambda) +
        (rightGradient * rightGradient) / (total.curvature - leftCurvature + lambda) -
        own;
      if (gain > bestGain) {
        bestGain = gain;
        bestFeature = feature;
        bestThreshold = 0;
        bestMissingRight = false;
        bestLeft = left;
        bestLeftCurvature = leftCurvature;
        bestSet = leftSet(order, k + 1, 2 * leftRows > rows);
      }
    }
  }

  return {
    numbers(feature: number, count: number): void {
      if (packed[feature * binsOfFeature] !== 0) {
        scan(feature, count, false);
        scan(feature, count, true);
        return;
      }
      scan(feature, count, false);
      if (bestFeature === feature) bestMissingRight = 2 * Math.floor(bestLeft * inverse + 0.5) < rows;
    },
    categories,
    best(): Split | undefined {
      if (bestFeature < 0) return undefined;
      return {
        feature: bestFeature,
        threshold: bestThreshold,
        missingRight: bestMissingRight,
        ...(bestSet !== undefined && { set: bestSet }),
        gain: bestGain / (2 * scale * scale),
        left: { packed: bestLeft, curvature: bestLeftCurvature },
      };
    },
  };
}

/** The set of the first categories of an order; of those that the node has not, too, if it is the greater side. */
function leftSet(order: readonly number[], first: number, greater: boolean): Int32Array {
  const set = new Int32Array(setWords).fill(greater ? -1 : 0);
  order.forEach((bin, k) => {
    if (k < first) set[bin >> 5] |= 1 << (bin & 31);
    else set[bin >> 5] &= ~(1 << (bin & 31));
  });
  return set;
}
