import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { packValues, unpackValues } from '../src/store/run-values.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { ObservationBlock, Run, Store } from '../src/store/store.ts';
import { builtInVariables } from '../src/weather/built-in-variables.ts';
import {
  alternate,
  type Bench,
  type BenchResult,
  type Effort,
  fullEffort,
  rowsFor,
  timed,
} from './measure.ts';
import { gaussian } from './simulated.ts';

const VARIABLES = 8;
const LEADS = 168;
const COLUMNS = ['model_1', 'model_2', 'model_3', 'model_4'];
/** Numbers of a run: 21.5 KB in single precision. */
const NUMBERS = VARIABLES * LEADS * COLUMNS.length;
const PLACES = 50;
const SOURCES = ['first', 'second', 'third', 'fourth'];
/** A run of every source for every place. */
const BATCH = PLACES * SOURCES.length;
const HOUR = 3_600_000;

const places = Array.from({ length: PLACES }, (_, k) => ({
  name: `place ${k}`,
  latitude: 47,
  longitude: 8,
  elevation: Number.NaN,
  zone: 'UTC',
}));
const variables = builtInVariables.slice(0, VARIABLES);
const layout = {
  columns: COLUMNS,
  series: variables.map(({ name }) => ({
    variable: name,
    leads: Array.from({ length: LEADS }, (_, lead) => lead),
  })),
};

/** Temperatures to a tenth, as providers issue them. */
function issuedValues(): Float64Array {
  const draw = gaussian('bench/store');
  return Float64Array.from({ length: NUMBERS }, () => Math.round(100 + 80 * draw()) / 10);
}

/** One issue for every place and source. */
function runsOf(issue: number, values: Run['values']): readonly Run[] {
  const issuedAt = issue * 6 * HOUR;
  return places.flatMap(({ name }) =>
    SOURCES.map((source) => ({ place: name, source, issuedAt, knownAt: issuedAt + HOUR, layout, values })),
  );
}

/** Raw blobs in a table like that of runs, and nothing else. */
function bareBlobs(file: string) {
  const settings = 'PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL';
  const writer = new DatabaseSync(file, { timeout: 5000 });
  writer.exec(settings);
  writer.exec(`CREATE TABLE run (id INTEGER PRIMARY KEY, place INTEGER, source INTEGER, issued_at REAL, known_at REAL,
    data BLOB, UNIQUE (place, source, issued_at, known_at))`);
  const insert = writer.prepare(
    'INSERT INTO run (place, source, issued_at, known_at, data) VALUES (?, ?, ?, ?, ?)',
  );
  const reader = new DatabaseSync(file, { timeout: 5000, readOnly: true });
  const range = reader.prepare(
    'SELECT data FROM run WHERE place = ? AND source = ? ORDER BY issued_at, known_at',
  );
  const point = reader.prepare(
    'SELECT data FROM run WHERE place = ? AND source = ? AND issued_at = ? AND known_at = ?',
  );
  const numbersOf = (row: unknown) =>
    new Float32Array((row as { readonly data: Uint8Array<ArrayBuffer> }).data.buffer);
  return {
    put(issue: number, stored: Float32Array) {
      writer.exec('BEGIN IMMEDIATE');
      for (let place = 0; place < PLACES; place++)
        for (let source = 0; source < SOURCES.length; source++)
          insert.run(place, source, issue * 6 * HOUR, issue * 6 * HOUR + HOUR, stored);
      writer.exec('COMMIT');
    },
    readAll() {
      let total = 0;
      for (let place = 0; place < PLACES; place++)
        for (let source = 0; source < SOURCES.length; source++)
          for (const row of range.all(place, source)) total += numbersOf(row)[7];
      return total;
    },
    read(place: number, source: number, issue: number) {
      return numbersOf(point.get(place, source, issue * 6 * HOUR, issue * 6 * HOUR + HOUR))[7];
    },
    close() {
      reader.close();
      writer.close();
    },
  };
}

