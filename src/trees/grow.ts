import type { BinnedRows, Bins } from './bins.ts';
import { openTree } from './build-tree.ts';
import type { Random } from './control.ts';
import {
  featureGroups,
  fillCounts,
  fillCurvatures,
  type Histogram,
  openHistogram,
  packGradients,
  subtractHistogram,
} from './histogram.ts';
import { partition } from './partition.ts';
import { bestSplit, type NodeSums, type Split, type SplitSettings } from './split.ts';
import { leftBins, type Trees } from './tree.ts';

export interface GrowSettings extends SplitSettings {
  /** The most leaves of a tree. */
  readonly leaves: number;
  /** Share of the features that a tree looks at, drawn anew for each; at least one feature. */
  readonly featuresOfTree: number;
  /** Share of a tree's features that a node looks at, drawn anew for each; at least one feature. */
  readonly featuresOfNode: number;
}

/** A tree whose leaves have no values yet. */
export interface GrownTree {
  readonly tree: Trees;
  /** The leaves, as nodes of the tree. */
  readonly leaves: Int32Array;
  /** Where the rows of each leaf begin in the order that rows were left in, and after the last where they end. */
  readonly starts: Int32Array;
}

export interface Grower {
  /**
   * Grows one tree, and leaves `rows` in the order of its leaves.
   *
   * @param gradient of the loss by the score, by row
   * @param curvature its second derivative by row, positive; none for 1 everywhere
   * @param importance what each split gains is added to its feature's
   */
  readonly grow: (
    rows: Int32Array,
    gradient: Float64Array,
    curvature: Float64Array | undefined,
    importance: Float64Array,
    checkpoint: () => void,
  ) => GrownTree;
}

/** A leaf that may still be parted. */
interface Open {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly sums: NodeSums;
  readonly histogram: Histogram;
  readonly split: Split;
}

/**
 * Opens room for growing trees best leaf first: the leaf is parted next whose parting gains most (Shi 2007; Ke et al. 2017,
 * LightGBM). Of two children the smaller one's histogram is filled, the other's is what it leaves of their parent's.
 *
 * The same rows, gradients and random numbers give the same tree, bit for bit.
 */
