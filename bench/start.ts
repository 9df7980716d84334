import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openPool } from '../src/index.ts';
import type { Snapshot } from '../src/runtime/inspection.ts';
import { formatInstant, msPerHour } from '../src/weather/time.ts';
import { startServe } from '../test/serve-process.ts';
import { snapshotOf } from './event-loop-under-load.ts';
import { httpLoad } from './http-load.ts';
import { type Bench, fullEffort, median, rowsFor } from './measure.ts';
import { present, teach, writeServedStore } from './simulated-store.ts';

const program = fileURLToPath(new URL('../bin/weatherglass.js', import.meta.url));
const READS = 2000;
const PUSHES = 2000;

/** Milliseconds of a whole process. */
function processMs(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - started;
}

/** Resident memory of the largest process, MB. */
function residentMb({ processes }: Snapshot): number {
  return Math.max(...processes.map(({ memory }) => memory.rssBytes)) / 1e6;
}

/** How soon commands and the service start, and what memory the service's processes take, at rest and under load. */
export const start: Bench = {
  name: 'start',
  about: 'time to --version and to a service of 1,000 places; its memory at rest and under load',
  async run(effort) {
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    const rounds = effort === fullEffort ? 15 : 1;
    const places = rowsFor(effort, 1000);
    try {
      const version: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const own = processMs([program, '--version']);
        const peer = processMs(['-e', '0']);
        // The first start compiles what later ones find compiled.
        if (round === 0) continue;
        version.push(own);
        bare.push(peer);
      }
      const file = join(folder, 'served.db');
      {
        await using pool = openPool();
        await writeServedStore(file, places, await teach(folder, pool), true, pool);
      }
      const ready: number[] = [];
      for (let round = 0; round < Math.min(rounds, 5); round++) {
        const started = performance.now();
        await using served = await startServe(file, folder);
        const answer = await fetch(`${served.url}/livez`);
        if (!answer.ok) throw new Error(`/livez answered ${answer.status}`);
        ready.push(performance.now() - started);
      }
      await using served = await startServe(file, folder);
      const idle =
        effort === fullEffort ? await restingMb(served.url) : residentMb(await snapshotOf(served.url));
      let loaded = idle;
      const look = async () => {
        loaded = Math.max(loaded, residentMb(await snapshotOf(served.url)));
      };
      const [reads, pushes] = [rowsFor(effort, READS), rowsFor(effort, PUSHES)];
      await httpLoad(
        served.url,
        (k) => {
          if (k % 200 === 0) void look();
          return k < reads ? { path: `/v1/predict?place=simulated%20${k % places}&hours=24` } : undefined;
        },
        200,
      );
      await look();
      await httpLoad(served.url, (k) => (k < pushes ? pushed(k, places) : undefined), 201);
      await look();
      return {
        figures: {
          versionMs: median(version),
          readyMs: median(ready),
          idleMb: idle,
          underLoadMb: loaded,
        },
        peers: { nodeMs: median(bare) },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Memory once the first turn of the loop is over and its threads rest. */
async function restingMb(url: string): Promise<number> {
  for (let turned = false; ; await sleep(200)) {
    const snapshot = await snapshotOf(url);
    const [{ pools }] = snapshot.processes;
    if (turned && pools.length === 0) {
      // What threads leave behind is given back some seconds later.
      await sleep(20_000);
      return residentMb(await snapshotOf(url));
    }
    turned ||= pools.length > 0;
  }
}

/** An observation of one of the places, of a time just past. */
function pushed(k: number, places: number) {
  return {
    path: '/v1/observations',
    body: JSON.stringify({
      place: `simulated ${k % places}`,
      variable: 'temperature_2m',
      valid_time: formatInstant(present - msPerHour - 1000 * Math.floor(k / places)),
      value: 10,
    }),
  };
}
