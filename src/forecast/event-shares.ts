import { meets, type WeatherEvent } from './event.ts';
import type { EventPeriod } from './event-periods.ts';
import type { Trajectories } from './trajectories.ts';

type Condition = Pick<WeatherEvent, 'statistic' | 'comparison' | 'threshold'>;

/** In what share of trajectories an event happens. */
export interface EventShares {
  /** One a period; NaN where an hour of it is missing. */
  readonly periods: Float64Array;
  /** In any of the periods that are not missing; NaN where all are. */
  readonly anyTime: number;
}

/**
 * Shares of trajectories in which an event happens: in each period, and in any of them.
 *
 * Each trajectory is taken by itself, so a sum, an extreme or a spell is that of one course of the weather. A period with a
 * missing (NaN) hour in a trajectory has no share.
 *
 * @example
 * // Two trajectories of two hours, one period: rain 4 + 4 mm and 0 + 6 mm.
 * eventShares({ count: 2, dimension: 2, values: Float64Array.of(4, 4, 0, 6) }, sumAbove7, [{ from: 0, to: 2, … }]).anyTime; // 0.5
 */
export function eventShares(
  { count, dimension, values }: Trajectories,
  condition: Condition,
  periods: readonly EventPeriod[],
): EventShares {
  const happened = new Float64Array(periods.length);
  let anyTime = 0;
  for (let k = 0; k < count; k++) {
    let any = false;
    periods.forEach(({ from, to }, p) => {
      const outcome = eventOutcome(condition, values, k * dimension + from, k * dimension + to);
      happened[p] += outcome;
      any ||= outcome === 1;
    });
    if (any) anyTime++;
  }
  const shares = happened.map((number) => number / count);
  return { periods: shares, anyTime: shares.every(Number.isNaN) ? Number.NaN : anyTime / count };
}

/** Whether an event happened in the hours from ≤ i < to of some values: 1, 0, or NaN where one of them is missing. */
export function eventOutcome(
  { statistic, comparison, threshold }: Condition,
  values: Float64Array,
  from: number,
  to: number,
): number {
  if (statistic === 'spell') {
    let all = 1;
    for (let i = from; i < to; i++) {
      if (Number.isNaN(values[i])) return Number.NaN;
      if (!meets(comparison, values[i], threshold)) all = 0;
    }
    return all;
  }
  const value = statisticOf(statistic, values, from, to);
  if (Number.isNaN(value)) return Number.NaN;
  return meets(comparison, value, threshold) ? 1 : 0;
}

/** Sum, mean or extreme of the values from ≤ i < to; of a single `value` itself. NaN where one is missing. */
export function statisticOf(
  statistic: Exclude<WeatherEvent['statistic'], 'spell'>,
  values: Float64Array,
  from: number,
  to: number,
): number {
  let sum = 0;
  let least = Infinity;
  let most = -Infinity;
  for (let i = from; i < to; i++) {
    sum += values[i];
    if (values[i] < least) least = values[i];
    if (values[i] > most) most = values[i];
  }
  if (Number.isNaN(sum)) return Number.NaN;
  switch (statistic) {
    case 'min':
      return least;
    case 'max':
      return most;
    case 'mean':
      return sum / (to - from);
    case 'value':
    case 'sum':
      return sum;
  }
}

/**
 * Of each trajectory the longest row of values that meet a comparison, as a number of values, in ascending order.
 *
 * @param breaks indexes before which a value is missing from the axis: no row goes on across one
 */
export function longestSpells(
  { count, dimension, values }: Trajectories,
  { comparison, threshold }: Condition,
  breaks: ReadonlySet<number> = new Set(),
): Float64Array {
  const longest = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let row = 0;
    for (let d = 0; d < dimension; d++) {
      if (breaks.has(d)) row = 0;
      row = meets(comparison, values[k * dimension + d], threshold) ? row + 1 : 0;
      longest[k] = Math.max(longest[k], row);
    }
  }
  return longest.sort();
}
