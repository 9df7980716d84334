import fastify from 'fastify';
import { watchEventLoop } from '../src/runtime/event-loop.ts';
import { watchRequests } from '../src/server/watch-requests.ts';

// A process of the bench `inspection`: one reply, already encoded, as the reply cache gives it.

const reply = Buffer.alloc(40_000, 'x');
const app = fastify({ logger: false });
if (process.argv[2] === 'true') {
  watchEventLoop();
  watchRequests(app);
}
app.get('/reply', (_, answer) => answer.type('application/json').send(reply));
app.get('/cpu', () => {
  const { user, system } = process.cpuUsage();
  return String(user + system);
});
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
