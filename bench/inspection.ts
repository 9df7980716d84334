import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { httpLoad, only } from './http-load.ts';
import { alternate, type Bench, fullEffort, rowsFor } from './measure.ts';

const REQUESTS = 5000;

/** A server of the same reply, watched or not, in a process of its own. */
async function startServer(
  watched: boolean,
): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = fork(new URL('./inspected-server.ts', import.meta.url), [String(watched)]);
  const [url] = (await once(child, 'message')) as [string];
  return { url, child };
}

/** Microseconds of processor time that a request costs the server. */
async function costOf(url: string, requests: number): Promise<number> {
  const spent = async () => Number(await (await fetch(`${url}/cpu`)).text());
  const before = await spent();
  await httpLoad(
    url,
    only(requests, () => ({ path: '/reply' })),
    200,
  );
  return ((await spent()) - before) / requests;
}

/** What it costs that a service can be looked into: tasks, counts and sections of every request, and a watched event loop. */
export const inspection: Bench = {
  name: 'inspection',
  about: 'processor time of a request of 40 KB with and without all that the console shows',
  async run(effort) {
    const requests = rowsFor(effort, REQUESTS);
    const watched = await startServer(true);
    const bare = await startServer(false);
    try {
      const costs = await alternate(
        { watched: () => costOf(watched.url, requests), bare: () => costOf(bare.url, requests) },
        effort === fullEffort ? 25 : 1,
      );
      return {
        figures: {
          overheadRatio: costs.ratio('watched', 'bare'),
          requestMicroseconds: costs.value('watched'),
        },
        peers: { bareRequestMicroseconds: costs.value('bare') },
      };
    } finally {
      watched.child.kill();
      bare.child.kill();
    }
  },
};
