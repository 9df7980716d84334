import { setImmediate } from 'node:timers/promises';
import { WeatherglassError } from '../errors.ts';
import { type First, type Numbered, pairsAsked } from './pairs-asked.ts';
import type { Connection } from './sqlite-connection.ts';
import type { Names } from './sqlite-names.ts';
import type { ObservationBlock, ObservationQuery, Origin } from './store.ts';

const BLOCK_ROWS = 16_384;

type ObservationRow = readonly [
  validTime: number,
  knownAt: number,
  value: number | null,
  flag: string,
  origin: number,
];

export interface Observations {
  query(query: ObservationQuery): AsyncGenerator<ObservationBlock>;
  origins(query: ObservationQuery): readonly Origin[];
  put(block: ObservationBlock): { readonly observations: number; readonly revisions: number };
}

export function sqliteObservations(
  connection: Connection,
  {
    places,
    variables,
    origins,
  }: { readonly places: Names; readonly variables: Names; readonly origins: Names },
): Observations {
  const following = connection.statement<ObservationRow>(`
    SELECT valid_time, known_at, value, flag, origin FROM observation NOT INDEXED
    WHERE place = ? AND variable = ? AND (valid_time, known_at) > (?, ?)
      AND valid_time < ? AND known_at > ? AND known_at <= ?
    ORDER BY valid_time, known_at LIMIT ?`);
  const from = connection.statement<readonly [origin: number, newest: number]>(`
    SELECT origin, max(valid_time) FROM observation NOT INDEXED
    WHERE place = ? AND variable = ? AND valid_time >= ? AND valid_time < ? AND known_at > ? AND known_at <= ?
      AND value IS NOT NULL
    GROUP BY origin ORDER BY min(valid_time)`);
  const versions = connection.statement<readonly [knownAt: number, value: number | null, flag: string]>(`
    SELECT known_at, value, flag FROM observation NOT INDEXED
    WHERE place = ? AND variable = ? AND valid_time = ? ORDER BY known_at`);
  const insert = connection.statement(`
    INSERT INTO observation (place, variable, valid_time, known_at, value, flag, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);

  /** Where the rows are that became known in a range of times, and the first valid time of each place and variable. */
  const arrived = (asked: Numbered, knownAfter: number, knownUntil: number) => {
    const first = connection.statement<First>(`
      SELECT place, variable, min(valid_time) FROM observation INDEXED BY observation_known
      WHERE place = ? AND known_at > ? AND known_at <= ? GROUP BY variable`);
    return asked.flatMap(([place]) => first.all(place, knownAfter, knownUntil));
  };

  return {
    async *query(query) {
      const { validUntil = Infinity, knownAfter = -Infinity, knownUntil = Infinity } = query;
      const asked = places.chosen(query.places);
      const firsts = knownAfter === -Infinity ? undefined : arrived(asked, knownAfter, knownUntil);
      let block = blockBuilder();
      for (const pair of pairsAsked(asked, variables.chosen(query.variables), query.validFrom, firsts)) {
        const { placeId, place, otherId: variableId, other: variable } = pair;
        let after: readonly [number, number] = [pair.from, -Infinity];
        for (let more = true; more; ) {
          const room = BLOCK_ROWS - block.rows();
          const rows = following.all(placeId, variableId, ...after, validUntil, knownAfter, knownUntil, room);
          for (const [validTime, knownAt, value, flag, origin] of rows)
            block.add(place, variable, origins.nameOf(origin), validTime, knownAt, value ?? Number.NaN, flag);
          more = rows.length === room;
          if (!more) continue;
          after = [rows[room - 1][0], rows[room - 1][1]];
          yield block.finish();
          block = blockBuilder();
          await setImmediate();
        }
      }
      if (block.rows() > 0) yield block.finish();
    },

    origins(query) {
      const { validFrom = -Infinity, validUntil = Infinity } = query;
      const { knownAfter = -Infinity, knownUntil = Infinity } = query;
      const pairs = [...pairsAsked(places.chosen(query.places), variables.chosen(query.variables))];
      return pairs.flatMap(({ placeId, place, otherId, other: variable }) =>
        from
          .all(placeId, otherId, validFrom, validUntil, knownAfter, knownUntil)
          .map(([origin, newest]) => ({ place, variable, origin: origins.nameOf(origin), newest })),
      );
    },

    put(block) {
      const placeIds: number[] = [];
      const variableIds: number[] = [];
      const originIds: number[] = [];
      let observations = 0;
      let revisions = 0;
      for (let i = 0; i < block.rows; i++) {
        const { validTime, knownAt, value, flag } = rowOf(block, i);
        const place = (placeIds[block.place[i]] ??= places.need(block.places[block.place[i]]));
        const variable = (variableIds[block.variable[i]] ??= variables.need(
          block.variables[block.variable[i]],
        ));
        if (!(Number.isFinite(validTime) && Number.isFinite(knownAt) && knownAt >= validTime))
          throw new WeatherglassError(
            'InvalidData',
            `${nameOf(block, i)} became known at ${timeText(knownAt)}, which must be a time no earlier than that.`,
          );

        const known = versions.all(place, variable, validTime);
        const same = known.find((version) => version[0] === knownAt);
        if (same !== undefined) {
          if (same[1] === value && same[2] === flag) continue;
          throw contradiction(block, i, same[1], same[2]);
        }
        // Sources are asked for the same days again and again: what says nothing new is no revision.
        const before = known.findLast((version) => version[0] < knownAt);
        if (before !== undefined && before[1] === value && before[2] === flag) continue;
        const origin = (originIds[block.origin[i]] ??= origins.add(block.origins[block.origin[i]]));
        insert.run(place, variable, validTime, knownAt, value, flag, origin);
        observations++;
        if (before !== undefined) revisions++;
      }
      return { observations, revisions };
    },
  };
}

/** Row i as it is stored: a value that was taken back is null. */
function rowOf(block: ObservationBlock, i: number) {
  const value = block.value[i];
  return {
    validTime: block.validTime[i],
    knownAt: block.knownAt[i],
    value: Number.isNaN(value) ? null : value,
    flag: block.flag[i],
  };
}

function contradiction(block: ObservationBlock, i: number, value: number | null, flag: string) {
  const shown = (number: number | null, why: string) =>
    (number === null ? 'nothing' : String(number)) + (why === '' ? '' : ` (${why})`);
  const now = rowOf(block, i);
  const before = earlierInBatch(block, i);
  const values = `${shown(value, flag)} and ${shown(now.value, now.flag)}`;
  return new WeatherglassError(
    'InvalidData',
    before
      ? `${nameOf(block, i)} is revised twice in one batch, ${values} becoming known at ${timeText(now.knownAt)}: ` +
          'give one of them, or a later time to the revision.'
      : `${nameOf(block, i)} is stored as ${shown(value, flag)}, not ${shown(now.value, now.flag)}, as it became ` +
          `known at ${timeText(now.knownAt)}: a revision needs a later known time.`,
  );
}

function earlierInBatch(block: ObservationBlock, i: number): boolean {
  for (let k = 0; k < i; k++)
    if (
      block.validTime[k] === block.validTime[i] &&
      block.knownAt[k] === block.knownAt[i] &&
      block.places[block.place[k]] === block.places[block.place[i]] &&
      block.variables[block.variable[k]] === block.variables[block.variable[i]]
    )
      return true;
  return false;
}

function nameOf(block: ObservationBlock, i: number): string {
  const place = block.places[block.place[i]];
  const variable = block.variables[block.variable[i]];
  return `The observation of ${variable} at ${place} valid ${timeText(block.validTime[i])}`;
}

function timeText(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}

/** Collects rows into columns that are as long as the rows are many. */
function blockBuilder() {
  const indexOf = () => {
    const known = new Map<string, number>();
    return {
      names: known,
      of(name: string) {
        let index = known.get(name);
        if (index === undefined) known.set(name, (index = known.size));
        return index;
      },
    };
  };
  const places = indexOf();
  const variables = indexOf();
  const origins = indexOf();
  const place: number[] = [];
  const variable: number[] = [];
  const origin: number[] = [];
  const validTimes: number[] = [];
  const knownTimes: number[] = [];
  const values: number[] = [];
  const flags: string[] = [];
  return {
    rows: () => values.length,
    add(
      atPlace: string,
      ofVariable: string,
      from: string,
      validTime: number,
      knownAt: number,
      value: number,
      flag: string,
    ) {
      place.push(places.of(atPlace));
      variable.push(variables.of(ofVariable));
      origin.push(origins.of(from));
      validTimes.push(validTime);
      knownTimes.push(knownAt);
      values.push(value);
      flags.push(flag);
    },
    finish: (): ObservationBlock => ({
      rows: values.length,
      places: [...places.names.keys()],
      variables: [...variables.names.keys()],
      origins: [...origins.names.keys()],
      place: Int32Array.from(place),
      variable: Int32Array.from(variable),
      origin: Int32Array.from(origin),
      validTime: Float64Array.from(validTimes),
      knownAt: Float64Array.from(knownTimes),
      value: Float64Array.from(values),
      flag: flags,
    }),
  };
}
