import { WeatherglassError } from '../errors.ts';
import { findModel } from '../models/registry.ts';
import { checkChoice, type SettingsChoice, settingsFor } from '../models/settings.ts';
import type { ComputePool } from '../runtime/compute-pool.ts';
import type { Pairs } from '../weather/pairs.ts';
import { formatInstant } from '../weather/time.ts';
import { type AutoAnswers, type AutoReport, autoAnswers, autoName, reportOf } from './auto.ts';
import type { BacktestChunk, BacktestGroup, ChunkResult, GivenAnswers } from './backtest-chunk.ts';
import { nothingSkipped, planGroup, type Skipped, type TargetPeriod, type Window } from './backtest-plan.ts';
import { groupCases } from './case-groups.ts';
import { exportHeader } from './export-line.ts';
import { nameCases } from './name-cases.ts';
import { type Breakdown, breakdowns, type GroupKeys, openScoreboard, type ScoreSheet } from './scoreboard.ts';
import { stagedProgress } from './staged-progress.ts';

export interface BacktestOptions extends SettingsChoice {
  readonly model: string;
  /** Places fitted together, or each alone. Variables and leads are always fitted apart. */
  readonly pool?: 'all' | 'place' | undefined;
  /** Under `auto`, `trainUntil` is where scoring begins, and `refitDays` is for experts that do not learn outcome by outcome. */
  readonly window?: Window | undefined;
  /** Period of valid times that targets come from; all by default. */
  readonly targets?: TargetPeriod | undefined;
  /** What groups of scores are kept apart. */
  readonly by?: readonly Breakdown[] | undefined;
  /** Seed of the bootstrap's intervals. */
  readonly seed?: number | string | undefined;
  /** Takes each block of the export's text as it is made, the header first. */
  readonly onExport?: ((text: string) => Promise<void> | void) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BacktestResult extends ScoreSheet {
  readonly rows: number;
  /** Targets answered by a simpler model than the one asked for. */
  readonly fallbacks: number;
  /** Those by the model that answered. */
  readonly fallbackModels: Readonly<Record<string, number>>;
  /** Rows that are no targets, by reason. */
  readonly skipped: Skipped;
  /** The forecast column that is empty in most of the incomplete rows; null where none is. */
  readonly emptiestColumn: string | null;
  readonly model: string;
  /** Laws fitted, by variable. */
  readonly law: string;
  readonly window: string;
  /** Units of the variables; with more than one, overall scores are averages of unlike things. */
  readonly units: readonly string[];
  readonly groups: readonly (GroupKeys & ScoreSheet)[];
  /** How experts were mixed, under `auto`. */
  readonly auto?: AutoReport | undefined;
}

/** Parts that the whole work is cut into. Fixed, so that sums round alike on any number of threads. */
const CHUNKS = 48;
/** Share of the time that answering takes under `auto`, and scoring. */
const STAGES = [0.95, 0.05];

/**
 * Replays history: fits the model as it could have been fitted at each time, predicts, and scores the predictions.
 *
 * Definitions of target, window and references are in docs/methods.md. Nothing that became known after a target's
 * forecast was available has any influence on its prediction.
 *
 * @param pool threads whose worker module is pipeline/jobs.ts
 * @throws WeatherglassError Usage for options that do not fit; InvalidData where there is no target; Cancelled.
 */
export async function backtest(
  pairs: Pairs,
  options: BacktestOptions,
  pool: ComputePool,
): Promise<BacktestResult> {
  const isAuto = options.model === autoName;
  const model = isAuto ? undefined : findModel(options.model);
  const window = options.window ?? {};
  if (model?.name === 'raw' && pairs.members + pairs.models === 0)
    throw new WeatherglassError(
      'Usage',
      'raw scores the forecast as issued, and the table has no member_* or model_* columns',
    );
  if (!isAuto && window.trainUntil !== undefined && window.refitDays !== undefined)
    throw new WeatherglassError(
      'Usage',
      'a fit made once (train until) cannot also be made again every so many days',
    );
  const period = options.targets ?? { from: -Infinity, until: Infinity };
  const by = options.by ?? [];
  checkChoice('pool', options.pool, ['all', 'place']);
  for (const key of by) checkChoice('by', key, breakdowns);
  const skipped = nothingSkipped();
  const { groups, tableRows, incompleteForecasts, emptiestColumn } = groupCases(pairs, model);
  skipped.incompleteForecast = incompleteForecasts;
  const run = crypto.randomUUID();
  let planned: BacktestGroup[] = groups.map((cases, index) => ({
    id: `${run} ${index}`,
    cases,
    plan: planGroup(cases, window, period, options.pool ?? 'all', skipped),
  }));
  let auto: AutoReport | undefined;
  let { onProgress } = options;
  if (isAuto) {
    const [answering, scoring] = stagedProgress(onProgress, STAGES);
    onProgress = scoring;
    const answers = await answerTargets(
      pairs,
      planned,
      tableRows,
      { ...options, onProgress: answering },
      pool,
    );
    auto = reportOf(answers);
    planned = planned.map((group, k) => ({ ...group, given: givenTo(tableRows[k], answers) }));
  }
  const chunks = cut(planned, options, by.includes('place'));
  const scoreboard = openScoreboard(
    planned.map(({ cases, plan }) => ({ cases, plan })),
    by,
    pairs.places.map(({ name }) => name),
  );
  const fallbackModels: Record<string, number> = {};
  await options.onExport?.(`${exportHeader}\n`);
  await pool.run<BacktestChunk, ChunkResult>(
    'backtestChunk',
    chunks,
    async (result, index) => {
      scoreboard.add(chunks[index].group.cases, result);
      skipped.nothingKnown += result.nothingKnown;
      for (const [name, count] of Object.entries(result.fallbacks))
        fallbackModels[name] = (fallbackModels[name] ?? 0) + count;
      for (const block of result.lines) await options.onExport?.(block);
    },
    {
      signal: options.signal,
      onProgress,
      about: (index) => nameChunk(chunks[index]),
    },
  );
  const { overall, groups: sheets } = scoreboard.finish(options.seed ?? 1);
  if (overall.targets === 0)
    throw new WeatherglassError(
      'InvalidData',
      `none of the ${pairs.rows} rows is a target: ${whySkipped(skipped)}.${advice(skipped, emptiestColumn)}`,
    );
  return {
    rows: pairs.rows,
    fallbacks: Object.values(fallbackModels).reduce((sum, count) => sum + count, 0),
    fallbackModels,
    skipped,
    emptiestColumn: emptiestColumn ?? null,
    model: options.model,
    ...(auto !== undefined && { auto }),
    law: lawsOf(planned, options),
    window: describeWindow(window, isAuto),
    units: [...new Set(planned.map(({ cases }) => cases.variable.unit))],
    ...overall,
    groups: sheets,
  };
}

/** What all experts say of the targets together. */
function answerTargets(
  pairs: Pairs,
  planned: readonly BacktestGroup[],
  tableRows: readonly Int32Array[],
  options: BacktestOptions,
  pool: ComputePool,
): Promise<AutoAnswers> {
  const targets = planned.flatMap(({ plan }, k) =>
    Array.from(tableRows[k].filter((_, row) => plan.fitOf[row] >= 0)),
  );
  const { dates, refitDays } = options.window ?? {};
  return autoAnswers(pairs, Int32Array.from(targets), { ...options, dates, refitDays }, pool);
}

function givenTo(tableRows: Int32Array, { levels, quantiles, slotOf }: AutoAnswers): GivenAnswers {
  return { levels: Float64Array.from(levels), quantiles, slot: tableRows.map((row) => slotOf[row]) };
}

/** Cuts the fits of each block into chunks in proportion to their number. */
function cut(groups: readonly BacktestGroup[], options: BacktestOptions, byPlace: boolean): BacktestChunk[] {
  const stepsOf = ({ plan }: BacktestGroup) => plan.asOf.length * plan.units.length;
  const total = groups.reduce((sum, group) => sum + stepsOf(group), 0);
  return groups
    .filter(({ plan }) => plan.targets > 0)
    .flatMap((group) => {
      const steps = stepsOf(group);
      const size = Math.max(1, Math.ceil(total / CHUNKS));
      const settings = settingsFor(group.cases.variable, options);
      return Array.from({ length: Math.ceil(steps / size) }, (_, k) => ({
        group,
        model: options.model,
        settings,
        byPlace,
        exported: options.onExport !== undefined,
        from: k * size,
        until: Math.min(steps, (k + 1) * size),
      }));
    });
}

/** The cases of the units that a chunk fits. */
function nameChunk({ group: { cases, plan }, from, until }: BacktestChunk): string {
  const fits = plan.asOf.length;
  return nameCases(cases, plan.units.slice(Math.floor(from / fits), Math.ceil(until / fits)));
}

function lawsOf(groups: readonly BacktestGroup[], options: BacktestOptions): string {
  const laws = groups.map(({ cases }) => {
    const { family } = settingsFor(cases.variable, options);
    return family.transform === 'none' ? family.law : `${family.law}(${family.transform})`;
  });
  return [...new Set(laws)].join(', ');
}

function describeWindow({ dates, trainUntil, refitDays }: Window, isAuto: boolean): string {
  const window = dates === undefined ? 'expanding' : `${dates}d`;
  if (trainUntil !== undefined && !isAuto) return `${window}, once until ${formatInstant(trainUntil)}`;
  const refitted = refitDays === undefined ? window : `${window}, refitted every ${refitDays}d`;
  return trainUntil === undefined ? refitted : `${refitted}, scored after ${formatInstant(trainUntil)}`;
}

function whySkipped(skipped: Skipped): string {
  const reasons = Object.entries(skipped).filter(([, count]) => count > 0);
  return reasons.map(([reason, count]) => `${count} ${reason}`).join(', ') || 'the table has no rows';
}

/** What to do about the commonest reason. */
function advice(skipped: Skipped, emptiestColumn: string | undefined): string {
  const advices: Readonly<Record<keyof Skipped, string>> = {
    incompleteForecast: ` Leave out columns that are mostly empty: ${emptiestColumn} has the most gaps.`,
    noOutcome: ' Give the observations of what has happened.',
    outsideTargets: ' Widen --targets, or choose an earlier --train-until.',
    windowNotFull: ' Shorten --window.',
    nothingKnown: ' Give earlier outcomes, or forecasts (member_* or model_*).',
  };
  const [reason, count] = (Object.entries(skipped) as [keyof Skipped, number][]).reduce((most, one) =>
    one[1] > most[1] ? one : most,
  );
  return count > 0 ? advices[reason] : '';
}
