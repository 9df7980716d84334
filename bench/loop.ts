import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMixer, recalibration } from '../src/forecast/aggregate.ts';
import { type ComputePool, openPool } from '../src/index.ts';
import { issue } from '../src/pipeline/issue.ts';
import { issuedLevels } from '../src/pipeline/issue-chunk.ts';
import { readMixing } from '../src/pipeline/mixing.ts';
import { train } from '../src/pipeline/train.ts';
import { verify } from '../src/pipeline/verify.ts';
import { packValues } from '../src/store/run-values.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Changes, Run, Store, StoredArtefact } from '../src/store/store.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';
import { type Bench, fullEffort } from './measure.ts';
import { gaussian } from './simulated.ts';

/** What is asked for at each place, each with its own law. */
const variables = [
  'temperature_2m',
  'dew_point_2m',
  'relative_humidity_2m',
  'pressure_msl',
  'wind_speed_10m',
  'wind_gusts_10m',
  'precipitation',
  'cloud_cover',
].map((name) => findVariable(name));
const LEADS = 48;
/** Earlier issues that each place has: their errors are the recent ones. */
const EARLIER = 3;
/** Places and issues that the experts learn from; training is not timed. */
const TAUGHT = 40;
const LESSONS = 16;
const start = Date.UTC(2024, 0, 1);
const layout = {
  columns: ['model_a', 'model_b', 'model_c', 'model_d'],
  series: variables.map(({ name }) => ({
    variable: name,
    leads: Array.from({ length: LEADS }, (_, k) => k + 1),
  })),
};

/** A simulated value within the variable's bounds, to a tenth. */
function within(k: number, value: number): number {
  const { lower, upper } = variables[k];
  return Math.round(10 * Math.min(upper, Math.max(lower, value))) / 10;
}

const centres = [10, 5, 70, 1013, 4, 8, 0.3, 50];
const spreads = [6, 5, 15, 8, 2, 4, 1, 30];

function placeNames(count: number): string[] {
  return Array.from({ length: count }, (_, k) => `simulated ${k}`);
}

/** Simulated runs of one issue, and what then happened at their valid times. */
function simulatedIssue(day: number, names: readonly string[], draw: () => number): Changes {
  const issuedAt = start + day * msPerDay;
  const steps = variables.length * LEADS;
  const rows = names.length * steps;
  const value = new Float64Array(rows);
  const runs = names.map((place, p): Run => {
    const values = new Float64Array(steps * layout.columns.length);
    for (let step = 0; step < steps; step++) {
      const k = Math.floor(step / LEADS);
      const truth = centres[k] + spreads[k] * draw();
      value[p * steps + step] = within(k, truth + 0.3 * spreads[k] * draw());
      for (let c = 0; c < layout.columns.length; c++)
        values[step * layout.columns.length + c] = within(k, truth + 0.2 * spreads[k] * draw());
    }
    return { place, source: 'simulated', issuedAt, knownAt: issuedAt, layout, values: packValues(values) };
  });
  const column = (of: (step: number, p: number) => number) =>
    Array.from({ length: rows }, (_, row) => of(row % steps, Math.floor(row / steps)));
  const validTime = Float64Array.from(column((step) => issuedAt + ((step % LEADS) + 1) * msPerHour));
  return {
    runs,
    observations: {
      rows,
      places: names,
      variables: variables.map(({ name }) => name),
      origins: ['simulated'],
      place: Int32Array.from(column((_, p) => p)),
      variable: Int32Array.from(column((step) => Math.floor(step / LEADS))),
      origin: new Int32Array(rows),
      validTime,
      knownAt: validTime,
      value,
      flag: new Array<string>(rows).fill(''),
    },
  };
}

async function addPlaces(store: Store, names: readonly string[]): Promise<void> {
  await store.write({
    variables,
    places: names.map((name) => ({ name, latitude: 47, longitude: 8, elevation: 500, zone: 'UTC' })),
  });
}

