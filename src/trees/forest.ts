import { WeatherglassError } from '../errors.ts';
import type { BinnedRows, Bins } from './bins.ts';
import { openTree } from './build-tree.ts';
import type { Control, Random } from './control.ts';
import { openRandomSearch, type RandomSplitSettings, type Records } from './random-split.ts';
import { joinTrees, leftBins, type Trees } from './tree.ts';

export interface ForestSettings extends RandomSplitSettings {
  readonly trees: number;
  /** Of a leaf with more outcomes as many are kept, evenly spaced by rank. */
  readonly mostKept: number;
  /** Whether each tree learns from as many rows drawn with replacement, instead of from all of them. */
  readonly bootstrap: boolean;
}

export const forestDefaults: ForestSettings = {
  trees: 100,
  candidates: 11,
  minRows: 20,
  mostKept: 64,
  bootstrap: false,
};

/** Trees whose leaves keep the outcomes that fell into them: plain data. */
export interface Forest {
  readonly trees: Trees;
  /** Outcomes learned from, ascending. */
  readonly outcomes: Float64Array;
  /** Weight of each of them. */
  readonly weights: Float64Array;
  /** Which outcomes the leaves hold, as places in `outcomes`. */
  readonly members: Int32Array;
  /** Of each leaf where its members begin, and how many they are; of an inner node 0. */
  readonly firstMember: Int32Array;
  readonly size: Int32Array;
  /** By how much the splits on each feature lowered the sum of squares, over all trees. */
  readonly importance: Float64Array;
}

/** What a forest learns from. */
export interface ForestRows {
  readonly bins: Bins;
  readonly binned: BinnedRows;
  readonly rows: Int32Array;
  /** Outcome by row. */
  readonly outcome: Float64Array;
  /** Weight by row, positive; none for 1. */
  readonly weights?: Float64Array;
}

/**
 * Extremely randomised trees (Geurts, Ernst & Wehenkel 2006, doi 10.1007/s10994-006-6226-1) that keep their outcomes, as quantile
 * regression forests do (Meinshausen 2006, JMLR 7, 983–999); `openForestQuantiles` answers with them.
 *
 * The same rows, settings and random numbers give the same forest, bit for bit.
 *
 * @throws WeatherglassError Usage for settings that cannot be used, CannotFit without rows or with a NaN among outcomes or weights.
 */
export function growForest(
  { bins, binned, rows, outcome, weights }: ForestRows,
  settings: ForestSettings,
  random: Random,
  control: Control,
): Forest {
  const { trees, minRows, candidates, mostKept, bootstrap } = settings;
  if (!(trees >= 1 && minRows >= 1 && candidates >= 1 && mostKept >= 1))
    throw new WeatherglassError('Usage', 'a forest needs at least one tree, row a leaf and feature a node');
  const mean = meanOf(rows, outcome, weights);
  if (!Number.isFinite(mean))
    throw new WeatherglassError(
      'CannotFit',
      'there is no row to learn from, or one whose outcome or weight is no number',
    );
  const sorted = rows.slice().sort((a, b) => outcome[a] - outcome[b] || a - b);
  const rankOf = new Int32Array(binned.rows);
  sorted.forEach((row, rank) => {
    rankOf[row] = rank;
  });
  const records = openRecords(binned, rows.length);
  const search = openRandomSearch(bins, records, settings, random);
  const goesLeft = new Uint8Array(256);
  const importance = new Float64Array(binned.features);
  const members = new Int32Array(trees * rows.length);
  const grown: Trees[] = [];
  const firsts: number[] = [];
  const sizes: number[] = [];
  let kept = 0;

  /** Grows one tree on the records, and leaves them in the order of its leaves. */
  function grow(number: number): void {
    const tree = openTree(Math.max(1, Math.floor(rows.length / minRows)));
    const ranges = [{ node: 0, start: 0, end: rows.length }];
    const at: { start: number; end: number }[] = [];
    for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
      const { node, start, end } = range;
      control.checkpoint(number, trees);
      at[node] = { start: 0, end: 0 };
      const split =
        end - start >= 2 * minRows && differ(records.outcome, start, end) ? search(start, end) : undefined;
      if (split === undefined) {
        at[node] = { start, end };
        continue;
      }
      const left = tree.split(node, split);
      importance[split.feature] += split.gain;
      leftBins(tree.nodes, node, goesLeft);
      const middle = records.part(start, end, split.feature, goesLeft);
      ranges.push({ node: left + 1, start: middle, end }, { node: left, start, end: middle });
    }
    for (const { start, end } of at) {
      firsts.push(kept);
      const own = records.rank.subarray(start, end);
      const size = Math.min(own.length, mostKept);
      if (size < own.length) own.sort();
      for (let k = 0; k < size; k++) members[kept++] = own[Math.floor(((k + 0.5) * own.length) / size)];
      sizes.push(size);
    }
    grown.push(tree.close());
  }

  for (let number = 0; number < trees; number++) {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[bootstrap ? Math.floor(random() * rows.length) : i];
      records.put(i, row, outcome[row] - mean, weights === undefined ? 1 : weights[row], rankOf[row]);
    }
    grow(number);
  }
  return {
    trees: joinTrees(grown),
    outcomes: Float64Array.from(sorted, (row) => outcome[row]),
    weights: Float64Array.from(sorted, (row) => (weights === undefined ? 1 : weights[row])),
    members: members.slice(0, kept),
    firstMember: Int32Array.from(firsts),
    size: Int32Array.from(sizes),
    importance,
  };
}

