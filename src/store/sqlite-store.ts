import { existsSync } from 'node:fs';
import { WeatherglassError } from '../errors.ts';
import { exhibit } from '../runtime/inspection.ts';
import { backUp } from './backup.ts';
import { commitQueue } from './commit-queue.ts';
import { sqliteArtefacts } from './sqlite-artefacts.ts';
import { sqliteCheck } from './sqlite-check.ts';
import { type Connection, openConnection } from './sqlite-connection.ts';
import { sqliteLayouts } from './sqlite-layouts.ts';
import { sqliteNames } from './sqlite-names.ts';
import { sqliteNotes } from './sqlite-notes.ts';
import { sqliteObservations } from './sqlite-observations.ts';
import { sqlitePlaces } from './sqlite-places.ts';
import { sqlitePredictions } from './sqlite-predictions.ts';
import { sqliteReadings } from './sqlite-readings.ts';
import { sqliteReduce } from './sqlite-reduce.ts';
import { sqliteRosters } from './sqlite-rosters.ts';
import { sqliteRuns } from './sqlite-runs.ts';
import { migrate, storeState } from './sqlite-schema.ts';
import { sqliteScores } from './sqlite-scores.ts';
import { sqliteSummary } from './sqlite-summary.ts';
import { sqliteVariables } from './sqlite-variables.ts';
import type { Changes, Store, WriteCounts } from './store.ts';
import { lockForWriting } from './writer-lock.ts';

export interface OpenOptions {
  /** Many may read while one writes. */
  readonly readOnly?: boolean;
  /** Whether a store that is not there is made; true unless it is opened only for reading. */
  readonly create?: boolean;
  /** Milliseconds to wait for another process that writes to it. */
  readonly waitForWriter?: number;
}

/** What a large import leaves of its log once that is folded in. */
const LOG_BYTES = 64 * 2 ** 20;

/**
 * Opens the store in a file; one process may open it for writing, any number for reading.
 *
 * @throws WeatherglassError NotFound: there is none. InvalidData: the file is no store, or damaged. Unavailable: it
 *   cannot be opened, another process is writing to it, or a newer Weatherglass wrote it.
 */
