import type { Bins } from './bins.ts';
import type { Random } from './control.ts';
import { setWords } from './tree.ts';

/**
 * Rows that a tree learns from, in the order of its nodes. What belongs to a row stands together and moves with it, so that a small
 * node is read from the nearest cache.
 */
export interface Records {
  /** Bins of each row, `stride` bytes apart. */
  readonly bytes: Uint8Array;
  readonly stride: number;
  /** Outcome minus the mean of all. */
  readonly outcome: Float64Array;
  readonly weight: Float64Array;
}

/** How to part a node: one question, and how much it lowers the sum of squares. */
export interface RandomSplit {
  readonly feature: number;
  readonly threshold: number;
  readonly missingRight: boolean;
  readonly set?: Int32Array;
  readonly gain: number;
}

export interface RandomSplitSettings {
  /** Features that are tried at a node, of those that differ within it. */
  readonly candidates: number;
  /** Rows that each child must have. */
  readonly minRows: number;
}

/**
 * Opens room for finding splits of extremely randomised trees: of some features drawn, each with one question drawn, the one
 * that lowers the variance most (Geurts, Ernst & Wehenkel 2006, doi 10.1007/s10994-006-6226-1).
 *
 * A threshold is drawn evenly among the bins that the node has, which lie at quantiles of all rows; of categories a coin says
 * of each whether it goes left. Missing values go to the side that gains more; where the node has none, to the greater child.
 */
export function openRandomSearch(
  bins: Bins,
  { bytes, stride, outcome, weight }: Records,
  { candidates, minRows }: RandomSplitSettings,
  random: Random,
) {
  const features = bins.counts.length;
  const order = Int32Array.from({ length: features }, (_, feature) => feature);
  const column = new Uint8Array(outcome.length);
  // Doubles, for they are multiplied by doubles.
  const goesLeft = new Float64Array(256);
  const left: Sums = { rows: 0, weight: 0, sum: 0 };
  const absent: Sums = { rows: 0, weight: 0, sum: 0 };

  /** Copies the node's bins of a feature, and says which lie lowest and highest; missing ones apart. */
  function gather(start: number, end: number, feature: number) {
    let lowest = 256;
    let highest = 0;
    let missing = 0;
    for (let i = start, at = start * stride + feature; i < end; i++, at += stride) {
      const bin = bytes[at];
      column[i] = bin;
      if (bin === 0) missing++;
      else if (bin < lowest) lowest = bin;
      if (bin > highest) highest = bin;
    }
    return { lowest, highest, missing };
  }

  const onlyMissing = new Float64Array(256);
  onlyMissing[0] = 1;

  /** Sets `goesLeft` for the values, not for the missing ones, by a question drawn at random. */
  function draw(feature: number, lowest: number, highest: number): number {
    goesLeft.fill(0);
    if (bins.categorical[feature] === 1) {
      for (let bin = lowest; bin <= highest; bin++) goesLeft[bin] = random() < 0.5 ? 1 : 0;
      return 0;
    }
    const threshold = lowest + Math.floor(random() * (highest - lowest));
    goesLeft.fill(1, 1, threshold + 1);
    return threshold;
  }

  /** @returns undefined where no question drawn leaves enough rows on both sides. */
  return (start: number, end: number): RandomSplit | undefined => {
    const count = end - start;
    let all = 0;
    let total = 0;
    for (let i = start; i < end; i++) {
      all += weight[i];
      total += weight[i] * outcome[i];
    }
    const own = (total * total) / all;
    let best: RandomSplit | undefined;
    let tried = 0;
    for (let k = 0; k < features && tried < candidates; k++) {
      const at = k + Math.floor(random() * (features - k));
      const feature = order[at];
      order[at] = order[k];
      order[k] = feature;
      const { lowest, highest, missing } = gather(start, end, feature);
      if (missing === count || (lowest === highest && missing === 0)) continue;
      tried++;
      const threshold = lowest === highest ? lowest : draw(feature, lowest, highest);
      // One value and missing ones: the only question is which is which.
      if (lowest === highest) {
        goesLeft.fill(0);
        goesLeft[lowest] = 1;
      }
      sumWhere(goesLeft, column, outcome, weight, start, end, left);
      absent.rows = 0;
      if (missing > 0) sumWhere(onlyMissing, column, outcome, weight, start, end, absent);
      const missingLeft =
        missing === 0 ? [2 * left.rows >= count] : lowest === highest ? [false] : [false, true];
      for (const onLeft of missingLeft) {
        const withMissing = onLeft && missing > 0;
        const rows = left.rows + (withMissing ? absent.rows : 0);
        if (rows < minRows || count - rows < minRows) continue;
        const leftWeight = left.weight + (withMissing ? absent.weight : 0);
        const leftSum = left.sum + (withMissing ? absent.sum : 0);
        const gain = leftSum ** 2 / leftWeight + (total - leftSum) ** 2 / (all - leftWeight) - own;
        if (best !== undefined && !(gain > best.gain)) continue;
        goesLeft[0] = onLeft ? 1 : 0;
        const set = bins.categorical[feature] === 1 ? setOf(goesLeft) : undefined;
        best = { feature, threshold, missingRight: !onLeft, ...(set !== undefined && { set }), gain };
      }
    }
    return best;
  };
}

function setOf(goesLeft: Float64Array): Int32Array {
  const set = new Int32Array(setWords);
  for (let bin = 0; bin < 256; bin++) set[bin >> 5] |= goesLeft[bin] << (bin & 31);
  return set;
}

interface Sums {
  rows: number;
  weight: number;
  sum: number;
}

/** Sums over the records start … end − 1, each as often as `table` says of its bin. */
function sumWhere(
  table: Float64Array,
  column: Uint8Array,
  outcome: Float64Array,
  weight: Float64Array,
  start: number,
  end: number,
  into: Sums,
): void {
  let rows = 0;
  let weights = 0;
  let sums = 0;
  for (let i = start; i < end; i++) {
    const one = table[column[i]];
    const share = one * weight[i];
    rows += one;
    weights += share;
    sums += share * outcome[i];
  }
  into.rows = rows;
  into.weight = weights;
  into.sum = sums;
}
