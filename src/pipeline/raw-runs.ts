import { mergeParts } from '../store/run-parts.ts';
import { unpackValues } from '../store/run-values.ts';
import type { Run, Store } from '../store/store.ts';
import { firstAt } from '../weather/first-at.ts';
import { msPerHour } from '../weather/time.ts';

/** What one run said of one variable at one place, as issued. */
export interface RawRun {
  readonly source: string;
  readonly issuedAt: number;
  readonly knownAt: number;
  /** Steps by valid time. */
  readonly stepOf: ReadonlyMap<number, number>;
  /** The last valid time. */
  readonly reach: number;
  /** Members; 0 where the run is of single models. */
  readonly members: number;
  /** Members or, without these, models. */
  readonly width: number;
  /** Steps x width; NaN where missing. */
  readonly values: Float64Array;
}

/** Runs of each source by rising issue. */
export type RunsBySource = readonly {
  readonly runs: readonly RawRun[];
  readonly issueTimes: readonly number[];
  /** Milliseconds from the issue to the last valid time, the most of any run. */
  readonly longestAhead: number;
}[];

/**
 * The runs of one variable at one place, by source and issue: their members, or, where there are none, their models. Of an
 * ensemble of which only the summary is kept there is nothing.
 */
export async function rawRuns(
  store: Store,
  place: string,
  variable: string,
  known: { readonly issuedFrom?: number; readonly knownUntil?: number },
): Promise<RunsBySource> {
  const runs: RawRun[] = [];
  let parts: Run[] = [];
  const finish = () => {
    const one =
      parts.length === 0 ? undefined : rawRun(parts.length === 1 ? parts[0] : mergeParts(parts), variable);
    if (one !== undefined) runs.push(one);
    parts = [];
  };
  for await (const block of store.runs({ places: [place], variable, ...known }))
    for (const run of block) {
      const [first] = parts;
      const same =
        first?.source === run.source && first.issuedAt === run.issuedAt && first.knownAt === run.knownAt;
      if (!same) finish();
      parts.push(run);
    }
  finish();
  return [...Map.groupBy(runs, ({ source }) => source).values()].map((own) => ({
    runs: own,
    issueTimes: own.map(({ issuedAt }) => issuedAt),
    longestAhead: own.reduce((most, { issuedAt, reach }) => Math.max(most, reach - issuedAt), 0),
  }));
}

function rawRun({ source, issuedAt, knownAt, layout, values }: Run, variable: string): RawRun | undefined {
  const columns = (prefix: string) =>
    layout.columns.flatMap((name, k) => (name.startsWith(prefix) ? [k] : []));
  const members = columns('member_');
  const own = members.length > 0 ? members : columns('model_');
  if (own.length === 0) return undefined;
  const all = layout.columns.length;
  const stepOf = new Map<number, number>();
  let taken = new Float64Array();
  let reach = issuedAt;
  let step = 0;
  for (const { variable: name, leads } of layout.series) {
    if (name === variable) {
      const numbers = new Float64Array(leads.length * all);
      unpackValues(values, step * all, (step + leads.length) * all, numbers, 0);
      taken = Float64Array.from({ length: leads.length * own.length }, (_, at) => {
        const row = Math.floor(at / own.length);
        return numbers[row * all + own[at % own.length]];
      });
      leads.forEach((lead, k) => {
        reach = issuedAt + Math.round(lead * msPerHour);
        stepOf.set(reach, k);
      });
    }
    step += leads.length;
  }
  const width = own.length;
  return { source, issuedAt, knownAt, stepOf, reach, members: members.length, width, values: taken };
}

/** The runs known at a time that reach over all of some times, of each source only the newest; the newest first. */
export function newestRunsOver(
  bySource: RunsBySource,
  times: ArrayLike<number>,
  knownUntil: number,
): readonly RawRun[] {
  const newest: RawRun[] = [];
  for (const { runs, issueTimes, longestAhead } of bySource) {
    for (let k = firstAt(issueTimes, knownUntil + 1) - 1; k >= 0; k--) {
      // One issued before reaches no more.
      if (runs[k].issuedAt < times[0] - longestAhead) break;
      if (runs[k].knownAt > knownUntil || !reachesOver(runs[k], times)) continue;
      newest.push(runs[k]);
      break;
    }
  }
  return newest.sort((a, b) => b.issuedAt - a.issuedAt);
}

function reachesOver({ stepOf }: RawRun, times: ArrayLike<number>): boolean {
  for (let d = 0; d < times.length; d++) if (!stepOf.has(times[d])) return false;
  return true;
}

/** Courses of a run's members or models over some times that it has: width x times; NaN where missing. */
export function coursesOf({ stepOf, width, values }: RawRun, times: ArrayLike<number>): Float64Array {
  const courses = new Float64Array(width * times.length);
  for (let d = 0; d < times.length; d++) {
    const row = stepOf.get(times[d])! * width;
    for (let k = 0; k < width; k++) courses[k * times.length + d] = values[row + k];
  }
  return courses;
}
