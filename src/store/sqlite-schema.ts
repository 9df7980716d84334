import { WeatherglassError } from '../errors.ts';
import type { Connection } from './sqlite-connection.ts';

/** Marks a file as ours: the letters WGls. */
export const applicationId = 0x57476c73;

/**
 * What each version of the store added to the one before: the first entry leads from nothing to version 1.
 *
 * Entries are never changed once released. Blobs are in rowid tables beside a UNIQUE index: in WITHOUT ROWID tables
 * they are read five times slower. AUTOINCREMENT keeps the id of something removed from meaning something else to a
 * reader that has cached it.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE commits (total INTEGER NOT NULL);
  INSERT INTO commits VALUES (0);

  CREATE TABLE place (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
    latitude REAL, longitude REAL, elevation REAL, zone TEXT NOT NULL
  ) STRICT;
  CREATE TABLE variable (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL
  ) STRICT;
  CREATE TABLE source (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE origin (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE method (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE roster (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE layout (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
    numbers INTEGER NOT NULL, members INTEGER NOT NULL, last_lead REAL NOT NULL
  ) STRICT;
  CREATE TABLE layout_variable (
    variable INTEGER NOT NULL REFERENCES variable, layout INTEGER NOT NULL REFERENCES layout,
    PRIMARY KEY (variable, layout)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    place INTEGER NOT NULL REFERENCES place ON DELETE CASCADE,
    source INTEGER NOT NULL REFERENCES source,
    issued_at REAL NOT NULL, known_at REAL NOT NULL,
    part INTEGER NOT NULL, layout INTEGER NOT NULL REFERENCES layout,
    decimals INTEGER, reduced INTEGER NOT NULL DEFAULT 0, data BLOB NOT NULL
  ) STRICT;
  -- Named, so that statements can say which of the two they mean.
  CREATE UNIQUE INDEX run_issued ON run (place, source, issued_at, known_at, part);
  CREATE INDEX run_known ON run (place, known_at, source, issued_at);

  CREATE TABLE observation (
    place INTEGER NOT NULL REFERENCES place ON DELETE CASCADE,
    variable INTEGER NOT NULL REFERENCES variable,
    valid_time REAL NOT NULL, known_at REAL NOT NULL,
    value REAL, flag TEXT NOT NULL, origin INTEGER NOT NULL REFERENCES origin,
    PRIMARY KEY (place, variable, valid_time, known_at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX observation_known ON observation (place, known_at);

  CREATE TABLE artefact (
    id INTEGER PRIMARY KEY,
    variable INTEGER NOT NULL REFERENCES variable,
    source TEXT NOT NULL, lead REAL NOT NULL, model TEXT NOT NULL, trained_at REAL NOT NULL, data BLOB NOT NULL,
    UNIQUE (variable, source, lead, model, trained_at)
  ) STRICT;

  CREATE TABLE prediction (
    id INTEGER PRIMARY KEY,
    place INTEGER NOT NULL REFERENCES place ON DELETE CASCADE,
    variable INTEGER NOT NULL REFERENCES variable,
    issued_at REAL NOT NULL, last_valid REAL NOT NULL,
    method INTEGER NOT NULL REFERENCES method, roster INTEGER NOT NULL REFERENCES roster,
    reduced INTEGER NOT NULL DEFAULT 0,
    valid_times BLOB NOT NULL, run_times BLOB NOT NULL, source_times BLOB NOT NULL,
    quantiles BLOB NOT NULL,
    UNIQUE (place, variable, issued_at)
  ) STRICT;

  -- A place of 0 stands for all places together, which no row of place does.
  CREATE TABLE score (
    id INTEGER PRIMARY KEY,
    variable INTEGER NOT NULL REFERENCES variable,
    band REAL NOT NULL, day INTEGER NOT NULL, place INTEGER NOT NULL,
    roster INTEGER NOT NULL REFERENCES roster, sums BLOB NOT NULL,
    UNIQUE (variable, band, day, place)
  ) STRICT;
  CREATE INDEX score_together ON score (variable, band, day) WHERE place = 0;

  CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE place_note (
    name TEXT NOT NULL, place INTEGER NOT NULL REFERENCES place ON DELETE CASCADE, value TEXT NOT NULL,
    PRIMARY KEY (name, place)
  ) STRICT, WITHOUT ROWID;
  -- What sensors pushed lately, at whatever minute; hourly observations are made of it, and then it goes.
  CREATE TABLE reading (
    place INTEGER NOT NULL REFERENCES place ON DELETE CASCADE,
    time REAL NOT NULL, variable TEXT NOT NULL, period_hours REAL NOT NULL, value REAL, received_at REAL NOT NULL,
    PRIMARY KEY (place, time, variable, period_hours)
  ) STRICT, WITHOUT ROWID;
  `,
  '-- From here on prediction.quantiles may be packed, and a method names its training: earlier versions read neither.',
];

/** How a file stands to this version of Weatherglass. */
export type StoreState = 'new' | 'older' | 'current';

/**
 * Looks at a database without changing it.
 *
 * @throws WeatherglassError InvalidData: another program's database. Unavailable: a newer version's.
 */
export function storeState(connection: Connection, known = migrations.length): StoreState {
  const { file } = connection;
  const marked = numberOf(connection, 'PRAGMA application_id');
  const version = numberOf(connection, 'PRAGMA user_version');
  // What a process leaves that stopped before the first commit is as good as no file.
  if (marked === 0 && version === 0 && numberOf(connection, 'SELECT count(*) FROM sqlite_schema') === 0)
    return 'new';
  if (marked !== applicationId)
    throw new WeatherglassError(
      'InvalidData',
      `${file} is a SQLite database of another program, not a store of Weatherglass: name another file.`,
    );
  if (version > known)
    throw new WeatherglassError(
      'Unavailable',
      `${file} was written by a newer Weatherglass (store version ${version}, this one knows ${known}): ` +
        'update Weatherglass, or restore a backup.',
    );
  return version < known ? 'older' : 'current';
}

/** Brings a database up to the last of `steps`, all in one transaction. */
export function migrate(connection: Connection, steps: readonly string[] = migrations): void {
  if (storeState(connection, steps.length) === 'current') return;
  connection.execute('BEGIN IMMEDIATE');
  try {
    for (const step of steps.slice(numberOf(connection, 'PRAGMA user_version'))) connection.execute(step);
    connection.execute(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${steps.length}`);
    connection.execute('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.execute('ROLLBACK');
    throw error;
  }
}

function numberOf(connection: Connection, sql: string): number {
  return connection.statement<readonly [number]>(sql).get()![0];
}
