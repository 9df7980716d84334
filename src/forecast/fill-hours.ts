import { msPerHour } from '../weather/time.ts';

/** Hours between two values that may be filled in: the step of forecasts from the third day on. */
export const longestFill = 3;

/** Quantiles of some valid times. */
export interface QuantileSeries {
  /** Epoch milliseconds, ascending. */
  readonly validTimes: Float64Array;
  /** Valid times x levels, row by row, in the variable's unit. */
  readonly quantiles: Float64Array;
}

/**
 * A series of hourly values with the hours between that are not predicted: of each level the quantile in a straight line from
 * the hour before to the hour after, where these are at most 3 hours apart.
 *
 * `Q_t(p) = Q_a(p) + (t − a) / (b − a) · (Q_b(p) − Q_a(p))`
 *
 * Farther ahead than two days only every third hour is predicted, for single hours are no better known than their
 * neighbours; but a sum or an extreme needs them all. A quantile that is missing on one side is missing between.
 *
 * @param levels number of levels
 *
 * @example
 * // 00:00 and 02:00 with medians of 4 and 6: 01:00 is given 5.
 */
export function fillHours({ validTimes, quantiles }: QuantileSeries, levels: number): QuantileSeries {
  const times: number[] = [];
  const rows: number[] = [];
  validTimes.forEach((time, i) => {
    const before = validTimes[i - 1];
    const hours = i === 0 ? 1 : (time - before) / msPerHour;
    const filled = Number.isInteger(hours) && hours <= longestFill ? hours : 1;
    for (let step = 1; step <= filled; step++) {
      const share = step / filled;
      times.push(filled === 1 ? time : before + step * msPerHour);
      for (let j = 0; j < levels; j++) {
        const right = quantiles[i * levels + j];
        const left = filled === 1 ? right : quantiles[(i - 1) * levels + j];
        // At the hour itself its own value, to the last digit.
        rows.push(share === 1 ? right : left + share * (right - left));
      }
    }
  });
  return { validTimes: Float64Array.from(times), quantiles: Float64Array.from(rows) };
}
