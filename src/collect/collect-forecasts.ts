import { chunksOf } from '../runtime/chunks.ts';
import { mapAll } from '../runtime/task-group.ts';
import type { Announced, ForecastSource, IssuedForecast, SourceTools } from '../sources/source.ts';
import type { Run, Store } from '../store/store.ts';
import { namePlaces } from '../weather/name-places.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { findVariable } from '../weather/variable.ts';
import { askBatches } from './ask-batches.ts';
import {
  type CollectFailure,
  type CollectProgress,
  isPaused,
  isRefusal,
  progressOf,
  wasNotAsked,
} from './collect-progress.ts';
import { newRuns, runMaker } from './issued-runs.ts';
import { soundRuns } from './sound-runs.ts';

export interface ForecastCollection {
  /** Places with coordinates. */
  readonly places: readonly FollowedPlace[];
  readonly variables: readonly string[];
  /** How far ahead. */
  readonly hours: number;
  readonly signal: AbortSignal;
  /** What is there already, and what was asked when; it is kept up to date. */
  readonly progress: CollectProgress;
}

export interface ForecastsCollected {
  readonly source: string;
  /** Requests for forecasts that were made, and those answered. */
  readonly requests: number;
  readonly answered: number;
  /** Runs that were new; those that said what was known; old copies that were not kept. */
  readonly runs: number;
  readonly unchanged: number;
  readonly outdated: number;
  /** Places that are left alone for a while, of which something has failed lately. */
  readonly paused: number;
  readonly failures: readonly CollectFailure[];
}

/** Requests of a round that may come of taking refused ones apart: where all is refused, it is no single place or name. */
const MOST_SPLITS = 100;

/** Places of one request, with the names of the runs that they are due. */
interface Batch {
  readonly places: readonly FollowedPlace[];
  readonly names: readonly string[];
}

/**
 * Asks a source for everything that is due, and keeps each reply as soon as it is there: a reply is written whole or not at
 * all, so whoever stops in between is completed by the next.
 *
 * Where a reply is refused, it is asked for name by name, and then in halves of the places, so that one of them does not cost
 * the others theirs; of a reply with a run that cannot be, the others are kept. Where nobody may be asked any more, the rest
 * waits for another time, and none of it has failed.
 *
 * @throws what reading or writing throws; Cancelled. What a source throws is in the result.
 */
export async function collectForecasts(
  store: Store,
  source: ForecastSource,
  collection: ForecastCollection,
  tools: SourceTools,
): Promise<ForecastsCollected> {
  const { signal, variables, hours, progress } = collection;
  const { name } = source.provider;
  const counts = { requests: 0, answered: 0, runs: 0, unchanged: 0, outdated: 0 };
  const failures: CollectFailure[] = [];
  const maker = runMaker();

  function failed({ places }: Batch, error: unknown): void {
    failures.push({ source: name, places: places.map((place) => place.name), error: error as Error });
  }

  /** Places that have not been asked for yet. */
  const waiting = new Set<string>();
  function note({ places, names }: Batch, hasFailed: (name: string, place: string) => boolean): void {
    const at = tools.now();
    for (const { name: place } of places) {
      waiting.delete(place);
      for (const one of names) progressOf(progress, one, place).asked(at, hasFailed(one, place));
    }
  }

  /** Whether a batch was asked for in vain the last time. */
  function isTriedAgain({ places, names }: Batch): boolean {
    return names.some((one) =>
      places.some((place) => progressOf(progress, one, place.name).now.failures > 0),
    );
  }

  let splits = 0;
  async function collect(batch: Batch): Promise<void> {
    let forecasts: readonly IssuedForecast[];
    try {
      const asking = isTriedAgain(batch) ? askingAnew(tools) : tools;
      forecasts = await source.forecasts({ ...batch, variables, hours, signal }, asking);
    } catch (error) {
      signal.throwIfAborted();
      if (wasNotAsked(error)) throw error;
      counts.requests++;
      const parts = isRefusal(error) && splits < MOST_SPLITS ? partsOf(batch) : [];
      splits += parts.length;
      for (const part of parts) await collect(part);
      if (parts.length > 0) return;
      failed(batch, error);
      note(batch, () => true);
      return;
    }
    counts.requests++;
    counts.answered++;
    await keep(batch, forecasts);
  }

  async function keep(batch: Batch, forecasts: readonly IssuedForecast[]): Promise<void> {
    const { runs, wrong } = await soundRuns(store, maker, forecasts, progress);
    for (const { place, error } of wrong) failures.push({ source: name, places: [place], error });
    const { fresh, old } = await newRuns(
      store,
      runs,
      (run) => progressOf(progress, run.source, run.place).now.newest,
    );
    // Others add to the counts meanwhile.
    const kept = await write(fresh);
    counts.runs += kept;
    counts.outdated += old.length;
    counts.unchanged += runs.length - fresh.length - old.length;
    note(batch, (one, place) => wrong.some((run) => run.source === one && run.place === place));
    for (const run of fresh) progressOf(progress, run.source, run.place).reached(run.issuedAt);
  }

  const variablesPut = new Set<string>();
  /** Runs with the variables they are of, which a source may have more of than were asked for. */
  async function write(runs: readonly Run[]): Promise<number> {
    if (runs.length === 0) return 0;
    const all = runs.flatMap(({ layout }) => layout.series.map(({ variable }) => variable));
    const added = [...new Set(all).difference(variablesPut)];
    const written = await store.write({ runs, variables: added.map((one) => findVariable(one)) });
    for (const one of added) variablesPut.add(one);
    return written.runs;
  }

  const { batches, paused } = await dueBatches(source, collection, tools, (batch, error) => {
    failed(batch, error);
    if (!wasNotAsked(error)) note(batch, () => true);
  });
  for (const { places } of batches) for (const place of places) waiting.add(place.name);
  const stopped = await askBatches(
    batches,
    {
      name: `collect ${name}`,
      concurrency: source.provider.concurrency,
      signal,
      about: ({ places }) => namePlaces(places.map((place) => place.name)),
    },
    collect,
  );
  if (stopped !== undefined) failures.push({ source: name, places: [...waiting], error: stopped as Error });
  return { source: name, ...counts, paused, failures };
}

