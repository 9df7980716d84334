import { WeatherglassError } from '../errors.ts';
import { forth } from '../forecast/transform.ts';
import { daysPerYear, msPerDay } from '../weather/time.ts';
import type { Transform } from '../weather/variable.ts';
import { ensembleStatistics } from './ensemble-statistics.ts';
import { type Cases, recentNames, type Selection } from './model.ts';

/**
 * The words of a regression formula. A term is a name, and the name says how its column is made:
 *
 * - `one`: 1
 * - `mean`: mean of the raw forecast, on the fitted scale
 * - `variance`, `log_sd`: s² and log s of the raw forecast, on the fitted scale
 * - `model_*`: that forecast column, on the fitted scale; `x_*`: that column as it is
 * - `cos_year_k`, `sin_year_k`, `cos_day_k`, `sin_day_k`: the k-th harmonic of the year, and of the day by
 *   coordinated time, at the valid time
 * - `last`, `mean_3d`, `mean_10d`, `mean_30d`: what the place's own recent outcomes say; `error_last`, `error_3d`, …:
 *   what the forecast's recent errors say
 * - `over_model_*`: that forecast column minus the mean; `over_last`: the mean minus the place's last outcome
 * - `a * b`: two terms multiplied, such as `mean * cos_year_1`
 * - `elevation`: the place's, in km
 * - `change`, `before_*`, …: what else was known, see `Cases.contextNames`
 */
export type Term = string;

/** Begins the terms that are one thing minus another. */
const OVER = 'over_';

/** Stands between two terms that are multiplied. */
const TIMES = ' * ';

/** The terms of the first `count` harmonics of the year or the day. */
export function harmonics(cycle: 'year' | 'day', count: number): Term[] {
  return Array.from({ length: count }, (_, k) => [`cos_${cycle}_${k + 1}`, `sin_${cycle}_${k + 1}`]).flat();
}

export function isHarmonic(term: Term): boolean {
  return /^(cos|sin)_(year|day)_/.test(term);
}

export function isRecent(term: Term): boolean {
  return recentNames.some((name) => name === term);
}

/** Whether a term is one of `Cases.contextNames`, of this or another table. */
function isContext(term: Term): boolean {
  return /^(change(_before)?$|(before|with|after|step)_)/.test(term);
}

/** Metres; NaN where it is not known. */
export function elevationAt({ locations, place }: Cases, row: number): number {
  return locations?.[3 * place[row] + 2] ?? Number.NaN;
}

/** Value of a term for each row of a block, by row; NaN where it is missing. */
function valueOf(term: Term, cases: Cases, transform: Transform): (row: number) => number {
  const width = cases.columns.length;
  const column = cases.columns.indexOf(term);
  if (column >= 0) {
    return column < cases.members + cases.models
      ? (row) => forth(transform, cases.forecasts[row * width + column])
      : (row) => cases.forecasts[row * width + column];
  }
  const recent = recentNames.findIndex((name) => name === term);
  if (recent >= 0) {
    if (cases.recent.length === 0) return () => Number.NaN;
    return (row) => cases.recent[row * recentNames.length + recent];
  }
  const context = cases.contextNames.indexOf(term);
  if (context >= 0) return (row) => cases.context[row * cases.contextNames.length + context];
  // A table of other variables, or of fewer leads, knows less of what else was said.
  if (isContext(term)) return () => Number.NaN;
  if (term.startsWith(OVER)) {
    const { mean } = ensembleStatistics(cases, transform);
    const other = valueOf(term.slice(OVER.length), cases, transform);
    return term === 'over_last' ? (row) => mean[row] - other(row) : (row) => other(row) - mean[row];
  }
  const times = term.indexOf(TIMES);
  if (times > 0) {
    const one = valueOf(term.slice(0, times), cases, transform);
    const other = valueOf(term.slice(times + TIMES.length), cases, transform);
    return (row) => one(row) * other(row);
  }
  if (isHarmonic(term)) {
    const [shape, cycle, order] = term.split('_');
    const wave = shape === 'cos' ? Math.cos : Math.sin;
    const frequency = (2 * Math.PI * Number(order)) / (cycle === 'year' ? daysPerYear * msPerDay : msPerDay);
    return (row) => wave(frequency * cases.validTime[row]);
  }
  switch (term) {
    case 'one':
      return () => 1;
    case 'elevation':
      return (row) => elevationAt(cases, row) / 1000;
    case 'mean': {
      const { mean } = ensembleStatistics(cases, transform);
      return (row) => mean[row];
    }
    case 'variance': {
      const { variance } = ensembleStatistics(cases, transform);
      return (row) => variance[row];
    }
    case 'log_sd': {
      const { variance } = ensembleStatistics(cases, transform);
      return (row) => 0.5 * Math.log(variance[row]);
    }
    default:
      throw new WeatherglassError(
        'InvalidData',
        `the forecasts for ${cases.variable.name} have no column ${term}, which the model was fitted with; they have ${cases.columns.join(', ') || 'none'}`,
      );
  }
}

/**
 * Columns of the terms for the selected rows: rows.length x terms.length, row by row.
 *
 * @throws WeatherglassError InvalidData where a forecast column is not there.
 */
export function columnsOf(
  terms: readonly Term[],
  { cases, rows }: Selection,
  transform: Transform,
): Float64Array {
  const width = terms.length;
  const out = new Float64Array(rows.length * width);
  terms.forEach((term, k) => {
    const value = valueOf(term, cases, transform);
    for (let i = 0; i < rows.length; i++) out[i * width + k] = value(rows[i]);
  });
  return out;
}
