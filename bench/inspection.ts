import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPool } from '../src/index.ts';
import { type Asked, httpLoad, only } from './http-load.ts';
import { alternate, type Bench, fullEffort, rowsFor } from './measure.ts';
import { teach, writeServedStore } from './simulated-store.ts';

const REPLIES = 5000;
const PREDICTIONS = 200;
const PLACES = 10;

interface Server {
  readonly url: string;
  readonly child: ChildProcess;
}

/** A server in a process of its own, watched or not. */
async function startServer(watched: boolean, file: string): Promise<Server> {
  const child = fork(new URL('./inspected-server.ts', import.meta.url), [String(watched), file]);
  const [url] = (await once(child, 'message')) as [string];
  return { url, child };
}

/** Microseconds of processor time that each of some requests costs the server. */
async function costOf({ url }: Server, requests: number, ask: (k: number) => Asked): Promise<number> {
  const spent = async () => Number(await (await fetch(`${url}/cpu`)).text());
  const before = await spent();
  await httpLoad(url, only(requests, ask), 200);
  return ((await spent()) - before) / requests;
}

/** Never the same twice, so that none is kept. */
let asked = 0;
const newPrediction = (): Asked => ({
  path: `/v1/predict?place=simulated%20${asked % PLACES}&hours=${24 + asked++ / 1e6}`,
});

/**
 * What it costs that a service can be looked into: tasks, counts and sections of every request, and a watched event loop.
 *
 * What it adds to a reply that is kept, the cheapest there is, it adds to a prediction too: too little of one to be seen in
 * the difference of two of them, so that ratio is worked out.
 */
export const inspection: Bench = {
  name: 'inspection',
  about: 'processor time that all that the console shows adds to a request',
  async run(effort) {
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    const file = join(folder, 'served.db');
    {
      await using pool = openPool();
      await writeServedStore(file, PLACES, await teach(folder, pool), true, pool);
    }
    const watched = await startServer(true, file);
    const bare = await startServer(false, file);
    try {
      const reply = (server: Server) => costOf(server, rowsFor(effort, REPLIES), () => ({ path: '/reply' }));
      const made = (server: Server) => costOf(server, rowsFor(effort, PREDICTIONS), newPrediction);
      const costs = await alternate(
        { watched: () => reply(watched), bare: () => reply(bare), prediction: () => made(watched) },
        effort === fullEffort ? 25 : 1,
      );
      const [prediction, bareReply] = [costs.value('prediction'), costs.value('bare')];
      const added = costs.value('watched') - bareReply;
      return {
        figures: {
          predictionRatio: prediction / (prediction - added),
          keptReplyRatio: costs.ratio('watched', 'bare'),
          keptReplyMicroseconds: costs.value('watched'),
        },
        peers: { predictionMicroseconds: prediction, bareReplyMicroseconds: bareReply },
      };
    } finally {
      watched.child.kill();
      bare.child.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
