import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { exhibit } from '../runtime/inspection.ts';
import { openSemaphore } from '../runtime/semaphore.ts';
import { type Moment, momentReader } from './moment.ts';
import { replyCache } from './reply-cache.ts';
import type { Serving } from './serving.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request is answered; set before any route that {@link cacheReplies} is for. */
    moment: Moment;
  }
}

const ENTRIES = 2000;
const BYTES = 33_554_432;

/**
 * Gives requests their moment, answers a GET from the cache where it can, and keeps what the routes answer.
 *
 * Replies are made one after the other, each within two turns of the event loop: those that are asked for together do not
 * add up to one long turn, in which nothing else would be heard.
 */
export function cacheReplies(scope: FastifyInstance, { store, clock }: Serving): void {
  const cache = replyCache({ entries: ENTRIES, bytes: BYTES });
  const making = openSemaphore('new replies', 1);
  const exhibited = exhibit('caches', () => [{ name: 'replies', ...cache.look() }]);
  scope.addHook('onClose', (_, done) => {
    exhibited[Symbol.dispose]();
    making[Symbol.dispose]();
    done();
  });
  const readMoment = momentReader(store, clock);
  scope.addHook('onRequest', async (request, reply) => {
    request.moment = await readMoment();
    if (request.method !== 'GET') return;
    const kept = cache.get(request.raw.url ?? '', request.moment.state);
    if (kept === undefined) {
      void twoTurns(await making.acquire());
      return;
    }
    reply.header('content-type', kept.contentType);
    return reply.send(kept.body);
  });
  scope.addHook('onSend', ({ method, raw, moment }, reply, payload, done) => {
    const url = raw.url ?? '';
    const isFresh = method === 'GET' && reply.statusCode === 200 && typeof payload === 'string';
    if (!isFresh || !cache.wants(url, moment.state)) {
      done(null, payload);
      return;
    }
    const body = Buffer.from(payload);
    cache.put(url, moment.state, { body, contentType: String(reply.getHeader('content-type')) });
    done(null, body);
  });
}

/** Holds a slot for two turns of the event loop: a reply that takes longer, as it waits for others, holds up no one. */
async function twoTurns(slot: Disposable): Promise<void> {
  using _slot = slot;
  await setImmediate();
  await setImmediate();
}