export function openGrower(
  bins: Bins,
  binned: BinnedRows,
  capacity: number,
  settings: GrowSettings,
  random: Random,
): Grower {
  const { features } = binned;
  const { words, bytes } = featureGroups(binned);
  const packed = new Float64Array(binned.rows);
  const gathered = new Float64Array(capacity);
  const gatheredCurvature = new Float64Array(capacity);
  const scratch = new Int32Array(capacity);
  const goesLeft = new Uint8Array(256);
  const room: Histogram[] = [];

  function grow(
    rows: Int32Array,
    gradient: Float64Array,
    curvature: Float64Array | undefined,
    importance: Float64Array,
    checkpoint: () => void,
  ): GrownTree {
    const packing = packGradients(rows, gradient, packed);
    const ofTree = drawFeatures(new Uint8Array(features).fill(1), settings.featuresOfTree, random);
    // Groups without a feature of this tree keep what an earlier one left in their histograms: nobody looks at it.
    const used = words
      .map((_, group) => group)
      .filter((group) => ofTree.subarray(4 * group, 4 * group + 4).includes(1));
    const tree = openTree(settings.leaves);
    const free = [...room];
    const taken = (): Histogram => {
      const one = free.pop() ?? openHistogram(words.length, curvature !== undefined);
      if (!room.includes(one)) room.push(one);
      return one;
    };
    const starts = new Map<number, number>([[0, 0]]);
    const open: Open[] = [];

    function fill(start: number, end: number): Histogram {
      const histogram = taken();
      for (let i = start; i < end; i++) gathered[i] = packed[rows[i]];
      if (curvature !== undefined)
        for (let i = start; i < end; i++) gatheredCurvature[i] = curvature[rows[i]];
      for (let k = 0; k < used.length; k += 3) {
        checkpoint();
        const groups = used.slice(k, k + 3);
        const of = groups.map((group) => words[group]);
        const sums = groups.map((group) => histogram.packedOf[group]);
        if (curvature === undefined) fillCounts(rows, start, end, gathered, of, sums);
        else
          groups.forEach((group, j) => {
            const curvatures = histogram.curvatureOf[group];
            fillCurvatures(rows, start, end, gathered, gatheredCurvature, of[j], sums[j], curvatures);
          });
      }
      return histogram;
    }

    function consider(node: number, start: number, end: number, sums: NodeSums, histogram: Histogram): void {
      checkpoint();
      const allowed = drawFeatures(ofTree, settings.featuresOfNode, random);
      const split = bestSplit(histogram, sums, bins, allowed, packing, settings);
      if (split === undefined) free.push(histogram);
      else open.push({ node, start, end, sums, histogram, split });
    }

    function part(leaf: Open): void {
      const { split, start, end, histogram } = leaf;
      const left = tree.split(leaf.node, split);
      importance[split.feature] += split.gain;
      leftBins(tree.nodes, leaf.node, goesLeft);
      const middle = partition(
        rows,
        start,
        end,
        bytes[split.feature >> 2],
        split.feature & 3,
        goesLeft,
        scratch,
      );
      starts.set(left, start);
      starts.set(left + 1, middle);
      if (tree.leaves() === settings.leaves) return;
      const rest: NodeSums = {
        packed: leaf.sums.packed - split.left.packed,
        curvature: leaf.sums.curvature - split.left.curvature,
      };
      const smallerIsLeft = middle - start <= end - middle;
      // Children too small to be parted need no histogram.
      if (Math.max(middle - start, end - middle) < 2 * settings.minRows) {
        free.push(histogram);
        return;
      }
      const smaller = smallerIsLeft ? fill(start, middle) : fill(middle, end);
      subtractHistogram(histogram, smaller);
      consider(left, start, middle, split.left, smallerIsLeft ? smaller : histogram);
      consider(left + 1, middle, end, rest, smallerIsLeft ? histogram : smaller);
    }

    if (rows.length >= 2 * settings.minRows) {
      consider(0, 0, rows.length, rootSums(rows, packed, curvature), fill(0, rows.length));
      while (open.length > 0 && tree.leaves() < settings.leaves) {
        let best = 0;
        for (let k = 1; k < open.length; k++) if (open[k].split.gain > open[best].split.gain) best = k;
        part(open.splice(best, 1)[0]);
      }
    }
    const grown = tree.close();
    const leaves = [...starts.keys()].filter((node) => grown.left[node] === 0);
    leaves.sort((a, b) => starts.get(a)! - starts.get(b)!);
    return {
      tree: grown,
      leaves: Int32Array.from(leaves),
      starts: Int32Array.from([...leaves.map((node) => starts.get(node)!), rows.length]),
    };
  }

  return { grow };
}

function rootSums(rows: Int32Array, packed: Float64Array, curvature: Float64Array | undefined): NodeSums {
  let sum = 0;
  let curve = curvature === undefined ? rows.length : 0;
  for (let i = 0; i < rows.length; i++) sum += packed[rows[i]];
  if (curvature !== undefined) for (let i = 0; i < rows.length; i++) curve += curvature[rows[i]];
  return { packed: sum, curvature: curve };
}

/** Draws a share of the features that are 1, at least one; with a share of 1 no random number is used. */
function drawFeatures(from: Uint8Array, share: number, random: Random): Uint8Array {
  if (share >= 1) return from;
  const candidates: number[] = [];
  from.forEach((allowed, feature) => {
    if (allowed === 1) candidates.push(feature);
  });
  const drawn = new Uint8Array(from.length);
  const count = Math.max(1, Math.round(share * candidates.length));
  for (let k = 0; k < count; k++) {
    const at = k + Math.floor(random() * (candidates.length - k));
    [candidates[k], candidates[at]] = [candidates[at], candidates[k]];
    drawn[candidates[k]] = 1;
  }
  return drawn;
}
