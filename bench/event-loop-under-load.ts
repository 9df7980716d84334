import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPool } from '../src/index.ts';
import type { Snapshot } from '../src/runtime/inspection.ts';
import { camelCased } from '../src/server/key-case.ts';
import type { StoredArtefact } from '../src/store/store.ts';
import { startServe } from '../test/serve-process.ts';
import { httpLoad } from './http-load.ts';
import { writeServedStore } from './simulated-store.ts';

/** Connections that ask while the service learns: enough to keep the worker busy, on the same two cores. */
const CONNECTIONS = 8;
/** Milliseconds after which it is over at the latest. */
const LONGEST = 45_000;
/** Milliseconds without a job after which the service has learned: between two stages there are fewer. */
const STAGE = 2000;

/** Milliseconds between two looks at the service: they are work for its event loops too. */
const PAUSE = 100;

/** What there is to see of a running service. */
export async function snapshotOf(url: string): Promise<Snapshot> {
  return camelCased(await (await fetch(`${url}/runtime`)).json()) as Snapshot;
}

/** Threads of all pools of the service. */
function threadsOf({ processes }: Snapshot) {
  return processes.flatMap(({ pools }) => pools.flatMap(({ threads }) => threads));
}

/**
 * How late the event loops of a service are, in milliseconds, while its pool fits every expert anew and clients ask for
 * predictions as fast as they are answered.
 */
export async function eventLoopUnderLoad(
  folder: string,
  places: number,
  taught: readonly StoredArtefact[],
): Promise<Record<string, number>> {
  const file = join(folder, 'served.db');
  {
    await using pool = openPool();
    await writeServedStore(file, places, taught, false, pool);
  }
  await using served = await startServe(file, folder);
  let last: Snapshot | undefined;
  let busiest = 0;
  let done = false;
  const began = performance.now();
  let worked = Infinity;
  const watch = async () => {
    for (; !done; await sleep(PAUSE)) {
      const snapshot = await snapshotOf(served.url);
      const threads = threadsOf(snapshot);
      // Now, or since the last look: a small store is learned from between two of them.
      const working = threads.some(({ job, busy }) => job !== null || busy > 0);
      // Figures are of the last minute at most: the latest picture in which the pool was at work tells of it alone.
      const now = performance.now();
      if (working) {
        last = snapshot;
        worked = now;
      }
      busiest = Math.max(busiest, ...threads.map(({ busy }) => busy));
      done = now - worked > STAGE || now - began > LONGEST;
    }
  };
  const [, load] = await Promise.all([
    watch(),
    httpLoad(
      served.url,
      (k) => (done ? undefined : { path: `/v1/predict?place=simulated%20${k % places}&hours=24` }),
      200,
      CONNECTIONS,
    ),
  ]);
  if (last === undefined) throw new Error('the service was not seen to learn');
  const delays = last.processes.map(({ eventLoop }) => eventLoop);
  return {
    eventLoopDelayP99Ms: Math.max(...delays.map(({ p99Ms }) => p99Ms)),
    eventLoopDelayMaxMs: Math.max(...delays.map(({ maxMs }) => maxMs)),
    poolBusy: busiest,
    predictionsPerSecondMeanwhile: load.perSecond,
  };
}
