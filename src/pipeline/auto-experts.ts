import type { Model } from '../models/model.ts';
import { findModel } from '../models/registry.ts';
import type { SettingsChoice } from '../models/settings.ts';
import { settingsFor } from '../models/settings.ts';
import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import type { Pairs } from '../weather/pairs.ts';
import { msPerDay } from '../weather/time.ts';
import { type FitTimes, fitTime, fitTimes } from './backtest-plan.ts';
import { groupCases } from './case-groups.ts';
import type { ExpertChunk, ExpertRefusals } from './expert-chunk.ts';
import { forecastExperts } from './experts.ts';
import { nameCases } from './name-cases.ts';

/** Who answers under `auto` where there are only predictors. */
const predictorExperts = [
  'persistence',
  'climatology',
  'harmonic',
  'emos-season',
  'regional',
  'trees',
  'forest',
];
/** The same where there are outcomes alone. */
const outcomeExperts = ['persistence', 'climatology', 'harmonic', 'regional'];

/** Who answers under `auto` for a table. */
export function autoExperts({ members, models, predictors }: Pairs): readonly string[] {
  if (members + models > 0) return forecastExperts;
  return predictors > 0 ? predictorExperts : outcomeExperts;
}

/** Levels of the quantiles that experts answer with. */
export const expertLevels: readonly number[] = [
  0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
  0.9, 0.95, 0.975, 0.99,
];

/** Days between fits of an expert that does not learn outcome by outcome. */
const REFIT_DAYS = 30;
/** Parts that an expert's fits of a block are cut into. */
const PARTS = 4;

/** Rows of a table that experts are asked about. */
export interface Asked {
  /** For each row of the table its slot; −1 for a row that is not asked. */
  readonly slotOf: Int32Array;
  readonly slots: number;
  /** For each row of the table when it is answered; nothing that became known later is used. */
  readonly answerTime: Float64Array;
  /** All experts are fitted at this time, whatever their schedule; undefined for none such. */
  readonly asOf?: number | undefined;
}

/** On what experts are fitted, and when. */
export interface ExpertSchedule {
  /** Only so many of the latest dates train; undefined for all. */
  readonly dates?: number | undefined;
  /** Days between fits of an expert that does not learn outcome by outcome; 30, or none with a window of dates. */
  readonly refitDays?: number | undefined;
}

/**
 * The time that an expert's answer is fitted as of.
 *
 * @param time when it answers
 * @param first when the first forecast was available. Every thirty days after it all are fitted, and before the first of these
 *   daily, or there would be a month without an answer
 */
export function expertFitTime(
  isRecursive: boolean,
  { dates, refitDays }: ExpertSchedule,
  time: number,
  first: number,
): number {
  if (isRecursive || (dates !== undefined && refitDays === undefined)) return time;
  if (refitDays !== undefined) return fitTime({ refitDays }, time);
  const age = time - first;
  return age < REFIT_DAYS * msPerDay
    ? fitTime({ refitDays: 1 }, time)
    : first + fitTime({ refitDays: REFIT_DAYS }, age);
}

/** What experts say: quantiles, slots x levels for each; NaN where one is silent. */
export interface ExpertAnswers {
  readonly experts: readonly string[];
  readonly levels: readonly number[];
  readonly quantiles: readonly Float32Array[];
  /** Why an expert is silent somewhere, in words. */
  readonly refusals: Readonly<Record<string, readonly string[]>>;
}

/**
 * Asks every expert about rows of a table, each as it could have been fitted when the row's forecast was available.
 *
 * An expert that learns outcome by outcome is brought up to date at every such time, another one every thirty days (daily in
 * the first thirty) or as often as asked; with a window of dates all are fitted each time, unless a number of days is asked for.
 */
export async function askExperts(
  pairs: Pairs,
  { slotOf, slots, answerTime, asOf }: Asked,
  { dates, refitDays, ...options }: SettingsChoice & RunOptions & ExpertSchedule,
  pool: ComputePool,
): Promise<ExpertAnswers> {
  const levels = Float64Array.from(expertLevels);
  const grouped = new Map<string, ReturnType<typeof groupCases>>();
  const groupsFor = (model: Model) => {
    const key = `${model.acrossLeads === true}`;
    let groups = grouped.get(key);
    if (groups === undefined)
      grouped.set(
        key,
        (groups = groupCases(pairs, {
          usesRecent: true,
          usesContext: model.acrossLeads,
          acrossLeads: model.acrossLeads,
        })),
      );
    return groups;
  };
  const experts = autoExperts(pairs);
  const quantiles = experts.map(() =>
    new Float32Array(new SharedArrayBuffer(4 * slots * levels.length)).fill(Number.NaN),
  );
  const chunks: ExpertChunk[] = experts.flatMap((name, expert) => {
    const model = findModel(name);
    const { groups, tableRows } = groupsFor(model);
    return groups.flatMap((cases, k): ExpertChunk[] => {
      const slot = tableRows[k].map((row) => slotOf[row]);
      const first = cases.availableTime.reduce((least, time) => Math.min(least, time), Infinity);
      const timeOf = (row: number) => {
        const time = answerTime[tableRows[k][row]];
        return time === asOf
          ? time
          : expertFitTime(model.isRecursive === true, { dates, refitDays }, time, first);
      };
      const rows = [...slot.keys()].filter((row) => slot[row] >= 0);
      const times: FitTimes = fitTimes(cases, Float64Array.from(new Set(rows.map(timeOf))).sort(), dates);
      const index = new Map(Array.from(times.asOf, (time, fit) => [time, fit]));
      const fitOf = new Int32Array(cases.size).fill(-1);
      for (const row of rows) fitOf[row] = index.get(timeOf(row))!;
      const fits = times.asOf.length;
      const size = Math.ceil(fits / PARTS);
      return Array.from({ length: Math.ceil(fits / Math.max(1, size)) }, (_, part) => ({
        cases,
        model: name,
        settings: settingsFor(cases.variable, options),
        byPlace: pairs.columns.length === 0,
        times,
        fitOf,
        from: part * size,
        until: Math.min(fits, (part + 1) * size),
        levels,
        slot,
        out: quantiles[expert],
      }));
    });
  });
  const refusals: Record<string, Set<string>> = {};
  // The longest first: one of them at the end would leave the other threads without work.
  const order = chunks.toSorted((a, b) => costOf(b) - costOf(a));
  await pool.run<ExpertChunk, ExpertRefusals>(
    'expertChunk',
    order,
    (result, k) => {
      for (const refusal of result.refusals) (refusals[order[k].model] ??= new Set()).add(refusal);
    },
    { ...options, about: (k) => `${order[k].model}: ${nameCases(order[k].cases, [])}` },
  );
  return {
    experts,
    levels: expertLevels,
    quantiles,
    refusals: Object.fromEntries(Object.entries(refusals).map(([name, some]) => [name, [...some]])),
  };
}

function costOf({ cases, from, until, model }: ExpertChunk): number {
  return cases.size * (findModel(model).isRecursive === true ? 100 : until - from);
}
