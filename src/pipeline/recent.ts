import { forth } from '../forecast/transform.ts';
import { ensembleStatistics } from '../models/ensemble-statistics.ts';
import { type Cases, type Control, recentErrorNames, recentNames } from '../models/model.ts';
import { firstAt } from '../weather/first-at.ts';
import type { Pairs } from '../weather/pairs.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';

/** Days after which a mean's weight has fallen by e, in the order of the names after the last value's. */
const MEMORY_DAYS = [3, 10, 30];
/** What is older than this says nothing about today. */
const OLDEST = 90 * msPerDay;

/** Values of one place by rising valid time, each with when it became known. */
interface Series {
  readonly validTime: number[];
  readonly knownTime: number[];
  readonly value: number[];
  /** What was known as of a time: the last value and the means. */
  readonly summaries: Map<number, Float64Array>;
}

/** Room for `Cases.recent` of so many rows, all missing. */
export function emptyRecent(rows: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * rows * recentNames.length)).fill(Number.NaN);
}

/**
 * Fills `cases.recent`: what the place's own outcomes, and the forecast's own errors at this lead, that were known
 * when each row's forecast was available say about it.
 *
 * In the order of `recentNames`: the last outcome, means of outcomes weighted by exp(−age/τ) with τ of 3, 10 and 30
 * days, age counted back from the last one, and the same of outcome minus mean raw forecast (where a table has no forecasts
 * of outcomes at this lead); on the scale the variable
 * is fitted on. NaN where nothing of the last 90 days is known.
 *
 * @param rows rows of the table that the cases were made of, in their order
 */
export function fillRecent(cases: Cases, pairs: Pairs, rows: readonly number[], control?: Control): void {
  const { transform } = cases.variable;
  const outcomes = outcomesOf(pairs, control);
  const { mean } = ensembleStatistics(cases, transform);
  const hasForecast = cases.members + cases.models > 0;
  const errorKey = (row: number) => `${pairs.lead[row]} ${pairs.place[row]}`;
  const errors = seriesByKey(
    rows.map((row, i) => ({
      key: errorKey(row),
      validTime: pairs.validTime[row],
      // An error takes both, and a forecast may come after its outcome.
      knownTime: Math.max(pairs.outcomeKnownTime[row], pairs.availableTime[row]),
      value: forth(transform, pairs.observation[row]) - (hasForecast ? mean[i] : 0),
    })),
    control,
  );
  const width = recentNames.length;
  const half = width - recentErrorNames.length;
  for (let i = 0; i < cases.size; i++) {
    control?.checkpoint(0, Number.NaN);
    const key = `${pairs.variable[rows[i]]} ${pairs.place[rows[i]]}`;
    summarise(outcomes.get(key), cases, i, cases.recent.subarray(i * width, i * width + half));
    summarise(
      errors.get(errorKey(rows[i])),
      cases,
      i,
      cases.recent.subarray(i * width + half, (i + 1) * width),
    );
  }
}

/** The last value known in time for a case, then the weighted means, into `out`. */
function summarise(series: Series | undefined, cases: Cases, row: number, out: Float64Array): void {
  if (series === undefined) return;
  const asOf = cases.availableTime[row];
  const validTime = cases.validTime[row];
  // Of a forecast that came late, the outcome may be known already; it must not be its own predictor.
  if (validTime <= asOf) {
    summariseAsOf(series, asOf, validTime, out);
    return;
  }
  // The leads of one issue look back on the same.
  let known = series.summaries.get(asOf);
  if (known === undefined) {
    known = new Float64Array(out.length).fill(Number.NaN);
    summariseAsOf(series, asOf, Number.NaN, known);
    series.summaries.set(asOf, known);
  }
  out.set(known);
}

/** @param except valid time of a value to leave out; NaN for none */
function summariseAsOf(series: Series, asOf: number, except: number, out: Float64Array): void {
  const sums = [0, 0, 0];
  const totals = [0, 0, 0];
  let latest = Number.NaN;
  for (let k = firstAt(series.validTime, asOf + 1) - 1; k >= 0 && series.validTime[k] > asOf - OLDEST; k--) {
    if (series.knownTime[k] > asOf || series.validTime[k] === except) continue;
    if (Number.isNaN(latest)) {
      latest = series.validTime[k];
      out[0] = series.value[k];
    }
    const age = (latest - series.validTime[k]) / msPerHour;
    for (let m = 0; m < MEMORY_DAYS.length; m++) {
      const weight = Number.isInteger(age) ? hourlyWeights[m][age] : weightOf(age, MEMORY_DAYS[m]);
      sums[m] += weight * series.value[k];
      totals[m] += weight;
    }
  }
  if (Number.isNaN(latest)) return;
  for (let m = 0; m < MEMORY_DAYS.length; m++) out[1 + m] = sums[m] / totals[m];
}

function weightOf(hours: number, memoryDays: number): number {
  return Math.exp(-hours / 24 / memoryDays);
}

/** Weights of ages of whole hours, by memory: an hourly series asks for each of them again and again. */
const hourlyWeights = MEMORY_DAYS.map((days) =>
  Float64Array.from({ length: OLDEST / msPerHour + 1 }, (_, hours) => weightOf(hours, days)),
);

interface Entry {
  /** What tells the series apart. */
  readonly key: string;
  readonly validTime: number;
  readonly knownTime: number;
  readonly value: number;
}

const remembered = new WeakMap<Pairs, Map<string, Series>>();

/** Outcomes of each variable and place, on the fitted scale: the same for every lead, so made once a table. */
function outcomesOf(pairs: Pairs, control?: Control): Map<string, Series> {
  let series = remembered.get(pairs);
  if (series === undefined) {
    const entries = Array.from({ length: pairs.rows }, (_, row) => ({
      key: `${pairs.variable[row]} ${pairs.place[row]}`,
      validTime: pairs.validTime[row],
      knownTime: pairs.outcomeKnownTime[row],
      value: forth(pairs.variables[pairs.variable[row]].transform, pairs.observation[row]),
    }));
    remembered.set(pairs, (series = seriesByKey(entries, control)));
  }
  return series;
}

/** Known values by key and rising valid time, each valid time once with its earliest arrival. */
function seriesByKey(entries: readonly Entry[], control?: Control): Map<string, Series> {
  control?.checkpoint(0, Number.NaN);
  const known = entries.filter(({ value }) => !Number.isNaN(value));
  known.sort((a, b) => a.validTime - b.validTime || a.knownTime - b.knownTime);
  const byKey = new Map<string, Series>();
  for (const { key, validTime, knownTime, value } of known) {
    control?.checkpoint(0, Number.NaN);
    let series = byKey.get(key);
    if (series === undefined)
      byKey.set(key, (series = { validTime: [], knownTime: [], value: [], summaries: new Map() }));
    if (series.validTime.at(-1) === validTime) continue;
    series.validTime.push(validTime);
    series.knownTime.push(knownTime);
    series.value.push(value);
  }
  return byKey;
}
