import type { Store } from '../store/store.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { msPerDay } from '../weather/time.ts';

/** The newest of what is known of a place. Times are NaN where there is nothing. */
export interface PlaceNews {
  readonly place: FollowedPlace;
  /** Those with outcomes. */
  readonly variables: readonly string[];
  /** Valid time of the newest outcome. */
  readonly newestOutcome: number;
  /** Issue of the newest run. */
  readonly newestRun: number;
}

/** All that is known of a place, as counts and ends. */
export interface PlaceReport {
  readonly place: FollowedPlace;
  readonly runs: readonly {
    readonly source: string;
    readonly count: number;
    readonly from: number;
    readonly until: number;
    /** When the last to arrive became known. */
    readonly knownUntil: number;
  }[];
  readonly outcomes: readonly {
    readonly variable: string;
    readonly unit: string;
    /** Versions, those that revise others among them. */
    readonly count: number;
    readonly flagged: number;
    readonly from: number;
    readonly until: number;
    readonly origins: readonly string[];
  }[];
  readonly predictions: readonly {
    readonly variable: string;
    readonly count: number;
    readonly from: number;
    readonly until: number;
    /** The last valid time that was predicted. */
    readonly reach: number;
  }[];
}

/** Days that are looked through first for a place's newest outcomes; doubled until all are found. */
const FIRST_DAYS = 4;

/** The newest of what is known of each place; reads little of a store whose observations go on. */
export async function placeNews(store: Store, places: readonly FollowedPlace[]): Promise<PlaceNews[]> {
  const { from, until } = await store.summary();
  const variables = (await store.variables()).map(({ name }) => name);
  const sources = await store.sources();
  const news: PlaceNews[] = [];
  for (const place of places) {
    const newest = await newestOutcomes(store, place.name, variables, from, until);
    let newestRun = Number.NaN;
    for (const source of sources) {
      const run = await store.latestRun(place.name, source);
      if (run !== undefined && !(run.issuedAt <= newestRun)) newestRun = run.issuedAt;
    }
    news.push({
      place,
      variables: variables.filter((name) => newest.has(name)),
      newestOutcome: newest.size === 0 ? Number.NaN : Math.max(...newest.values()),
      newestRun,
    });
  }
  return news;
}

/** Valid time of the newest outcome of each variable that has one: looks back in stretches that double. */
async function newestOutcomes(
  store: Store,
  place: string,
  variables: readonly string[],
  from: number,
  until: number,
): Promise<ReadonlyMap<string, number>> {
  const newest = new Map<string, number>();
  let missing = variables;
  // Nothing is valid later than `until`; an end is exclusive.
  let end = until + 1;
  for (let days = FIRST_DAYS; missing.length > 0 && end > from; days *= 2) {
    const start = end - days * msPerDay;
    for await (const block of store.observations({
      places: [place],
      variables: missing,
      validFrom: start,
      validUntil: end,
    }))
      for (let row = 0; row < block.rows; row++)
        if (!Number.isNaN(block.value[row]))
          newest.set(block.variables[block.variable[row]], block.validTime[row]);
    missing = missing.filter((name) => !newest.has(name));
    end = start;
  }
  return newest;
}

/** Counts all that is stored under a place. */
export async function placeReport(store: Store, place: FollowedPlace): Promise<PlaceReport> {
  return {
    place,
    runs: await runsOf(store, place.name),
    outcomes: await outcomesOf(store, place.name),
    predictions: await predictionsOf(store, place.name),
  };
}

async function runsOf(store: Store, place: string): Promise<PlaceReport['runs']> {
  const found = spans<{ knownUntil: number }>();
  for await (const block of store.runs({ places: [place] }))
    for (const { source, issuedAt, knownAt } of block) {
      const own = found.add(source, issuedAt, { knownUntil: knownAt });
      own.knownUntil = Math.max(own.knownUntil, knownAt);
    }
  return found.list().map(([source, one]) => ({ source, ...one }));
}

async function outcomesOf(store: Store, place: string): Promise<PlaceReport['outcomes']> {
  const found = spans<{ flagged: number; origins: string[] }>();
  for await (const block of store.observations({ places: [place] }))
    for (let row = 0; row < block.rows; row++) {
      const name = block.variables[block.variable[row]];
      const own = found.add(name, block.validTime[row], { flagged: 0, origins: [] });
      if (block.flag[row] !== '') own.flagged++;
      const origin = block.origins[block.origin[row]];
      if (!own.origins.includes(origin)) own.origins.push(origin);
    }
  const units = new Map((await store.variables()).map(({ name, unit }) => [name, unit]));
  return found.list().map(([variable, one]) => ({ variable, unit: units.get(variable) ?? '', ...one }));
}

async function predictionsOf(store: Store, place: string): Promise<PlaceReport['predictions']> {
  const found = spans<{ reach: number }>();
  for await (const block of store.predictions({ places: [place] }))
    for (const { variable, issuedAt, validTimes } of block) {
      const reach = validTimes.at(-1) ?? issuedAt;
      const own = found.add(variable, issuedAt, { reach });
      own.reach = Math.max(own.reach, reach);
    }
  return found.list().map(([variable, one]) => ({ variable, ...one }));
}

/** Counts, with the first and the last time, by name. */
function spans<More extends object>() {
  const found = new Map<string, { count: number; from: number; until: number } & More>();
  return {
    /** Counts one, and answers what is gathered under its name. */
    add(name: string, time: number, first: More): More {
      let own = found.get(name);
      if (own === undefined) found.set(name, (own = { count: 0, from: time, until: time, ...first }));
      own.count++;
      own.from = Math.min(own.from, time);
      own.until = Math.max(own.until, time);
      return own;
    },
    list: () => [...found],
  };
}
