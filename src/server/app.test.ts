import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, expect, it } from 'vitest';
import { skillReport } from '../pipeline/skill.ts';
import { currentLabels } from '../runtime/tasks.ts';
import { openStore } from '../store/sqlite-store.ts';
import { createApp } from './app.ts';
import type { Serving } from './serving.ts';

/** What only shows while something is wrong inside. The routes themselves are tested over HTTP: test/serve.test.ts. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-app-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function appOn(name: string, draining = false, skill?: Serving['skill']) {
  const store = await openStore(join(folder, name));
  const lines: string[] = [];
  const log = pino(
    { level: 'warn', mixin: () => ({ ...currentLabels() }) },
    { write: (line: string) => void lines.push(line) },
  );
  const app = createApp(
    {
      store,
      clock: Date,
      write: (changes) => store.write(changes),
      skill: skill ?? ((query) => skillReport(store, query)),
      inspect: async () => ({ at: 0, processes: [], silent: [] }),
      draining: () => draining,
    },
    log,
  );
  return { store, app, lines };
}

it('a store without predictions is alive, but not ready', async () => {
  const { store, app, lines } = await appOn('empty.db');
  expect((await app.inject('/livez')).statusCode).toBe(200);
  const { statusCode, body } = await app.inject('/readyz');
  expect(statusCode).toBe(503);
  expect(JSON.parse(body)).toEqual({
    status: 'not ready',
    reasons: [expect.stringMatching(/nothing has been predicted/)],
    newest_run: null,
    newest_prediction: null,
  });
  expect((await app.inject('/')).body).toContain('No place is followed yet');
  expect(lines).toEqual([]);
  await store[Symbol.asyncDispose]();
});

it('a process that drains answers, but is not ready and keeps no connection', async () => {
  const { store, app } = await appOn('draining.db', true);
  const ready = await app.inject('/readyz');
  expect(ready.statusCode).toBe(503);
  expect(JSON.parse(ready.body)).toMatchObject({
    reasons: expect.arrayContaining([expect.stringMatching(/about to end/)]),
  });
  const places = await app.inject('/v1/places');
  expect(places.statusCode).toBe(200);
  expect(places.headers.connection).toBe('close');
  await store[Symbol.asyncDispose]();
});

it('a store that does not answer is logged under the request’s id, and its insides stay here', async () => {
  const { store, app, lines } = await appOn('closed.db');
  await store[Symbol.asyncDispose]();
  const { statusCode, headers, body } = await app.inject('/v1/places');
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(statusCode).toBeGreaterThanOrEqual(500);
  expect(body).not.toMatch(/at .*\.ts|sqlite/);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0])).toMatchObject({
    level: 50,
    request: expect.stringMatching(/^\d+-1$/),
    path: '/v1/places',
  });
  expect(lines[0]).not.toContain('reqId');
  expect((await app.inject('/livez')).statusCode).toBe(200);
  const ready = await app.inject('/readyz');
  expect(ready.statusCode).toBe(503);
  expect(JSON.parse(ready.body)).toMatchObject({
    reasons: [expect.stringMatching(/the store does not answer/)],
  });
});

it('a report is stopped when its client has gone', async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  // One that would never end by itself.
  const { store, app } = await appOn('gone.db', false, (_, signal) => {
    asked.resolve(signal);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const client = new AbortController();
  const reply = fetch(`${url}/v1/skill`, { signal: client.signal });
  const signal = await asked.promise;
  expect(signal.aborted).toBe(false);
  client.abort();
  await expect(reply).rejects.toThrow();
  await expect.poll(() => signal.aborted).toBe(true);
  expect(signal.reason).toMatchObject({ name: 'Cancelled', message: 'the client has gone' });
  await app.close();
  await store[Symbol.asyncDispose]();
});
