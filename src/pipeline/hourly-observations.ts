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
  const places = [...new Set(series.map(({ place }) => place))];
  const variables = [...new Set(series.map(({ variable }) => variable.name))];
  const rows = series.flatMap(({ place, variable, values }) =>
    values.map((value) => ({
      place: places.indexOf(place),
      variable: variables.indexOf(variable.name),
      time: value.time,
      known: Math.max(value.time, knownAt(value)),
      value: withinReach(value.value, variable),
    })),
  );
  return {
    rows: rows.length,
    places,
    variables,
    origins: [origin],
    place: Int32Array.from(rows, ({ place }) => place),
    variable: Int32Array.from(rows, ({ variable }) => variable),
    origin: new Int32Array(rows.length),
    validTime: Float64Array.from(rows, ({ time }) => time),
    knownAt: Float64Array.from(rows, ({ known }) => known),
    value: Float64Array.from(rows, ({ value }) => value),
    flag: new Array<string>(rows.length).fill(''),
  };
}

function withinReach(value: number, variable: Variable): number {
  const { least, lower, upper, most } = possibleValues(variable);
  return value >= least && value <= most ? Math.min(upper, Math.max(lower, value)) : value;
}

/**
 * Those rows of a block that say something else than the store: values that are known stay as they are, with the flag that
 * quality control has given them.
 */
export async function newObservations(store: Store, block: ObservationBlock): Promise<ObservationBlock> {
  if (block.rows === 0) return block;
  const known = new Map<string, number>();
  const times = block.validTime.subarray(0, block.rows);
  // Versions come by when they became known: the last one stays.
  for await (const stored of store.observations({
    places: block.places,
    variables: block.variables,
    validFrom: times.reduce((a, b) => Math.min(a, b)),
    validUntil: times.reduce((a, b) => Math.max(a, b)) + 1,
  }))
    for (let row = 0; row < stored.rows; row++) known.set(keyOf(stored, row), stored.value[row]);
  const rows = Int32Array.from(block.place.keys()).filter(
    (row) => !Object.is(known.get(keyOf(block, row)), block.value[row]),
  );
  return {
    ...block,
    rows: rows.length,
    place: rows.map((row) => block.place[row]),
    variable: rows.map((row) => block.variable[row]),
    origin: rows.map((row) => block.origin[row]),
    validTime: Float64Array.from(rows, (row) => block.validTime[row]),
    knownAt: Float64Array.from(rows, (row) => block.knownAt[row]),
    value: Float64Array.from(rows, (row) => block.value[row]),
    flag: Array.from(rows, (row) => block.flag[row]),
  };
}

function keyOf({ places, variables, place, variable, validTime }: ObservationBlock, row: number): string {
  return `${validTime[row]} ${variables[variable[row]]} ${places[place[row]]}`;
}
