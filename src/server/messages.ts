import { type ErrorName, errorTable, WeatherglassError } from '../errors.ts';
import type { ProcessView, Snapshot } from '../runtime/inspection.ts';
import type { Changes, WriteCounts } from '../store/store.ts';
import type { LogLevel } from './log.ts';

/** What a worker tells the primary. */
export type ToPrimary =
  | { readonly kind: 'ready' }
  /** It cannot start, and why. */
  | { readonly kind: 'failed'; readonly error: ErrorData }
  | { readonly kind: 'write'; readonly id: number; readonly changes: Changes }
  /** It asks for what there is to see of all processes. */
  | { readonly kind: 'inspect'; readonly id: number }
  /** What it was asked to look at. */
  | { readonly kind: 'seen'; readonly id: number; readonly view: ProcessView };

/** What the primary tells a worker. */
export type ToWorker =
  /** The changes are durable. */
  | { readonly kind: 'written'; readonly id: number; readonly answer: WriteCounts }
  | { readonly kind: 'inspected'; readonly id: number; readonly answer: Snapshot }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ErrorData }
  /** Say what there is to see of you. */
  | { readonly kind: 'look'; readonly id: number }
  /** Answer what is asked, take nothing new, end. */
  | { readonly kind: 'drain' };

/** What a worker is started with, as its argument in JSON. */
export interface WorkerSettings {
  /** What it is called in views and in the log, such as `worker 1`. */
  readonly name: string;
  readonly store: string;
  readonly host: string;
  readonly port: number;
  readonly log: LogLevel;
  /** Threads of each worker, for reports that take long. */
  readonly threads: number;
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
