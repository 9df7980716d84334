import { once } from 'node:events';
import { request as ask, type IncomingMessage } from 'node:http';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookAtParts } from '../runtime/inspection.ts';
import { currentLabels, runningTasks } from '../runtime/tasks.ts';
import { watchRequests } from './watch-requests.ts';

/** Requests over a real port: a client that goes away is there only known of. */

let app: FastifyInstance;
let url = '';
let lines: Record<string, unknown>[];
let release: () => void;
let arrived: Promise<void>;

beforeEach(async () => {
  lines = [];
  const log: FastifyBaseLogger = pino(
    { mixin: () => ({ ...currentLabels() }) },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  let ids = 0;
  const { promise: released, resolve } = Promise.withResolvers<void>();
  const arrival = Promise.withResolvers<void>();
  release = resolve;
  arrived = arrival.promise;
  app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    genReqId: () => `r${++ids}`,
  });
  watchRequests(app);
  app.setErrorHandler((_, request, reply) => {
    request.log.error('refused');
    return reply.code(500).send('refused');
  });
  app.get('/things/:thing', () => 'a thing');
  app.get('/throws', () => {
    throw new Error('broken');
  });
  app.post('/echo', async ({ body, log: own }) => {
    own.info('echoing');
    return { body, tasks: runningTasks().map(({ name }) => name), ...currentLabels() };
  });
  app.get('/slow', async () => {
    arrival.resolve();
    await released;
    return 'at last';
  });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
  // That it listens.
  lines.length = 0;
});
afterEach(() => {
  release();
  return app.close();
});

const counted = () =>
  Object.fromEntries(
    lookAtParts().routes.map(({ method, route, status, count }) => [`${method} ${route} ${status}`, count]),
  );

/** The tasks end when the replies have ended on this side too. */
const noTasks = () => expect.poll(() => runningTasks()).toEqual([]);

it('counts by route, not by path, and paths that are no route as one', async () => {
  for (let k = 0; k < 20; k++) {
    expect((await fetch(`${url}/things/${k}?q=${k}`)).status).toBe(200);
    expect((await fetch(`${url}/nothing/${k}`)).status).toBe(404);
  }
  await noTasks();
  expect(counted()).toEqual({ 'GET /things/:thing 200': 20, 'GET no route 404': 20 });
  const [{ count, seconds, withinBounds }] = lookAtParts().routes;
  expect(seconds).toBeGreaterThan(0);
  expect(withinBounds.toSorted((a, b) => a - b)).toEqual(withinBounds);
  expect(withinBounds.at(-1)).toBe(count);
});

it('a route that throws is counted as what it answers, and its task ends', async () => {
  expect((await fetch(`${url}/throws`)).status).toBe(500);
  await noTasks();
  expect(counted()).toEqual({ 'GET /throws 500': 1 });
  expect(lines.map(({ msg, request }) => [msg, request])).toEqual([
    ['refused', 'r1'],
    ['answered', 'r1'],
  ]);
});

it('a task has the name of its route, and its labels reach a handler with a body', async () => {
  const headers = { 'content-type': 'application/json' };
  // Two writes: the body comes later than the headers, in another turn of the event loop.
  const request = ask(`${url}/echo`, { method: 'POST', headers: { ...headers, 'content-length': 7 } });
  request.flushHeaders();
  await new Promise((resolve) => setImmediate(resolve));
  request.end('{"a":1}');
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response) text += String(part);
  expect(JSON.parse(text)).toEqual({ body: { a: 1 }, tasks: ['POST /echo'], request: 'r1' });
  await noTasks();
  expect(lines.map(({ msg, request: id }) => [msg, id])).toEqual([
    ['echoing', 'r1'],
    ['answered', 'r1'],
  ]);
});

it('a client that goes away leaves no task, and is counted once, as 499', async () => {
  const request = ask(`${url}/slow`);
  request.on('error', () => {});
  request.end();
  await arrived;
  expect(runningTasks().map(({ name }) => name)).toEqual(['GET /slow']);
  request.destroy();
  await noTasks();
  release();
  // Another request, by whose end the handler of the first has come to its own.
  await (await fetch(`${url}/things/1`)).text();
  await noTasks();
  expect(counted()).toEqual({ 'GET /slow 499': 1, 'GET /things/:thing 200': 1 });
  expect(lines[0]).toMatchObject({ msg: 'answered', status: 499, request: 'r1', url: '/slow' });
});

it('a client that goes away within its body leaves no task', async () => {
  const headers = { 'content-type': 'application/json', 'content-length': 100, expect: '100-continue' };
  const request = ask(`${url}/echo`, { method: 'POST', headers });
  request.on('error', () => {});
  request.flushHeaders();
  await once(request, 'continue');
  await expect.poll(() => runningTasks()).toHaveLength(1);
  request.destroy();
  await noTasks();
  expect(Object.values(counted())).toEqual([1]);
});

it('shows nothing once it is closed', async () => {
  await (await fetch(`${url}/things/1`)).text();
  await app.close();
  expect(lookAtParts().routes).toEqual([]);
});
