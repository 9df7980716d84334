import { WeatherglassError } from '../errors.ts';
import type { BinnedRows } from './bins.ts';
import type { Control } from './control.ts';
import type { Forest } from './forest.ts';
import { leafOf, treeCount } from './tree.ts';

/** Outcomes that have a common sum: a quantile is found by going over the sums first. */
const SHELF_BITS = 8;
/** A probability may fall short of a level by this much, which is rounding. */
const ROUNDING = 1e-12;

export interface ForestQuantiles {
  /**
   * Quantiles of each row: the least outcome y with F(y) ≥ level.
   *
   * @param levels ascending, within [0, 1]
   * @param out rows x levels, row by row
   * @throws WeatherglassError Usage for levels that are not ascending.
   */
  readonly answer: (binned: BinnedRows, levels: Float64Array, out: Float64Array, control: Control) => void;
}

/**
 * Opens room for answering with a forest (Meinshausen 2006, JMLR 7, 983–999): F(y) = Σ w_i 1{y_i ≤ y} over the outcomes learned
 * from, w_i the mean over the trees of v_i / Σ v_j, the sum over the leaf that the row falls into; 0 for outcomes outside of it.
 *
 * v is the weight of an outcome. The quantiles of a row never cross, and are outcomes that were seen.
 */
export function openForestQuantiles(forest: Forest): ForestQuantiles {
  const { trees, outcomes, weights, members, firstMember, size } = forest;
  const count = treeCount(trees);
  const leaves = new Int32Array(count);
  const mass = new Float64Array(outcomes.length);
  const shelves = new Float64Array((outcomes.length >> SHELF_BITS) + 1);
  const shareOf = shares(forest, count);

  function fill(binned: BinnedRows, row: number): void {
    for (let tree = 0; tree < count; tree++) {
      const leaf = leafOf(trees, trees.roots[tree], binned, row);
      leaves[tree] = leaf;
      const share = shareOf[leaf];
      for (let k = firstMember[leaf], end = k + size[leaf]; k < end; k++) {
        const rank = members[k];
        const add = share * weights[rank];
        mass[rank] += add;
        shelves[rank >> SHELF_BITS] += add;
      }
    }
  }

  function clear(): void {
    for (const leaf of leaves)
      for (let k = firstMember[leaf], end = k + size[leaf]; k < end; k++) mass[members[k]] = 0;
    shelves.fill(0);
  }

  /** Reads the quantiles, whose levels ascend, in one pass over the shelves. */
  function read(levels: Float64Array, out: Float64Array, at: number): void {
    let shelf = 0;
    /** Probability of all shelves before this one. */
    let before = 0;
    for (let k = 0; k < levels.length; k++) {
      const level = levels[k] - ROUNDING;
      while (shelf + 1 < shelves.length && before + shelves[shelf] < level) before += shelves[shelf++];
      let sum = before;
      let last = Number.NaN;
      const end = Math.min(outcomes.length, (shelf + 1) << SHELF_BITS);
      for (let rank = shelf << SHELF_BITS; rank < end; rank++) {
        if (mass[rank] === 0) continue;
        sum += mass[rank];
        last = outcomes[rank];
        if (sum >= level) break;
      }
      // A shelf without any mass is read only where rounding has left a hair of the level: the quantile is the one before.
      out[at + k] = Number.isNaN(last) ? (k > 0 ? out[at + k - 1] : greatest()) : last;
    }
  }

  function greatest(): number {
    for (let rank = outcomes.length - 1; rank > 0; rank--) if (mass[rank] > 0) return outcomes[rank];
    return outcomes[0];
  }

  return {
    answer(binned, levels, out, control) {
      for (let k = 1; k < levels.length; k++)
        if (!(levels[k] > levels[k - 1]))
          throw new WeatherglassError('Usage', 'levels of quantiles must be ascending');
      for (let row = 0; row < binned.rows; row++) {
        if (row % 32 === 0) control.checkpoint(row, binned.rows);
        fill(binned, row);
        read(levels, out, row * levels.length);
        clear();
      }
    },
  };
}

/** Of each leaf 1 / (trees · its weight). */
function shares({ members, weights, firstMember, size }: Forest, trees: number): Float64Array {
  return Float64Array.from(size, (count, leaf) => {
    let sum = 0;
    for (let k = firstMember[leaf]; k < firstMember[leaf] + count; k++) sum += weights[members[k]];
    return count === 0 ? 0 : 1 / (trees * sum);
  });
}
