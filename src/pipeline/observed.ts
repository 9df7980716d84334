import { type ObservationQuery, reachedNote, type Store, verifiedNote } from '../store/store.ts';
import { checkPlaces, checkVariables } from './served.ts';
import { onTheWayMs } from './verify.ts';

export type ObservedQuery = Pick<ObservationQuery, 'places' | 'variables' | 'validFrom'>;

/** One value as it is known now. */
export interface Observed {
  readonly place: string;
  readonly variable: string;
  readonly unit: string;
  readonly validTime: number;
  readonly value: number;
  readonly origin: string;
  /** Why it is not trusted; '' where it is. */
  readonly flag: string;
}

/** How much was observed of one variable at one place. */
export interface ObservedTally {
  readonly place: string;
  readonly variable: string;
  readonly count: number;
  /** Of these, not trusted. */
  readonly flagged: number;
  /** Valid times. */
  readonly first: number;
  readonly newest: number;
  readonly origins: readonly string[];
}

/** The latest version of each value that is not trusted, by place, variable and time. */
export async function flaggedObservations(store: Store, query: ObservedQuery): Promise<readonly Observed[]> {
  const found: Observed[] = [];
  for await (const one of latestVersions(store, query)) if (one.flag !== '') found.push(one);
  return found;
}

/** How many values no quality control has looked at yet: they count as trusted until it has. */
export async function uncheckedObservations(store: Store, query: ObservedQuery): Promise<number> {
  const reached = Number((await store.note(reachedNote)) ?? -Infinity);
  const verified = Number((await store.note(verifiedNote)) ?? -Infinity);
  // Scores stop a minute short of what is checked; they go back farther when something came later than it was known.
  const knownAfter = reached - verified > onTheWayMs ? verified : reached;
  let count = 0;
  for await (const { rows } of store.observations({ ...query, knownAfter })) count += rows;
  return count;
}

/** What was observed, by place and variable. */
export async function observedTallies(store: Store, query: ObservedQuery): Promise<readonly ObservedTally[]> {
  const tallies = new Map<string, { -readonly [K in keyof ObservedTally]: ObservedTally[K] }>();
  for await (const { place, variable, validTime, origin, flag } of latestVersions(store, query)) {
    const key = JSON.stringify([place, variable]);
    let own = tallies.get(key);
    if (own === undefined) {
      own = { place, variable, count: 0, flagged: 0, first: validTime, newest: validTime, origins: [] };
      tallies.set(key, own);
    }
    own.count++;
    if (flag !== '') own.flagged++;
    own.newest = validTime;
    if (!own.origins.includes(origin)) own.origins = [...own.origins, origin];
  }
  return [...tallies.values()];
}

/** Versions come by valid time and by when they became known: the last of each is it; what was taken back is none. */
async function* latestVersions(store: Store, query: ObservedQuery): AsyncGenerator<Observed> {
  if (query.places !== undefined) await checkPlaces(store, query.places);
  const variables = await checkVariables(store, query.variables);
  const units = new Map(variables.map(({ name, unit }) => [name, unit]));
  let last: Observed | undefined;
  for await (const block of store.observations(query))
    for (let row = 0; row < block.rows; row++) {
      const variable = block.variables[block.variable[row]];
      const one: Observed = {
        place: block.places[block.place[row]],
        variable,
        unit: units.get(variable) ?? '',
        validTime: block.validTime[row],
        value: block.value[row],
        origin: block.origins[block.origin[row]],
        flag: block.flag[row],
      };
      if (last !== undefined && !isSame(last, one) && !Number.isNaN(last.value)) yield last;
      last = one;
    }
  if (last !== undefined && !Number.isNaN(last.value)) yield last;
}

function isSame(a: Observed, b: Observed): boolean {
  return a.validTime === b.validTime && a.variable === b.variable && a.place === b.place;
}
