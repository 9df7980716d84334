import { type BinnedRows, binOf } from './bins.ts';

/**
 * Trees over binned features, one after the other in shared arrays: plain data, to be cloned and stored.
 *
 * Nodes of a tree stand together, its root first, a node before its children, and the two children of a node side by side.
 */
export interface Trees {
  /** Where each tree's nodes begin; one entry more than there are trees, the last being the number of nodes. */
  readonly roots: Int32Array;
  /** Of each node its left child, which the right one follows; 0 for a leaf. */
  readonly left: Int32Array;
  /** What a node looks at. */
  readonly feature: Uint16Array;
  /** Bins up to this one go left; of a node that asks for a category it means nothing. */
  readonly threshold: Uint8Array;
  /** 1 where missing values go right; of a node that asks for a category it means nothing. */
  readonly missingRight: Uint8Array;
  /** Of a node that asks for a category where its eight words in `sets` begin, −1 for one that asks for a number. */
  readonly set: Int32Array;
  /** Bit b & 31 of word b >> 5 says that bin b goes left. */
  readonly sets: Int32Array;
  /** What a leaf answers; of an inner node 0. */
  readonly value: Float64Array;
}

/** Words of the set of bins that go left. */
export const setWords = 8;

/** How many trees there are. */
export function treeCount({ roots }: Trees): number {
  return roots.length - 1;
}

/** Puts trees behind each other, the first `count` of them. */
export function joinTrees(parts: readonly Trees[], count = parts.length): Trees {
  const used = parts.slice(0, count);
  const nodes = used.reduce((sum, part) => sum + part.left.length, 0);
  const words = used.reduce((sum, part) => sum + part.sets.length, 0);
  const roots: number[] = [];
  const all = {
    left: new Int32Array(nodes),
    feature: new Uint16Array(nodes),
    threshold: new Uint8Array(nodes),
    missingRight: new Uint8Array(nodes),
    set: new Int32Array(nodes),
    sets: new Int32Array(words),
    value: new Float64Array(nodes),
  };
  let node = 0;
  let word = 0;
  for (const part of used) {
    for (let k = 0; k + 1 < part.roots.length; k++) roots.push(node + part.roots[k]);
    for (let k = 0; k < part.left.length; k++) {
      all.left[node + k] = part.left[k] === 0 ? 0 : part.left[k] + node;
      all.set[node + k] = part.set[k] < 0 ? -1 : part.set[k] + word;
    }
    all.feature.set(part.feature, node);
    all.threshold.set(part.threshold, node);
    all.missingRight.set(part.missingRight, node);
    all.value.set(part.value, node);
    all.sets.set(part.sets, word);
    node += part.left.length;
    word += part.sets.length;
  }
  roots.push(node);
  return { roots: Int32Array.from(roots), ...all };
}

/** Sets `table[bin]` to 1 for each bin that goes left at a node, 0 for the others. */
export function leftBins(trees: Trees, node: number, table: Uint8Array): void {
  const from = trees.set[node];
  for (let bin = 0; bin < 256; bin++) {
    if (from >= 0) table[bin] = (trees.sets[from + (bin >> 5)] >>> (bin & 31)) & 1;
    else table[bin] = bin <= trees.threshold[node] ? 1 : 0;
  }
  if (from < 0 && trees.missingRight[node] === 1) table[0] = 0;
}

/** The leaf, as a node, that a row falls into, from the root of its tree. One row at a time: see `openPredictor` for many. */
export function leafOf(trees: Trees, root: number, binned: BinnedRows, row: number): number {
  const { left, feature, threshold, missingRight, set, sets } = trees;
  let node = root;
  while (left[node] !== 0) {
    const bin = binOf(binned, feature[node], row);
    const from = set[node];
    let goesLeft: boolean;
    if (from >= 0) goesLeft = ((sets[from + (bin >> 5)] >>> (bin & 31)) & 1) === 1;
    else goesLeft = bin === 0 ? missingRight[node] === 0 : bin <= threshold[node];
    node = goesLeft ? left[node] : left[node] + 1;
  }
  return node;
}
