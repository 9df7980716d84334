import { setTimeout } from 'node:timers/promises';
import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { openConnection } from './sqlite-connection.ts';

/** Milliseconds between two attempts. */
const PAUSE = 50;

/**
 * Waits until no other process writes to the store at `file`, and keeps others from it until it is disposed of.
 *
 * The lock is the one that SQLite holds on a file beside the store: the system lets go of it with the process, however
 * that ends, so there is no stale lock to clear away.
 *
 * @param wait milliseconds after which to give up
 * @throws WeatherglassError Unavailable: someone else is writing, or there is no room for the lock's file.
 */
export async function lockForWriting(file: string, wait: number): Promise<Disposable> {
  const deadline = performance.now() + wait;
  for (;;) {
    const lock = openConnection(`${file}-writer`, { readOnly: false, timeout: 0, called: file });
    try {
      lock.execute('BEGIN EXCLUSIVE');
      return { [Symbol.dispose]: () => lock.close() };
    } catch (error) {
      lock.close();
      const inUse = isWeatherglassError(error, 'Unavailable') && isLocked(error.cause);
      if (!inUse) throw error;
      if (performance.now() >= deadline)
        throw new WeatherglassError(
          'Unavailable',
          `Another process is writing to ${file}, perhaps \`weatherglass serve\`: wait until it has finished, or stop it.`,
          { cause: error },
        );
    }
    await setTimeout(Math.min(PAUSE, Math.max(1, deadline - performance.now())));
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
