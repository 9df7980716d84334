import type { FastifyInstance } from 'fastify';
import { exhibit } from '../runtime/inspection.ts';
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

/** Gives requests their moment, answers a GET from the cache where it can, and keeps what the routes answer. */
export function cacheReplies(scope: FastifyInstance, { store, clock }: Serving): void {
  const cache = replyCache({ entries: ENTRIES, bytes: BYTES });
  const exhibited = exhibit('caches', () => [{ name: 'replies', ...cache.look() }]);
  scope.addHook('onClose', (_, done) => {
    exhibited[Symbol.dispose]();
    done();
  });
  const readMoment = momentReader(store, clock);
  scope.addHook('onRequest', async (request, reply) => {
    request.moment = await readMoment();
    if (request.method !== 'GET') return;
    const kept = cache.get(request.raw.url ?? '', request.moment.state);
    if (kept === undefined) return;
    reply.header('content-type', kept.contentType);
    return reply.send(kept.body);
  });
  scope.addHook('onSend', (request, reply, payload, done) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') {
      done(null, payload);
      return;
    }
    const body = Buffer.from(payload);
    const contentType = String(reply.getHeader('content-type'));
    cache.put(request.raw.url ?? '', request.moment.state, { body, contentType });
    done(null, body);
  });
}