/** What the experts learned from a few places; every size of the bench is answered by the same. */
async function teach(folder: string, pool: ComputePool): Promise<readonly StoredArtefact[]> {
  await using store = await openStore(join(folder, 'taught.db'));
  const draw = gaussian('bench/loop');
  const names = placeNames(TAUGHT);
  await addPlaces(store, names);
  for (let lesson = 0; lesson < LESSONS; lesson += 2) await store.write(simulatedIssue(lesson, names, draw));
  await train(store, { asOf: start + (LESSONS + 2) * msPerDay }, pool);
  return await store.artefacts();
}

/** Seconds to answer one run for every place, and to score it once all outcomes are known. */
async function turn(folder: string, count: number, taught: readonly StoredArtefact[], pool: ComputePool) {
  const file = join(folder, `${count}.db`);
  const names = placeNames(count);
  const draw = gaussian(`bench/loop ${count}`);
  const day = LESSONS + 4;
  const asOf = start + day * msPerDay;
  try {
    await using store = await openStore(file);
    await addPlaces(store, names);
    await store.write({ artefacts: taught });
    // Issues two days apart: what they say of the outcomes does not overlap.
    for (let from = 0; from < count; from += 100) {
      const some = names.slice(from, from + 100);
      for (let k = EARLIER; k >= 0; k--) await store.write(simulatedIssue(day - 2 * k, some, draw));
    }
    const started = performance.now();
    const mixing = await readMixing(store, asOf);
    const { values } = await issue(
      store,
      { after: asOf - msPerHour, until: asOf, trainedUntil: asOf, mixing },
      pool,
    );
    const predicted = performance.now();
    const { targets } = await verify(store, { asOf: asOf + 3 * msPerDay }, pool);
    const verified = performance.now();
    if (values !== count * variables.length * LEADS || targets !== values)
      throw new Error(`${values} values were predicted and ${targets} scored for ${count} places`);
    return { predict: (predicted - started) / 1000, verify: (verified - predicted) / 1000 };
  } finally {
    for (const ending of ['', '-wal', '-shm', '-writer']) rmSync(`${file}${ending}`, { force: true });
  }
}

/** Seconds in which one thread mixes as many simulated targets in memory: the least that predicting can take. */
function mixAlone(count: number): number {
  const levels = Float64Array.from(issuedLevels);
  const experts = 6;
  const mixer = openMixer(levels, experts);
  const draw = gaussian('bench/loop mix');
  const quantiles = new Float64Array(experts * levels.length);
  for (let i = 0; i < experts; i++)
    quantiles.set(levels.map((level) => 10 + 0.3 * draw() + 2 * level).sort(), i * levels.length);
  const weights = new Float64Array(experts).fill(1 / experts);
  const map = recalibration([], 0);
  const [pool, aggregate] = [new Float64Array(levels.length), new Float64Array(levels.length)];
  const started = performance.now();
  for (let target = 0; target < count * variables.length * LEADS; target++)
    mixer.mix(quantiles, 0, weights, -Infinity, Infinity, map, pool, aggregate);
  return (performance.now() - started) / 1000;
}

/**
 * One turn of the loop, from stored runs to stored predictions of all experts and their mixture, and from stored
 * outcomes to stored scores.
 *
 * The growth is the time a place takes among 10,000 by what it takes among 100: 1 where the work is linear.
 */
export const loop: Bench = {
  name: 'loop',
  about: 'seconds to predict and to verify 8 variables x 48 h at 100, 1,000 and 10,000 places',
  async run(effort) {
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    const sizes = effort === fullEffort ? [100, 1000, 10_000] : [1, 2, 4];
    try {
      await using pool = openPool();
      const taught = await teach(folder, pool);
      // The first turn compiles what all use.
      await turn(folder, sizes[0], taught, pool);
      const turns: Awaited<ReturnType<typeof turn>>[] = [];
      for (const size of sizes) turns.push(await turn(folder, size, taught, pool));
      const growth = (what: 'predict' | 'verify') => turns[2][what] / sizes[2] / (turns[0][what] / sizes[0]);
      return {
        figures: Object.fromEntries([
          ...sizes.flatMap((size, k) => [
            [`predictSeconds${size}`, turns[k].predict],
            [`verifySeconds${size}`, turns[k].verify],
          ]),
          ['predictGrowth', growth('predict')],
          ['verifyGrowth', growth('verify')],
        ]),
        peers: { mixSeconds100: mixAlone(sizes[0]) },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
