import { isWeatherglassError, type WeatherglassError } from '../errors.ts';
import { plusChanges } from '../forecast/physics.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { Control } from '../models/model.ts';
import type { Layout, Run, Store } from '../store/store.ts';
import { openBatchKernel } from './batch-kernel.ts';
import { type BatchKnowledge, type KnowledgeQuery, readKnowledge } from './batch-knowledge.ts';
import { type BatchPlan, planBatch } from './batch-plan.ts';
import { summaryMembers } from './summary-members.ts';
import { threadStore } from './thread-store.ts';

/** Some places to predict for at once. */
export interface BatchChunk extends KnowledgeQuery {
  readonly store: string;
  /** The same for all chunks of a batch: threads read once what the experts have learned. */
  readonly batchId: string;
  readonly places: readonly string[];
  /** Room for the quantiles, given back with them; a new one is made where it is too small. */
  readonly room: Float32Array<ArrayBuffer>;
}

/** Rows of quantiles that places have in common. */
export interface BatchRows {
  readonly variables: readonly {
    readonly name: string;
    readonly unit: string;
    readonly validTimes: Float64Array;
    readonly runTimes: Float64Array;
  }[];
  readonly rows: number;
}

export interface PredictedPlace {
  /** Index into the chunk's places. */
  readonly place: number;
  /** Index into the chunk's layouts of rows. */
  readonly rows: number;
  /** Where its first quantile is. */
  readonly at: number;
}

export interface BatchFailure {
  readonly place: number;
  readonly error: WeatherglassError['name'];
  readonly message: string;
}

export interface BatchChunkResult {
  readonly predicted: readonly PredictedPlace[];
  readonly rows: readonly BatchRows[];
  readonly failures: readonly BatchFailure[];
  /** Rows x levels for each predicted place; NaN where no expert answers. */
  readonly quantiles: Float32Array<ArrayBuffer>;
  /** How many quantiles of how many values each rule of physics moved. */
  readonly moved: PhysicsChanges;
}

/** Predicts for some places from their newest runs. */
export async function runBatchChunk(chunk: BatchChunk, control: Control): Promise<BatchChunkResult> {
  const store = await threadStore(chunk.store);
  const { known, plans } = await threadBatch(store, chunk, control);
  const kernel = openBatchKernel(chunk.levels.length);
  const predicted: PredictedPlace[] = [];
  const failures: BatchFailure[] = [];
  const used = new Map<BatchPlan, number>();
  let quantiles = chunk.room;
  let end = 0;
  let moved: PhysicsChanges = {};

  /** Why a place has no prediction; nothing if it has one. */
  async function predictOne(place: number, name: string): Promise<string | undefined> {
    const runs: (Run | undefined)[] = [];
    for (const source of known.sources) {
      const run = await store.latestRun(name, source, chunk.asOf);
      runs.push(run !== undefined && known.summarised ? summaryMembers(run) : run);
    }
    if (runs.every((run) => run === undefined)) return `no forecast for ${name} is known`;
    const plan = plans.planOf(runs);
    const size = plan.rows * chunk.levels.length;
    if (end + size > quantiles.length) quantiles = enlarged(quantiles, end + size);
    // As they are kept: a forecast in single precision is as good as its decimals.
    const numbers = runs.map((run) => run?.values.stored);
    moved = plusChanges(moved, kernel.predict(plan, numbers, name, quantiles, end));
    if (isSilent(quantiles, end, end + size))
      return `no expert answers for ${name}: its newest forecasts are over, or empty, or of leads or variables never learned`;
    let rows = used.get(plan);
    if (rows === undefined) used.set(plan, (rows = used.size));
    predicted.push({ place, rows, at: end });
    end += size;
    return undefined;
  }

  for (const [place, name] of chunk.places.entries()) {
    control.checkpoint(place, chunk.places.length);
    try {
      const message = await predictOne(place, name);
      if (message !== undefined) failures.push({ place, error: 'NotFound', message });
    } catch (error) {
      // What cannot be read, or predicted from, of one place is no reason to leave out the others.
      if (!isWeatherglassError(error)) throw error;
      failures.push({ place, error: error.name, message: `${name}: ${error.message}` });
    }
  }
  return { predicted, rows: [...used.keys()].map(rowsOf), failures, quantiles, moved };
}

function isSilent(quantiles: Float32Array, from: number, until: number): boolean {
  for (let k = from; k < until; k++) if (!Number.isNaN(quantiles[k])) return false;
  return true;
}

function enlarged(room: Float32Array<ArrayBuffer>, needed: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(needed, 2 * room.length));
  larger.set(room);
  return larger;
}

function rowsOf({ variables, rows }: BatchPlan): BatchRows {
  return {
    rows,
    variables: variables.map(({ variable, validTimes, runTimes }) => ({
      name: variable.name,
      unit: variable.unit,
      validTimes,
      runTimes,
    })),
  };
}

/** What a thread knows of a batch. */
interface ThreadBatch {
  readonly known: BatchKnowledge;
  readonly plans: Plans;
}

/** Batches that take turns in a thread. With more at once, each would read again and again what was learned. */
const MOST_BATCHES = 4;
const batches = new Map<string, Promise<ThreadBatch>>();

function threadBatch(store: Store, chunk: BatchChunk, control: Control): Promise<ThreadBatch> {
  const { batchId } = chunk;
  let batch = batches.get(batchId);
  if (batch === undefined) {
    batch = readBatch(store, chunk, control);
    batch.catch(() => batches.delete(batchId));
  }
  // What was used last is forgotten last.
  batches.delete(batchId);
  batches.set(batchId, batch);
  if (batches.size > MOST_BATCHES) batches.delete(batches.keys().next().value!);
  return batch;
}

/** What a batch knows beside the runs of its places, with its plans. */
export async function readBatch(
  store: Store,
  query: KnowledgeQuery,
  control?: Control,
): Promise<ThreadBatch> {
  const known = await readKnowledge(store, query, control);
  return { known, plans: openPlans(known) };
}

/** Plans that a thread keeps: more places than these have runs that look alike in all but rare cases. */
const MOST_PLANS = 64;

/** Plans, each worked out once for all places whose runs were issued alike. */
interface Plans {
  readonly planOf: (runs: readonly (Run | undefined)[]) => BatchPlan;
}

function openPlans(known: BatchKnowledge): Plans {
  const plans = new Map<string, BatchPlan>();
  // Runs of one layout mostly share the object; those that came in parts have one each.
  const numbers = new WeakMap<Layout, number>();
  const numbersByText = new Map<string, number>();
  let last = 0;
  const numberOf = (layout: Layout) => {
    let number = numbers.get(layout);
    if (number === undefined) {
      const text = JSON.stringify(layout);
      number = numbersByText.get(text) ?? ++last;
      if (numbersByText.size === MOST_PLANS) numbersByText.clear();
      numbersByText.set(text, number);
      numbers.set(layout, number);
    }
    return number;
  };
  return {
    planOf(runs) {
      let key = '';
      for (const run of runs) key += run === undefined ? '-,' : `${numberOf(run.layout)} ${run.issuedAt},`;
      let plan = plans.get(key);
      if (plan === undefined) {
        if (plans.size === MOST_PLANS) plans.delete(plans.keys().next().value!);
        plans.set(key, (plan = planBatch(runs, known)));
      }
      return plan;
    },
  };
}
