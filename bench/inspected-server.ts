import fastify from 'fastify';
import { watchEventLoop } from '../src/runtime/event-loop.ts';
import { cacheReplies } from '../src/server/cache-replies.ts';
import { predictRoute } from '../src/server/predict.ts';
import type { Serving } from '../src/server/serving.ts';
import { watchRequests } from '../src/server/watch-requests.ts';
import { openStore } from '../src/store/sqlite-store.ts';

// A process of the bench `inspection`, watched or not: one reply that is encoded already, as the reply cache gives it, and
// predictions that are made anew.

const [watched, file] = process.argv.slice(2);
const reply = Buffer.alloc(40_000, 'x');
const notAsked = () => Promise.reject(new Error('the bench does not ask for this'));
const serving: Serving = {
  store: await openStore(file, { readOnly: true }),
  clock: Date,
  write: notAsked,
  skill: notAsked,
  inspect: notAsked,
  draining: () => false,
};
const app = fastify({ logger: false });
app.decorateRequest('moment');
if (watched === 'true') {
  watchEventLoop();
  watchRequests(app);
}
app.get('/reply', (_, answer) => answer.type('application/json').send(reply));
app.get('/cpu', () => {
  const { user, system } = process.cpuUsage();
  return String(user + system);
});
void app.register((scope, _, done) => {
  cacheReplies(scope, serving);
  predictRoute(scope, serving);
  done();
});
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
