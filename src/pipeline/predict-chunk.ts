import { answer } from '../models/answer.ts';
import type { Cases, Control, Settings, TrainedOn } from '../models/model.ts';
import { findModel } from '../models/registry.ts';
import { trainingRows } from './backtest-plan.ts';

/** One variable and lead to predict. */
export interface PredictChunk {
  readonly cases: Cases;
  /** Rows fitted together, each by rising valid time. */
  readonly units: readonly Int32Array[];
  readonly asOf: number;
  readonly model: string;
  readonly settings: Settings;
  readonly levels: Float64Array;
  readonly thresholds: Float64Array;
}

/** Answers, one entry a row; quantiles and probabilities row by row. */
export interface PredictChunkResult {
  readonly rows: Int32Array;
  /** Index of the fit that answered, into `models`, `laws` and `trainedOn`. */
  readonly fitOf: Int32Array;
  readonly models: readonly string[];
  readonly laws: readonly string[];
  readonly trainedOn: readonly TrainedOn[];
  readonly means: Float64Array;
  readonly quantiles: Float64Array;
  /** P(value ≥ threshold) */
  readonly probabilities: Float64Array;
  readonly unanswered: number;
}

/** Fits each unit on what is known and predicts its rows ahead. */
export function runPredictChunk(chunk: PredictChunk, control: Control): PredictChunkResult {
  const { cases, asOf, levels, thresholds } = chunk;
  const model = findModel(chunk.model);
  const rows: number[] = [];
  const fitOf: number[] = [];
  const models: string[] = [];
  const laws: string[] = [];
  const trained: TrainedOn[] = [];
  const means: number[] = [];
  const quantiles: number[] = [];
  const probabilities: number[] = [];
  let unanswered = 0;
  chunk.units.forEach((unit, done) => {
    control.checkpoint(done, chunk.units.length);
    const training = { cases, rows: trainingRows(unit, cases, asOf) };
    const ahead = unit.filter((row) => cases.availableTime[row] <= asOf && cases.validTime[row] > asOf);
    const answers = answer(model, training, { cases, rows: ahead }, chunk.settings, control);
    const firstFit = models.length;
    for (const { model: used, artefact, distributions } of answers.parts) {
      models.push(used.name);
      laws.push(distributions.law);
      trained.push(artefact.trainedOn);
    }
    ahead.forEach((row, i) => {
      if (answers.part[i] < 0) {
        unanswered++;
        return;
      }
      const { distributions } = answers.parts[answers.part[i]];
      const at = answers.index[i];
      rows.push(row);
      fitOf.push(firstFit + answers.part[i]);
      means.push(distributions.mean(at));
      for (const level of levels) quantiles.push(distributions.quantile(at, level));
      for (const value of thresholds) probabilities.push(1 - distributions.cdfBelow(at, value));
    });
  });
  return {
    rows: Int32Array.from(rows),
    fitOf: Int32Array.from(fitOf),
    models,
    laws,
    trainedOn: trained,
    means: Float64Array.from(means),
    quantiles: Float64Array.from(quantiles),
    probabilities: Float64Array.from(probabilities),
    unanswered,
  };
}
