import { parseInstant } from '../weather/time.ts';
import { located, type RowPosition } from './table-error.ts';

/**
 * Epoch milliseconds of a date and time in UTC that an archive gives as numbers.
 *
 * @throws WeatherglassError InvalidData, naming the column "time", where there is none such.
 */
export function utcTime(
  [year, month, day, hour, minute]: readonly [number, number, number, number, number],
  position: RowPosition,
): number {
  const text = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}T${padded(hour, 2)}:${padded(minute, 2)}Z`;
  return located({ ...position, column: 'time' }, () => parseInstant(text));
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
