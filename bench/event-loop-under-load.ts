import { join } from 'node:path';
import { openPool } from '../src/index.ts';
import type { Snapshot } from '../src/runtime/inspection.ts';
import { camelCased } from '../src/server/key-case.ts';
import type { StoredArtefact } from '../src/store/store.ts';
import { startServe } from '../test/serve-process.ts';
import { httpLoad } from './http-load.ts';
import { writeServedStore } from './simulated-store.ts';

/** Connections that ask while the service learns: enough to keep the worker busy, on the same two cores. */
const CONNECTIONS = 8;

/** What there is to see of a running service. */
export async function snapshotOf(url: string): Promise<Snapshot> {
  return camelCased(await (await fetch(`${url}/runtime`)).json()) as Snapshot;
}

/** Whether a thread of the service has something to do. */
function isWorking({ processes }: Snapshot): boolean {
  return processes.some(({ pools }) => pools.some(({ threads }) => threads.some(({ job }) => job !== null)));
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
  let last = await snapshotOf(served.url);
  let looked = performance.now();
  let done = false;
  let seen = false;
  const watch = async () => {
    while (!done) {
      const snapshot = await snapshotOf(served.url);
      const working = isWorking(snapshot);
      // Figures are of the last minute at most: the latest picture in which the pool was at work tells of it alone.
      if (working || !seen) last = snapshot;
      seen ||= working;
      done = (seen && !working) || performance.now() - looked > 45_000;
    }
  };
  looked = performance.now();
  const [, load] = await Promise.all([
    watch(),
    httpLoad(
      served.url,
      (k) => (done ? undefined : { path: `/v1/predict?place=simulated%20${k % places}&hours=24` }),
      200,
      CONNECTIONS,
    ),
  ]);
  const worst = (of: (view: Snapshot['processes'][number]) => number) => Math.max(...last.processes.map(of));
  return {
    eventLoopDelayP99Ms: worst(({ eventLoop }) => eventLoop.p99Ms),
    eventLoopDelayP50Ms: worst(({ eventLoop }) => eventLoop.p50Ms),
    eventLoopDelayMaxMs: worst(({ eventLoop }) => eventLoop.maxMs),
    poolBusy: worst(({ pools }) =>
      Math.max(0, ...pools.flatMap(({ threads }) => threads.map(({ busy }) => busy))),
    ),
    predictionsPerSecondMeanwhile: load.perSecond,
  };
}
