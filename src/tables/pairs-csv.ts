import type { Pairs } from '../weather/pairs.ts';
import { msPerHour } from '../weather/time.ts';
import { readCsvHeader } from './csv.ts';
import { decimalField } from './decimal-field.ts';
import {
  type ForecastColumns,
  forecastFamilies,
  isForecastColumn,
  orderForecastColumns,
} from './forecast-columns.ts';
import { float64Column, int32Column } from './growable-column.ts';
import { placeList } from './place-column.ts';
import { type RowSink, readRows, type TableOptions } from './read-rows.ts';
import { leaveOutRepeats } from './repeated-rows.ts';
import { rowOrigins } from './row-origins.ts';
import { type RowPosition, tableError } from './table-error.ts';
import { commonColumns, type TableColumns } from './table-header.ts';
import { countMissing, type TableCounts, tableNotices } from './table-notices.ts';
import { checkNotBefore, timeReader } from './time-column.ts';
import { type VariableList, variableList } from './variable-column.ts';

export interface PairsTable {
  readonly pairs: Pairs;
  readonly counts: TableCounts;
  /** What someone should be told although the tables could be read. */
  readonly notices: readonly string[];
}

const pairsColumns: TableColumns = {
  required: [...commonColumns, 'init_time'],
  optional: ['available_time', 'outcome_known_time'],
  family: isForecastColumn,
  families: forecastFamilies.map((family) => `${family}*`),
};

/**
 * Reads forecast–observation pairs from one or more `.csv` or `.csv.gz` files into columns.
 *
 * Columns, in any order: `place,latitude,longitude,elevation,init_time,valid_time,variable,unit`, optionally
 * `available_time` (else `init_time`) and `outcome_known_time` (else `valid_time`), at least one of `member_*`,
 * `model_*` and `x_*`, and `observation`. Files may have different forecast columns: the result has all of them.
 *
 * Forecasts (`member_*`, `model_*`) and observations are converted to the variable's unit; `x_*`
 * stay as they are. An empty field is NaN, and so is a column that a file does not have. Values a little beyond the
 * variable's bounds are set to the bound and counted. Rows that repeat an earlier one are left out and counted.
 *
 * @throws WeatherglassError InvalidData, naming file, line and column: a column unknown or missing; what is no number,
 *   time, unit, variable or location; an impossible value; a forecast available before its issue, valid before its
 *   issue or known before its valid time; two different rows of one place, variable, issue and valid time; a table
 *   without rows. Usage: no files. And whatever {@link readRows} throws.
 *
 * @example const { pairs, notices } = await readPairs(['seattle.csv.gz']);
 */
export async function readPairs(files: readonly string[], options: TableOptions = {}): Promise<PairsTable> {
  const names: string[] = [];
  for (const file of files) names.push(...(await readCsvHeader(file, options.signal)));
  const builder = pairsBuilder(orderForecastColumns(names), variableList(options.declared));
  await readRows(files, pairsColumns, options, builder.open);
  return builder.finish();
}

function pairsBuilder(forecastColumns: ForecastColumns, variables: VariableList) {
  const { columns: names, members, models } = forecastColumns;
  const width = names.length;
  const places = placeList();
  const origins = rowOrigins();
  const columns = {
    place: int32Column(),
    variable: int32Column(),
    initTime: float64Column(),
    validTime: float64Column(),
    availableTime: float64Column(),
    outcomeKnownTime: float64Column(),
    forecasts: float64Column(width),
    observation: float64Column(),
  };
  let rows = 0;

  function open(position: RowPosition, positions: ReadonlyMap<string, number>): RowSink {
    if (!names.some((name) => positions.has(name))) {
      const families = pairsColumns.families.join(', ');
      throw tableError(position, `there is no column of forecasts; they are named ${families}.`);
    }
    const placeOf = places.reader(position, positions);
    const variableOf = variables.reader(position, positions);
    const initTime = timeReader(position, positions, 'init_time');
    const validTime = timeReader(position, positions, 'valid_time');
    const availableTime = timeReader(position, positions, 'available_time');
    const outcomeKnownTime = timeReader(position, positions, 'outcome_known_time');
    const observation = positions.get('observation') ?? -1;
    const fields = Int32Array.from(names, (name) => positions.get(name) ?? -1);

    const add = (cells: readonly string[]) => {
      const init = initTime.required(cells);
      const valid = validTime.required(cells);
      const available = availableTime.optional(cells, init);
      const known = outcomeKnownTime.optional(cells, valid);
      checkNotBefore(position, 'valid_time', valid, 'init_time', init);
      checkNotBefore(position, 'available_time', available, 'init_time', init);
      checkNotBefore(position, 'outcome_known_time', known, 'valid_time', valid);
      const values = variableOf(cells);

      columns.place.values[rows] = placeOf(cells);
      columns.variable.values[rows] = values.variable;
      columns.initTime.values[rows] = init;
      columns.validTime.values[rows] = valid;
      columns.availableTime.values[rows] = available;
      columns.outcomeKnownTime.values[rows] = known;
      columns.observation.values[rows] = values.read(cells[observation], position, 'observation');
      const forecasts = columns.forecasts.values;
      for (let i = 0; i < width; i++) {
        const field = fields[i];
        forecasts[rows * width + i] =
          field < 0
            ? Number.NaN
            : i < members + models
              ? values.read(cells[field], position, names[i])
              : decimalField(cells[field], position, names[i]);
      }
      origins.add(rows, position);
      rows++;
    };
    const reserve = (more: number) => {
      for (const column of Object.values(columns)) column.reserve(rows + more);
    };
    return { reserve, add };
  }

  function finish(): PairsTable {
    const { place, variable, initTime, validTime, availableTime, outcomeKnownTime } = columns;
    const kept = leaveOutRepeats(
      rows,
      [
        { names: ['place'], values: place.values },
        { names: ['variable'], values: variable.values },
        { names: ['init_time'], values: initTime.values },
        { names: ['valid_time'], values: validTime.values },
      ],
      [
        { names: ['observation'], values: columns.observation.values },
        { names, values: columns.forecasts.values },
        { names: ['available_time'], values: availableTime.values },
        { names: ['outcome_known_time'], values: outcomeKnownTime.values },
      ],
      origins,
    );
    const pairs: Pairs = {
      rows: kept,
      places: places.places(),
      variables: variables.variables,
      ...forecastColumns,
      place: place.first(kept),
      variable: variable.first(kept),
      initTime: initTime.first(kept),
      validTime: validTime.first(kept),
      lead: leadHours(initTime.first(kept), validTime.first(kept)),
      availableTime: availableTime.first(kept),
      outcomeKnownTime: outcomeKnownTime.first(kept),
      forecasts: columns.forecasts.first(kept),
      observation: columns.observation.first(kept),
    };
    const counts: TableCounts = {
      rows,
      identicalDuplicates: rows - kept,
      missingOutcomes: countMissing(pairs.observation),
      broughtToBounds: variables.broughtToBounds(),
      movedPlaces: places.moved(),
    };
    return { pairs, counts, notices: tableNotices(counts) };
  }

  return { open, finish };
}

function leadHours(initTime: Float64Array, validTime: Float64Array): Float32Array {
  const lead = new Float32Array(new SharedArrayBuffer(4 * initTime.length));
  for (let i = 0; i < lead.length; i++) lead[i] = (validTime[i] - initTime[i]) / msPerHour;
  return lead;
}
