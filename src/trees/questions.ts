import { leftBins, type Trees } from './tree.ts';

/** What the nodes of some trees ask, each question once. Its answer, a bit for each of 32 rows, is whether to go left. */
export interface Questions {
  /** How many answers there are. */
  readonly size: number;
  /** Of each node where the answer to its question is; of a leaf 0. */
  readonly slotOf: Int32Array;
  /** The questions about each feature. */
  readonly of: readonly FeatureQuestions[];
}

interface FeatureQuestions {
  /** How many thresholds are asked for. Each has two answers: missing goes left, missing goes right. */
  readonly thresholds: number;
  /** Where their answers are. */
  readonly first: number;
  /** Of each bin how many of the thresholds it lies above; 255 for the bin of missing values. */
  readonly rank: Uint8Array;
  /** Words of 32 questions each about categories. */
  readonly words: number;
  readonly firstOfSets: number;
  /** By bin and word: bits of the questions for which the bin goes left. */
  readonly members: Int32Array;
}

/** Collects what the nodes ask. */
export function questionsOf(trees: Trees, features: number): Questions {
  const nodes: number[][] = Array.from({ length: features }, () => []);
  for (let node = 0; node < trees.left.length; node++)
    if (trees.left[node] !== 0) nodes[trees.feature[node]].push(node);
  const slotOf = new Int32Array(trees.left.length);
  let size = 0;
  const of = nodes.map((list): FeatureQuestions => {
    const numbers = list.filter((node) => trees.set[node] < 0);
    const sets = list.filter((node) => trees.set[node] >= 0);
    const thresholds = [...new Set(numbers.map((node) => trees.threshold[node]))].sort((a, b) => a - b);
    const rankOf = new Map(thresholds.map((threshold, rank) => [threshold, rank]));
    const first = size;
    for (const node of numbers)
      slotOf[node] = first + 2 * rankOf.get(trees.threshold[node])! + trees.missingRight[node];
    const firstOfSets = first + 2 * thresholds.length;
    sets.forEach((node, k) => {
      slotOf[node] = firstOfSets + k;
    });
    const words = Math.ceil(sets.length / 32);
    size = firstOfSets + 32 * words;
    const rank = Uint8Array.from({ length: 256 }, (_, bin) =>
      bin === 0 ? MISSING : thresholds.filter((threshold) => bin > threshold).length,
    );
    return {
      thresholds: thresholds.length,
      first,
      rank,
      words,
      firstOfSets,
      members: membersOf(trees, sets, words),
    };
  });
  return { size, slotOf, of };
}

/** Above any rank: a feature has at most 254 thresholds. */
const MISSING = 255;

function membersOf(trees: Trees, sets: readonly number[], words: number): Int32Array {
  const members = new Int32Array(256 * words);
  const goesLeft = new Uint8Array(256);
  sets.forEach((node, k) => {
    leftBins(trees, node, goesLeft);
    for (let bin = 0; bin < 256; bin++) members[bin * words + (k >> 5)] |= goesLeft[bin] << (k & 31);
  });
  return members;
}

/**
 * Opens room for answering the questions about one feature for up to 32 rows, the bins of which stand four bytes apart.
 *
 * Thresholds: the rows of each rank are collected in a word; those up to a threshold are the union of the ranks up to it.
 * Categories: each row brings 32 answers in one word; 32 rows are a square of bits, which is turned over.
 */
export function openAsking(answers: Int32Array) {
  const ofRank = new Int32Array(256);
  const square = new Int32Array(32);
  return (questions: FeatureQuestions, bytes: Uint8Array, at: number, count: number): void => {
    const { thresholds, first, rank, words, firstOfSets, members } = questions;
    if (thresholds > 0) {
      for (let k = 0; k < count; k++) ofRank[rank[bytes[at + 4 * k]]] |= 1 << k;
      const missing = ofRank[MISSING];
      ofRank[MISSING] = 0;
      let rows = 0;
      for (let k = 0, slot = first; k < thresholds; k++, slot += 2) {
        rows |= ofRank[k];
        ofRank[k] = 0;
        answers[slot] = rows | missing;
        answers[slot + 1] = rows;
      }
      ofRank[thresholds] = 0;
    }
    for (let word = 0; word < words; word++) {
      for (let k = 0; k < count; k++) square[k] = members[bytes[at + 4 * k] * words + word];
      transpose(square);
      const to = firstOfSets + 32 * word;
      for (let k = 0; k < 32; k++) answers[to + k] = square[k];
    }
  };
}

/** Turns over 32 x 32 bits: bit i of word k becomes bit k of word i. Warren 2012, Hacker's Delight, section 7-3. */
function transpose(square: Int32Array): void {
  let mask = 0xffff;
  for (let step = 16; step > 0; step >>= 1, mask ^= mask << step) {
    for (let k = 0; k < 32; k = (k + step + 1) & ~step) {
      const swapped = ((square[k] >>> step) ^ square[k + step]) & mask;
      square[k] ^= swapped << step;
      square[k + step] ^= swapped;
    }
  }
}
