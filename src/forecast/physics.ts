/**
 * Variables of which one is never above the other: the dew point never above the temperature, the mean wind never above
 * the gust of its hour.
 *
 * Where X ≤ Y always, every quantile of X is at most that of Y at the same level; laws learned apart may break that.
 */
export interface Ordering {
  readonly below: string;
  readonly above: string;
  /** The one that gives way: that of which less is known. */
  readonly moves: 'below' | 'above';
}

export const orderings: readonly Ordering[] = [
  { below: 'dew_point_2m', above: 'temperature_2m', moves: 'below' },
  { below: 'wind_speed_10m', above: 'wind_gusts_10m', moves: 'above' },
];

/** Rows of an array of quantiles that an {@link Ordering} holds between: number by number, what is below and above. */
export interface OrderedRows {
  readonly moves: Ordering['moves'];
  readonly below: Int32Array;
  readonly above: Int32Array;
}

/**
 * Makes quantiles obey an ordering, in place. Missing ones (NaN) change nothing.
 *
 * @param quantiles rows of `levels` numbers, the first row at `at`
 * @returns how many quantiles were changed
 */
export function orderQuantiles(
  quantiles: Float32Array,
  at: number,
  levels: number,
  { moves, below, above }: OrderedRows,
): number {
  let changed = 0;
  for (let i = 0; i < below.length; i++) {
    let low = at + below[i] * levels;
    let high = at + above[i] * levels;
    for (let k = 0; k < levels; k++, low++, high++) {
      if (!(quantiles[low] > quantiles[high])) continue;
      if (moves === 'below') quantiles[low] = quantiles[high];
      else quantiles[high] = quantiles[low];
      changed++;
    }
  }
  return changed;
}
