import { setImmediate } from 'node:timers/promises';
import { WeatherglassError } from '../errors.ts';
import { float32sOf, float64sOf } from './blobs.ts';
import { type First, type Numbered, pairsAsked } from './pairs-asked.ts';
import { mergeParts, relationTo } from './run-parts.ts';
import type { RunValues } from './run-values.ts';
import type { Connection } from './sqlite-connection.ts';
import { damaged } from './sqlite-error.ts';
import { type Layouts, numbersIn } from './sqlite-layouts.ts';
import type { Names } from './sqlite-names.ts';
import type { Run, RunIssue, RunQuery } from './store.ts';

/** Runs of a block, and its bytes: whatever is reached first ends it. */
const BLOCK_RUNS = 512;
const BLOCK_BYTES = 16 * 2 ** 20;

const holdsVariable =
  'AND layout IN (SELECT layout FROM layout_variable WHERE variable = (SELECT id FROM variable WHERE name = ?))';

/** The part of a row that says what was issued. */
type ValueColumns = readonly [layout: number, decimals: number | null, data: Uint8Array];
type RunRow = readonly [issuedAt: number, knownAt: number, part: number, ...ValueColumns];

export interface Runs {
  query(query: RunQuery): AsyncGenerator<readonly Run[]>;
  latest(place: string, source: string, knownUntil: number): Run | undefined;
  newest(): readonly RunIssue[];
  /** The run, or the part of one, of this row. */
  at(id: number): Run | undefined;
  /** How many were new. */
  put(runs: readonly Run[]): number;
}

