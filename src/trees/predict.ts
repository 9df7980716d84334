import type { BinnedRows, Bins } from './bins.ts';
import type { Control } from './control.ts';
import { openAsking, type Questions, questionsOf } from './questions.ts';
import { type Trees, treeCount } from './tree.ts';

/** Rows that are answered together: one bit each. */
const BLOCK = 32;
/** Blocks between two calls of the checkpoint. */
const BLOCKS_A_CHECKPOINT = 64;
const BYTES = 0x01010101;
/**
 * Rows at each leaf of one tree, and from {@link INNER} on at each inner node; sums of the rows of a block. That these are constants
 * of the module, of a length that the compiler knows, saves the check of each index.
 */
const masks = new Int32Array(1024);
const sums = new Float64Array(BLOCK);
/** Where a tree's inner nodes have their words, behind those of its leaves. */
const INNER = 256;

export interface Predictor {
  /**
   * Adds to `scores[row]` the sum of the values of the leaves that the row falls into.
   *
   * @param binned rows in the bins that the trees were grown with
   */
  readonly add: (binned: BinnedRows, scores: Float64Array, control: Control) => void;
}

/**
 * Prepares trees, of at most 256 leaves each, to answer many rows.
 *
 * 32 rows are one word. For each question that a node may ask a word says which rows go left; all questions are answered first,
 * once for all nodes that ask the same. Then a node splits the word of the rows that have reached it with two operations, whatever
 * the depth of the tree: no row waits for a branch, or for a load that depends on the one before. What a tree leaves is a word a
 * leaf; the bits of the leaves' numbers are made from these, a word each, and turned by bytes into 32 numbers. The idea of bit
 * vectors is that of QuickScorer (Lucchese et al. 2015, doi 10.1145/2766462.2767733), turned around: there a bit is a leaf, here a
 * row.
 */
export function openPredictor(trees: Trees, bins: Bins): Predictor {
  const features = bins.counts.length;
  const questions = questionsOf(trees, features);
  const program = compile(trees, questions);
  const answers = new Int32Array(questions.size);
  const ask = openAsking(answers);
  return {
    add(binned, scores, control) {
      const { rows } = binned;
      for (let from = 0, block = 0; from < rows; from += BLOCK, block++) {
        if (block % BLOCKS_A_CHECKPOINT === 0) control.checkpoint(from, rows);
        const count = Math.min(BLOCK, rows - from);
        for (let feature = 0; feature < features; feature++) {
          const at = (feature >> 2) * rows * 4 + (feature & 3) + 4 * from;
          ask(questions.of[feature], binned.bins, at, count);
        }
        sums.fill(0);
        walk(program, answers);
        for (let k = 0; k < count; k++) scores[from + k] += sums[k];
      }
    },
  };
}

/** Trees as a list of instructions. */
interface Program {
  /** Of each tree: inner nodes, leaves, and where its leaves' values begin. */
  readonly inner: Int32Array;
  readonly leaves: Int32Array;
  readonly firstValue: Int32Array;
  /** Of each inner node the question it asks, and in ten bits each its own word, that of the left and of the right child. */
  readonly nodes: Int32Array;
  readonly values: Float64Array;
}

function compile(trees: Trees, { slotOf }: Questions): Program {
  const count = treeCount(trees);
  const inner = new Int32Array(count);
  const leaves = new Int32Array(count);
  const firstValue = new Int32Array(count);
  const nodes: number[] = [];
  const values: number[] = [];
  for (let tree = 0; tree < count; tree++) {
    const from = trees.roots[tree];
    const to = trees.roots[tree + 1];
    firstValue[tree] = values.length;
    const word = new Int32Array(to - from);
    for (let node = from; node < to; node++) {
      if (trees.left[node] !== 0) word[node - from] = INNER + inner[tree]++;
      else {
        word[node - from] = leaves[tree]++;
        values.push(trees.value[node]);
      }
    }
    for (let node = from; node < to; node++) {
      const left = trees.left[node] - from;
      if (trees.left[node] === 0) continue;
      nodes.push(slotOf[node], word[node - from] | (word[left] << 10) | (word[left + 1] << 20));
    }
  }
  return { inner, leaves, firstValue, nodes: Int32Array.from(nodes), values: Float64Array.from(values) };
}

/** Lets 32 rows fall through all trees, and adds to each row's sum the values of its leaves. */
function walk(program: Program, answers: Int32Array): void {
  const { inner, leaves, firstValue, nodes, values } = program;
  let at = 0;
  for (let tree = 0; tree < inner.length; tree++) {
    let width = 32;
    while (width < leaves[tree]) width *= 2;
    for (let k = leaves[tree]; k < width; k++) masks[k] = 0;
    masks[inner[tree] === 0 ? 0 : INNER] = -1;
    for (const end = at + 2 * inner[tree]; at < end; at += 2) {
      const words = nodes[at + 1];
      const rows = masks[words & 1023];
      const left = rows & answers[nodes[at]];
      masks[(words >>> 10) & 1023] = left;
      masks[(words >>> 20) & 1023] = rows ^ left;
    }
    addValues(width, values, firstValue[tree]);
  }
}

/** Adds to each row's sum the value of its leaf. */
function addValues(width: number, values: Float64Array, first: number): void {
  let p5 = 0;
  let p6 = 0;
  let p7 = 0;
  // The highest bits first, until 32 words are left: rows in the upper half have the bit.
  for (let half = width >> 1; half >= 32; half >>= 1) {
    let plane = 0;
    for (let k = 0; k < half; k++) {
      const upper = masks[half + k];
      plane |= upper;
      masks[k] |= upper;
    }
    if (half === 32) p5 = plane;
    else if (half === 64) p6 = plane;
    else p7 = plane;
  }
  let p0 = 0;
  let p1 = 0;
  let p2 = 0;
  let p3 = 0;
  let p4 = 0;
  for (let k = 0; k < 32; k += 8) {
    const a = masks[k + 1];
    const b = masks[k + 2];
    const c = masks[k + 3];
    const d = masks[k + 4];
    const e = masks[k + 5];
    const f = masks[k + 6];
    const g = masks[k + 7];
    const fg = f | g;
    const upper = d | e | fg;
    const all = masks[k] | a | b | c | upper;
    p0 |= a | c | e | g;
    p1 |= b | c | fg;
    p2 |= upper;
    if ((k & 8) !== 0) p3 |= all;
    if ((k & 16) !== 0) p4 |= all;
  }
  for (let k = 0; k < 8; k++) {
    let leaf =
      ((p0 >>> k) & BYTES) |
      (((p1 >>> k) & BYTES) << 1) |
      (((p2 >>> k) & BYTES) << 2) |
      (((p3 >>> k) & BYTES) << 3) |
      (((p4 >>> k) & BYTES) << 4);
    if (width > 32)
      leaf |= (((p5 >>> k) & BYTES) << 5) | (((p6 >>> k) & BYTES) << 6) | (((p7 >>> k) & BYTES) << 7);
    sums[k] += values[first + (leaf & 255)];
    sums[k + 8] += values[first + ((leaf >>> 8) & 255)];
    sums[k + 16] += values[first + ((leaf >>> 16) & 255)];
    sums[k + 24] += values[first + (leaf >>> 24)];
  }
}
