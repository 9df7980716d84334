import type { Cases, Control } from '../models/model.ts';
import type { Pairs, TablePlace } from '../weather/pairs.ts';
import { emptyRecent, fillRecent } from './recent.ts';

/** Pairs sorted out by variable and lead time. */
export interface CaseGroups {
  /** One block for each variable and lead, in the table's order of variables and by rising lead. */
  readonly groups: readonly Cases[];
  /** When each row's outcome became known, for each block. */
  readonly knownTimes: readonly Float64Array[];
  /** Rows left out because a forecast column that their variable and lead have is empty. */
  readonly incompleteForecasts: number;
  /** The column that is empty in most of those rows; undefined where there are none. */
  readonly emptiestColumn: string | undefined;
}

/**
 * Sorts pairs into blocks of one variable and lead, rows by valid time, then place.
 *
 * A block has the forecast columns in which it has any value; rows that miss one of them are left out and counted,
 * rows without an outcome stay. Columns are backed by SharedArrayBuffers.
 *
 * @param withRecent whether to work out what recent outcomes and errors said at the time (`Cases.recent`)
 * @param keepGaps whether rows that miss a column stay too
 */
export function groupCases(
  pairs: Pairs,
  withRecent: boolean,
  keepGaps = false,
  control?: Control,
): CaseGroups {
  const byKey = new Map<string, number[]>();
  for (let row = 0; row < pairs.rows; row++) {
    const key = `${pairs.variable[row]} ${pairs.lead[row]}`;
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [row]);
    else rows.push(row);
  }
  const ordered = [...byKey.values()].sort(
    ([a], [b]) => pairs.variable[a] - pairs.variable[b] || pairs.lead[a] - pairs.lead[b],
  );
  let incompleteForecasts = 0;
  const missing = new Float64Array(pairs.columns.length);
  const locations = locationsOf(pairs.places);
  const groups: Cases[] = [];
  const knownTimes: Float64Array[] = [];
  for (const rows of ordered) {
    control?.checkpoint(groups.length, ordered.length);
    const columns = usedColumns(pairs, rows);
    const complete = rows.filter((row) => {
      if (keepGaps) return true;
      const absent = columns.filter((k) => Number.isNaN(pairs.forecasts[row * pairs.columns.length + k]));
      for (const k of absent) missing[k]++;
      return absent.length === 0;
    });
    incompleteForecasts += rows.length - complete.length;
    if (complete.length === 0) continue;
    complete.sort(
      (a, b) =>
        pairs.validTime[a] - pairs.validTime[b] ||
        pairs.place[a] - pairs.place[b] ||
        pairs.initTime[a] - pairs.initTime[b],
    );
    const size = complete.length;
    const forecasts = new Float64Array(new SharedArrayBuffer(8 * size * columns.length));
    complete.forEach((row, i) => {
      columns.forEach((k, j) => {
        forecasts[i * columns.length + j] = pairs.forecasts[row * pairs.columns.length + k];
      });
    });
    const column = (from: Float64Array) => {
      const out = new Float64Array(new SharedArrayBuffer(8 * size));
      for (let i = 0; i < size; i++) out[i] = from[complete[i]];
      return out;
    };
    const place = new Int32Array(new SharedArrayBuffer(4 * size));
    for (let i = 0; i < size; i++) place[i] = pairs.place[complete[i]];
    const variable = pairs.variables[pairs.variable[complete[0]]];
    const cases: Cases = {
      size,
      variable,
      lead: pairs.lead[complete[0]],
      places: pairs.places.map(({ name }) => name),
      ...(locations !== undefined && { locations }),
      place,
      initTime: column(pairs.initTime),
      validTime: column(pairs.validTime),
      availableTime: column(pairs.availableTime),
      columns: columns.map((k) => pairs.columns[k]),
      members: columns.filter((k) => k < pairs.members).length,
      models: columns.filter((k) => k >= pairs.members && k < pairs.members + pairs.models).length,
      predictors: columns.filter((k) => k >= pairs.members + pairs.models).length,
      forecasts,
      recent: withRecent ? emptyRecent(size) : new Float64Array(),
      outcome: column(pairs.observation),
    };
    if (withRecent) fillRecent(cases, pairs, complete, control);
    groups.push(cases);
    knownTimes.push(column(pairs.outcomeKnownTime));
  }
  const most = missing.indexOf(missing.reduce((a, b) => Math.max(a, b), 0));
  const emptiestColumn = incompleteForecasts > 0 ? pairs.columns[most] : undefined;
  return { groups, knownTimes, incompleteForecasts, emptiestColumn };
}

function usedColumns(pairs: Pairs, rows: readonly number[]): number[] {
  const width = pairs.columns.length;
  return Array.from({ length: width }, (_, k) => k).filter((k) =>
    rows.some((row) => !Number.isNaN(pairs.forecasts[row * width + k])),
  );
}

/** One array for all blocks, and for all threads. */
function locationsOf(places: readonly TablePlace[]): Float64Array | undefined {
  if (places.every(({ latitude, longitude }) => Number.isNaN(latitude + longitude))) return undefined;
  const locations = new Float64Array(new SharedArrayBuffer(24 * places.length));
  places.forEach(({ latitude, longitude, elevation }, k) =>
    locations.set([latitude, longitude, elevation], 3 * k),
  );
  return locations;
}
