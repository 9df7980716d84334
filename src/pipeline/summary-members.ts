import { isReducible, summarise, summaryColumns } from '../store/reduce-run.ts';
import { unpackValues } from '../store/run-values.ts';
import type { Layout, Run } from '../store/store.ts';

/** Members that stand for an ensemble of which only the summary is kept, or could be. */
const STAND_INS = 5;

/**
 * A run whose ensemble is read as {@link STAND_INS} members with its mean, its spread and, up to these, its quantiles; any
 * other run as it is.
 *
 * Once some runs of a store are kept as summaries only, all are read this way, so that what was learned from old runs
 * fits the new ones.
 */
export function summaryMembers(run: Run): Run {
  const { layout, values } = run;
  const summary = summaryColumns.map((name) => layout.columns.indexOf(name));
  const reduced = summary[0] >= 0;
  if (!reduced && !isReducible(layout)) return run;
  const width = layout.columns.length;
  const numbers = new Float64Array(values.stored.length);
  unpackValues(values, 0, numbers.length, numbers, 0);
  const positions = layout.columns.map((_, k) => k);
  const members = positions.filter((k) => layout.columns[k].startsWith('member_'));
  const others = positions.filter((k) => !members.includes(k) && !summary.includes(k));
  const steps = numbers.length / width;
  const out = new Float64Array(steps * (STAND_INS + others.length));
  for (let step = 0; step < steps; step++) {
    const at = step * (STAND_INS + others.length);
    const own = numbers.subarray(step * width, (step + 1) * width);
    out.set(
      standIns(reduced ? summary.map((k) => own[k]) : summarise(Float64Array.from(members, (k) => own[k]))),
      at,
    );
    others.forEach((k, j) => {
      out[at + STAND_INS + j] = own[k];
    });
  }
  return { ...run, layout: layoutOf(layout, others), values: { stored: out, decimals: Number.NaN } };
}

const layouts = new WeakMap<Layout, Layout>();

/** One object for all runs of a layout: they are told apart by it. */
function layoutOf(layout: Layout, others: readonly number[]): Layout {
  let own = layouts.get(layout);
  if (own === undefined) {
    const members = Array.from({ length: STAND_INS }, (_, k) => `member_${k + 1}`);
    own = { columns: [...members, ...others.map((k) => layout.columns[k])], series: layout.series };
    layouts.set(layout, own);
  }
  return own;
}

/**
 * Values at and between the quantiles, moved and stretched until mean and standard deviation (divisor n − 1) are those of
 * the ensemble. Missing where the ensemble is.
 */
function standIns([mean, sd, q10, q50, q90]: readonly number[]): number[] {
  const shape = [q10, (q10 + q50) / 2, q50, (q50 + q90) / 2, q90];
  const centre = shape.reduce((sum, value) => sum + value, 0) / STAND_INS;
  const spread = Math.sqrt(shape.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (STAND_INS - 1));
  const stretch = spread > 0 && sd > 0 ? sd / spread : 0;
  // An ensemble of rain has no member below zero, so its stand-ins have none.
  const floor = q10 >= 0 ? 0 : -Infinity;
  return shape.map((value) => Math.max(floor, mean + stretch * (value - centre)));
}
