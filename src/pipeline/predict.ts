import { WeatherglassError } from '../errors.ts';
import type { Cases } from '../models/model.ts';
import { findModel } from '../models/registry.ts';
import { checkChoice, type SettingsChoice, settingsFor } from '../models/settings.ts';
import type { ComputePool } from '../runtime/compute-pool.ts';
import type { Pairs } from '../weather/pairs.ts';
import { formatInstant } from '../weather/time.ts';
import { type AutoReport, autoName } from './auto.ts';
import { unitsOf } from './backtest-plan.ts';
import { groupCases } from './case-groups.ts';
import { nameCases } from './name-cases.ts';
import { predictByAuto } from './predict-auto.ts';
import type { PredictChunk, PredictChunkResult } from './predict-chunk.ts';

export interface PredictOptions extends SettingsChoice {
  /** Of `models`, or `auto` for all of them mixed. */
  readonly model: string;
  readonly pool?: 'all' | 'place' | undefined;
  /** Nothing that became known later is used; by default the latest time a forecast of the table was available. */
  readonly asOf?: number | undefined;
  /** Levels of the quantiles, ascending within (0, 1). */
  readonly levels?: readonly number[] | undefined;
  /** For each variable, values whose probability of being reached or exceeded is asked for. */
  readonly thresholds?: Readonly<Record<string, readonly number[]>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** One predicted value, in the variable's unit. */
export interface Prediction {
  readonly place: string;
  readonly variable: string;
  readonly unit: string;
  readonly initTime: number;
  readonly validTime: number;
  /** Hours ahead. */
  readonly lead: number;
  /** Model that answered; a simpler one than asked for where that could not be fitted. */
  readonly model: string;
  readonly law: string;
  readonly mean: number;
  /** At `levels` of the result. */
  readonly quantiles: readonly number[];
  /** P(value ≥ threshold), by threshold. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** What the model learned from: outcomes, and the valid times of the first and last. */
  readonly trainedOn: { readonly rows: number; readonly from: number; readonly until: number };
}

export interface PredictResult {
  readonly asOf: number;
  readonly levels: readonly number[];
  readonly predictions: readonly Prediction[];
  /** Predictions by a simpler model than the one asked for. */
  readonly fallbacks: number;
  /** Rows ahead of `asOf` that no model could answer. */
  readonly unanswered: number;
  /** How experts were mixed, under `auto`. */
  readonly auto?: AutoReport | undefined;
}

export const defaultLevels: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

/**
 * Predicts what lies ahead: every row whose forecast was available by `asOf` and that is valid later.
 *
 * Where a table holds several forecasts of one valid time and lead, each is answered. Models learn from the outcomes
 * known by `asOf`, as in a back-test: variables and leads apart, places together or each alone.
 *
 * @throws WeatherglassError Usage for levels out of order and for thresholds of a variable that the table has not;
 *   InvalidData where nothing lies ahead; Cancelled.
 */
export async function predict(
  pairs: Pairs,
  options: PredictOptions,
  pool: ComputePool,
): Promise<PredictResult> {
  const model = options.model === autoName ? undefined : findModel(options.model);
  checkChoice('pool', options.pool, ['all', 'place']);
  const levels = options.levels ?? defaultLevels;
  if (!levels.every((level, k) => level > (levels[k - 1] ?? 0) && level < 1))
    throw new WeatherglassError('Usage', `levels must ascend between 0 and 1, not ${levels.join(', ')}`);
  const variables = pairs.variables.map(({ name }) => name);
  for (const name of Object.keys(options.thresholds ?? {}))
    if (!variables.includes(name))
      throw new WeatherglassError(
        'Usage',
        `a threshold is given for ${name}, but the table has only ${variables.join(', ')}`,
      );
  const asOf =
    options.asOf ?? pairs.availableTime.reduce((latest, time) => Math.max(latest, time), -Infinity);
  const thresholdsOf = ({ variable }: Cases) => Float64Array.from(options.thresholds?.[variable.name] ?? []);
  const predictions: Prediction[] = [];
  let unanswered = 0;
  const take = (cases: Cases, result: PredictChunkResult) => {
    unanswered += result.unanswered;
    predictions.push(...predictionsOf(cases, result, levels, thresholdsOf(cases)));
  };
  let auto: AutoReport | undefined;
  if (model === undefined) {
    const { predicted, report } = await predictByAuto(
      pairs,
      { ...options, asOf, levels, thresholdsOf },
      pool,
    );
    for (const { cases, result } of predicted) take(cases, result);
    auto = report;
  } else {
    const chunks = groupCases(pairs, model).groups.flatMap((cases): PredictChunk[] => {
      const ahead = (row: number) => cases.availableTime[row] <= asOf && cases.validTime[row] > asOf;
      const units = unitsOf(cases, options.pool ?? 'all').filter((unit) => unit.some(ahead));
      if (units.length === 0) return [];
      return [
        {
          cases,
          units,
          asOf,
          model: model.name,
          settings: settingsFor(cases.variable, options),
          levels: Float64Array.from(levels),
          thresholds: thresholdsOf(cases),
        },
      ];
    });
    await pool.run<PredictChunk, PredictChunkResult>(
      'predictChunk',
      chunks,
      (result, index) => take(chunks[index].cases, result),
      {
        signal: options.signal,
        onProgress: options.onProgress,
        about: (index) => nameCases(chunks[index].cases, chunks[index].units),
      },
    );
  }
  if (predictions.length + unanswered === 0)
    throw new WeatherglassError(
      'InvalidData',
      `nothing lies ahead of ${formatInstant(asOf)}: no row has a forecast available by then and is valid later. Choose an earlier --as-of.`,
    );
  return {
    asOf,
    levels,
    predictions,
    fallbacks: predictions.filter((one) => one.model !== options.model).length,
    unanswered,
    ...(auto !== undefined && { auto }),
  };
}

function predictionsOf(
  cases: Cases,
  { rows, models, laws, fitOf, trainedOn, means, quantiles, probabilities }: PredictChunkResult,
  levels: readonly number[],
  thresholds: Float64Array,
): Prediction[] {
  return Array.from(rows, (row, i) => ({
    place: cases.places[cases.place[row]],
    variable: cases.variable.name,
    unit: cases.variable.unit,
    initTime: cases.initTime[row],
    validTime: cases.validTime[row],
    lead: cases.leads[row],
    model: models[fitOf[i]],
    law: laws[fitOf[i]],
    mean: means[i],
    quantiles: Array.from(quantiles.subarray(i * levels.length, (i + 1) * levels.length)),
    probabilities: Object.fromEntries(
      Array.from(thresholds, (value, k) => [String(value), probabilities[i * thresholds.length + k]]),
    ),
    trainedOn: trainedOn[fitOf[i]],
  }));
}