async function measureStore(
  store: Store,
  readStore: Store,
  bare: ReturnType<typeof bareBlobs>,
  effort: Effort,
) {
  const issued = issuedValues();
  const packed = packValues(issued);
  const stored = packed.stored as Float32Array;
  const batches = rowsFor(effort, 5);
  const rounds = effort === fullEffort ? 9 : 1;
  const out = new Float64Array(NUMBERS);

  const nextIssue = { store: 0, bare: 0 };
  const writing = await alternate(
    timed({
      async store() {
        for (let k = 0; k < batches; k++) await store.write({ runs: runsOf(nextIssue.store++, packed) });
      },
      bare() {
        for (let k = 0; k < batches; k++) bare.put(nextIssue.bare++, stored);
      },
      async packed() {
        for (let k = 0; k < batches; k++)
          await store.write({
            runs: runsOf(nextIssue.store++, packed).map((run) => ({ ...run, values: packValues(issued) })),
          });
      },
    }),
    rounds,
    // The bare peer stores as many runs as both of ours.
    async () => {
      while (nextIssue.bare < nextIssue.store) bare.put(nextIssue.bare++, stored);
    },
  );
  while (nextIssue.bare < nextIssue.store) bare.put(nextIssue.bare++, stored);

  const rangeReads = await alternate(
    timed({
      async store() {
        let total = 0;
        for await (const block of readStore.runs()) for (const { values } of block) total += values.stored[7];
        return total;
      },
      bare: () => bare.readAll(),
      async unpacked() {
        for await (const block of readStore.runs())
          for (const { values } of block) unpackValues(values, 0, NUMBERS, out, 0);
      },
    }),
    rounds,
  );

  const reads = rowsFor(effort, 5000);
  const last = nextIssue.store - 1;
  const placeAt = (k: number) => (k * 7) % PLACES;
  const sourceAt = (k: number) => (k * 3) % SOURCES.length;
  const latestAt = (k: number) => readStore.latestRun(places[placeAt(k)].name, SOURCES[sourceAt(k)]);
  const pointReads = await alternate(
    timed({
      async store() {
        for (let k = 0; k < reads; k++) await latestAt(k);
      },
      bare() {
        for (let k = 0; k < reads; k++) bare.read(placeAt(k), sourceAt(k), last);
      },
      async unpacked() {
        for (let k = 0; k < reads; k++) unpackValues((await latestAt(k))!.values, 0, NUMBERS, out, 0);
      },
    }),
    rounds,
  );

  const writes = rowsFor(effort, 5000);
  let hour = 0;
  const observing = await alternate(
    timed({
      grouped: () =>
        Promise.all(Array.from({ length: writes }, () => store.write({ observations: one(hour++) }))),
    }),
    Math.min(rounds, 3),
  );

  const numbers = nextIssue.store * BATCH * NUMBERS;
  const written = batches * BATCH * NUMBERS;
  return {
    figures: {
      valuesInPerSecond: written / writing.value('store'),
      inShare: writing.ratio('bare', 'store'),
      inShareWithPacking: writing.ratio('bare', 'packed'),
      valuesOutPerSecond: numbers / rangeReads.value('store'),
      outShare: rangeReads.ratio('bare', 'store'),
      outShareWithUnpacking: rangeReads.ratio('bare', 'unpacked'),
      pointReadMicroseconds: (pointReads.value('store') / reads) * 1e6,
      pointRead: pointReads.ratio('store', 'bare'),
      pointReadWithUnpacking: pointReads.ratio('unpacked', 'bare'),
      durableWritesPerSecond: writes / observing.value('grouped'),
    },
    peers: {
      bareValuesInPerSecond: written / writing.value('bare'),
      bareValuesOutPerSecond: numbers / rangeReads.value('bare'),
      barePointReadMicroseconds: (pointReads.value('bare') / reads) * 1e6,
    },
  } satisfies BenchResult;
}

/** An observation that nobody made yet. */
function one(hour: number): ObservationBlock {
  return {
    rows: 1,
    places: [places[0].name],
    variables: [variables[0].name],
    origins: ['bench'],
    place: Int32Array.of(0),
    variable: Int32Array.of(0),
    origin: Int32Array.of(0),
    validTime: Float64Array.of(hour * HOUR),
    knownAt: Float64Array.of(hour * HOUR),
    value: Float64Array.of(hour),
    flag: [''],
  };
}

/**
 * Values into the store and out of it, held against bare blobs of the same size in node:sqlite with the same settings
 * and the same kind of index.
 */
export const store: Bench = {
  name: 'store',
  about: 'runs of 21.5 KB into and out of the store, beside bare blobs; point reads; durable single writes',
  async run(effort) {
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    try {
      const file = join(folder, 'store.sqlite');
      await using writer = await openStore(file);
      await writer.write({ places, variables });
      await using reader = await openStore(file, { readOnly: true });
      const bare = bareBlobs(join(folder, 'bare.sqlite'));
      try {
        return await measureStore(writer, reader, bare, effort);
      } finally {
        bare.close();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