function differ(values: Float64Array, start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) if (values[i] !== values[start]) return true;
  return false;
}

/** Room for the rows of one tree. */
function openRecords({ rows, features, bins }: BinnedRows, capacity: number) {
  const groups = Math.ceil(features / 4);
  const all = new Int32Array(bins.buffer, bins.byteOffset, rows * groups);
  const words = new Int32Array(capacity * groups);
  const rank = new Int32Array(capacity);
  const outcome = new Float64Array(capacity);
  const weight = new Float64Array(capacity);
  const spare = {
    words: words.slice(),
    rank: rank.slice(),
    outcome: outcome.slice(),
    weight: weight.slice(),
  };
  const bytes = new Uint8Array(words.buffer);
  return {
    bytes,
    stride: 4 * groups,
    outcome,
    weight,
    /** Place of each row's outcome among all, ascending. */
    rank,
    put(i: number, row: number, value: number, itsWeight: number, itsRank: number): void {
      for (let group = 0; group < groups; group++) words[i * groups + group] = all[group * rows + row];
      outcome[i] = value;
      weight[i] = itsWeight;
      rank[i] = itsRank;
    },
    /** Moves the rows that go left before the others, both in the order they had, and returns where the others begin. */
    part(start: number, end: number, feature: number, goesLeft: Uint8Array): number {
      let left = start;
      let right = 0;
      for (let i = start; i < end; i++) {
        const goes = goesLeft[bytes[i * 4 * groups + feature]];
        const to = goes === 1 ? left++ : right++;
        const into = goes === 1 ? words : spare.words;
        for (let group = 0; group < groups; group++) into[to * groups + group] = words[i * groups + group];
        (goes === 1 ? outcome : spare.outcome)[to] = outcome[i];
        (goes === 1 ? weight : spare.weight)[to] = weight[i];
        (goes === 1 ? rank : spare.rank)[to] = rank[i];
      }
      words.set(spare.words.subarray(0, right * groups), left * groups);
      outcome.set(spare.outcome.subarray(0, right), left);
      weight.set(spare.weight.subarray(0, right), left);
      rank.set(spare.rank.subarray(0, right), left);
      return left;
    },
  } satisfies Records & Record<string, unknown>;
}

function meanOf(rows: Int32Array, outcome: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (const row of rows) {
    const weight = weights === undefined ? 1 : weights[row];
    sum += weight * outcome[row];
    total += weight;
  }
  return sum / total;
}
