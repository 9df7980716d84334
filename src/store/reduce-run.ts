import { empirical, makeSample } from '../forecast/empirical.ts';
import { numbersOf } from './run-parts.ts';
import { packValues, type RunValues } from './run-values.ts';
import { membersIn } from './sqlite-layouts.ts';
import type { Layout, Run } from './store.ts';

/** What is kept of the members of a step, in the order of {@link reducedLayout}'s last columns. */
const summaries = ['mean', 'sd', 'q10', 'q50', 'q90'] as const;
const shares = [0.1, 0.5, 0.9];
/** Decimals kept of a summary beyond those of the members: more than the rounding of the members leaves certain. */
const MORE_DECIMALS = 2;
const MOST_DECIMALS = 6;

/** Columns of the summaries. */
export const summaryColumns = summaries.map((summary) => `x_member_${summary}`);

/** Whether a run of this layout becomes smaller. */
export function isReducible(layout: Layout): boolean {
  return membersIn(layout) > summaries.length && !layout.columns.includes(summaryColumns[0]);
}

/** The layout without members, and with `x_member_mean`, `x_member_sd`, `x_member_q10`, `…_q50` and `…_q90` behind. */
export function reducedLayout({ columns, series }: Layout): Layout {
  return {
    columns: [...columns.filter((column) => !column.startsWith('member_')), ...summaryColumns],
    series,
  };
}

/**
 * Mean, standard deviation (divisor m − 1) and quantiles of the members of each step in place of the members, for a
 * layout whose members stand first. A quantile at a jump is the middle of the step.
 *
 * Missing members are left out. A step without any has NaN in all five, one with a single one NaN as its deviation.
 * What is summed up is rounded to two decimals more than the members have; other columns stay as issued.
 */
export function reducedValues(run: Run): RunValues {
  const width = run.layout.columns.length;
  const members = membersIn(run.layout);
  const kept = width - members;
  const numbers = numbersOf(run);
  const steps = numbers.length / width;
  const out = new Float64Array(steps * (kept + summaries.length));
  const { decimals } = run.values;
  const factor = 10 ** Math.min(MOST_DECIMALS, decimals + MORE_DECIMALS);
  const round = (value: number) => (Number.isNaN(decimals) ? value : Math.round(value * factor) / factor);
  for (let step = 0; step < steps; step++) {
    const row = numbers.subarray(step * width, (step + 1) * width);
    const at = step * (kept + summaries.length);
    out.set(row.subarray(members), at);
    summarise(row.subarray(0, members)).forEach((value, k) => {
      out[at + kept + k] = round(value);
    });
  }
  // Single precision that came without decimals stays that: what is issued in it survives.
  if (Number.isNaN(decimals) && run.values.stored instanceof Float32Array)
    return { stored: Float32Array.from(out), decimals };
  return packValues(out);
}

/** What is kept of some members, NaN those that are missing; in the order of {@link summaryColumns}. */
export function summarise(members: Float64Array): readonly number[] {
  const sample = makeSample(members);
  const count = sample.values.length;
  if (count === 0) return summaries.map(() => Number.NaN);
  const mean = sample.sum[count] / count;
  let squares = 0;
  for (const value of sample.values) squares += (value - mean) ** 2;
  const distribution = empirical([sample], Int32Array.of(0), Float64Array.of(0));
  return [mean, Math.sqrt(squares / (count - 1)), ...shares.map((share) => distribution.quantile(0, share))];
}
