import { possibleValues } from '../weather/possible-values.ts';
import { converter } from '../weather/units.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { decimalField } from './decimal-field.ts';
import { ownText } from './own-text.ts';
import { located, quoted, type RowPosition, tableError } from './table-error.ts';

/** How to read the values of a row. */
export interface ValueReader {
  /** Index of the row's variable. */
  readonly variable: number;
  /**
   * The value of a field in the variable's unit; NaN where empty; at the bound where it is a little beyond it.
   *
   * @throws WeatherglassError InvalidData for what is no number and for an impossible value.
   */
  readonly read: (text: string, position: RowPosition, column: string) => number;
}

/** The variables that the tables of one reading name. */
export interface VariableList {
  /** In the order of their first rows. */
  readonly variables: readonly Variable[];
  /** Counts values that were set to the variable's bound. */
  readonly broughtToBounds: () => number;
  /**
   * Reads `variable,unit` of one row.
   *
   * @throws WeatherglassError InvalidData for an unknown variable or unit and for a unit of another quantity.
   */
  readonly reader: (
    position: RowPosition,
    columns: ReadonlyMap<string, number>,
  ) => (cells: readonly string[]) => ValueReader;
}

export function variableList(declared: readonly Variable[] = []): VariableList {
  const variables: Variable[] = [];
  /** By variable and unit as the table spells them. */
  const readers = new Map<string, ValueReader>();
  let broughtToBounds = 0;

  const reader: VariableList['reader'] = (position, columns) => {
    const [name, unit] = ['variable', 'unit'].map((column) => columns.get(column) ?? -1);
    let lastName: string | undefined;
    let lastUnit: string | undefined;
    let last: ValueReader;
    return (cells) => {
      if (cells[name] !== lastName || cells[unit] !== lastUnit) {
        last = readerOf(cells[name], cells[unit], position);
        lastName = cells[name];
        lastUnit = cells[unit];
      }
      return last;
    };
  };

  function readerOf(name: string, unit: string, position: RowPosition): ValueReader {
    const key = `${name}\0${unit}`;
    const known = readers.get(key);
    if (known !== undefined) return known;
    const created = createReader(name.trim(), unit.trim(), position);
    readers.set(ownText(key), created);
    return created;
  }

  function createReader(name: string, unit: string, position: RowPosition): ValueReader {
    const variable = located({ ...position, column: 'variable' }, () =>
      findVariable(ownText(name), declared),
    );
    const convert = located({ ...position, column: 'unit' }, () => converter(unit, variable.unit));
    let index = variables.findIndex((one) => one.name === variable.name);
    if (index < 0) index = variables.push(variable) - 1;

    const { least, lower, upper, most } = possibleValues(variable);
    const read: ValueReader['read'] = (text, at, column) => {
      const value = convert(decimalField(text, at, column));
      // Written so that NaN passes. `least` is asked too: it may be above a `lower` of -Infinity.
      if (!(value < lower || value > upper || value < least)) return value;
      if (value < least || value > most) {
        const limit = value < least ? `less than ${Math.max(lower, least)}` : `more than ${upper}`;
        const message = `${quoted(text)} ${unit}: ${variable.name} cannot be ${limit} ${variable.unit}.`;
        throw tableError({ ...at, column }, `${message} Leave the field empty where a value is missing.`);
      }
      broughtToBounds++;
      return value < lower ? lower : upper;
    };
    return { variable: index, read };
  }

  return { variables, broughtToBounds: () => broughtToBounds, reader };
}
