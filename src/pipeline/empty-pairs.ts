import type { Pairs, TablePlace } from '../weather/pairs.ts';
import type { Variable } from '../weather/variable.ts';

/** A table of pairs to be filled row by row; forecasts that are not filled in are missing. */
export function emptyPairs(
  rows: number,
  places: readonly TablePlace[],
  variables: readonly Variable[],
  columns: readonly string[],
  members: number,
  models: number,
) {
  const float64 = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));
  const int32 = () => new Int32Array(new SharedArrayBuffer(4 * rows));
  return {
    rows,
    places,
    variables,
    columns,
    members,
    models,
    predictors: columns.length - members - models,
    place: int32(),
    variable: int32(),
    initTime: float64(rows),
    validTime: float64(rows),
    lead: new Float32Array(new SharedArrayBuffer(4 * rows)),
    availableTime: float64(rows),
    outcomeKnownTime: float64(rows),
    forecasts: float64(rows * columns.length).fill(Number.NaN),
    observation: float64(rows),
  } satisfies Pairs;
}
