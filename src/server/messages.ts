import { type ErrorName, errorTable, WeatherglassError } from '../errors.ts';
import type { Changes, WriteCounts } from '../store/store.ts';

/** What a worker tells the primary. */
export type ToPrimary =
  | { readonly kind: 'ready' }
  /** It cannot start, and why. */
  | { readonly kind: 'failed'; readonly error: ErrorData }
  | { readonly kind: 'write'; readonly id: number; readonly changes: Changes };

/** What the primary tells a worker. */
export type ToWorker =
  /** The changes are durable. */
  | { readonly kind: 'written'; readonly id: number; readonly counts: WriteCounts }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ErrorData }
  /** Answer what is asked, take nothing new, end. */
  | { readonly kind: 'drain' };

/** What a worker is started with, as its argument in JSON. */
export interface WorkerSettings {
  readonly store: string;
  readonly host: string;
  readonly port: number;
}

/** An error on its way to another process, where it would lose its class. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
}

export function errorData(error: unknown): ErrorData {
  if (error instanceof WeatherglassError) return { name: error.name, message: error.message };
  return {
    name: 'Internal',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

export function errorOf({ name, message }: ErrorData): WeatherglassError {
  return new WeatherglassError(name in errorTable ? (name as ErrorName) : 'Internal', message);
}
