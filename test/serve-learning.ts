import { presentOf } from '../src/pipeline/present.ts';
import { openStandingLoop, type StandingLoop } from '../src/pipeline/standing-loop.ts';
import { train } from '../src/pipeline/train.ts';
import { openComputePool } from '../src/runtime/compute-pool.ts';
import { serveStore } from '../src/server/serve.ts';
import type { Store } from '../src/store/store.ts';

/**
 * A service whose learning begins when a test says so, by its first push: `serve-learning.ts <store> loop` turns the
 * loop, `serve-learning.ts <store> fit` fits all experts again and again for ten seconds. Its threads are mortal.
 */

const [store, what] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await using pool = openComputePool(new URL('mortal-jobs.ts', import.meta.url), { threads: 2, heapMb: 256 });

/** Prints how many fits there were and how many milliseconds they took. */
async function fit(open: Store): Promise<void> {
  const began = performance.now();
  let fits = 0;
  for (; performance.now() - began < 10_000; fits++)
    await train(open, { asOf: await presentOf(open), signal: stop.signal }, pool);
  process.stdout.write(`${JSON.stringify({ fits, ms: performance.now() - began })}\n`);
}

await serveStore({
  store,
  host: '127.0.0.1',
  port: 0,
  workers: 2,
  log: 'info',
  threads: 2,
  signal: stop.signal,
  onListening: (url) => process.stdout.write(`${url}\n`),
  openLoop(open, clock, events) {
    let loop: StandingLoop | undefined;
    let fitting: Promise<void> | undefined;
    return {
      poke() {
        if (what === 'fit') fitting ??= fit(open);
        else loop ??= openStandingLoop(open, pool, clock, events);
      },
      async [Symbol.asyncDispose]() {
        await loop?.[Symbol.asyncDispose]();
        await fitting?.catch(() => {});
      },
    };
  },
});
