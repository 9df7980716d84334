import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMixer } from '../src/forecast/mixer.ts';
import { recalibration } from '../src/forecast/recalibration.ts';
import { type ComputePool, openPool } from '../src/index.ts';
import { issue } from '../src/pipeline/issue.ts';
import { issuedLevels } from '../src/pipeline/issue-chunk.ts';
import { readMixing } from '../src/pipeline/mixing.ts';
import { verify } from '../src/pipeline/verify.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { StoredArtefact } from '../src/store/store.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { eventLoopUnderLoad } from './event-loop-under-load.ts';
import { type Bench, fullEffort } from './measure.ts';
import { gaussian } from './simulated.ts';
import { addPlaces, addRuns, LEADS, placeNames, present, teach, variables } from './simulated-store.ts';

/** Seconds to answer one run for every place, and to score it once all outcomes are known. */
async function turn(folder: string, count: number, taught: readonly StoredArtefact[], pool: ComputePool) {
  const file = join(folder, `${count}.db`);
  const names = placeNames(count);
  const asOf = present;
  try {
    await using store = await openStore(file);
    await addPlaces(store, names);
    await store.write({ artefacts: taught });
    await addRuns(store, names);
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
 * How late the event loops of a service are while its pool is saturated and requests are answered; and one turn of the
 * learning loop, from stored runs to stored predictions of all experts and their mixture, and from stored
 * outcomes to stored scores.
 *
 * The growth is the time a place takes among 10,000 by what it takes among 100: 1 where the work is linear.
 */
export const loop: Bench = {
  name: 'loop',
  about:
    'the learning loop at 100, 1,000 and 10,000 places, and the event loops of a service while it learns',
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
      const delays = await eventLoopUnderLoad(folder, effort === fullEffort ? 1000 : 4, taught);
      return {
        figures: Object.fromEntries([
          ...Object.entries(delays),
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
