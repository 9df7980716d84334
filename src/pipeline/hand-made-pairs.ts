import type { Pairs } from '../weather/pairs.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { emptyPairs } from './empty-pairs.ts';

/** A row of a table as a test states it. Times are in days since 1970. */
export interface HandMadeRow {
  readonly valid: number;
  /** NaN for a row without an outcome. */
  readonly outcome: number;
  readonly forecasts?: readonly number[];
  /** Index into the table's places. */
  readonly place?: number;
  /** Hours ahead; 24 where nothing is said. */
  readonly lead?: number;
  /** By default as it was issued, and known when it was valid. */
  readonly available?: number;
  readonly known?: number;
}

/** For tests: a table of one variable at places called a, b, c, made by hand; columns are counted by their names. */
export function handMadePairs(
  rows: readonly HandMadeRow[],
  columns: readonly string[] = [],
  variable = 'temperature_2m',
): Pairs {
  const count = (kind: string) => columns.filter((name) => name.startsWith(kind)).length;
  const places = ['a', 'b', 'c'].map((name) => ({
    name,
    latitude: Number.NaN,
    longitude: Number.NaN,
    elevation: Number.NaN,
  }));
  const pairs = emptyPairs(
    rows.length,
    places,
    [findVariable(variable)],
    columns,
    count('member_'),
    count('model_'),
  );
  rows.forEach(({ valid, outcome, forecasts = [], place = 0, lead = 24, available, known }, at) => {
    pairs.place[at] = place;
    pairs.lead[at] = lead;
    pairs.validTime[at] = valid * msPerDay;
    pairs.initTime[at] = valid * msPerDay - lead * msPerHour;
    pairs.availableTime[at] = available === undefined ? pairs.initTime[at] : available * msPerDay;
    pairs.outcomeKnownTime[at] = (known ?? valid) * msPerDay;
    pairs.forecasts.set(forecasts, at * columns.length);
    pairs.observation[at] = outcome;
  });
  return pairs;
}