/** Past what is kept of earlier replies: it may be what could not be understood. */
function askingAnew({ ask, now }: SourceTools): SourceTools {
  return {
    ask: (question) => ask({ ...question, headers: { ...question.headers, 'cache-control': 'no-store' } }),
    now,
  };
}

/** A batch name by name, that of one name in halves of its places; none of what is neither. */
function partsOf({ places, names }: Batch): readonly Batch[] {
  if (names.length > 1) return names.map((name) => ({ places, names: [name] }));
  if (places.length <= 1) return [];
  return chunksOf(places, Math.ceil(places.length / 2)).map((some) => ({ places: some, names }));
}

/**
 * What is due, as requests: places that are due the same runs go together, as many as the source takes. Those that have failed
 * come last: where trouble stops it, they have kept nobody waiting.
 *
 * @param onUntold told of a name whose newest run the source did not tell, with the places that wait for it
 */
async function dueBatches(
  source: ForecastSource,
  { places, variables, hours, signal, progress }: ForecastCollection,
  tools: SourceTools,
  onUntold: (batch: Batch, error: unknown) => void,
): Promise<{ readonly batches: readonly Batch[]; readonly paused: number }> {
  const { announced } = source;
  const now = tools.now();

  const paused = new Set<FollowedPlace>();
  /** Whether a place is left alone. */
  function isLeft(name: string, place: FollowedPlace): boolean {
    const isLeftAlone = isPaused(progressOf(progress, name, place.name).now, now);
    if (isLeftAlone) paused.add(place);
    return isLeftAlone;
  }

  async function duePlaces(name: string): Promise<readonly FollowedPlace[]> {
    const waiting = places.filter((place) => source.covers(name, place) && !isLeft(name, place));
    if (waiting.length === 0) return [];
    if (announced === undefined)
      return waiting.filter((place) => {
        const { at, failures } = progressOf(progress, name, place.name).now;
        return failures > 0 || now - at >= source.every;
      });
    let run: Announced;
    try {
      run = await announced(name, tools, signal);
    } catch (error) {
      signal.throwIfAborted();
      onUntold({ places: waiting, names: [name] }, error);
      return [];
    }
    return waiting.filter((place) => {
      const { at, failures, newest } = progressOf(progress, name, place.name).now;
      if (tools.now() < run.availableAt || newest >= run.issuedAt) return false;
      // Asked since it is there, and answered without it: a model that has nothing to say of the place.
      return failures > 0 || at < run.availableAt;
    });
  }

  const found = await mapAll(
    source.names,
    { name: `what is due of ${source.provider.name}`, concurrency: source.provider.concurrency, signal },
    duePlaces,
  );
  const due = new Map<FollowedPlace, string[]>();
  for (const [index, name] of source.names.entries())
    for (const place of found[index]) due.set(place, [...(due.get(place) ?? []), name]);
  const failuresOf = (place: FollowedPlace, names: readonly string[]) =>
    names.reduce((most, name) => Math.max(most, progressOf(progress, name, place.name).now.failures), 0);
  const soundFirst = [...due].sort((a, b) => failuresOf(...a) - failuresOf(...b));
  const byNames = Map.groupBy(soundFirst, ([, names]) => names.join('\n'));
  const batches = [...byNames.values()].flatMap((alike) => {
    const batch = { places: alike.map(([place]) => place), names: alike[0][1] };
    return chunksOf(batch.places, atOnce(source, batch, variables, hours)).map((some) => ({
      ...batch,
      places: some,
    }));
  });
  return { batches, paused: paused.size };
}

/** How many places of a batch one request can be for, so that no limit of the provider is less than it costs. */
function atOnce(
  source: ForecastSource,
  { places, names }: Batch,
  variables: readonly string[],
  hours: number,
): number {
  const most = source.provider.limits.reduce((least, { calls }) => Math.min(least, calls), Infinity);
  let count = source.placesAtOnce;
  while (count > 1 && source.calls({ places: places.slice(0, count), names, variables, hours }) > most)
    count = Math.ceil(count / 2);
  return count;
}
