import { WeatherglassError } from '../errors.ts';
import { plusChanges } from '../forecast/physics.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import { type Store, trainedNote } from '../store/store.ts';
import { namePlaces } from '../weather/name-places.ts';
import type { BatchChunk, BatchChunkResult, BatchRows } from './batch-chunk.ts';
import { mixingAsOf } from './mixing-as-of.ts';

/** Places of a chunk: enough to make a chunk's overhead small, few enough to be stopped soon and held by the dozen. */
const CHUNK_PLACES = 64;

/** `onProgress` is told how many of the places were predicted for. */
export interface PredictManyOptions extends RunOptions {
  /** Nothing that became known later is used. */
  readonly asOf: number;
  /** No valid time later than this; by default as far as there are forecasts. */
  readonly until?: number | undefined;
  /** Ascending within (0, 1). */
  readonly levels: readonly number[];
  /** By default every variable of the store. */
  readonly variables?: readonly string[] | undefined;
}

/** Predictions of some places: valid until `onBlock` has returned, when the room is used for the next. */
export interface PredictedBlock {
  readonly predicted: readonly PredictedAt[];
  readonly quantiles: Float32Array;
  readonly levels: readonly number[];
}

export interface PredictedAt {
  /** Index into the places that were asked for. */
  readonly index: number;
  /** What its rows of quantiles are for; where no expert could say anything a row is NaN, but not all are. */
  readonly rows: BatchRows;
  /** Where its first quantile is. */
  readonly at: number;
}

/** A place that could not be predicted for, and why. */
export interface FailedPlace {
  readonly index: number;
  readonly place: string;
  readonly error: string;
  readonly message: string;
}

export interface PredictManyResult {
  readonly predicted: number;
  /** By index. */
  readonly failures: readonly FailedPlace[];
  /** How many quantiles of how many values each rule of physics moved. */
  readonly moved: PhysicsChanges;
}

/**
 * Predicts for many places at once, straight from their newest runs: store → experts → mixture → physics → quantiles.
 *
 * What fails for one place fails for it alone. Memory does not grow with the number of places: chunks of them are
 * predicted in the threads and handed over in order, in rooms that are used again and again.
 *
 * Nothing is kept in the store. The experts are those whose law is an affine map of the forecast (`batchExperts`), weighted as the
 * loop learned; docs/decisions/011-batch-prediction.md says what that costs against the loop's own predictions.
 *
 * @throws WeatherglassError Usage: levels out of order. NotFound: nothing is trained yet, or a variable is not in the store. Cancelled; what
 *   `onBlock` throws.
 */
export async function predictMany(
  store: Store,
  places: readonly string[],
  options: PredictManyOptions,
  pool: ComputePool,
  onBlock: (block: PredictedBlock) => Promise<void> | void,
): Promise<PredictManyResult> {
  const { asOf, variables, until = Infinity } = options;
  await checkAsked(store, options);
  const levels = Float64Array.from(options.levels);
  const shared = {
    store: store.location,
    batchId: crypto.randomUUID(),
    variables,
    asOf,
    until,
    levels,
    mixing: await mixingAsOf(store, asOf, places),
  };
  const rooms: Float32Array<ArrayBuffer>[] = [];
  const failures: FailedPlace[] = [];
  let predicted = 0;
  let moved: PhysicsChanges = {};
  const chunkAt = (first: number) => (): BatchChunk => ({
    ...shared,
    places: places.slice(first, first + CHUNK_PLACES),
    room: rooms.pop() ?? new Float32Array(),
  });
  const firsts = Array.from(
    { length: Math.ceil(places.length / CHUNK_PLACES) },
    (_, chunk) => chunk * CHUNK_PLACES,
  );
  const fail = (index: number, error: string, message: string) =>
    failures.push({ index, place: places[index], error, message });
  await pool.run<BatchChunk, BatchChunkResult>(
    'batchChunk',
    firsts.map(chunkAt),
    async (result, chunk) => {
      const first = firsts[chunk];
      for (const { place, error, message } of result.failures) fail(first + place, error, message);
      predicted += result.predicted.length;
      moved = plusChanges(moved, result.moved);
      await onBlock({
        predicted: result.predicted.map(({ place, rows, at }) => ({
          index: first + place,
          rows: result.rows[rows],
          at,
        })),
        quantiles: result.quantiles,
        levels: options.levels,
      });
      rooms.push(result.quantiles);
    },
    {
      ...options,
      onProgress: (chunks) =>
        options.onProgress?.(Math.min(chunks * CHUNK_PLACES, places.length), places.length),
      move: ({ room }) => [room.buffer],
      about: (chunk) => namePlaces(places.slice(firsts[chunk], firsts[chunk] + CHUNK_PLACES)),
      onFailure(error, chunk) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        places
          .slice(firsts[chunk], firsts[chunk] + CHUNK_PLACES)
          .forEach((_, k) => fail(firsts[chunk] + k, name, message));
      },
    },
  );
  return { predicted, failures: failures.sort((a, b) => a.index - b.index), moved };
}

async function checkAsked(store: Store, { asOf, variables, levels }: PredictManyOptions): Promise<void> {
  if (levels.length === 0 || !levels.every((level, k) => level > (levels[k - 1] ?? 0) && level < 1))
    throw new WeatherglassError(
      'Usage',
      `levels must ascend between 0 and 1, not ${levels.join(', ') || 'be none'}`,
    );
  const known = (await store.variables()).map(({ name }) => name);
  const missing = variables?.find((name) => !known.includes(name));
  if (missing !== undefined)
    throw new WeatherglassError(
      'NotFound',
      `there is no variable ${missing} in ${store.location}; it holds ${known.join(', ') || 'none'}`,
    );
  const trained = Number((await store.note(trainedNote)) ?? Number.NaN);
  if (!(trained <= asOf) && (await store.artefacts({ trainedUntil: asOf })).length === 0)
    throw new WeatherglassError(
      'NotFound',
      'nothing was trained by then; run weatherglass train, or weatherglass predict, first',
    );
}
