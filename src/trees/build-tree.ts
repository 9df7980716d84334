import type { Split } from './split.ts';
import { setWords, type Trees } from './tree.ts';

/** A tree of one leaf that can be split up. */
export function openTree(mostLeaves: number) {
  const most = 2 * mostLeaves - 1;
  const sets: number[] = [];
  let count = 1;
  const nodes = {
    roots: new Int32Array(2),
    left: new Int32Array(most),
    feature: new Uint16Array(most),
    threshold: new Uint8Array(most),
    missingRight: new Uint8Array(most),
    set: new Int32Array(most).fill(-1),
    sets: new Int32Array(setWords * Math.max(0, mostLeaves - 1)),
    value: new Float64Array(most),
  };
  return {
    nodes: nodes satisfies Trees as Trees,
    leaves: () => (count + 1) / 2,
    /** Gives a leaf two children, and returns the left one. */
    split(node: number, split: Pick<Split, 'feature' | 'threshold' | 'missingRight' | 'set'>): number {
      const left = count;
      count += 2;
      nodes.left[node] = left;
      nodes.feature[node] = split.feature;
      nodes.threshold[node] = split.threshold;
      nodes.missingRight[node] = split.missingRight ? 1 : 0;
      if (split.set !== undefined) {
        nodes.set[node] = sets.length;
        nodes.sets.set(split.set, sets.length);
        sets.push(...split.set);
      }
      return left;
    },
    close: (): Trees => ({
      roots: Int32Array.of(0, count),
      left: nodes.left.slice(0, count),
      feature: nodes.feature.slice(0, count),
      threshold: nodes.threshold.slice(0, count),
      missingRight: nodes.missingRight.slice(0, count),
      set: nodes.set.slice(0, count),
      sets: nodes.sets.slice(0, sets.length),
      value: nodes.value.slice(0, count),
    }),
  };
}
