/** A name and the number that rows carry for it. */
export type Numbered = readonly (readonly [id: number, name: string])[];

/** A place, and the variable or source that makes up the first part of an index with it. */
export interface Pair {
  readonly placeId: number;
  readonly place: string;
  readonly otherId: number;
  readonly other: string;
  /** No row that is asked for has an earlier time. */
  readonly from: number;
}

/** The first time of a pair's rows that were found by when they became known. */
export type First = readonly [placeId: number, otherId: number, time: number];

/**
 * The pairs that a query goes through, places first.
 *
 * @param from least time asked for
 * @param firsts where given, pairs that are not among them have nothing to give
 */
export function* pairsAsked(
  places: Numbered,
  others: Numbered,
  from = -Infinity,
  firsts?: readonly First[],
): Generator<Pair> {
  const known =
    firsts && new Map(firsts.map(([place, other, time]) => [`${place} ${other}`, Math.max(time, from)]));
  for (const [placeId, place] of places)
    for (const [otherId, other] of others) {
      const start = known === undefined ? from : known.get(`${placeId} ${otherId}`);
      if (start !== undefined) yield { placeId, place, otherId, other, from: start };
    }
}
