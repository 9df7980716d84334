import { forth } from '../forecast/transform.ts';
import type { Transform } from '../weather/variable.ts';
import type { Cases } from './model.ts';

/** Mean and variance (divisor m − 1) of each case's raw forecast, on a fitted scale. */
export interface EnsembleStatistics {
  /** Of the members, else of the models; NaN with neither. */
  readonly mean: Float64Array;
  /** Of two or more members, else of two or more models; NaN otherwise. */
  readonly variance: Float64Array;
}

const remembered = new WeakMap<Cases, Map<Transform, EnsembleStatistics>>();

/** First and last (exclusive) column of the raw forecast: the members if there are any, else the models. */
export function rawColumns({ members, models }: Cases): readonly [number, number] {
  return members > 0 ? [0, members] : [0, models];
}

/**
 * Statistics of the raw forecast. Missing members are left out; a case without any has NaN.
 *
 * They are remembered with the block: a back-test fits the same rows hundreds of times.
 */
export function ensembleStatistics(cases: Cases, transform: Transform): EnsembleStatistics {
  let ofCases = remembered.get(cases);
  if (ofCases === undefined) remembered.set(cases, (ofCases = new Map()));
  let statistics = ofCases.get(transform);
  if (statistics === undefined) ofCases.set(transform, (statistics = compute(cases, transform)));
  return statistics;
}

function compute(cases: Cases, transform: Transform): EnsembleStatistics {
  const width = cases.columns.length;
  const [from, to] = rawColumns(cases);
  const spreadFrom = cases.members > 1 ? 0 : cases.members;
  const spreadTo = cases.members > 1 ? cases.members : cases.members + cases.models;
  const mean = new Float64Array(cases.size);
  const variance = new Float64Array(cases.size);
  const values = new Float64Array(width);
  for (let i = 0; i < cases.size; i++) {
    for (let k = 0; k < width; k++) values[k] = forth(transform, cases.forecasts[i * width + k]);
    mean[i] = meanOf(values, from, to);
    variance[i] = varianceOf(values, spreadFrom, spreadTo);
  }
  return { mean, variance };
}

function meanOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let k = from; k < to; k++) {
    if (Number.isNaN(values[k])) continue;
    sum += values[k];
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}

function varianceOf(values: Float64Array, from: number, to: number): number {
  const mean = meanOf(values, from, to);
  let sum = 0;
  let count = 0;
  for (let k = from; k < to; k++) {
    if (Number.isNaN(values[k])) continue;
    sum += (values[k] - mean) ** 2;
    count++;
  }
  return count > 1 ? sum / (count - 1) : Number.NaN;
}
