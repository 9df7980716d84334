import { settleAll } from '../runtime/task-group.ts';
import type { IssuedForecast, Provider, Reading, SourceTools } from '../sources/source.ts';
import { observationBlock } from '../store/observation-block.ts';
import {
  type ObservationBlock,
  type PlaceNote,
  type Run,
  type Store,
  trainWantedNote,
} from '../store/store.ts';
import { findVariable } from '../weather/variable.ts';
import {
  type CollectFailure,
  type CollectProgress,
  isPaused,
  isRefusal,
  newProgress,
  progressOf,
  wasNotAsked,
} from './collect-progress.ts';
import {
  type Filled,
  type FillSources,
  type FillStep,
  filledKey,
  filledSources,
  fillPlan,
  pastOf,
  withStep,
} from './fill-plan.ts';
import { collectedPlaces } from './follow.ts';
import { runMaker } from './issued-runs.ts';
import { possibleRuns } from './sound-runs.ts';

/** Note of a place and source: how much of the past is filled in, as JSON. */
const filledNote = (source: string) => `filled ${source}`;

export interface FillOptions {
  readonly variables: readonly string[];
  readonly tools: SourceTools;
  readonly signal: AbortSignal;
  /** Whether a provider may be asked for so many calls now; a plan that meets with a no goes on another day. */
  readonly mayAsk: (provider: Provider, calls: number) => boolean;
  /** What has failed lately, and is left alone for a while; it is kept up to date. */
  readonly progress?: CollectProgress | undefined;
  /** The most steps; all by default. */
  readonly steps?: number | undefined;
  readonly onStep?: ((done: number, total: number) => void) | undefined;
}

export interface FillResult {
  readonly steps: number;
  /** Steps that are left for another time. */
  readonly left: number;
  readonly runs: number;
  readonly observations: number;
  readonly failures: readonly CollectFailure[];
}

/** What is to be filled in now: see {@link fillPlan}. */
export async function fillStepsOf(
  store: Store,
  sources: FillSources,
  variables: readonly string[],
  now: number,
): Promise<readonly FillStep[]> {
  const filled = await readFilled(store, sources);
  return [...fillPlan(await collectedPlaces(store), sources, variables, filled, now).steps()];
}

/** How far filling in has come, by {@link filledKey}. */
async function readFilled(store: Store, sources: FillSources): Promise<Map<string, Filled>> {
  const filled = new Map<string, Filled>();
  for (const source of filledSources(sources))
    for (const [place, value] of await store.placeNotes(filledNote(source)))
      filled.set(filledKey(source, place), JSON.parse(value) as Filled);
  return filled;
}

/**
 * Fills in the past of places, step by step in the order of the plan: each is written whole, with how far it has come, so
 * that whoever is stopped goes on there. What of a step cannot be, or is refused for one of its names, is left out and told;
 * the step counts as done by the others.
 *
 * @throws what reading or writing throws; the reason of the signal. What a source throws is in the result, and its place
 *   waits.
 */
