import type { Connection } from './sqlite-connection.ts';
import type { StoreSummary } from './store.ts';

/**
 * First and last of a column whose index begins with two others: one look into the index for each pair of those. The
 * plain minimum would read the whole index.
 */
const rangeOf = (table: string, column: string, other: string) => `
  SELECT min(first), max(last) FROM (
    SELECT
      (SELECT min(${column}) FROM ${table} WHERE place = place.id AND ${other} = ${other}.id) AS first,
      (SELECT max(${column}) FROM ${table} WHERE place = place.id AND ${other} = ${other}.id) AS last
    FROM place, ${other})`;

type Range = readonly [first: number | null, last: number | null];

export function sqliteSummary(connection: Connection): StoreSummary {
  const number = (sql: string) => connection.statement<readonly [number | null]>(sql).get()![0] ?? 0;
  const ranges = [
    connection.statement<Range>(rangeOf('run', 'issued_at', 'source')).get()!,
    connection.statement<Range>(rangeOf('observation', 'valid_time', 'variable')).get()!,
  ];
  const knownTimes = ['run', 'observation'].map(
    (table) => connection.statement<readonly [number | null]>(`SELECT max(known_at) FROM ${table}`).get()![0],
  );
  return {
    bytes: number('PRAGMA page_count') * number('PRAGMA page_size'),
    places: number('SELECT count(*) FROM place'),
    runs: number('SELECT count(*) FROM run'),
    observations: number('SELECT count(*) FROM observation'),
    predictions: number('SELECT count(*) FROM prediction'),
    from: extreme(
      Math.min,
      ranges.map(([first]) => first),
    ),
    until: extreme(
      Math.max,
      ranges.map(([, last]) => last),
    ),
    knownUntil: extreme(Math.max, knownTimes),
  };
}

/** NaN where there is none. */
function extreme(choose: (...values: number[]) => number, values: readonly (number | null)[]): number {
  const given = values.filter((value) => value !== null);
  return given.length === 0 ? Number.NaN : choose(...given);
}
