import type { Cases, Control } from '../models/model.ts';
import type { Pairs, TablePlace } from '../weather/pairs.ts';
import { contextOf } from './context.ts';
import { emptyRecent, fillRecent } from './recent.ts';

/** Pairs sorted out by variable and lead time. */
export interface CaseGroups {
  /** One block for each variable, or variable and lead; in the table's order of variables and by rising lead. */
  readonly groups: readonly Cases[];
  /** For each block the rows of the table that it was made of. */
  readonly tableRows: readonly Int32Array[];
  /** Rows left out because a forecast column that their variable and lead have is empty. */
  readonly incompleteForecasts: number;
  /** The column that is empty in most of those rows; undefined where there are none. */
  readonly emptiestColumn: string | undefined;
}

/** What blocks are wanted for: a model says so of itself. */
export interface Needs {
  /** `Cases.recent` is worked out. */
  readonly usesRecent?: boolean | undefined;
  /** `Cases.context` is worked out. */
  readonly usesContext?: boolean | undefined;
  /** One block a variable, not one for each of its leads. */
  readonly acrossLeads?: boolean | undefined;
  /** Rows that miss a column stay too. */
  readonly keepGaps?: boolean | undefined;
}

/**
 * Sorts pairs into blocks of one variable and lead, or of one variable; rows by valid time, place, issue.
 *
 * A block has the forecast columns in which it has any value; rows that miss one that their variable and lead have are
 * left out and counted, rows without an outcome stay. Columns are backed by SharedArrayBuffers.
 */
export function groupCases(pairs: Pairs, needs: Needs = {}, control?: Control): CaseGroups {
  let incompleteForecasts = 0;
  const missing = new Float64Array(pairs.columns.length);
  const blocks: number[][] = [];
  for (const rows of rowsByLead(pairs)) {
    const columns = usedColumns(pairs, rows);
    const complete = rows.filter((row) => {
      if (needs.keepGaps === true) return true;
      const absent = columns.filter((k) => Number.isNaN(pairs.forecasts[row * pairs.columns.length + k]));
      for (const k of absent) missing[k]++;
      return absent.length === 0;
    });
    incompleteForecasts += rows.length - complete.length;
    if (complete.length === 0) continue;
    const before = blocks.at(-1);
    const joins = needs.acrossLeads === true && before !== undefined;
    if (joins && pairs.variable[before[0]] === pairs.variable[rows[0]])
      for (const row of complete) before.push(row);
    else blocks.push(complete);
  }
  const locations = locationsOf(pairs.places);
  const groups: Cases[] = [];
  const tableRows: Int32Array[] = [];
  for (const rows of blocks) {
    control?.checkpoint(groups.length, blocks.length);
    rows.sort(
      (a, b) =>
        pairs.validTime[a] - pairs.validTime[b] ||
        pairs.place[a] - pairs.place[b] ||
        pairs.initTime[a] - pairs.initTime[b],
    );
    groups.push(blockOf(pairs, rows, locations, needs, control));
    tableRows.push(Int32Array.from(rows));
  }
  const most = missing.indexOf(missing.reduce((a, b) => Math.max(a, b), 0));
  const emptiestColumn = incompleteForecasts > 0 ? pairs.columns[most] : undefined;
  return { groups, tableRows, incompleteForecasts, emptiestColumn };
}

/** Rows of each variable and lead, in the table's order of variables and by rising lead. */
function rowsByLead(pairs: Pairs): number[][] {
  const byKey = new Map<string, number[]>();
  for (let row = 0; row < pairs.rows; row++) {
    const key = `${pairs.variable[row]} ${pairs.lead[row]}`;
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [row]);
    else rows.push(row);
  }
  return [...byKey.values()].sort(
    ([a], [b]) => pairs.variable[a] - pairs.variable[b] || pairs.lead[a] - pairs.lead[b],
  );
}

function blockOf(
  pairs: Pairs,
  rows: readonly number[],
  locations: Float64Array | undefined,
  needs: Needs,
  control?: Control,
): Cases {
  const size = rows.length;
  const columns = usedColumns(pairs, rows);
  const forecasts = new Float64Array(new SharedArrayBuffer(8 * size * columns.length));
  rows.forEach((row, i) => {
    columns.forEach((k, j) => {
      forecasts[i * columns.length + j] = pairs.forecasts[row * pairs.columns.length + k];
    });
  });
  const column = (from: ArrayLike<number>) => {
    const out = new Float64Array(new SharedArrayBuffer(8 * size));
    for (let i = 0; i < size; i++) out[i] = from[rows[i]];
    return out;
  };
  const place = new Int32Array(new SharedArrayBuffer(4 * size));
  for (let i = 0; i < size; i++) place[i] = pairs.place[rows[i]];
  const leads = column(pairs.lead);
  const cases: Cases = {
    size,
    variable: pairs.variables[pairs.variable[rows[0]]],
    lead: leads.every((lead) => lead === leads[0]) ? leads[0] : Number.NaN,
    leads,
    places: pairs.places.map(({ name }) => name),
    ...(locations !== undefined && { locations }),
    place,
    initTime: column(pairs.initTime),
    validTime: column(pairs.validTime),
    availableTime: column(pairs.availableTime),
    knownTime: column(pairs.outcomeKnownTime),
    columns: columns.map((k) => pairs.columns[k]),
    members: columns.filter((k) => k < pairs.members).length,
    models: columns.filter((k) => k >= pairs.members && k < pairs.members + pairs.models).length,
    predictors: columns.filter((k) => k >= pairs.members + pairs.models).length,
    forecasts,
    recent: needs.usesRecent === true ? emptyRecent(size) : new Float64Array(),
    ...(needs.usesContext === true
      ? contextOf(pairs, rows, control)
      : { contextNames: [], context: new Float64Array() }),
    outcome: column(pairs.observation),
  };
  if (needs.usesRecent === true) fillRecent(cases, pairs, rows, control);
  return cases;
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
