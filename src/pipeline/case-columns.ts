import type { Cases } from '../models/model.ts';
import { msPerDay } from '../weather/time.ts';

/** Days of the newest forecasts that say which columns there are now. */
const NOW_DAYS = 7;

/**
 * Forecast columns to learn from: those that at least half of the rows have, and half of the last week's; where there are
 * none, those that half of the last week's have.
 *
 * A source that adds a model is learned from without it until there is enough of it; one that drops a model, without
 * that from then on.
 */
export function lastingColumns(cases: Cases, rows: Int32Array): string[] {
  const newest = rows.reduce((latest, row) => Math.max(latest, cases.availableTime[row]), -Infinity);
  const now = rows.filter((row) => cases.availableTime[row] > newest - NOW_DAYS * msPerDay);
  const present = cases.columns.filter((_, k) => isCommon(cases, now, k));
  const lasting = present.filter((name) => isCommon(cases, rows, cases.columns.indexOf(name)));
  return lasting.length > 0 ? lasting : present;
}

function isCommon({ columns, forecasts }: Cases, rows: Int32Array, column: number): boolean {
  let count = 0;
  for (const row of rows) if (!Number.isNaN(forecasts[row * columns.length + column])) count++;
  return 2 * count >= rows.length;
}

const selections = new WeakMap<Cases, Map<string, Cases>>();

/**
 * The same block with some of its columns.
 *
 * @param gaps whether a column that it lacks is empty; else the answer is undefined where it lacks one
 */
export function withColumns(cases: Cases, names: readonly string[], gaps = false): Cases | undefined {
  const kept = names.map((name) => cases.columns.indexOf(name));
  if (kept.includes(-1) && !gaps) return undefined;
  if (names.length === cases.columns.length && !kept.includes(-1)) return cases;
  let known = selections.get(cases);
  if (known === undefined) selections.set(cases, (known = new Map()));
  const key = names.join(' ');
  let own = known.get(key);
  if (own === undefined) {
    const width = cases.columns.length;
    const forecasts = new Float64Array(cases.size * kept.length);
    for (let row = 0; row < cases.size; row++)
      for (let k = 0; k < kept.length; k++)
        forecasts[row * kept.length + k] = kept[k] < 0 ? Number.NaN : cases.forecasts[row * width + kept[k]];
    own = {
      ...cases,
      columns: names,
      members: names.filter((name) => name.startsWith('member_')).length,
      models: names.filter((name) => name.startsWith('model_')).length,
      predictors: names.filter((name) => name.startsWith('x_')).length,
      forecasts,
    };
    known.set(key, own);
  }
  return own;
}

/** Whether a row has a value in every column. */
export function isComplete({ columns, forecasts }: Cases, row: number): boolean {
  const width = columns.length;
  for (let k = row * width; k < (row + 1) * width; k++) if (Number.isNaN(forecasts[k])) return false;
  return true;
}
