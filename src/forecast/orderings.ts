import { type Obey, type PhysicsRule, type RowSeries, rowsTogether, statisticOf } from './physics-rule.ts';

/**
 * Variables of which one is never above the other, nor are their means, minima or maxima over the same hours: the dew point never
 * above the temperature, the mean wind never above the gust of its hour.
 *
 * Where X ≤ Y always, every quantile of X is at most that of Y at the same level; laws learned apart may break that.
 *
 * Where one gives way to another that is right, its expected CRPS is not raised. Where both meet halfway, the sum of their CRPSs is
 * never raised, whatever is right, of outcomes that are in order: the pinball loss ρ is convex in the difference, so that
 * ρ(x, a) + ρ(y, b) ≥ ρ(x, b) + ρ(y, a) for x ≤ y and a ≥ b, and halfway costs no more than the mean of the two.
 */
export interface Ordering {
  readonly below: string;
  readonly above: string;
  /** The one that gives way: that of which less is known; both, to halfway, where that may be either. */
  readonly moves: 'below' | 'above' | 'both';
}

const dewPoint: Ordering = { below: 'dew_point_2m', above: 'temperature_2m', moves: 'below' };
const gusts: Ordering = { below: 'wind_speed_10m', above: 'wind_gusts_10m', moves: 'both' };
export const orderings: readonly Ordering[] = [dewPoint, gusts];

/** The dew point is at most the temperature. */
export const dewPointRule: PhysicsRule = {
  name: 'dew-point',
  reads: 'temperature and dew point of the same time, or their means, minima or maxima over the same hours',
  changes: 'the dew point',
  why: 'air holds no more water than at saturation; of the temperature more is known',
  prepare: (series, levels) => prepareOrdering(dewPoint, series, levels),
};

/** Gusts are at least the mean wind. */
export const gustsRule: PhysicsRule = {
  name: 'gusts',
  reads: 'mean wind and gusts of the same time, or their means, minima or maxima over the same hours',
  changes: 'both, to halfway; of statistics of several hours the gusts',
  why: 'a greatest value is no less than a mean; neither is known better',
  prepare: (series, levels) => prepareOrdering(gusts, series, levels),
};

function prepareOrdering(
  ordering: Ordering,
  series: readonly RowSeries[],
  levels: Float64Array | undefined,
): Obey | undefined {
  const pairs: OrderedRows[] = [];
  for (const low of series) {
    const { base, ending } = statisticOf(low.variable.name);
    if (base !== ordering.below) continue;
    for (const reached of notBelow(ending)) {
      const high = series.find(({ variable }) => variable.name === ordering.above + reached);
      if (high === undefined) continue;
      const [below, above] = rowsTogether(low, high);
      // Statistics have been brought in order among themselves, which lowering one of them could undo.
      const moves = ordering.moves === 'both' && ending !== '' ? 'above' : ordering.moves;
      if (below.length > 0) pairs.push({ moves, below, above });
    }
  }
  if (pairs.length === 0) return undefined;
  return (numbers, at) => {
    let [values, quantiles] = [0, 0];
    for (const rows of pairs) {
      const moved = orderQuantiles(numbers, at, levels?.length ?? 1, rows);
      values += moved.values;
      quantiles += moved.quantiles;
    }
    return { values, quantiles };
  };
}

/**
 * Statistics that are never below a statistic of the same hours: a mean is none below a mean, nor is a maximum. Without the
 * latter a minimum whose own limit is missing could be left above a maximum that was lowered.
 */
function notBelow(ending: string): readonly string[] {
  const [, statistic, hours] = /^_(min|mean|max)(.*)$/.exec(ending) ?? [];
  const rising = ['min', 'mean', 'max'];
  return statistic === undefined
    ? [ending]
    : rising.slice(rising.indexOf(statistic)).map((one) => `_${one}${hours}`);
}

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
 * @returns how many rows and quantiles were changed
 */
export function orderQuantiles(
  quantiles: Float32Array | Float64Array,
  at: number,
  levels: number,
  { moves, below, above }: OrderedRows,
): { readonly values: number; readonly quantiles: number } {
  let [values, changed] = [0, 0];
  for (let i = 0; i < below.length; i++) {
    let low = at + below[i] * levels;
    let high = at + above[i] * levels;
    let [lowered, raised] = [0, 0];
    for (let k = 0; k < levels; k++, low++, high++) {
      const a = quantiles[low];
      const b = quantiles[high];
      if (!(a > b)) continue;
      if (moves !== 'above') quantiles[low] = moves === 'below' ? b : (a + b) / 2;
      if (moves !== 'below') quantiles[high] = quantiles[low];
      // Halfway, rounded to single precision, may be what was there.
      if (quantiles[low] !== a) lowered++;
      if (quantiles[high] !== b) raised++;
    }
    changed += lowered + raised;
    values += (lowered > 0 ? 1 : 0) + (raised > 0 ? 1 : 0);
  }
  return { values, quantiles: changed };
}
