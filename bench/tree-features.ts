import type { Matrix } from '../src/trees/bins.ts';
import type { Pairs } from '../src/weather/pairs.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { gaussian } from './simulated.ts';

/** A regression: what a tree learns from, and the last part of it in time to be judged on. */
export interface Regression {
  /** rows x {@link treeFeatures}, in the order of valid times; NaN is missing. */
  readonly x: Float64Array;
  /** Error of the forecast, outcome minus forecast. */
  readonly y: Float64Array;
  /** Rows before this one are learned from. */
  readonly train: number;
}

export const treeFeatures = 33;
/** Column of the place, the one feature of categories. */
export const placeFeature = 10;
/** Share of the rows that is learned from. */
const LEARNED = 0.8;
/** Outcomes that running means go over. */
const RECENT = 30;

/**
 * What is known of each forecast when it comes: itself, its neighbours in lead, the season, the place, and recent errors of the
 * same place, variable and lead whose outcomes were known by then.
 */
export function regressionOf(pairs: Pairs): Regression {
  const { rows } = pairs;
  const forecast = Float64Array.from(
    { length: rows },
    (_, row) => pairs.forecasts[row * pairs.columns.length],
  );
  const order = Int32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => pairs.validTime[a] - pairs.validTime[b] || pairs.initTime[a] - pairs.initTime[b] || a - b,
  );
  const key = (row: number, lead: number) =>
    (pairs.place[row] * pairs.variables.length + pairs.variable[row]) * 1000 + lead;
  const byKey = new Map<number, number[]>();
  const sameTarget = new Map<string, number>();
  const sameRun = new Map<string, number>();
  const target = (row: number, lead: number) => `${key(row, lead)}/${pairs.validTime[row]}`;
  const run = (row: number, variable: number) => `${pairs.place[row]}/${variable}/${pairs.initTime[row]}`;
  for (const row of order) {
    sameTarget.set(target(row, pairs.lead[row]), row);
    sameRun.set(run(row, pairs.variable[row]), row);
  }
  const x = new Float64Array(rows * treeFeatures);
  const y = new Float64Array(rows);
  order.forEach((row, k) => {
    const series = byKey.get(key(row, pairs.lead[row])) ?? [];
    byKey.set(key(row, pairs.lead[row]), series);
    let known = series.length;
    while (known > 0 && pairs.outcomeKnownTime[series[known - 1]] > pairs.availableTime[row]) known--;
    const recent = series.slice(Math.max(0, known - RECENT), known).reverse();
    const errors = recent.map((one) => pairs.observation[one] - forecast[one]);
    const seen = recent.map((one) => pairs.observation[one]);
    const day = (2 * Math.PI * pairs.validTime[row]) / (365.25 * msPerDay);
    const { latitude, longitude, elevation } = pairs.places[pairs.place[row]];
    const at = (lead: number) => forecast[sameTarget.get(target(row, lead)) ?? -1] ?? Number.NaN;
    const other = forecast[sameRun.get(run(row, 1 - pairs.variable[row])) ?? -1] ?? Number.NaN;
    const longer = at(pairs.lead[row] + 12);
    const meanSeen = mean(seen);
    x.set(
      [
        forecast[row],
        pairs.lead[row],
        pairs.variable[row],
        Math.sin(day),
        Math.cos(day),
        Math.sin(2 * day),
        Math.cos(2 * day),
        latitude,
        longitude,
        elevation,
        pairs.place[row],
        (pairs.initTime[row] / msPerHour) % 24,
        (pairs.validTime[row] / msPerHour) % 24,
        ...[0, 1, 2, 3, 4].map((lag) => errors[lag] ?? Number.NaN),
        ...[0, 1, 2].map((lag) => seen[lag] ?? Number.NaN),
        mean(errors.slice(0, 7)),
        mean(errors),
        mean(errors.map(Math.abs)),
        Math.sqrt(mean(seen.map((value) => (value - meanSeen) ** 2))),
        meanSeen,
        forecast[row] - meanSeen,
        longer,
        at(pairs.lead[row] + 24),
        forecast[row] - longer,
        other,
        forecast[row] - other,
        Math.tan((latitude * Math.PI) / 180) * Math.sin(day - 1.39),
      ],
      k * treeFeatures,
    );
    y[k] = pairs.observation[row] - forecast[row];
    series.push(row);
  });
  return withOutcome(x, y);
}

/** Simulated errors that depend on some of the features, among them the category, and on none of the others. */
export function simulatedRegression(rows: number): Regression {
  const draw = gaussian('bench/trees');
  const x = Float64Array.from({ length: rows * treeFeatures }, draw);
  const y = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const at = row * treeFeatures;
    x[at + placeFeature] = row % 94;
    y[row] = Math.sin(2 * x[at]) + x[at + 1] * x[at + 2] + Math.cos(x[at + placeFeature]) + draw();
    if (row % 10 === 0) x[at + 3] = Number.NaN;
  }
  return { x, y, train: Math.ceil(LEARNED * rows) };
}

/** Rows without an outcome or forecast teach nothing. */
function withOutcome(x: Float64Array, y: Float64Array): Regression {
  let kept = 0;
  for (let row = 0; row < y.length; row++) {
    if (Number.isNaN(y[row])) continue;
    x.copyWithin(kept * treeFeatures, row * treeFeatures, (row + 1) * treeFeatures);
    y[kept++] = y[row];
  }
  return { x: x.slice(0, kept * treeFeatures), y: y.slice(0, kept), train: Math.ceil(LEARNED * kept) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Root mean squared difference of `answers` and outcomes from row `from` on. */
export function rootMeanSquare(y: Float64Array, answers: Matrix, from: number): number {
  let sum = 0;
  for (let row = from; row < y.length; row++) sum += (y[row] - answers[row]) ** 2;
  return Math.sqrt(sum / (y.length - from));
}
