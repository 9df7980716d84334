import type { Observations } from '../weather/pairs.ts';
import { isForecastColumn } from './forecast-columns.ts';
import { observationColumns } from './observation-columns.ts';
import { placeList } from './place-column.ts';
import { type RowSink, readRows, type TableOptions } from './read-rows.ts';
import { leaveOutRepeats } from './repeated-rows.ts';
import { rowOrigins } from './row-origins.ts';
import type { RowPosition } from './table-error.ts';
import { commonColumns, type TableColumns } from './table-header.ts';
import { countMissing, type TableCounts, tableNotices } from './table-notices.ts';
import { checkNotBefore, timeReader } from './time-column.ts';
import { type VariableList, variableList } from './variable-column.ts';

export interface ObservationsTable {
  readonly observations: Observations;
  readonly counts: TableCounts;
  /** What someone should be told although the tables could be read. */
  readonly notices: readonly string[];
}

const observationsColumns: TableColumns = {
  required: commonColumns,
  optional: ['known_time'],
  family: () => false,
  families: [],
};

/** Whether a header is that of observations rather than of pairs: no forecasts, and no time of their issue. */
export function isObservationsHeader(header: readonly string[]): boolean {
  return !header.includes('init_time') && !header.some(isForecastColumn);
}

/**
 * Reads observations from one or more `.csv` or `.csv.gz` files into columns.
 *
 * Columns, in any order: `place,latitude,longitude,elevation,valid_time,variable,unit`, optionally `known_time` (else
 * `valid_time`), and `observation`. Values are converted to the variable's unit; an empty field is NaN. Values a
 * little beyond the variable's bounds are set to the bound and counted. Rows that repeat an earlier one are left out
 * and counted; a row with a later `known_time` is a revision and stays beside the first.
 *
 * @throws WeatherglassError InvalidData, naming file, line and column: a column unknown or missing; what is no number,
 *   time, unit, variable or location; an impossible value; a value known before its valid time; two values of one
 *   place, variable, valid and known time; a table without rows. And whatever {@link readRows} throws.
 *
 * @example const { observations } = await readObservations(['station.csv']);
 */
export async function readObservations(
  files: readonly string[],
  options: TableOptions = {},
): Promise<ObservationsTable> {
  const builder = observationsBuilder(variableList(options.declared));
  await readRows(files, observationsColumns, options, builder.open);
  return builder.finish();
}

function observationsBuilder(variables: VariableList) {
  const places = placeList();
  const origins = rowOrigins();
  const columns = observationColumns();
  let rows = 0;

  function open(position: RowPosition, positions: ReadonlyMap<string, number>): RowSink {
    const placeOf = places.reader(position, positions);
    const variableOf = variables.reader(position, positions);
    const validTime = timeReader(position, positions, 'valid_time');
    const knownTime = timeReader(position, positions, 'known_time');
    const observation = positions.get('observation') ?? -1;

    const add = (cells: readonly string[]) => {
      const valid = validTime.required(cells);
      const known = knownTime.optional(cells, valid);
      checkNotBefore(position, 'known_time', known, 'valid_time', valid);
      const values = variableOf(cells);
      columns.place.values[rows] = placeOf(cells);
      columns.variable.values[rows] = values.variable;
      columns.validTime.values[rows] = valid;
      columns.knownTime.values[rows] = known;
      columns.value.values[rows] = values.read(cells[observation], position, 'observation');
      origins.add(rows, position);
      rows++;
    };
    return { reserve: (more) => columns.reserve(rows + more), add };
  }

  function finish(): ObservationsTable {
    const { place, variable, validTime, knownTime, value } = columns;
    const kept = leaveOutRepeats(
      rows,
      [
        { names: ['place'], values: place.values },
        { names: ['variable'], values: variable.values },
        { names: ['valid_time'], values: validTime.values },
        { names: ['known_time'], values: knownTime.values },
      ],
      [{ names: ['observation'], values: value.values }],
      origins,
    );
    const observations = columns.first(kept, places.places(), variables.variables);
    const counts: TableCounts = {
      rows,
      identicalDuplicates: rows - kept,
      missingOutcomes: countMissing(observations.value),
      broughtToBounds: variables.broughtToBounds(),
      movedPlaces: places.moved(),
    };
    return { observations, counts, notices: tableNotices(counts) };
  }

  return { open, finish };
}
