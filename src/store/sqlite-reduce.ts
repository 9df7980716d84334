import { setImmediate } from 'node:timers/promises';
import { chunksOf } from '../runtime/chunks.ts';
import { packedFloat32s, unpackedFloat32s } from './blobs.ts';
import { isReducible, reducedLayout, reducedValues } from './reduce-run.ts';
import type { Connection } from './sqlite-connection.ts';
import type { Layouts } from './sqlite-layouts.ts';
import type { Rosters } from './sqlite-rosters.ts';
import type { Runs } from './sqlite-runs.ts';
import { type Layout, type ReduceCounts, reducedNote, verifiedNote } from './store.ts';

/** Rows that are looked at together. */
const LOOK = 512;
/** Runs and predictions that are made smaller in one transaction: an ensemble of 50 members takes a millisecond. */
const RUNS = 4;
const PREDICTIONS = 64;

interface Parts {
  readonly layouts: Layouts;
  readonly rosters: Rosters;
  readonly runs: Runs;
  /** Makes a change durable. */
  readonly change: <Result>(change: () => Result) => Promise<Result>;
}

/**
 * Makes runs and predictions smaller whose valid times are all before `before` and before the time until which
 * everything is scored; without such a time nothing.
 *
 * It goes through the store in small transactions, so that others write meanwhile. Stopped halfway it leaves a store
 * that is right; what is left comes the next time.
 */
export async function sqliteReduce(
  connection: Connection,
  parts: Parts,
  before: number,
  what: 'all' | 'predictions' = 'all',
): Promise<ReduceCounts> {
  const note = connection
    .statement<readonly [string]>('SELECT value FROM note WHERE name = ?')
    .get(verifiedNote);
  const until = Math.min(before, note === undefined ? -Infinity : Number(note[0]));
  return {
    runs:
      what === 'predictions'
        ? 0
        : await inBatches(connection, 'run', RUNS, runReducer(connection, parts, until), parts.change),
    predictions: await inBatches(
      connection,
      'prediction',
      PREDICTIONS,
      predictionReducer(connection, parts, until),
      parts.change,
    ),
  };
}

/** How one kind of row is found and made smaller. */
interface Reducer {
  /** Rows among those with the ids after `from` up to `to`. */
  readonly find: (from: number, to: number) => readonly number[];
  /** Whether the row was there to be made smaller. */
  readonly reduce: (id: number) => boolean;
}

async function inBatches(
  connection: Connection,
  table: string,
  size: number,
  { find, reduce }: Reducer,
  change: Parts['change'],
): Promise<number> {
  const last = connection.statement<readonly [number | null]>(`SELECT max(id) FROM ${table}`).get()![0] ?? 0;
  let reduced = 0;
  for (let from = 0; from < last; from += LOOK) {
    for (const batch of chunksOf(find(from, from + LOOK), size))
      reduced += await change(() => batch.filter(reduce).length);
    await setImmediate();
  }
  return reduced;
}

function runReducer(connection: Connection, { layouts, runs }: Parts, until: number): Reducer {
  const candidates = connection.statement<readonly [id: number, layout: number]>(`
    SELECT run.id, layout FROM run JOIN layout ON layout.id = layout
    WHERE run.id > ? AND run.id <= ? AND reduced = 0 AND members > 0 AND issued_at + last_lead * 3600000 < ?`);
  const update = connection.statement(
    'UPDATE run SET layout = ?, decimals = ?, data = ?, reduced = 1 WHERE id = ? AND reduced = 0',
  );
  const mark = connection.statement("INSERT INTO note VALUES (?, 'yes') ON CONFLICT (name) DO NOTHING");
  // Runs share few layouts.
  const reducedLayouts = new Map<Layout, Layout>();
  return {
    find: (from, to) =>
      candidates
        .all(from, to, until)
        .filter(([, layout]) => isReducible(layouts.layoutOf(layout)))
        .map(([id]) => id),
    reduce(id) {
      const run = runs.at(id);
      if (run === undefined) return false;
      let layout = reducedLayouts.get(run.layout);
      if (layout === undefined) reducedLayouts.set(run.layout, (layout = reducedLayout(run.layout)));
      const { stored, decimals } = reducedValues(run);
      mark.run(reducedNote);
      return update.run(layouts.add(layout), decimals, stored, id) > 0;
    },
  };
}

function predictionReducer(connection: Connection, { rosters }: Parts, until: number): Reducer {
  const candidates = connection.statement<readonly [id: number, roster: number]>(
    'SELECT id, roster FROM prediction WHERE id > ? AND id <= ? AND reduced = 0 AND last_valid < ?',
  );
  const read = connection.statement<readonly [roster: number, quantiles: Uint8Array]>(
    'SELECT roster, quantiles FROM prediction WHERE id = ?',
  );
  const update = connection.statement(
    'UPDATE prediction SET roster = ?, quantiles = ?, reduced = 1 WHERE id = ? AND reduced = 0',
  );
  return {
    find: (from, to) =>
      candidates
        .all(from, to, until)
        .filter(([, roster]) => rosters.rosterOf(roster).contenders.length > 1)
        .map(([id]) => id),
    reduce(id) {
      const row = read.get(id);
      if (row === undefined) return false;
      const { contenders, levels } = rosters.rosterOf(row[0]);
      const quantiles = unpackedFloat32s(row[1], connection.file);
      const width = contenders.length * levels.length;
      const served = new Float32Array(quantiles.length / contenders.length);
      for (let step = 0; step * width < quantiles.length; step++)
        served.set(quantiles.subarray(step * width, step * width + levels.length), step * levels.length);
      const roster = rosters.add({ contenders: contenders.slice(0, 1), levels });
      return update.run(roster, packedFloat32s(served), id) > 0;
    },
  };
}
