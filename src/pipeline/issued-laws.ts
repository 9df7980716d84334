import type { Distributions } from '../forecast/distributions.ts';
import { fillHours } from '../forecast/fill-hours.ts';
import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import type { Store, StoredPrediction } from '../store/store.ts';
import { firstAt } from '../weather/first-at.ts';
import type { Variable } from '../weather/variable.ts';

/** What was served of one variable at one place, issue by issue, ready to be asked what it was at a time. */
export interface IssuedLaws {
  /** Every valid time that something was said of, ascending. */
  readonly validTimes: Float64Array;
  /** Milliseconds from the issue to the valid time, the longest that there is. */
  readonly longestAhead: number;
  /**
   * The distributions of some valid times as they stood at a time: of each the newest issued by then. Undefined where
   * nothing had been issued for one of them. Hours between that are not predicted are filled in where `every` asks for it.
   */
  readonly at: (times: ArrayLike<number>, asOf: number, every: boolean) => AsIssued | undefined;
}

export interface AsIssued {
  readonly laws: Distributions;
  /** Of the newest that went in. */
  readonly issuedAt: number;
}

/** An issue without what its experts said. */
interface ServedIssue extends Pick<StoredPrediction, 'issuedAt' | 'validTimes' | 'levels'> {
  /** Valid times x levels. */
  readonly quantiles: Float32Array;
}

/** Reads all that was served of a variable at a place and issued in a period. */
export async function issuedLaws(
  store: Store,
  place: string,
  variable: Variable,
  issued: { readonly issuedFrom?: number; readonly issuedUntil?: number },
): Promise<IssuedLaws> {
  const issues: ServedIssue[] = [];
  for await (const block of store.predictions({ places: [place], variables: [variable.name], ...issued }))
    for (const one of block) issues.push(servedOf(one));
  const issueTimes = issues.map(({ issuedAt }) => issuedAt);
  const validTimes = [...new Set(issues.flatMap((one) => [...one.validTimes]))].sort((a, b) => a - b);
  const longestAhead = issues.reduce(
    (longest, one) => Math.max(longest, one.validTimes[one.validTimes.length - 1] - one.issuedAt),
    -Infinity,
  );
  return {
    validTimes: Float64Array.from(validTimes),
    longestAhead,
    at(times, asOf, every) {
      const newest = firstAt(issueTimes, asOf + 1) - 1;
      const rows: number[] = [];
      const levels = issues[newest]?.levels ?? [];
      let issuedAt = -Infinity;
      for (let d = 0; d < times.length; d++) {
        const found = newestOf(issues, newest, times[d], levels, times[d] - longestAhead, every);
        if (found === undefined) return undefined;
        rows.push(...found.quantiles);
        issuedAt = Math.max(issuedAt, found.issuedAt);
      }
      const { lower, upper } = variable;
      return {
        laws: quantileDistributions(Float64Array.from(levels), Float64Array.from(rows), lower, upper),
        issuedAt,
      };
    },
  };
}

function servedOf({ issuedAt, validTimes, levels, contenders, quantiles }: StoredPrediction): ServedIssue {
  const count = levels.length;
  const served = new Float32Array(validTimes.length * count);
  for (let i = 0; i < validTimes.length; i++) {
    const from = i * contenders.length * count;
    served.set(quantiles.subarray(from, from + count), i * count);
  }
  return { issuedAt, validTimes, levels, quantiles: served };
}

/** What the newest issue up to an index says of a valid time. */
function newestOf(
  issues: readonly ServedIssue[],
  newest: number,
  time: number,
  levels: readonly number[],
  oldest: number,
  every: boolean,
): { readonly quantiles: ArrayLike<number> & Iterable<number>; readonly issuedAt: number } | undefined {
  for (let k = newest; k >= 0 && issues[k].issuedAt >= oldest; k--) {
    const { validTimes, quantiles, issuedAt, levels: own } = issues[k];
    const i = firstAt(validTimes, time);
    // Levels never changed so far; an issue with others cannot stand in one row with these.
    if (own.length !== levels.length || i === validTimes.length) continue;
    const row = (at: number) => quantiles.subarray(at * levels.length, (at + 1) * levels.length);
    if (validTimes[i] === time) return { quantiles: row(i), issuedAt };
    if (!every || i === 0) continue;
    const between = fillHours(
      {
        validTimes: validTimes.subarray(i - 1, i + 1),
        quantiles: Float64Array.of(...row(i - 1), ...row(i)),
      },
      levels.length,
    );
    const at = between.validTimes.indexOf(time) * levels.length;
    if (at >= 0) return { quantiles: between.quantiles.subarray(at, at + levels.length), issuedAt };
  }
  return undefined;
}
