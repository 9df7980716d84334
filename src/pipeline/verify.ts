import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import { type ScoreRow, type Store, verifiedNote } from '../store/store.ts';
import { namePlaces } from '../weather/name-places.ts';
import { msPerDay, utcDay } from '../weather/time.ts';
import { longestLeadNote } from './issue.ts';
import { placeChunks } from './place-chunks.ts';
import { presentOf } from './present.ts';
import { plusRow, withoutScores } from './score-rows.ts';
import type { VerifiedChunk, VerifyChunk } from './verify-chunk.ts';

/** Milliseconds that an outcome may take from becoming known until it is in the store. */
export const onTheWayMs = 60_000;
/** Outcomes that became known later than this many days after they were valid stay scored. */
const LATE_DAYS = 3;

export interface VerifyOptions extends RunOptions {
  /** Outcomes known by then are scored. */
  readonly asOf: number;
  /** Notes to keep in the same piece. */
  readonly notes?: Readonly<Record<string, string>> | undefined;
}

export interface VerifyResult {
  /** Predicted values that were scored, those scored again for a late or revised outcome included. */
  readonly targets: number;
  /** Outcomes known until then are scored. */
  readonly until: number;
}

/**
 * Scores what became known since the last time. A late or revised outcome has the day it belongs to scored anew.
 *
 * All of it is written in one piece, together with how far it reaches: never beyond a minute ago, for what became known
 * since may be on its way into the store.
 *
 * @throws WeatherglassError Cancelled; what writing throws.
 */
export async function verify(store: Store, options: VerifyOptions, pool: ComputePool): Promise<VerifyResult> {
  const { asOf } = options;
  const after = Number((await store.note(verifiedNote)) ?? -Infinity);
  if (asOf <= after) return { targets: 0, until: after };
  const longestLead = Number((await store.note(longestLeadNote)) ?? 0);
  const chunks = (await placeChunks(store, pool.threads)).map(
    (places): VerifyChunk => ({ store: store.location, places, after, until: asOf, longestLead }),
  );
  const rows: ScoreRow[] = [];
  let targets = 0;
  await pool.run<VerifyChunk, VerifiedChunk>(
    'verifyChunk',
    chunks,
    (verified) => {
      for (const row of verified.rows) rows.push(row);
      targets += verified.targets;
    },
    { ...options, about: (index) => namePlaces(chunks[index].places) },
  );
  const together = await allPlaces(store, rows);
  const settled = Math.max(after, Math.min(asOf, (await presentOf(store)) - onTheWayMs));
  await store.write({
    scores: [...rows, ...together],
    notes: { ...options.notes, [verifiedNote]: String(settled) },
  });
  return { targets, until: asOf };
}

/**
 * Takes back what was scored of outcomes that were not known at a time, so that verifying can go on from there: a replay
 * does that which goes on after the present was verified.
 */
export async function rewind(store: Store, asOf: number): Promise<void> {
  const verified = Number((await store.note(verifiedNote)) ?? -Infinity);
  if (verified <= asOf) return;
  // Outcomes of the days before may have become known late.
  const day = utcDay(asOf) - LATE_DAYS;
  const emptied: ScoreRow[] = [];
  for (const places of [undefined, ['']])
    for await (const block of store.scores({ places, dayFrom: day }))
      for (const row of block) emptied.push(withoutScores(row));
  // The day begins with what became known in its first millisecond.
  await store.write({ scores: emptied, notes: { [verifiedNote]: String(day * msPerDay - 1) } });
}

/** For each variable, band and day of some rows that replace stored ones, the sums over all places. */
async function allPlaces(store: Store, rows: readonly ScoreRow[]): Promise<ScoreRow[]> {
  if (rows.length === 0) return [];
  const together = new Map<string, ScoreRow>();
  const replaced = new Set<string>();
  const keyOf = ({ variable, band, day }: ScoreRow) => `${variable} ${band} ${day}`;
  const add = (row: ScoreRow) => {
    const key = keyOf(row);
    const sum = together.get(key);
    together.set(key, sum === undefined ? { ...row, place: '', sums: row.sums.slice() } : plusRow(sum, row));
  };
  for (const row of rows) {
    replaced.add(`${keyOf(row)} ${row.place}`);
    add(row);
  }
  const days = rows.map(({ day }) => day);
  const variables = [...new Set(rows.map(({ variable }) => variable))];
  const [dayFrom, dayUntil] = [
    days.reduce((a, b) => Math.min(a, b)),
    days.reduce((a, b) => Math.max(a, b)) + 1,
  ];
  for await (const block of store.scores({ variables, dayFrom, dayUntil }))
    for (const row of block)
      if (together.has(keyOf(row)) && !replaced.has(`${keyOf(row)} ${row.place}`)) add(row);
  return [...together.values()];
}
