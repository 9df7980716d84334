import { WeatherglassError } from '../errors.ts';
import { sqliteCheck } from './sqlite-check.ts';
import { openConnection } from './sqlite-connection.ts';
import { storeState } from './sqlite-schema.ts';

/**
 * Looks at a fresh copy of a store, which it may be.
 *
 * @param called what the copy was made of
 * @throws WeatherglassError InvalidData: it is damaged or no store, and what to do.
 */
export function refuseDamaged(copy: string, called: string, whatToDo: string): void {
  const connection = openConnection(copy, { readOnly: false, called });
  try {
    const found = storeState(connection) === 'new' ? ['it is an empty database'] : sqliteCheck(connection);
    if (found.length > 0)
      throw new WeatherglassError('InvalidData', `${called} is not whole: ${found.join('; ')}. ${whatToDo}`);
  } finally {
    connection.close();
  }
}
