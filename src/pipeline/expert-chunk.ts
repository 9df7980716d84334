import { isWeatherglassError } from '../errors.ts';
import type { Artefact, Cases, Control, Settings } from '../models/model.ts';
import { findModel } from '../models/registry.ts';
import { type FitTimes, trainingRowsOf } from './backtest-plan.ts';
import { expertQuantiles, fitExpert } from './experts.ts';

/** One expert's fits `from` … `until` − 1 of a block, and the rows that they answer. */
export interface ExpertChunk {
  readonly cases: Cases;
  readonly model: string;
  readonly settings: Settings;
  /** Whether places are fitted each by itself: nothing tells a model of outcomes alone where it is. */
  readonly byPlace: boolean;
  readonly times: FitTimes;
  /** For each row the fit that answers it; −1 for one that is not asked. */
  readonly fitOf: Int32Array;
  readonly from: number;
  readonly until: number;
  readonly levels: Float64Array;
  /** For each row where its quantiles belong in `out`. */
  readonly slot: Int32Array;
  /** Slots x levels, shared by all threads; what is not answered is left as it is. */
  readonly out: Float32Array;
}

/** Why an expert could not be fitted, each reason once. */
export interface ExpertRefusals {
  readonly refusals: readonly string[];
}

/** Rows that are answered at a time: between two lots it can be stopped. */
const SLICE = 1024;

/** Fits an expert as of each of its times and writes what it says of its rows. */
export function runExpertChunk(chunk: ExpertChunk, control: Control): ExpertRefusals {
  const { cases, times, fitOf, levels, slot, out } = chunk;
  const model = findModel(chunk.model);
  const source = chunk.byPlace ? '' : 'table';
  const everything = Int32Array.from({ length: cases.size }, (_, row) => row);
  const asked: number[][] = Array.from({ length: chunk.until - chunk.from }, () => []);
  fitOf.forEach((fit, row) => {
    if (fit >= chunk.from && fit < chunk.until) asked[fit - chunk.from].push(row);
  });
  const refusals = new Set<string>();
  let earlier: Artefact | undefined;
  asked.forEach((rows, k) => {
    control.checkpoint(k, asked.length);
    const training = { cases, rows: trainingRowsOf(times, everything, cases, chunk.from + k) };
    try {
      earlier = fitExpert(model, source, training, chunk.settings, control, earlier);
    } catch (error) {
      if (!isWeatherglassError(error, 'CannotFit')) throw error;
      refusals.add(error.message);
      return;
    }
    for (let from = 0; from < rows.length; from += SLICE) {
      control.checkpoint(k, asked.length);
      const slice = Int32Array.from(rows.slice(from, from + SLICE));
      const quantiles = new Float64Array(slice.length * levels.length).fill(Number.NaN);
      expertQuantiles(model, earlier, { cases, rows: slice }, levels, quantiles, 0, levels.length);
      for (let i = 0; i < slice.length; i++)
        for (let j = 0; j < levels.length; j++)
          out[slot[slice[i]] * levels.length + j] = quantiles[i * levels.length + j];
    }
  });
  return { refusals: [...refusals] };
}
