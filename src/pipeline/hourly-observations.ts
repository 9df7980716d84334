import type { ObservationBlock } from '../store/store.ts';
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
