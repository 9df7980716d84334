import { decimalField } from './decimal-field.ts';
import { readRows, type TableOptions } from './read-rows.ts';
import { type RowPosition, tableError } from './table-error.ts';
import { timeReader } from './time-column.ts';

/** One exported prediction with its outcome. The object is reused from row to row. */
export interface PredictionRow {
  place: string;
  variable: string;
  model: string;
  /** Epoch milliseconds. */
  initTime: number;
  validTime: number;
  mean: number;
  /** At the levels of {@link readPredictions}. */
  readonly quantiles: Float64Array;
  /** As exported; NaN where the table has none. */
  crps: number;
  observation: number;
}

const requiredColumns = ['place', 'init_time', 'valid_time', 'variable', 'mean', 'observation'];
const optionalColumns = ['model', 'law', 'crps'];
const isQuantileColumn = (name: string) => /^q\d{2}(?:\d*)$/.test(name);

/**
 * Reads exported predictions, `place,init_time,valid_time,variable,model,law,mean,q01,…,q99,crps,observation`, row by
 * row. Any quantile columns will do: `q05` is the level 0.05, `q975` is 0.975.
 *
 * @param onRow takes each row and the ascending levels of its quantiles
 * @throws WeatherglassError InvalidData, naming file, line and column, for what is no prediction; and whatever
 *   {@link readRows} throws.
 */
export async function readPredictions(
  files: readonly string[],
  onRow: (row: PredictionRow, levels: Float64Array) => void,
  options: Omit<TableOptions, 'declared'> = {},
): Promise<void> {
  const columns = {
    required: requiredColumns,
    optional: optionalColumns,
    family: isQuantileColumn,
    families: ['q01 … q99'],
  };
  await readRows(files, columns, options, (position, positions) => {
    const quantiles = [...positions]
      .filter(([name]) => isQuantileColumn(name))
      .map(([name, at]) => ({ name, at, level: Number(`0.${name.slice(1)}`) }))
      .sort((a, b) => a.level - b.level);
    if (quantiles.length < 2)
      throw tableError(
        { file: position.file, line: 1 },
        'there are no quantile columns such as q05, q50 and q95.',
      );
    const twice = quantiles.find(({ level }, k) => level === quantiles[k - 1]?.level);
    if (twice !== undefined)
      throw tableError(
        { file: position.file, line: 1, column: twice.name },
        'another column has the same level.',
      );
    const levels = Float64Array.from(quantiles, ({ level }) => level);
    const row: PredictionRow = {
      place: '',
      variable: '',
      model: '',
      initTime: Number.NaN,
      validTime: Number.NaN,
      mean: Number.NaN,
      quantiles: new Float64Array(levels.length),
      crps: Number.NaN,
      observation: Number.NaN,
    };
    const initTime = timeReader(position, positions, 'init_time');
    const validTime = timeReader(position, positions, 'valid_time');
    const text = (cells: readonly string[], name: string) => cells[positions.get(name) ?? -1] ?? '';
    return {
      reserve: () => undefined,
      add(cells) {
        row.place = text(cells, 'place');
        row.variable = text(cells, 'variable');
        row.model = text(cells, 'model');
        row.initTime = initTime.required(cells);
        row.validTime = validTime.required(cells);
        row.mean = required(text(cells, 'mean'), position, 'mean');
        quantiles.forEach(({ name, at }, k) => {
          row.quantiles[k] = required(cells[at], position, name);
        });
        row.crps = decimalField(text(cells, 'crps'), position, 'crps');
        row.observation = required(text(cells, 'observation'), position, 'observation');
        onRow(row, levels);
      },
    };
  });
}

function required(text: string, position: RowPosition, column: string): number {
  const value = decimalField(text, position, column);
  if (Number.isNaN(value))
    throw tableError({ ...position, column }, 'the field is empty; every prediction needs it.');
  return value;
}
