import { type ObservationRow, observationBlock, observationRow } from '../store/observation-block.ts';
import type { ObservationBlock, Store } from '../store/store.ts';
import type { HourlyValue } from '../weather/hourly-values.ts';
import { possibleValues } from '../weather/possible-values.ts';
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

/**
 * Those rows of a block that say something else than the store: values that are known stay as they are, with the flag that
 * quality control has given them.
 *
 * @param settledBefore of times before this nothing that is known is revised
 */
export async function newObservations(
  store: Store,
  block: ObservationBlock,
  settledBefore = -Infinity,
): Promise<ObservationBlock> {
  if (block.rows === 0) return block;
  const known = new Map<string, number>();
  const times = block.validTime;
  // Versions come by when they became known: the last one stays.
  for await (const stored of store.observations({
    places: block.places,
    variables: block.variables,
    validFrom: times.reduce((a, b) => Math.min(a, b)),
    validUntil: times.reduce((a, b) => Math.max(a, b)) + 1,
  }))
    for (const row of rowsOf(stored)) known.set(keyOf(row), row.value);
  return observationBlock(
    rowsOf(block).filter((row) => {
      const key = keyOf(row);
      return row.validTime < settledBefore ? !known.has(key) : !Object.is(known.get(key), row.value);
    }),
  );
}

function rowsOf(block: ObservationBlock): readonly ObservationRow[] {
  return Array.from({ length: block.rows }, (_, row) => observationRow(block, row));
}

function keyOf({ place, variable, validTime }: ObservationRow): string {
  return `${validTime} ${variable} ${place}`;
}
