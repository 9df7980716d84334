import { type ObservationRow, observationBlock, observationRow } from '../store/observation-block.ts';
import type { ObservationBlock, Store } from '../store/store.ts';
import type { HourlyValue } from '../weather/hourly-values.ts';
import { possibleValues } from '../weather/possible-values.ts';
import { msPerDay } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';

/** Hours of one variable at one place. */
export interface HourlySeries {
  readonly place: string;
  readonly variable: Variable;
  readonly values: readonly HourlyValue[];
}

/**
 * Hourly values as observations. What an instrument shows a little beyond a bound is at the bound, what cannot be is kept
 * as it is shown, for quality control to say so.
 *
 * @param knownAt when a value became known; no earlier than its hour
 */
export function observationsOf(
  series: readonly HourlySeries[],
  origin: string,
  knownAt: (value: HourlyValue) => number,
): ObservationBlock {
  return observationBlock(
    series.flatMap(({ place, variable, values }) =>
      values.map((one) => ({
        place,
        variable: variable.name,
        origin,
        validTime: one.time,
        knownAt: Math.max(one.time, knownAt(one)),
        value: withinReach(one.value, variable),
      })),
    ),
  );
}

function withinReach(value: number, variable: Variable): number {
  const { least, lower, upper, most } = possibleValues(variable);
  return value >= least && value <= most ? Math.min(upper, Math.max(lower, value)) : value;
}

/** Places whose hours begin within so many milliseconds of each other are looked up together. */
const ALIKE = msPerDay / 2;

/**
 * Those rows of a block that say something else than the store: values that are known stay as they are, with the flag that
 * quality control has given them.
 *
 * @param settledBefore of times before this, what was known before this is not revised
 */
export async function newObservations(
  store: Store,
  block: ObservationBlock,
  settledBefore = -Infinity,
): Promise<ObservationBlock> {
  const fresh: ObservationRow[] = [];
  const byPlace = Map.groupBy(rowsOf(block), ({ place }) => place);
  const begin = (rows: readonly ObservationRow[]) =>
    rows.reduce((least, { validTime }) => Math.min(least, validTime), Infinity);
  // One that is far behind does not have everybody's month read.
  for (const some of Map.groupBy(byPlace, ([, rows]) => Math.floor(begin(rows) / ALIKE)).values()) {
    const rows = some.flatMap(([, own]) => own);
    const known = await latestOf(store, rows);
    for (const row of rows) {
      const last = known.get(keyOf(row));
      const isSettled = last !== undefined && row.validTime < settledBefore && last.knownAt < settledBefore;
      if (!isSettled && !Object.is(last?.value, row.value)) fresh.push(row);
    }
  }
  return observationBlock(fresh);
}

/** The last version of what the store has at the times of some rows. */
async function latestOf(
  store: Store,
  rows: readonly ObservationRow[],
): Promise<ReadonlyMap<string, Pick<ObservationRow, 'value' | 'knownAt'>>> {
  const known = new Map<string, Pick<ObservationRow, 'value' | 'knownAt'>>();
  const times = rows.map(({ validTime }) => validTime);
  // Versions come by when they became known: the last one stays.
  for await (const stored of store.observations({
    places: [...new Set(rows.map(({ place }) => place))],
    variables: [...new Set(rows.map(({ variable }) => variable))],
    validFrom: times.reduce((a, b) => Math.min(a, b)),
    validUntil: times.reduce((a, b) => Math.max(a, b)) + 1,
  }))
    for (const row of rowsOf(stored)) known.set(keyOf(row), row);
  return known;
}

function rowsOf(block: ObservationBlock): readonly ObservationRow[] {
  return Array.from({ length: block.rows }, (_, row) => observationRow(block, row));
}

function keyOf({ place, variable, validTime }: ObservationRow): string {
  return `${validTime} ${variable} ${place}`;
}
