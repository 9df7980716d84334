import { explainDecimal, parseDecimal } from './decimal.ts';
import { quoted, type RowPosition, tableError } from './table-error.ts';

/**
 * The number of a field, NaN where the field is empty (or only spaces).
 *
 * @throws WeatherglassError InvalidData for everything else that is not a finite decimal number.
 */
export function decimalField(text: string, position: RowPosition, column: string): number {
  if (text === '') return Number.NaN;
  const value = parseDecimal(text);
  return Number.isNaN(value) ? refused(text, position, column) : value;
}

function refused(text: string, position: RowPosition, column: string): number {
  if (text.trim() === '') return Number.NaN;
  throw tableError({ ...position, column }, `${quoted(text)}: ${explainDecimal(text)}`);
}
