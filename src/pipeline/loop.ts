import { sensorObservations } from '../collect/sensor-hours.ts';
import { WeatherglassError } from '../errors.ts';
import { plusChanges } from '../forecast/physics.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import { reachedNote, type Store, trainedNote, trainWantedNote, verifiedNote } from '../store/store.ts';
import { formatInstant, msPerDay } from '../weather/time.ts';
import { type IssueResult, issue } from './issue.ts';
import { readMixing } from './mixing.ts';
import { presentOf } from './present.ts';
import { checkQuality } from './quality.ts';
import { type TrainOptions, type TrainResult, train } from './train.ts';
import { rewind, verify } from './verify.ts';

/** Days after which the experts are fitted again. */
const TRAIN_EVERY_DAYS = 7;

export interface StepResult extends IssueResult {
  /** Values scored. */
  readonly scored: number;
  /** What training did, where it was due. */
  readonly trained: TrainResult | undefined;
}

export interface StepOptions extends RunOptions {
  /** Nothing that became known later is used. */
  readonly asOf: number;
}

/**
 * One turn of the loop: scores what became known, fits the experts where that is due, answers what has arrived.
 *
 * @throws WeatherglassError Cancelled; what writing throws.
 */
export async function step(store: Store, options: StepOptions, pool: ComputePool): Promise<StepResult> {
  const { asOf, signal } = options;
  await sensorObservations(store, asOf);
  const verified = Number((await store.note(verifiedNote)) ?? -Infinity);
  await checkQuality(store, { after: verified, until: asOf, signal }, pool);
  const { targets } = await verify(store, { asOf, notes: { [reachedNote]: String(asOf) }, signal }, pool);
  const isWanted = (await store.note(trainWantedNote)) === 'yes';
  const trained = isWanted ? await train(store, options, pool) : await trainWhenDue(store, options, pool);
  const issued = await issue(
    store,
    { ...options, until: asOf, trainedUntil: asOf, mixing: await readMixing(store, asOf) },
    pool,
  );
  return { ...issued, scored: targets, trained };
}

async function trainWhenDue(
  store: Store,
  options: TrainOptions,
  pool: ComputePool,
): Promise<TrainResult | undefined> {
  const last = Number((await store.note(trainedNote)) ?? -Infinity);
  if (options.asOf - last < TRAIN_EVERY_DAYS * msPerDay && last <= options.asOf) return undefined;
  return train(store, options, pool);
}

export interface ReplayOptions extends RunOptions {
  /**
   * First day, its start; by default where the last replay began, else 60 days after the first forecast or observation, but
   * no more than two years before the end.
   */
  readonly from?: number | undefined;
  /** End of the last day; by default when the newest run or observation became known, and never beyond the present. */
  readonly until?: number | undefined;
  /** Forgets predictions, scores and artefacts first. */
  readonly again?: boolean | undefined;
}

export interface ReplayResult {
  readonly from: number;
  readonly until: number;
  readonly days: number;
  readonly predictions: number;
  readonly values: number;
  readonly unanswered: number;
  readonly scored: number;
  readonly trainings: number;
  /** How many quantiles of how many values each rule of physics moved. */
  readonly moved: PhysicsChanges;
}

/** Where the store notes the first day of its replay. */
const beganNote = 'loop.began';

function startOfDay(time: number): number {
  return Math.floor(time / msPerDay) * msPerDay;
}

/** Days of history before the first day of a replay, where none is given. */
const LEARNING_DAYS = 60;
/** The most days that are replayed where no first day is given. */
const MOST_DAYS = 730;

/**
 * Runs the loop over stored history day by day, as it would have run live: at the start of each day it scores and learns
 * from what was known then, and each forecast of the day is answered the moment it became known.
 *
 * A replay that was stopped goes on where it stopped.
 *
 * @throws WeatherglassError Usage: an empty period, or one that begins before what was replayed or predicted already.
 *   NotFound: nothing to replay. Cancelled; what writing throws.
 */
export async function replay(store: Store, options: ReplayOptions, pool: ComputePool): Promise<ReplayResult> {
  const summary = await store.summary();
  if (Number.isNaN(summary.from))
    throw new WeatherglassError(
      'NotFound',
      `there is nothing to replay in ${store.location}: import forecasts or observations first`,
    );
  if (options.again === true) await store.write({ forgetLoop: true });
  const reached = Number((await store.note(reachedNote)) ?? Number.NaN);
  const began = Number((await store.note(beganNote)) ?? Number.NaN);
  const first = startOfDay(
    options.from ??
      (Number.isNaN(began)
        ? Math.max(summary.from + LEARNING_DAYS * msPerDay, summary.knownUntil - MOST_DAYS * msPerDay)
        : began),
  );
  const last = Math.min(options.until ?? summary.knownUntil, await presentOf(store));
  const until = startOfDay(last + msPerDay - 1);
  if (!(until > first))
    throw new WeatherglassError(
      'Usage',
      `there is no day to replay from ${formatInstant(first)} to ${formatInstant(until)}: the store holds what became known from ${formatInstant(summary.from)} to ${formatInstant(summary.knownUntil)}`,
    );
  if (first < reached && first !== began)
    throw new WeatherglassError(
      'Usage',
      `the loop has come to ${formatInstant(reached)} already; a replay from ${formatInstant(first)} needs --again, which forgets its predictions and scores`,
    );
  // One that was stopped goes on where it stopped.
  const from = first === began && reached > first ? startOfDay(reached) : first;
  if (Number.isNaN(began)) await store.write({ notes: { [beganNote]: String(first) } });
  await rewind(store, from);
  const { signal } = options;
  // A check looks at nothing later than the value it checks, so that all can be checked beforehand.
  await checkQuality(store, { after: -Infinity, until, signal }, pool);
  const history = { id: crypto.randomUUID(), begins: first, knownUntil: until };
  const days = Math.max(0, Math.round((until - from) / msPerDay));
  let moved: PhysicsChanges = {};
  const total = { predictions: 0, values: 0, unanswered: 0, scored: 0, trainings: 0 };
  for (let day = 0; day < days; day++) {
    const asOf = from + day * msPerDay;
    const reachedNow = { [reachedNote]: String(asOf) };
    total.scored += (await verify(store, { asOf, notes: reachedNow, signal }, pool)).targets;
    const trained = await trainWhenDue(store, { asOf, signal, history }, pool);
    if (trained !== undefined) total.trainings++;
    const issued = await issue(
      store,
      {
        after: asOf,
        until: asOf + msPerDay,
        atArrival: true,
        trainedUntil: asOf,
        mixing: await readMixing(store, asOf),
        history,
        signal,
      },
      pool,
    );
    total.predictions += issued.predictions;
    total.values += issued.values;
    total.unanswered += issued.unanswered;
    moved = plusChanges(moved, issued.moved);
    options.onProgress?.(day + 1, days);
  }
  const end = { [reachedNote]: String(until) };
  total.scored += (await verify(store, { asOf: until, notes: end, signal }, pool)).targets;
  return { from, until, days, ...total, moved };
}
