/** Working space of {@link poolAdjacentViolators}; reuse it for every fit of at most its size. */
export interface PavSpace {
  /** Index of the first value of each block found. */
  readonly starts: Int32Array;
  readonly sums: Float64Array;
  readonly weights: Float64Array;
}

/** Working space for fits of up to `size` values. */
export function pavSpace(size: number): PavSpace {
  return {
    starts: new Int32Array(size),
    sums: new Float64Array(size),
    weights: new Float64Array(size),
  };
}

/**
 * Weighted isotonic regression by pooling adjacent violators, in place and O(n).
 *
 * ```
 * minimise Σ_i w_i (f_i − v_i)²   subject to   f_1 ≤ f_2 ≤ … ≤ f_n
 * ```
 *
 * v_i (`values`) are replaced by f_i; w_i (`weights`) are left alone. Equal neighbours stay separate blocks, so a
 * second fit changes nothing. A block of 0s and 1s with whole weights has exactly its relative frequency.
 *
 * Values belong to ascending, **distinct** x: pool ties first with {@link poolTies}. Weights must be positive and
 * values not NaN (not checked). No value: 0 blocks.
 *
 * Source: Ayer et al. 1955, doi 10.1214/aoms/1177728423; de Leeuw, Hornik & Mair 2009, doi 10.18637/jss.v032.i05.
 *
 * @param count how many of `values` are fitted, from index 0
 * @param space at least `count` long
 * @returns how many blocks there are; `space.starts` holds where each begins
 *
 * @example
 * const values = new Float64Array([1, 3, 2, 4]);
 * poolAdjacentViolators(values, new Float64Array([1, 1, 1, 1]), 4); // 3 blocks; values are 1, 2.5, 2.5, 4
 */
export function poolAdjacentViolators(
  values: Float64Array,
  weights: Float64Array,
  count: number = values.length,
  space: PavSpace = pavSpace(count),
): number {
  const { starts, sums, weights: blockWeights } = space;
  // Blocks are never more than the values read, so their means can live at the front of `values`.
  let blocks = 0;
  for (let i = 0; i < count; i++) {
    let mean = values[i];
    let weight = weights[i];
    let sum = mean * weight;
    let start = i;
    while (blocks > 0 && values[blocks - 1] > mean) {
      blocks--;
      sum += sums[blocks];
      weight += blockWeights[blocks];
      mean = sum / weight;
      start = starts[blocks];
    }
    values[blocks] = mean;
    sums[blocks] = sum;
    blockWeights[blocks] = weight;
    starts[blocks] = start;
    blocks++;
  }
  let end = count;
  for (let block = blocks - 1; block >= 0; block--) {
    // From the back: a block starts at or behind its own number, so no mean is overwritten unread.
    const mean = values[block];
    const start = starts[block];
    for (let i = start; i < end; i++) values[i] = mean;
    end = start;
  }
  return blocks;
}

/**
 * Joins neighbours with equal x into one: their weighted mean value, their summed weight; in place and O(n).
 *
 * @param x ascending (not checked)
 * @param count how many entries there are, from index 0
 * @returns how many distinct x remain, at the front of all three arrays
 *
 * @example
 * const x = new Float64Array([1, 2, 2]);
 * const values = new Float64Array([0, 1, 0]);
 * poolTies(x, values, new Float64Array([1, 1, 1]), 3); // 2; x starts 1, 2 and values start 0, 0.5
 */
export function poolTies(
  x: Float64Array,
  values: Float64Array,
  weights: Float64Array,
  count: number = x.length,
): number {
  let distinct = 0;
  let i = 0;
  while (i < count) {
    const at = x[i];
    let weight = weights[i];
    let sum = values[i] * weight;
    let mean = values[i];
    for (i++; i < count && x[i] === at; i++) {
      weight += weights[i];
      sum += values[i] * weights[i];
      mean = sum / weight;
    }
    x[distinct] = at;
    values[distinct] = mean;
    weights[distinct] = weight;
    distinct++;
  }
  return distinct;
}
