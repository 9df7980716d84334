import type { Observations, TablePlace } from '../weather/pairs.ts';
import type { Variable } from '../weather/variable.ts';
import { float64Column, int32Column } from './growable-column.ts';

/** Observations that are gathered row by row: make room, then write the values at the row. */
export function observationColumns() {
  const columns = {
    place: int32Column(),
    variable: int32Column(),
    validTime: float64Column(),
    knownTime: float64Column(),
    value: float64Column(),
  };
  return {
    ...columns,
    /** Makes room for this many rows in all. */
    reserve(rows: number): void {
      for (const column of Object.values(columns)) column.reserve(rows);
    },
    /** The first `rows` rows as a table, without a copy. */
    first(rows: number, places: readonly TablePlace[], variables: readonly Variable[]): Observations {
      return {
        rows,
        places,
        variables,
        place: columns.place.first(rows),
        variable: columns.variable.first(rows),
        validTime: columns.validTime.first(rows),
        knownTime: columns.knownTime.first(rows),
        value: columns.value.first(rows),
      };
    },
  };
}
