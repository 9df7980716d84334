import type { Observations, TablePlace } from '../weather/pairs.ts';
import type { Variable } from '../weather/variable.ts';
import type { LeftOut } from './left-out.ts';
import { observationColumns } from './observation-columns.ts';
import type { ObservationsTable } from './observations-csv.ts';
import type { MovedPlace } from './place-column.ts';
import { leaveOutRepeats } from './repeated-rows.ts';
import { rowOrigins } from './row-origins.ts';
import { type RowPosition, tableError } from './table-error.ts';
import { type TableCounts, tableNotices } from './table-notices.ts';

/** Gathers the observations of an archive as a table. */
export interface ArchiveRows {
  /**
   * Adds a value in the variable's unit; one that is missing (NaN), impossible, or later than `now` is left out, and
   * counted unless it is missing.
   *
   * @param place index into the places that `finish` is given
   */
  readonly add: (
    place: number,
    variable: Variable,
    time: number,
    value: number,
    position: RowPosition,
  ) => void;
  /**
   * @param notices what else someone should be told
   * @throws WeatherglassError InvalidData: two values of one place, variable and time; no value at all.
   */
  readonly finish: (
    file: string,
    places: readonly TablePlace[],
    notices?: readonly string[],
    movedPlaces?: readonly MovedPlace[],
  ) => ObservationsTable;
}

/** @param now what is dated later is left out */
export function archiveRows(left: LeftOut, now = Infinity): ArchiveRows {
  const columns = observationColumns();
  const origins = rowOrigins();
  const variables: Variable[] = [];
  const indexes = new Map<string, number>();
  let rows = 0;

  function indexOf(variable: Variable): number {
    const known = indexes.get(variable.name);
    if (known !== undefined) return known;
    const index = variables.push(variable) - 1;
    indexes.set(variable.name, index);
    return index;
  }

  const add: ArchiveRows['add'] = (place, variable, time, given, position) => {
    const value = left.possible(variable, given, position);
    if (Number.isNaN(value)) return;
    if (time > now) {
      left.add('dated in the future', position);
      return;
    }
    columns.reserve(rows + 1);
    columns.place.values[rows] = place;
    columns.variable.values[rows] = indexOf(variable);
    columns.validTime.values[rows] = time;
    columns.knownTime.values[rows] = time;
    columns.value.values[rows] = value;
    origins.add(rows, position);
    rows++;
  };

  const finish: ArchiveRows['finish'] = (file, places, notices = [], movedPlaces = []) => {
    const { place, variable, validTime, knownTime, value } = columns;
    const kept = leaveOutRepeats(
      rows,
      [
        { names: ['place'], values: place.values },
        { names: ['variable'], values: variable.values },
        { names: ['time'], values: validTime.values },
      ],
      [
        { names: ['value'], values: value.values },
        { names: ['time'], values: knownTime.values },
      ],
      origins,
    );
    const all = [...notices, ...left.notices()];
    if (kept === 0) throw tableError({ file }, ['no observation in it can be used.', ...all].join(' '));
    const counts: TableCounts = {
      rows,
      identicalDuplicates: rows - kept,
      missingOutcomes: 0,
      broughtToBounds: left.broughtToBounds(),
      movedPlaces,
    };
    const observations = columns.first(kept, places, variables);
    return { observations, counts, notices: [...tableNotices(counts), ...all, ...rainNotices(observations)] };
  };

  return { add, finish };
}

/** Fewer hours say nothing about how often it rains. */
const enoughHours = 100;

/**
 * Hours without rain outnumber those with rain wherever it was ever measured; where they do not, a station reports rain only
 * when it rains, and its hours without a report were dry ones.
 */
function rainNotices({ rows, variables, variable, value }: Observations): string[] {
  const rain = variables.findIndex(({ name }) => name === 'precipitation');
  let hours = 0;
  let dry = 0;
  for (let row = 0; row < rows; row++) {
    if (variable[row] !== rain) continue;
    hours++;
    if (value[row] === 0) dry++;
  }
  if (hours < enoughHours || dry >= hours / 2) return [];
  return [
    `Only ${dry} of ${hours} hours of precipitation are dry: the station seems to report rain only when it falls. ` +
      'Forecasts of rain learned from this alone would be too wet.',
  ];
}
