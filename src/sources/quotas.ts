import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WeatherglassError } from '../errors.ts';
import type { Limit, Provider } from './source.ts';

/** What was asked of each provider by all processes of this machine, kept in a file they share. */
export interface Quotas extends Disposable {
  /**
   * Takes calls and one of the places for requests under way.
   *
   * @returns how to end the request; or how long to wait before asking again, with the limit in the way
   * @throws WeatherglassError Usage for more calls than a limit ever allows
   */
  take(provider: Provider, calls: number, now: number): Taken | Refused;
  /** Nobody asks the provider until then: it has said so. */
  rest(provider: Provider, until: number): void;
  /** Does something that no other process does at the same time. */
  alone<Result>(work: () => Result): Result;
  /** For each of its limits how much is used, and when the first of it no longer counts. */
  used(provider: Provider, now: number): readonly { limit: Limit; calls: number; resetsInMs: number }[];
}

export interface Taken {
  readonly end: () => void;
}

export interface Refused {
  readonly waitMs: number;
  /** Such as `its limit of 600 calls in 60 s`. */
  readonly why: string;
}

/**
 * Parts that a limit's span is counted in. A part counts until all of it is past, so that no span of that length ever holds
 * more calls than the limit, wherever it begins; what is given away is a sixtieth.
 */
const PARTS = 60;
/** A request is over after so many milliseconds; whoever has not ended it has died, or is on another machine that has. */
const LONGEST_REQUEST = 90_000;
/** A wish to be left alone for longer was noted by a clock that was ahead. */
const LONGEST_REST = 86_400_000;
/** Milliseconds to wait for a place among the requests under way. */
const NEXT_LOOK = 25;

const tables = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS spent (
    provider TEXT NOT NULL, seconds REAL NOT NULL, part INTEGER NOT NULL, calls REAL NOT NULL,
    PRIMARY KEY (provider, seconds, part)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS under_way (
    id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, ends_by REAL NOT NULL, host TEXT NOT NULL,
    process INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS rest (provider TEXT PRIMARY KEY, until REAL NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * Opens the file in a folder, which is made where there is none.
 *
 * @throws WeatherglassError Unavailable where the folder cannot be written
 */
export function openQuotas(folder: string): Quotas {
  const database = openDatabase(folder);
  const sum = database.prepare(`
    SELECT total(calls) AS calls, min(part) AS first FROM spent
    WHERE provider = ? AND seconds = ? AND part > ? AND part <= ?`);
  const add = database.prepare(`
    INSERT INTO spent VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls`);
  const forget = database.prepare('DELETE FROM spent WHERE provider = ? AND seconds = ? AND part <= ?');
  const begin = database.prepare(
    'INSERT INTO under_way (provider, ends_by, host, process) VALUES (?, ?, ?, ?)',
  );
  const finish = database.prepare('DELETE FROM under_way WHERE id = ?');
  const clear = database.prepare('DELETE FROM under_way WHERE ends_by < ? OR ends_by > ?');
  const underWay = database.prepare('SELECT count(*) AS requests FROM under_way WHERE provider = ?');
  const holders = database.prepare('SELECT DISTINCT process FROM under_way WHERE provider = ? AND host = ?');
  const bury = database.prepare('DELETE FROM under_way WHERE host = ? AND process = ?');
  const host = hostname();
  const resting = database.prepare('SELECT until FROM rest WHERE provider = ? AND until > ? AND until <= ?');
  const setRest = database.prepare(`
    INSERT INTO rest VALUES (?, ?)
    ON CONFLICT DO UPDATE SET until = excluded.until WHERE until < excluded.until OR until > ?`);

  const partOf = ({ seconds }: Limit, now: number) => Math.floor((now * PARTS) / (seconds * 1000));

  /**
   * A clock that is put back a little still sees what was spent, as if it were to come; what is farther ahead than a span is
   * of a clock that was wrong.
   */
  function spent(provider: string, limit: Limit, now: number): { calls: number; first: number | null } {
    const part = partOf(limit, now);
    return sum.get(provider, limit.seconds, part - PARTS - 1, part + PARTS) as ReturnType<typeof spent>;
  }

  /** Milliseconds until a part no longer counts. */
  function untilPast(limit: Limit, part: number, now: number): number {
    return Math.max(1, Math.ceil(((part + PARTS + 1) * limit.seconds * 1000) / PARTS - now));
  }

  /** Requests under way, without those of processes that were killed. */
  function requestsOf(name: string, concurrency: number, now: number): number {
    clear.run(now, now + LONGEST_REQUEST);
    const count = () => (underWay.get(name) as { requests: number }).requests;
    const requests = count();
    if (requests < concurrency) return requests;
    let dead = 0;
    for (const { process: id } of holders.all(name, host) as { process: number }[])
      if (!isAlive(id)) dead += Number(bury.run(host, id).changes);
    return dead === 0 ? requests : count();
  }

  function decide({ name, limits, concurrency }: Provider, calls: number, now: number): number | Refused {
    for (const { calls: most, seconds } of limits)
      if (calls > most)
        throw new WeatherglassError(
          'Usage',
          `${name}: one question would count for ${calls} calls, of ${most} in ${spanText(seconds)}: ask for fewer models, variables or places`,
        );
    const rest = resting.get(name, now, now + LONGEST_REST) as { until: number } | undefined;
    if (rest !== undefined) return { waitMs: rest.until - now, why: 'its wish to be left alone' };
    if (requestsOf(name, concurrency, now) >= concurrency)
      return { waitMs: NEXT_LOOK, why: `its limit of ${concurrency} requests at once` };
    for (const limit of limits) {
      const { calls: used, first } = spent(name, limit, now);
      if (first === null || used + calls <= limit.calls) continue;
      const why = `its limit of ${limit.calls} calls in ${spanText(limit.seconds)}`;
      return { waitMs: untilPast(limit, first, now), why };
    }
    for (const limit of limits) {
      const part = partOf(limit, now);
      forget.run(name, limit.seconds, part - PARTS - 1);
      add.run(name, limit.seconds, part, calls);
    }
    return Number(begin.run(name, now + LONGEST_REQUEST, host, process.pid).lastInsertRowid);
  }

  function alone<Result>(work: () => Result): Result {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }

  return {
    alone,
    take(provider, calls, now) {
      // Two processes that both find room must not both take it.
      const taken = alone(() => decide(provider, calls, now));
      if (typeof taken !== 'number') return taken;
      const id = taken;
      return {
        end() {
          // After disposal there is nothing to give back to: the next process finds the request over by its time.
          if (database.isOpen) finish.run(id);
        },
      };
    },
    rest: ({ name }, until) => void setRest.run(name, until, until + LONGEST_REST),
    used: ({ name, limits }, now) =>
      limits.map((limit) => {
        const { calls, first } = spent(name, limit, now);
        return { limit, calls, resetsInMs: first === null ? 0 : untilPast(limit, first, now) };
      }),
    [Symbol.dispose]() {
      database.close();
    },
  };
}

function openDatabase(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(join(folder, 'quotas.db'), { timeout: 5000 });
    database.exec(tables);
    return database;
  } catch (cause) {
    throw new WeatherglassError(
      'Unavailable',
      `the folder of kept replies and spent quotas cannot be written: ${folder} (${(cause as Error).message}). Name another by the setting cache`,
      { cause },
    );
  }
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    // One of somebody else's is alive, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A span of time for a message, in the largest unit that it is a whole number of. */
export function spanText(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
