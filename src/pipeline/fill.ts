import { settleAll } from '../runtime/task-group.ts';
import type { Provider, Reading, SourceTools } from '../sources/source.ts';
import { observationBlock } from '../store/observation-block.ts';
import type { ObservationBlock, PlaceNote, Store } from '../store/store.ts';
import { findVariable } from '../weather/variable.ts';
import { type CollectFailure, type CollectProgress, pauseAfter, progressOf } from './collect-progress.ts';
import {
  type Filled,
  type FillSources,
  type FillStep,
  filledKey,
  fillPlan,
  pastOf,
  withStep,
} from './fill-plan.ts';
import { collectedPlaces } from './follow.ts';
import { runMaker } from './issued-runs.ts';
import { trainWantedNote } from './train.ts';

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
  const places = await collectedPlaces(store);
  const filled = new Map<string, Filled>();
  const kinds = [
    ...sources.forecasts
      .filter(({ past }) => past !== undefined)
      .map(({ provider }) => `${provider.name} past`),
    ...(sources.reanalysis === undefined ? [] : [sources.reanalysis.name]),
  ];
  for (const source of kinds)
    for (const [place, value] of await store.placeNotes(filledNote(source)))
      filled.set(filledKey(source, place), JSON.parse(value) as Filled);
  return fillPlan(places, sources, variables, filled, now);
}

/**
 * Fills in the past of places, step by step in the order of the plan: each is written whole, with how far it has come, so
 * that whoever is stopped goes on there.
 *
 * @throws what writing throws; the reason of the signal. What a source throws is in the result, and its place waits.
 */
export async function fillPast(
  store: Store,
  sources: FillSources,
  options: FillOptions,
): Promise<FillResult> {
  const { variables, tools, signal, mayAsk, onStep } = options;
  const plan = await fillStepsOf(store, sources, variables, tools.now());
  const lately = options.progress ?? new Map();
  const wanted = plan
    .filter(({ source, place }) => {
      const { at, failures } = progressOf(lately, source, place.name).now;
      return tools.now() - at >= pauseAfter(failures);
    })
    .slice(0, options.steps);
  const counts = { steps: 0, runs: 0, observations: 0 };
  const failures: CollectFailure[] = [];
  const progress = new Map<string, Filled>();
  const maker = runMaker();

  /** Whether a step was done; else those of the same place and source that follow must wait. */
  async function fill(step: FillStep): Promise<boolean> {
    const { place, source, provider, names, from, until, calls } = step;
    if (!mayAsk(provider, calls)) return false;
    const request = { places: [place], variables, from, until, signal };
    let runs: readonly ReturnType<typeof maker.runOf>[] = [];
    let readings: readonly Reading[] = [];
    try {
      if (names.length > 0) {
        const forecasts = await pastOf(sources, step)!.forecasts({ ...request, names }, tools);
        runs = forecasts.map(maker.runOf);
      } else readings = await sources.reanalysis!.readings(request, tools);
    } catch (error) {
      signal.throwIfAborted();
      failures.push({ source, places: [place.name], error: error as Error });
      progressOf(lately, source, place.name).asked(tools.now(), true);
      return false;
    }
    const key = filledKey(source, place.name);
    const filled = withStep(progress.get(key), step);
    progress.set(key, filled);
    const note: PlaceNote = { place: place.name, name: filledNote(source), value: JSON.stringify(filled) };
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
    progressOf(lately, source, place.name).asked(tools.now(), false);
    counts.steps++;
    counts.runs += written.runs;
    counts.observations += written.observations;
    onStep?.(counts.steps, wanted.length);
    return true;
  }

  // What is noted of a place is what its steps went on from.
  for (const source of new Set(wanted.map((step) => step.source)))
    for (const [place, value] of await store.placeNotes(filledNote(source)))
      progress.set(filledKey(source, place), JSON.parse(value) as Filled);
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
        if (!waiting.has(key) && !(await fill(step))) waiting.add(key);
      }
    },
  );
  for (const one of settled) if ('error' in one) throw one.error;
  return { ...counts, left: plan.length - counts.steps, failures };
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
