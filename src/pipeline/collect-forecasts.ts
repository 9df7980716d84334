import { isWeatherglassError } from '../errors.ts';
import { settleAll } from '../runtime/task-group.ts';
import type { ForecastSource, SourceTools } from '../sources/source.ts';
import type { Run, Store } from '../store/store.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { findVariable } from '../weather/variable.ts';
import { type CollectFailure, type CollectProgress, pauseAfter, progressOf } from './collect-progress.ts';
import { newRuns, runMaker } from './issued-runs.ts';
import { refuseMislabelled } from './mislabelled-runs.ts';
import { namePlaces } from './name-places.ts';

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
  readonly failures: readonly CollectFailure[];
}

/** Places of one request, with the names of the runs that they are due. */
interface Batch {
  readonly places: readonly FollowedPlace[];
  readonly names: readonly string[];
}

/**
 * Asks a source for everything that is due, and keeps each reply as soon as it is there: a reply is written whole or not at
 * all, so whoever stops in between is completed by the next.
 *
 * Where a reply for several places is refused, each is asked for alone, so that one place does not cost the others theirs.
 *
 * @throws what writing throws; Cancelled. What a source throws is in the result.
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
  let batches: readonly Batch[];
  try {
    batches = await dueBatches(source, collection, tools);
  } catch (error) {
    signal.throwIfAborted();
    failures.push({
      source: name,
      places: collection.places.map((place) => place.name),
      error: error as Error,
    });
    return { source: name, ...counts, failures };
  }

  const variablesPut = new Set<string>();
  /** Runs with the variables they are of, which a source may have more of than were asked for. */
  async function keep(runs: readonly Run[]): Promise<number> {
    if (runs.length === 0) return 0;
    const all = runs.flatMap(({ layout }) => layout.series.map(({ variable }) => variable));
    const added = [...new Set(all).difference(variablesPut)];
    const written = await store.write({ runs, variables: added.map((one) => findVariable(one)) });
    for (const one of added) variablesPut.add(one);
    return written.runs;
  }

  async function collect(batch: Batch): Promise<void> {
    const { places, names } = batch;
    let runs: readonly Run[];
    counts.requests++;
    try {
      const failed = names.some((one) =>
        places.some((place) => progressOf(progress, one, place.name).now.failures > 0),
      );
      const asking = failed ? askingAnew(tools) : tools;
      const forecasts = await source.forecasts({ places, names, variables, hours, signal }, asking);
      runs = forecasts.map(maker.runOf);
      await refuseMislabelled(store, runs, progress);
    } catch (error) {
      signal.throwIfAborted();
      if (places.length > 1 && isRefusal(error)) {
        for (const place of places) await collect({ places: [place], names });
        return;
      }
      failures.push({ source: name, places: places.map((place) => place.name), error: error as Error });
      note(batch, true);
      return;
    }
    counts.answered++;
    const { fresh, old } = await newRuns(
      store,
      runs,
      (run) => progressOf(progress, run.source, run.place).now.newest,
    );
    const kept = await keep(fresh);
    counts.runs += kept;
    counts.outdated += old.length;
    counts.unchanged += runs.length - fresh.length - old.length;
    note(batch, false);
    for (const run of fresh) progressOf(progress, run.source, run.place).reached(run.issuedAt);
  }

  function note({ places, names }: Batch, failed: boolean): void {
    const at = tools.now();
    for (const place of places)
      for (const one of names) progressOf(progress, one, place.name).asked(at, failed);
  }

  const settled = await settleAll(
    batches,
    {
      name: `collect ${name}`,
      concurrency: source.provider.concurrency,
      signal,
      about: ({ places }) => namePlaces(places.map((place) => place.name)),
    },
    collect,
  );
  // What is thrown here is no failure of the source.
  for (const one of settled) if ('error' in one) throw one.error;
  return { source: name, ...counts, failures };
}

/** Past what is kept of earlier replies: it may be what could not be understood. */
function askingAnew({ ask, now }: SourceTools): SourceTools {
  return {
    ask: (question) => ask({ ...question, headers: { ...question.headers, 'cache-control': 'no-store' } }),
    now,
  };
}

/** Whether it was the question that was wrong, or a reply that could not be understood. */
function isRefusal(error: unknown): boolean {
  return isWeatherglassError(error, 'InvalidData') || isWeatherglassError(error, 'NotFound');
}

/** What is due, as requests: places that are due the same runs go together, as many as the source takes. */
async function dueBatches(
  source: ForecastSource,
  { places, signal, progress }: ForecastCollection,
  tools: SourceTools,
): Promise<readonly Batch[]> {
  const covered = places.map((place) => ({
    place,
    names: source.names.filter((name) => source.covers(name, place)),
  }));
  const wanted = source.names.filter((name) => covered.some(({ names }) => names.includes(name)));
  if (wanted.length === 0) return [];
  const announced = await source.announced?.(wanted, tools, signal);
  const now = tools.now();

  function isDue(name: string, place: FollowedPlace): boolean {
    const { at, failures, newest } = progressOf(progress, name, place.name).now;
    if (now - at < pauseAfter(failures)) return false;
    if (source.announced === undefined) return failures > 0 || now - at >= source.every;
    const run = announced?.get(name);
    if (run === undefined || now < run.availableAt || newest >= run.issuedAt) return false;
    // Asked since it is there, and answered without it: a model that has nothing to say of the place.
    return failures > 0 || at < run.availableAt;
  }

  const byNames = Map.groupBy(
    covered
      .map(({ place, names }) => ({ place, names: names.filter((name) => isDue(name, place)) }))
      .filter(({ names }) => names.length > 0),
    ({ names }) => names.join('\n'),
  );
  return [...byNames.values()].flatMap((due) => {
    const batches: Batch[] = [];
    for (let from = 0; from < due.length; from += source.placesAtOnce)
      batches.push({
        places: due.slice(from, from + source.placesAtOnce).map(({ place }) => place),
        names: due[0].names,
      });
    return batches;
  });
}