export async function openStore(
  file: string,
  { readOnly = false, create = !readOnly, waitForWriter = 5000 }: OpenOptions = {},
): Promise<Store> {
  if (readOnly) return closedOnFailure(openReader(file), (connection) => sqliteStore(connection));
  if (!create && !existsSync(file)) throw noStore(file);
  const lock = await lockForWriting(file, waitForWriter);
  try {
    return closedOnFailure(openWriter(file), (connection) => sqliteStore(connection, lock));
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

function openReader(file: string): Connection {
  if (!existsSync(file)) throw noStore(file);
  return closedOnFailure(openConnection(file, { readOnly: true }), (connection) => {
    const state = storeState(connection);
    if (state === 'new') throw noStore(file);
    if (state === 'older')
      throw new WeatherglassError(
        'Unavailable',
        `${file} was written by an older Weatherglass: \`weatherglass serve\`, \`collect\` or \`init\` brings it up to date.`,
      );
    return connection;
  });
}

function openWriter(file: string): Connection {
  return closedOnFailure(openConnection(file, { readOnly: false }), (connection) => {
    // Nothing is changed before it is sure that the file is ours. The page size must be set before anything is stored.
    storeState(connection);
    connection.execute('PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    connection.execute(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
    migrate(connection);
    return connection;
  });
}

function closedOnFailure<Result>(connection: Connection, work: (connection: Connection) => Result): Result {
  try {
    return work(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function noStore(file: string): WeatherglassError {
  return new WeatherglassError(
    'NotFound',
    `There is no store at ${file}; \`weatherglass init\` or \`import\` makes one.`,
  );
}

function sqliteStore(connection: Connection, lock?: Disposable): Store {
  const { file, readOnly } = connection;
  const names = {
    places: sqliteNames(connection, 'place'),
    variables: sqliteNames(connection, 'variable'),
    sources: sqliteNames(connection, 'source'),
    origins: sqliteNames(connection, 'origin'),
    methods: sqliteNames(connection, 'method'),
    rosters: sqliteRosters(connection),
  };
  const layouts = sqliteLayouts(connection, names.variables);
  const forget = () => {
    for (const one of Object.values(names)) one.forget();
    layouts.forget();
  };
  const places = sqlitePlaces(connection);
  const variables = sqliteVariables(connection);
  const runs = sqliteRuns(connection, { ...names, layouts });
  const observations = sqliteObservations(connection, names);
  const artefacts = sqliteArtefacts(connection, names);
  const predictions = sqlitePredictions(connection, names);
  const scores = sqliteScores(connection, names);
  const notes = sqliteNotes(connection, names.places);
  const readings = sqliteReadings(connection, names.places);
  const commits = connection.statement<readonly [number]>('SELECT total FROM commits');
  const queue = readOnly ? undefined : commitQueue(connection, forget);

  function apply(changes: Changes): WriteCounts {
    if (changes.forgetLoop === true) {
      for (const table of ['prediction', 'score', 'artefact', 'method', 'roster'])
        connection.execute(`DELETE FROM ${table}`);
      connection.execute("DELETE FROM note WHERE name LIKE 'loop.%'");
      forget();
    }
    if (changes.removePlaces !== undefined) {
      places.remove(changes.removePlaces);
      forget();
    }
    const changedPlaces = places.put(changes.places ?? []);
    variables.put(changes.variables ?? []);
    const addedRuns = runs.put(changes.runs ?? []);
    const seen =
      changes.observations === undefined
        ? { observations: 0, revisions: 0 }
        : observations.put(changes.observations);
    readings.put(changes.readings ?? []);
    if (changes.forgetReadings !== undefined) readings.forget(changes.forgetReadings);
    artefacts.put(changes.artefacts ?? []);
    const addedPredictions = predictions.put(changes.predictions ?? []);
    scores.put(changes.scores ?? []);
    notes.put(changes.notes ?? {});
    if (seen.observations > 0) notes.put(changes.notesIfObserved ?? {});
    notes.putOfPlaces(changes.placeNotes ?? []);
    return { places: changedPlaces, runs: addedRuns, ...seen, predictions: addedPredictions };
  }

  function refuseWrite(): Promise<never> {
    return Promise.reject(
      new WeatherglassError('Unavailable', `${file} is open for reading only: it cannot be changed here.`),
    );
  }

  const size = connection.statement<readonly [bytes: number]>(
    'SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()',
  );
  const exhibited = exhibit('stores', () => [
    {
      name: file,
      readOnly,
      bytes: size.get()![0],
      ...(queue?.look() ?? { waiting: 0, commits: 0, slowestCommitMs: 0 }),
    },
  ]);

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    using _lock = lock;
    await queue?.close();
    exhibited[Symbol.dispose]();
    // Readers that are still open would leave the log to the next one: who copies the file alone would miss it.
    if (queue !== undefined) connection.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    connection.close();
  }

  return {
    location: file,
    readOnly,
    dataVersion: async () => commits.get()![0],
    places: async () => places.list(),
    variables: async () => variables.list(),
    sources: async () => names.sources.list().map(([, name]) => name),
    originNames: async () => names.origins.list().map(([, name]) => name),
    runs: (query = {}) => runs.query(query),
    latestRun: async (place, source, knownUntil = Infinity) => runs.latest(place, source, knownUntil),
    newestRuns: async () => runs.newest(),
    observations: (query = {}) => observations.query(query),
    readings: async (from) => readings.since(from),
    origins: async (query = {}) => observations.origins(query),
    artefacts: async (query = {}) => artefacts.query(query),
    predictions: (query = {}) => predictions.query(query),
    newestIssues: (query = {}) => predictions.newest(query),
    predictionsAhead: async (query) => predictions.ahead(query),
    scores: (query = {}) => scores.query(query),
    note: async (name) => notes.read(name),
    placeNotes: async (name) => notes.ofPlaces(name),
    summary: async () => sqliteSummary(connection),
    write: (changes) => queue?.run(() => apply(changes), isLarge(changes)) ?? refuseWrite(),
    backup: (to) => backUp(file, to),
    check: async () => sqliteCheck(connection),
    reduce: (before, what) =>
      queue === undefined
        ? refuseWrite()
        : sqliteReduce(
            connection,
            { layouts, rosters: names.rosters, runs, change: (change) => queue.run(change, true) },
            before,
            what,
          ),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

/** Whether changes take longer than a commit that is shared should. */
function isLarge({ runs, observations, artefacts, predictions, scores, removePlaces, forgetLoop }: Changes) {
  const blobs = (runs?.length ?? 0) + (artefacts?.length ?? 0) + (predictions?.length ?? 0);
  return (
    blobs > 64 ||
    (observations?.rows ?? 0) + (scores?.length ?? 0) > 1000 ||
    removePlaces !== undefined ||
    forgetLoop === true
  );
}