export function sqliteRuns(
  connection: Connection,
  {
    places,
    sources,
    layouts,
  }: { readonly places: Names; readonly sources: Names; readonly layouts: Layouts },
): Runs {
  const newest = connection.statement<RunRow>(`
    SELECT issued_at, known_at, part, layout, decimals, data FROM run INDEXED BY run_issued
    WHERE place = (SELECT id FROM place WHERE name = ?1) AND source = (SELECT id FROM source WHERE name = ?2)
      AND known_at <= ?3
    ORDER BY issued_at DESC, known_at DESC, part DESC LIMIT 1`);
  // The last entry of the index for each place and source, instead of all of them.
  const issues = connection.statement<
    readonly [place: string, source: string, issuedAt: number, knownAt: number]
  >(`
    SELECT place.name, source.name, issued_at, known_at FROM place, source
    JOIN run ON run.id = (
      SELECT id FROM run INDEXED BY run_issued WHERE place = place.id AND source = source.id
      ORDER BY issued_at DESC, known_at DESC, part DESC LIMIT 1)
    ORDER BY place.id, source.id`);
  const partsOf = connection.statement<readonly [reduced: number, ...RunRow]>(`
    SELECT reduced, issued_at, known_at, part, layout, decimals, data FROM run INDEXED BY run_issued
    WHERE place = ? AND source = ? AND issued_at = ? AND known_at = ? ORDER BY part`);
  const byId = connection.statement<readonly [place: number, source: number, ...RunRow]>(
    'SELECT place, source, issued_at, known_at, part, layout, decimals, data FROM run WHERE id = ?',
  );
  const insert = connection.statement(`
    INSERT INTO run (place, source, issued_at, known_at, part, layout, decimals, data)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const following = (restriction: string) =>
    connection.statement<RunRow>(`
      SELECT issued_at, known_at, part, layout, decimals, data FROM run INDEXED BY run_issued
      WHERE place = ? AND source = ? AND (issued_at, known_at, part) > (?, ?, ?)
        AND known_at > ? AND known_at <= ? ${restriction}
      ORDER BY issued_at, known_at, part LIMIT ?`);

  function runOf(place: string, source: string, row: RunRow): Run {
    const [issuedAt, knownAt, , layoutId, decimals, data] = row;
    const layout = layouts.layoutOf(layoutId);
    const numbers = numbersIn(layout);
    const bytesEach = numbers === 0 ? 4 : data.byteLength / numbers;
    if (bytesEach !== 4 && bytesEach !== 8)
      throw new WeatherglassError('InvalidData', `${connection.file} ${damaged()}: a run is too short.`);
    const stored = bytesEach === 4 ? float32sOf(data) : float64sOf(data);
    return { place, source, issuedAt, knownAt, layout, values: { stored, decimals: decimals ?? Number.NaN } };
  }

  function storedParts(
    place: number,
    source: number,
    of: Pick<Run, 'place' | 'source' | 'issuedAt' | 'knownAt'>,
  ) {
    return partsOf
      .all(place, source, of.issuedAt, of.knownAt)
      .map(([reduced, ...row]) => ({ run: runOf(of.place, of.source, row), reduced: reduced === 1 }));
  }

  function putOne(run: Run): boolean {
    const place = places.need(run.place);
    checkRun(run);
    const source = sources.add(run.source);
    const layout = layouts.add(run.layout);
    const { stored, decimals } = run.values;
    const putPart = (part: number) =>
      insert.run(place, source, run.issuedAt, run.knownAt, part, layout, decimals, stored) > 0;
    if (putPart(0)) return true;

    const parts = storedParts(place, source, run);
    const known = layouts.layoutOf(layout);
    // Collecting again brings mostly what is there, to the byte.
    if (parts.some((part) => part.run.layout === known && sameBytes(part.run.values, run.values)))
      return false;
    const relation = relationTo(parts, run);
    if (relation === 'contradicts')
      throw new WeatherglassError(
        'InvalidData',
        `${nameOf(run)} contradicts the one stored: a revision needs a later time of becoming known.`,
      );
    return relation === 'adds' && putPart(parts.length);
  }

  /** Where the runs are that became known in a range of times, and the first issue of each place and source. */
  const arrived = (asked: Numbered, knownAfter: number, knownUntil: number) => {
    const first = connection.statement<First>(`
      SELECT place, source, min(issued_at) FROM run INDEXED BY run_known
      WHERE place = ? AND known_at > ? AND known_at <= ? GROUP BY source`);
    return asked.flatMap(([place]) => first.all(place, knownAfter, knownUntil));
  };

  return {
    async *query(query) {
      const { variable, knownAfter = -Infinity, knownUntil = Infinity } = query;
      const next = following(variable === undefined ? '' : holdsVariable);
      const ofVariable = variable === undefined ? [] : [variable];
      const asked = places.chosen(query.places);
      const firsts = knownAfter === -Infinity ? undefined : arrived(asked, knownAfter, knownUntil);
      let block: Run[] = [];
      let bytes = 0;
      for (const pair of pairsAsked(asked, sources.chosen(query.sources), query.issuedFrom, firsts)) {
        const { placeId, place, otherId: sourceId, other: source } = pair;
        // The key that was read last. Whatever is written between blocks, the rows behind it stay where they are.
        let after: readonly [number, number, number] = [pair.from, -Infinity, -1];
        for (let more = true; more; ) {
          more = false;
          const take = (row: RunRow): boolean => {
            block.push(runOf(place, source, row));
            bytes += row[5].byteLength;
            after = [row[0], row[1], row[2]];
            more = block.length === BLOCK_RUNS || bytes >= BLOCK_BYTES;
            return !more;
          };
          const room = BLOCK_RUNS - block.length;
          next.each(take, placeId, sourceId, ...after, knownAfter, knownUntil, ...ofVariable, room);
          if (!more) continue;
          yield block;
          block = [];
          bytes = 0;
          await setImmediate();
        }
      }
      if (block.length > 0) yield block;
    },

    latest(place, source, knownUntil) {
      const row = newest.get(place, source, knownUntil);
      if (row === undefined) return undefined;
      const run = runOf(place, source, row);
      if (row[2] === 0) return run;
      const placeId = places.idOf(place)!;
      return mergeParts(storedParts(placeId, sources.idOf(source)!, run).map((part) => part.run));
    },

    newest: () =>
      issues.all().map(([place, source, issuedAt, knownAt]) => ({ place, source, issuedAt, knownAt })),

    at(id) {
      const row = byId.get(id);
      if (row === undefined) return undefined;
      const [place, source, ...rest] = row;
      return runOf(places.nameOf(place), sources.nameOf(source), rest);
    },

    put(runs) {
      let added = 0;
      for (const run of runs) if (putOne(run)) added++;
      return added;
    },
  };
}

function checkRun(run: Run): void {
  const problems: string[] = [];
  const { length } = run.values.stored;
  if (!Number.isFinite(run.issuedAt) || !Number.isFinite(run.knownAt))
    problems.push(`its issue (${run.issuedAt}) and when it became known (${run.knownAt}) must be times`);
  if (length !== numbersIn(run.layout))
    problems.push(`its layout asks for ${numbersIn(run.layout)} values, not ${length}`);
  if (problems.length > 0)
    throw new WeatherglassError('InvalidData', `${nameOf(run)} cannot be stored: ${problems.join('; ')}.`);
}

function sameBytes(a: RunValues, b: RunValues): boolean {
  const bytesOf = ({ stored }: RunValues) => Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  return Object.is(a.decimals, b.decimals) && bytesOf(a).equals(bytesOf(b));
}

function nameOf({ place, source, issuedAt }: Run): string {
  const issue = Number.isFinite(issuedAt) ? new Date(issuedAt).toISOString() : issuedAt;
  return `The run of ${source} for ${place} issued ${issue}`;
}
