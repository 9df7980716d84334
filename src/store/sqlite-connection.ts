import { resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { section } from '../runtime/event-loop.ts';
import { sqliteError } from './sqlite-error.ts';

/** A prepared statement whose rows are arrays, in the order of its columns. Its errors are ours. */
export interface Statement<Row> {
  get(...parameters: SQLInputValue[]): Row | undefined;
  all(...parameters: SQLInputValue[]): readonly Row[];
  /** Hands over row by row until `take` answers false. Nothing else may happen meanwhile. */
  each(take: (row: Row) => boolean, ...parameters: SQLInputValue[]): void;
  /** Rows that were inserted, changed or deleted. */
  run(...parameters: SQLInputValue[]): number;
}

/** One connection to a database file. */
export interface Connection {
  readonly file: string;
  readonly readOnly: boolean;
  readonly inTransaction: boolean;
  /** The statement of a text, prepared once. */
  statement<Row = never>(sql: string): Statement<Row>;
  execute(sql: string): void;
  /** Gives SQL a function of a blob. */
  define(name: string, work: (blob: Uint8Array) => number): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly readOnly: boolean;
  /** Milliseconds that a statement waits for a lock. */
  readonly timeout?: number;
  /** What messages call it, where its own name means nothing to a reader. */
  readonly called?: string;
}

/** Milliseconds that a statement waits for a lock; node:sqlite's own default, 0, gives "database is locked" at once. */
const LOCK_TIMEOUT = 5000;

/**
 * Opens a database file; one that is not there is made, unless it is opened only for reading.
 *
 * @throws WeatherglassError Unavailable: it cannot be opened. InvalidData: it is no database.
 */
export function openConnection(
  file: string,
  { readOnly, timeout = LOCK_TIMEOUT, called = file }: ConnectionOptions,
): Connection {
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error, called);
    }
  };
  // An absolute path is never taken for a URI or for `:memory:`.
  const database = guarded(() => new DatabaseSync(resolve(file), { readOnly, timeout, returnArrays: true }));
  const prepared = new Map<string, Statement<never>>();

  function prepare(sql: string): Statement<never> {
    const statement = guarded(() => database.prepare(sql));
    const name = sql.replaceAll(/\s+/g, ' ').trim().slice(0, 80);
    const named = <Result>(work: () => Result): Result => guarded(() => section(name, work));
    return {
      get: (...parameters) => named(() => statement.get(...parameters)) as never,
      all: (...parameters) => named(() => statement.all(...parameters)) as never,
      each: (take, ...parameters) =>
        named(() => {
          for (const row of statement.iterate(...parameters)) if (!take(row as never)) break;
        }),
      run: (...parameters) => named(() => Number(statement.run(...parameters).changes)),
    };
  }

  return {
    file: called,
    readOnly,
    get inTransaction() {
      return database.isTransaction;
    },
    statement<Row>(sql: string) {
      let found = prepared.get(sql);
      if (found === undefined) prepared.set(sql, (found = prepare(sql)));
      return found as unknown as Statement<Row>;
    },
    execute: (sql) => guarded(() => section(sql, () => database.exec(sql))),
    define(name, work) {
      database.function(name, { deterministic: true }, (blob) => work(blob as Uint8Array));
    },
    close() {
      prepared.clear();
      guarded(() => database.close());
    },
  };
}