export async function fillPast(
  store: Store,
  sources: FillSources,
  options: FillOptions,
): Promise<FillResult> {
  const { variables, tools, signal, mayAsk, onStep } = options;
  const lately = options.progress ?? newProgress();
  const filled = await readFilled(store, sources);
  const plan = fillPlan(await collectedPlaces(store), sources, variables, filled, tools.now());
  const wanted = plan
    .steps()
    .filter(({ source, place }) => !isPaused(progressOf(lately, source, place.name).now, tools.now()))
    .take(options.steps ?? Infinity)
    .toArray();
  const counts = { steps: 0, runs: 0, observations: 0 };
  const failures: CollectFailure[] = [];
  const maker = runMaker();

  function failed({ source, place }: FillStep, error: unknown): void {
    failures.push({ source, places: [place.name], error: error as Error });
  }

  /** Past forecasts of a step; where they are refused, name by name. */
  async function forecastsOf(step: FillStep): Promise<readonly IssuedForecast[]> {
    const { place, names, from, until } = step;
    const ask = (some: readonly string[]) =>
      pastOf(sources, step)!.forecasts(
        { places: [place], names: some, variables, from, until, signal },
        tools,
      );
    try {
      return await ask(names);
    } catch (error) {
      if (names.length === 1 || !isRefusal(error)) throw error;
    }
    const found: IssuedForecast[] = [];
    const refused: unknown[] = [];
    for (const name of names)
      try {
        found.push(...(await ask([name])));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refused.push(error);
      }
    if (refused.length === names.length) throw refused[0];
    for (const error of refused) failed(step, error);
    return found;
  }

  async function ask(step: FillStep): Promise<{ runs: readonly Run[]; readings: readonly Reading[] }> {
    const { place, names, from, until } = step;
    if (names.length === 0) {
      const request = { places: [place], variables, from, until, signal };
      return { runs: [], readings: await sources.reanalysis!.readings(request, tools) };
    }
    const { runs, wrong } = possibleRuns(maker, await forecastsOf(step));
    for (const { error } of wrong) failed(step, error);
    return { runs, readings: [] };
  }

  /** Whether a step was done; else those of the same place and source that follow must wait, or all of the provider. */
  async function fill(step: FillStep): Promise<'done' | 'place waits' | 'provider waits'> {
    const { place, source, provider, calls } = step;
    if (!mayAsk(provider, calls)) return 'place waits';
    const noted = progressOf(lately, source, place.name);
    let found: Awaited<ReturnType<typeof ask>>;
    try {
      found = await ask(step);
    } catch (error) {
      signal.throwIfAborted();
      failed(step, error);
      if (wasNotAsked(error)) return 'provider waits';
      noted.asked(tools.now(), true);
      return 'place waits';
    }
    const { runs, readings } = found;
    const key = filledKey(source, place.name);
    const progress = withStep(filled.get(key), step);
    const note: PlaceNote = { place: place.name, name: filledNote(source), value: JSON.stringify(progress) };
    const named = [
      ...runs.flatMap(({ layout }) => layout.series.map(({ variable }) => variable)),
      ...readings.map(({ variable }) => variable),
    ];
    const written = await store.write({
      variables: [...new Set(named)].map((one) => findVariable(one)),
      runs,
      ...(readings.length > 0 && { observations: outcomesOf(readings, source, tools.now()) }),
      placeNotes: [note],
      notes: { [trainWantedNote]: 'yes' },
    });
    filled.set(key, progress);
    if (noted.now.failures > 0) noted.asked(tools.now(), false);
    counts.steps++;
    counts.runs += written.runs;
    counts.observations += written.observations;
    onStep?.(counts.steps, wanted.length);
    return 'done';
  }

  const byProvider = [...Map.groupBy(wanted, ({ provider }) => provider.name).values()];
  const settled = await settleAll(
    byProvider,
    {
      name: 'fill in the past',
      concurrency: byProvider.length || 1,
      signal,
      about: ([{ provider }]) => provider.name,
    },
    async (steps) => {
      const waiting = new Set<string>();
      for (const step of steps) {
        signal.throwIfAborted();
        const key = filledKey(step.source, step.place.name);
        if (waiting.has(key)) continue;
        const outcome = await fill(step);
        if (outcome === 'provider waits') return;
        if (outcome === 'place waits') waiting.add(key);
      }
    },
  );
  for (const one of settled) if ('error' in one) throw one.error;
  return { ...counts, left: plan.count - counts.steps, failures };
}

/** Hourly values of a reanalysis as outcomes, known from now on: so they are checked and scored like all that comes. */
function outcomesOf(readings: readonly Reading[], origin: string, now: number): ObservationBlock {
  const known = readings.filter(({ value }) => !Number.isNaN(value));
  return observationBlock(
    known.map(({ station, variable, time, value }) => ({
      place: station,
      variable,
      origin,
      validTime: time,
      knownAt: Math.max(time, now),
      value,
    })),
  );
}
