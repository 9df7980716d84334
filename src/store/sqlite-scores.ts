import { setImmediate } from 'node:timers/promises';
import { WeatherglassError } from '../errors.ts';
import { float64sOf } from './blobs.ts';
import type { Connection } from './sqlite-connection.ts';
import type { Names } from './sqlite-names.ts';
import type { Rosters } from './sqlite-rosters.ts';
import type { ScoreQuery, ScoreRow } from './store.ts';

const BLOCK_SCORES = 2048;
/** Stands for all places together. */
const ALL = 0;

type StoredScore = readonly [band: number, day: number, place: number, roster: number, sums: Uint8Array];

export interface Scores {
  query(query: ScoreQuery): AsyncGenerator<readonly ScoreRow[]>;
  put(scores: readonly ScoreRow[]): void;
}

export function sqliteScores(
  connection: Connection,
  {
    places,
    variables,
    rosters,
  }: { readonly places: Names; readonly variables: Names; readonly rosters: Rosters },
): Scores {
  const following = (placeRule: string) =>
    connection.statement<StoredScore>(`
      SELECT band, day, place, roster, sums FROM score
      WHERE variable = ? AND (band, day, place) > (?, ?, ?) AND day >= ? AND day < ? AND ${placeRule}
      ORDER BY band, day, place LIMIT ?`);
  const upsert = connection.statement(`
    INSERT INTO score (variable, band, day, place, roster, sums) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (variable, band, day, place) DO UPDATE SET roster = excluded.roster, sums = excluded.sums
    WHERE roster <> excluded.roster OR sums <> excluded.sums`);

  /** The rule for the places asked for, and its parameters. Rows of all places together have an index of their own. */
  function ruleFor(
    asked: readonly string[] | undefined,
  ): readonly [rule: string, parameters: readonly string[]] {
    if (asked === undefined) return [`place > ${ALL}`, []];
    if (asked.every((place) => place === '')) return [asked.length === 0 ? 'false' : `place = ${ALL}`, []];
    const ids = places.chosen(asked).map(([id]) => id);
    if (asked.includes('')) ids.push(ALL);
    return ['place IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)]];
  }

  return {
    async *query({ variables: ofVariables, places: atPlaces, dayFrom = -Infinity, dayUntil = Infinity }) {
      const [rule, parameters] = ruleFor(atPlaces);
      const next = following(rule);
      let block: ScoreRow[] = [];
      for (const [variableId, variable] of variables.chosen(ofVariables)) {
        let after: readonly [number, number, number] = [-Infinity, -Infinity, -1];
        for (let more = true; more; ) {
          const room = BLOCK_SCORES - block.length;
          const rows = next.all(variableId, ...after, dayFrom, dayUntil, ...parameters, room);
          for (const [band, day, place, roster, sums] of rows)
            block.push({
              variable,
              band,
              day,
              place: place === ALL ? '' : places.nameOf(place),
              contenders: rosters.rosterOf(roster).contenders,
              sums: float64sOf(sums),
            });
          more = rows.length === room;
          if (!more) continue;
          const [band, day, place] = rows[room - 1];
          after = [band, day, place];
          yield block;
          block = [];
          await setImmediate();
        }
      }
      if (block.length > 0) yield block;
    },

    put(scores) {
      for (const { variable, band, day, place, contenders, sums } of scores) {
        if (!Number.isFinite(band) || !Number.isInteger(day))
          throw new WeatherglassError(
            'InvalidData',
            `A score of ${variable} cannot be stored: its band (${band}) must be hours, its day (${day}) whole.`,
          );
        const at = place === '' ? ALL : places.need(place);
        upsert.run(variables.need(variable), band, day, at, rosters.add({ contenders, levels: [] }), sums);
      }
    },
  };
}
