import { setImmediate } from 'node:timers/promises';
import { WeatherglassError } from '../errors.ts';
import { float64sOf, packedFloat32s, unpackedFloat32s } from './blobs.ts';
import { pairsAsked } from './pairs-asked.ts';
import type { Connection } from './sqlite-connection.ts';
import type { Names } from './sqlite-names.ts';
import type { Rosters } from './sqlite-rosters.ts';
import type { AheadQuery, NewestQuery, PredictionIssue, PredictionQuery, StoredPrediction } from './store.ts';

const BLOCK_PREDICTIONS = 256;

type IssueRow = readonly [issuedAt: number, method: number, validTimes: Uint8Array, runTimes: Uint8Array];

type PredictionRow = readonly [...IssueRow, sourceTimes: Uint8Array, roster: number, quantiles: Uint8Array];

export interface Predictions {
  query(query: PredictionQuery): AsyncGenerator<readonly StoredPrediction[]>;
  newest(query: NewestQuery): Promise<readonly PredictionIssue[]>;
  ahead(query: AheadQuery): readonly StoredPrediction[];
  /** How many were new. */
  put(predictions: readonly StoredPrediction[]): number;
}

export function sqlitePredictions(
  connection: Connection,
  {
    places,
    variables,
    methods,
    rosters,
  }: {
    readonly places: Names;
    readonly variables: Names;
    readonly methods: Names;
    readonly rosters: Rosters;
  },
): Predictions {
  const issueColumns = 'issued_at, method, valid_times, run_times';
  const columns = `${issueColumns}, source_times, roster, quantiles`;
  const issued = (operator: '>=' | '>') =>
    connection.statement<PredictionRow>(`
      SELECT ${columns} FROM prediction
      WHERE place = ? AND variable = ? AND issued_at ${operator} ? AND issued_at <= ?
      ORDER BY issued_at LIMIT ?`);
  const first = issued('>=');
  const following = issued('>');
  // What was said lies on pages of its own, which these do not touch.
  const newest = connection.statement<IssueRow>(`
    SELECT ${issueColumns} FROM prediction
    WHERE place = ? AND variable = ? AND issued_at <= ? ORDER BY issued_at DESC LIMIT 1`);
  const reaching = connection.statement<readonly [issuedAt: number, validTimes: Uint8Array]>(`
    SELECT issued_at, valid_times FROM prediction
    WHERE place = ? AND variable = ? AND issued_at <= ? ORDER BY issued_at DESC LIMIT ?`);
  const one = connection.statement<PredictionRow>(`
    SELECT ${columns} FROM prediction WHERE place = ? AND variable = ? AND issued_at = ?`);
  const insert = connection.statement(`
    INSERT INTO prediction
      (place, variable, issued_at, last_valid, method, roster, valid_times, run_times, source_times, quantiles)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);

  function issueOf(place: string, variable: string, row: IssueRow): PredictionIssue {
    const [issuedAt, method, validTimes, runTimes] = row;
    return {
      place,
      variable,
      issuedAt,
      method: methods.nameOf(method),
      validTimes: float64sOf(validTimes),
      runTimes: float64sOf(runTimes),
    };
  }

  function predictionOf(place: string, variable: string, row: PredictionRow): StoredPrediction {
    const [issuedAt, method, validTimes, runTimes, sourceTimes, roster, quantiles] = row;
    return {
      ...issueOf(place, variable, [issuedAt, method, validTimes, runTimes]),
      ...(sourceTimes.length > 0 && { sourceTimes: float64sOf(sourceTimes) }),
      ...rosters.rosterOf(roster),
      quantiles: unpackedFloat32s(quantiles, connection.file),
    };
  }

  const pairs = (query: PredictionQuery | NewestQuery) =>
    pairsAsked(places.chosen(query.places), variables.chosen(query.variables));

  return {
    async *query(query) {
      const { issuedFrom = -Infinity, issuedUntil = Infinity } = query;
      let block: StoredPrediction[] = [];
      for (const { placeId, place, otherId: variableId, other: variable } of pairs(query)) {
        let next = first;
        let from = issuedFrom;
        for (let more = true; more; ) {
          const room = BLOCK_PREDICTIONS - block.length;
          const rows = next.all(placeId, variableId, from, issuedUntil, room);
          for (const row of rows) block.push(predictionOf(place, variable, row));
          more = rows.length === room;
          if (!more) continue;
          next = following;
          from = block.at(-1)!.issuedAt;
          yield block;
          block = [];
          await setImmediate();
        }
      }
      if (block.length > 0) yield block;
    },

    async newest(query) {
      const { issuedUntil = Infinity } = query;
      const found: PredictionIssue[] = [];
      for (const { placeId, place, otherId: variableId, other: variable } of pairs(query)) {
        const row = newest.get(placeId, variableId, issuedUntil);
        if (row === undefined) continue;
        found.push(issueOf(place, variable, row));
        if (found.length % BLOCK_PREDICTIONS === 0) await setImmediate();
      }
      return found;
    },

    ahead(query) {
      const { issuedUntil = Infinity, after, issues } = query;
      const found: StoredPrediction[] = [];
      for (const { placeId, place, otherId: variableId, other: variable } of pairs(query)) {
        const said = new Set<number>();
        for (const [issuedAt, validTimes] of reaching.all(placeId, variableId, issuedUntil, issues)) {
          const before = said.size;
          for (const time of float64sOf(validTimes)) if (time > after) said.add(time);
          if (said.size === before) continue;
          found.push(predictionOf(place, variable, one.get(placeId, variableId, issuedAt)!));
        }
      }
      return found;
    },

    put(predictions) {
      let added = 0;
      for (const one of predictions) {
        const place = places.need(one.place);
        const variable = variables.need(one.variable);
        checkPrediction(one);
        const lastValid = one.validTimes.at(-1) ?? one.issuedAt;
        const made = [methods.add(one.method), rosters.add(one)];
        const times = [one.validTimes, one.runTimes, one.sourceTimes ?? new Float64Array()];
        const quantiles = packedFloat32s(one.quantiles);
        added += insert.run(place, variable, one.issuedAt, lastValid, ...made, ...times, quantiles);
      }
      return added;
    },
  };
}

function checkPrediction(one: StoredPrediction): void {
  const { length } = one.validTimes;
  const quantiles = length * one.contenders.length * one.levels.length;
  const problems: string[] = [];
  if (!Number.isFinite(one.issuedAt)) problems.push(`its issue must be a time, not ${one.issuedAt}`);
  if (!one.validTimes.every((time, k) => Number.isFinite(time) && (k === 0 || time > one.validTimes[k - 1])))
    problems.push('its valid times must ascend');
  if (one.runTimes.length !== length)
    problems.push(`it has ${length} valid times and ${one.runTimes.length} run times`);
  if (one.sourceTimes !== undefined && one.sourceTimes.length % Math.max(1, length) !== 0)
    problems.push(`it has ${length} valid times and ${one.sourceTimes.length} issues of sources`);
  if (one.quantiles.length !== quantiles)
    problems.push(`it must have ${quantiles} quantiles, not ${one.quantiles.length}`);
  if (problems.length > 0)
    throw new WeatherglassError(
      'InvalidData',
      `The prediction of ${one.variable} at ${one.place} cannot be stored: ${problems.join('; ')}.`,
    );
}
