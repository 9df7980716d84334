import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import { type Cases, trainedOn } from '../models/model.ts';
import type { ComputePool } from '../runtime/compute-pool.ts';
import type { Pairs } from '../weather/pairs.ts';
import {
  type AutoAnswers,
  type AutoOptions,
  type AutoReport,
  autoAnswers,
  autoName,
  reportOf,
} from './auto.ts';
import { trainingRows } from './backtest-plan.ts';
import { groupCases } from './case-groups.ts';
import type { PredictChunkResult } from './predict-chunk.ts';

export interface PredictAutoOptions extends Omit<AutoOptions, 'asOf' | 'dates' | 'refitDays'> {
  readonly asOf: number;
  readonly levels: readonly number[];
  readonly thresholdsOf: (cases: Cases) => Float64Array;
}

/** What is said of a block's rows that lie ahead. */
export interface PredictedCases {
  readonly cases: Cases;
  readonly result: PredictChunkResult;
}

/** Answers what lies ahead of a time by all experts, fitted and mixed by what was known then. */
export async function predictByAuto(
  pairs: Pairs,
  { levels, thresholdsOf, ...options }: PredictAutoOptions,
  pool: ComputePool,
): Promise<{ readonly predicted: readonly PredictedCases[]; readonly report: AutoReport }> {
  const { asOf } = options;
  const there = knownBy(pairs, asOf);
  const { groups, tableRows } = groupCases(there);
  const ahead = groups.map((cases) => [...cases.place.keys()].filter((row) => cases.validTime[row] > asOf));
  const targets = ahead.flatMap((rows, k) => rows.map((row) => tableRows[k][row]));
  const answers = await autoAnswers(there, Int32Array.from(targets), options, pool);
  const predicted = groups.flatMap((cases, k): PredictedCases[] => {
    const rows = ahead[k];
    if (rows.length === 0) return [];
    const slots = rows.map((row) => answers.slotOf[tableRows[k][row]]);
    return [{ cases, result: answered(cases, rows, slots, answers, asOf, levels, thresholdsOf(cases)) }];
  });
  return { predicted, report: reportOf(answers) };
}

function answered(
  cases: Cases,
  rows: readonly number[],
  slots: readonly number[],
  answers: AutoAnswers,
  asOf: number,
  levels: readonly number[],
  thresholds: Float64Array,
): PredictChunkResult {
  const count = answers.levels.length;
  const heard = [...rows.keys()].filter((i) => !Number.isNaN(answers.quantiles[slots[i] * count]));
  const values = new Float64Array(heard.length * count);
  heard.forEach((i, k) =>
    values.set(answers.quantiles.subarray(slots[i] * count, (slots[i] + 1) * count), k * count),
  );
  const { lower, upper } = cases.variable;
  const laws = quantileDistributions(Float64Array.from(answers.levels), values, lower, upper);
  const everything = Int32Array.from({ length: cases.size }, (_, row) => row);
  return {
    rows: Int32Array.from(heard, (i) => rows[i]),
    fitOf: new Int32Array(heard.length),
    models: [autoName],
    laws: [laws.law],
    trainedOn: [trainedOn({ cases, rows: trainingRows(everything, cases, asOf) })],
    means: Float64Array.from(heard, (_, k) => laws.mean(k)),
    quantiles: Float64Array.from(heard.flatMap((_, k) => levels.map((level) => laws.quantile(k, level)))),
    probabilities: Float64Array.from(
      heard.flatMap((_, k) => Array.from(thresholds, (value) => 1 - laws.cdfBelow(k, value))),
    ),
    unanswered: rows.length - heard.length,
  };
}

/** What was known by a time: rows whose forecasts were available, as later ones may have columns that nobody knew of, and outcomes. */
function knownBy(pairs: Pairs, asOf: number): Pairs {
  const rows = Int32Array.from(pairs.place.keys()).filter((row) => pairs.availableTime[row] <= asOf);
  const width = pairs.columns.length;
  const floats = (from: Float64Array) => Float64Array.from(rows, (row) => from[row]);
  return {
    ...pairs,
    rows: rows.length,
    place: rows.map((row) => pairs.place[row]),
    variable: rows.map((row) => pairs.variable[row]),
    initTime: floats(pairs.initTime),
    validTime: floats(pairs.validTime),
    lead: Float32Array.from(rows, (row) => pairs.lead[row]),
    availableTime: floats(pairs.availableTime),
    outcomeKnownTime: floats(pairs.outcomeKnownTime),
    forecasts: Float64Array.from({ length: rows.length * width }, (_, k) => {
      const row = Math.floor(k / width);
      return pairs.forecasts[rows[row] * width + (k - row * width)];
    }),
    observation: Float64Array.from(rows, (row) =>
      pairs.outcomeKnownTime[row] <= asOf ? pairs.observation[row] : Number.NaN,
    ),
  };
}
