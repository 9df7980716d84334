import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../runtime/clock.ts';
import { lookAtParts } from '../runtime/inspection.ts';
import { defaultRetry } from '../runtime/retry.ts';
import { type Client, type ClientOptions, openClient } from './client.ts';
import type { Provider, Question } from './source.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A provider on loopback that answers as it is told, one answer after the other and then the last again. */
interface Simulated {
  readonly url: string;
  readonly requests: IncomingMessage[];
  /** The most requests that were under way at once. */
  readonly most: () => number;
  answers: Answer[];
}

const provider: Provider = {
  name: 'simulated',
  title: 'Simulated',
  home: 'http://localhost',
  licence: 'none',
  attribution: 'simulated',
  limits: [],
  concurrency: 8,
  wantsContact: false,
};
const quick = { ...defaultRetry, pauseMs: 1, longestPauseMs: 5 };

const json =
  (body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const text =
  (body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

let folder: string;
let simulated: Simulated;
let stop: () => Promise<void>;
const opened: Client[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weatherglass-client-'));
  let underWay = 0;
  let most = 0;
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    most = Math.max(most, ++underWay);
    response.on('close', () => underWay--);
    const answer = simulated.answers.length > 1 ? simulated.answers.shift()! : simulated.answers[0];
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  simulated = { url, requests, most: () => most, answers: [json({ fine: true })] };
  stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
});

afterEach(async () => {
  for (const client of opened.splice(0)) await client[Symbol.asyncDispose]();
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

function open(options: Partial<ClientOptions> = {}): Client {
  const client = openClient({
    clock: systemClock,
    random: () => 0.5,
    folder,
    version: '1.2.3',
    contact: 'me@example.org',
    atOnce: 16,
    retry: quick,
    ...options,
  });
  opened.push(client);
  return client;
}

function question(path = '/data', more: Partial<Question> = {}): Question {
  return { provider, url: simulated.url + path, about: 'Garden', ...more };
}

describe('a question', () => {
  test('says who asks', async () => {
    expect(await open().ask(question())).toMatchObject({ status: 200, body: { fine: true } });
    expect(simulated.requests[0].headers).toMatchObject({
      'user-agent': 'weatherglass/1.2.3 (me@example.org)',
      accept: 'application/json',
    });
  });

  test('carries the key to the provider, and nowhere else', async () => {
    const keyed: Provider = { ...provider, key: { parameter: 'apikey', value: 's3cret &' } };
    const elsewhere = simulated.url.replace('127.0.0.1', 'localhost');
    simulated.answers = [
      json({ kept: true }, { 'cache-control': 'max-age=600' }),
      text('', 302, { location: `${elsewhere}/moved` }),
      json({ moved: true }, { 'cache-control': 'max-age=600' }),
    ];
    const client = open();
    for (let k = 0; k < 2; k++)
      expect(await client.ask(question('/?a=1', { provider: keyed }))).toMatchObject({
        body: { kept: true },
      });
    expect(await client.ask(question('/b', { provider: keyed }))).toMatchObject({ body: { moved: true } });
    expect(simulated.requests.map(({ url }) => url)).toEqual([
      '/?a=1&apikey=s3cret%20%26',
      '/b?apikey=s3cret%20%26',
      '/moved',
    ]);
    const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    expect(kept.some((file) => file.includes('/?a=1'))).toBe(true);
    expect(kept.some((file) => file.includes('s3cret'))).toBe(false);
  });

  test('is put to nobody who has said that he does not want us, for an hour', async () => {
    simulated.answers = [text('Forbidden', 403), json('let in')];
    const client = open();
    await expect(client.ask(question('/1'))).rejects.toMatchObject({ name: 'Usage' });
    for (let k = 2; k < 50; k++)
      await expect(client.ask(question(`/${k}`))).rejects.toMatchObject({
        name: 'Busy',
        message: expect.stringMatching(/^simulated is not asked before .*: it has refused us$/) as string,
      });
    expect(simulated.requests).toHaveLength(1);
    // Whoever has put the settings right begins anew.
    expect(await open().ask(question('/1'))).toMatchObject({ body: 'let in' });
  });

  test.each([
    { 'cache-control': 'public, max-age=60' },
    { expires: new Date(Date.now() + 600_000).toUTCString() },
  ])('is asked again although a refusal says how long it lasts: %j', async (headers) => {
    simulated.answers = [text('{}', 503, headers), json('back')];
    expect(await open().ask(question('/busy'))).toMatchObject({ body: 'back' });
    simulated.answers = [
      text('', 302, { location: '/there' }),
      text('', 500, headers),
      text('', 302, { location: '/there' }),
      json('there'),
    ];
    expect(await open().ask(question('/here'))).toMatchObject({ body: 'there' });
  });

  test('goes to no provider that wants to know who asks, as long as nobody has said', async () => {
    const shy = { ...provider, wantsContact: true };
    await expect(open({ contact: '' }).ask(question('/', { provider: shy }))).rejects.toMatchObject({
      name: 'Usage',
      message: expect.stringContaining('set contact') as string,
    });
    expect(simulated.requests).toHaveLength(0);
  });

  test('is tried again after what may pass: trouble of the server, a page, half a body, nothing', async () => {
    simulated.answers = [
      text('{"error":true}', 503),
      text('<html><title>Welcome to the hotel</title></html>', 200, { 'content-type': 'text/html' }),
      json([1, null]),
    ];
    const client = open();
    expect((await client.ask(question())).body).toEqual([1, null]);
    simulated.answers = [text('{"hourly":{"time":["2024'), text(''), json('whole')];
    expect((await client.ask(question())).body).toBe('whole');
    expect(simulated.requests).toHaveLength(6);
  });

  test('is tried again after a connection that breaks in the middle of a body', async () => {
    simulated.answers = [
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"a":', () => response.destroy());
      },
      json('whole'),
    ];
    expect((await open().ask(question())).body).toBe('whole');
  });

  test('waits as long as Retry-After asks', async () => {
    simulated.answers = [text('', 429, { 'retry-after': '1' }), json('later')];
    const started = performance.now();
    expect((await open().ask(question())).body).toBe('later');
    expect(performance.now() - started).toBeGreaterThan(1000);
  });

  test('unpacks what is packed', async () => {
    simulated.answers = [
      (request, response) => {
        expect(request.headers['accept-encoding']).toContain('gzip');
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"packed":true}'));
      },
    ];
    expect((await open().ask(question())).body).toEqual({ packed: true });
  });

  test('has no body where the provider has nothing', async () => {
    simulated.answers = [(_, response) => response.writeHead(204).end()];
    expect(await open().ask(question())).toMatchObject({ status: 204, body: undefined });
  });

  test('follows where the provider points', async () => {
    simulated.answers = [
      (_, response) => response.writeHead(301, { location: '/moved' }).end(),
      json('here'),
    ];
    expect((await open().ask(question('/points'))).body).toBe('here');
    expect(simulated.requests[1].url).toBe('/moved');
  });

  test('ends with its caller, and with the client', async () => {
    const arrived = Promise.withResolvers<void>();
    simulated.answers = [() => arrived.resolve()];
    const client = open();
    const stopped = new AbortController();
    const one = client.ask(question('/one', { signal: stopped.signal }));
    const failed = expect(one).rejects.toMatchObject({ name: 'Cancelled' });
    await arrived.promise;
    stopped.abort();
    await failed;
    const other = client.ask(question('/other'));
    const failedToo = expect(other).rejects.toMatchObject({ name: 'Cancelled' });
    await client[Symbol.asyncDispose]();
    opened.splice(0);
    await failedToo;
  });
});

describe('a refusal', () => {
  test.each([
    [404, '{"detail":"no grid"}', 'NotFound', /404, .*no grid/],
    [400, '<html><title>400 Bad Request</title><body>lat</body></html>', 'InvalidData', /"400 Bad Request"/],
    [422, 'outside', 'InvalidData', /422, outside/],
    [403, '', 'Usage', /403. It refuses us: check the setting contact/],
  ])('%i is for good', async (status, body, name, message) => {
    simulated.answers = [text(body, status)];
    await expect(open().ask(question())).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message) as string,
    });
    expect(simulated.requests).toHaveLength(1);
  });

  test('names the provider, the place and the address without its query', async () => {
    simulated.answers = [text('wrong', 400)];
    const { host } = new URL(simulated.url);
    await expect(open().ask(question('/v1/forecast?apikey=hush'))).rejects.toMatchObject({
      message: `simulated, Garden (${host}/v1/forecast): 400, wrong`,
    });
  });

  test('is read in the words of the provider', async () => {
    const wordy: Provider = {
      ...provider,
      refusal: (_, body) => ({ reason: (body as { reason: string }).reason }),
    };
    simulated.answers = [json({ error: true, reason: 'Latitude must be in range' }, {}, 400)];
    await expect(open().ask(question('/', { provider: wordy }))).rejects.toThrow(
      '400, Latitude must be in range',
    );
  });

  test('does not tell secrets, whoever repeats them', async () => {
    simulated.answers = [text('no such key: s3cret', 400)];
    const client = open({ secrets: ['s3cret', ''] });
    const error: unknown = await client.ask(question('/?apikey=s3cret')).catch((one: unknown) => one);
    expect(String((error as Error).stack)).not.toContain('s3cret');
    expect(String(error)).toContain('no such key: …');
    expect(JSON.stringify(lookAtParts())).not.toContain('s3cret');
  });

  test('that goes on is given up, and then the provider is left alone', async () => {
    simulated.answers = [text('', 500)];
    const client = open();
    const ask = () => client.ask(question()).catch((error: Error) => error.message);
    expect(await ask()).toMatch(/^simulated failed 3 times in .*: 500$/);
    for (let k = 0; k < 4; k++) await ask();
    expect(simulated.requests).toHaveLength(15);
    expect(await ask()).toMatch(/left alone; next try in 30/);
    expect(simulated.requests).toHaveLength(15);
    expect(lookAtParts().breakers).toMatchObject([{ name: 'simulated', state: 'open', failures: 5 }]);
    expect(lookAtParts().sources).toMatchObject([{ name: 'simulated', requests: 6, failures: 6 }]);
  });

  test.each([
    ['{"a": nan}', /nan where a number or null belongs/],
    ['{"a": [1, -inf]}', /-inf where/],
    ['{"text": "nan: [nan", "a":', /ends in its middle, after \d+ characters/],
    ['{"a" 1}', /not JSON/],
    ['not covered by satellite', /text instead of data: "not covered by satellite"/],
  ])('a body of %s is not taken for data', async (body, message) => {
    simulated.answers = [text(body)];
    await expect(open().ask(question())).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('what was answered before', () => {
  test('is not asked again before it expires, not even by the next process', async () => {
    simulated.answers = [json({ n: 1 }, { expires: new Date(Date.now() + 60_000).toUTCString() })];
    const first = open();
    await first.ask(question());
    await first[Symbol.asyncDispose]();
    opened.splice(0);
    const { body, receivedAt } = await open().ask(question());
    expect(body).toEqual({ n: 1 });
    expect(Math.abs(receivedAt - Date.now())).toBeLessThan(5000);
    expect(simulated.requests).toHaveLength(1);
  });

  test.each([
    ['last-modified', 'if-modified-since', new Date(Date.UTC(2024, 0, 1)).toUTCString()],
    ['etag', 'if-none-match', '"abc"'],
  ])('is confirmed by its %s', async (validator, condition, value) => {
    simulated.answers = [
      json({ n: 1 }, { [validator]: value, 'cache-control': 'max-age=0' }),
      (request, response) => {
        expect(request.headers[condition]).toBe(value);
        response.writeHead(304).end();
      },
    ];
    const client = open();
    await client.ask(question());
    expect((await client.ask(question())).body).toEqual({ n: 1 });
    expect(simulated.requests).toHaveLength(2);
  });
});

describe('limits', () => {
  const limited: Provider = { ...provider, limits: [{ calls: 4, seconds: 0.3 }], concurrency: 2 };

  test('are shared by all who use the folder, in calls and at once', async () => {
    const times: number[] = [];
    simulated.answers = [
      (_, response) => {
        times.push(performance.now());
        setImmediate(() => response.end('{}'));
      },
    ];
    const clients = [open(), open()];
    await Promise.all(
      Array.from({ length: 12 }, (_, k) => clients[k % 2].ask(question(`/${k}`, { provider: limited }))),
    );
    expect(times).toHaveLength(12);
    // A request reaches the server a little after it was counted, the one later than the other.
    for (let k = 4; k < 12; k++) expect(times[k] - times[k - 4]).toBeGreaterThan(250);
    expect(simulated.most()).toBeLessThanOrEqual(2);
  });

  test('count what a question costs, and are shown', async () => {
    const daily: Provider = { ...provider, limits: [{ calls: 10, seconds: 86_400 }] };
    const client = open();
    await client.ask(question('/', { provider: daily, calls: 7.5 }));
    await client.ask(question('/', { provider: daily, calls: 0 }));
    expect(lookAtParts().budgets).toMatchObject([{ name: 'simulated 86400 s', used: 7.5, limit: 10 }]);
    await expect(client.ask(question('/2', { provider: daily, calls: 3 }))).rejects.toMatchObject({
      name: 'Busy',
      message: expect.stringMatching(
        /^simulated is not asked before 20.*: its limit of 10 calls in 1 d$/,
      ) as string,
    });
    expect(simulated.requests).toHaveLength(2);
  });

  test.each([429, 503])('rest for all as long as the provider asks with %d', async (status) => {
    simulated.answers = [text('', status, { 'retry-after': '600' }), json('open again')];
    await expect(open().ask(question())).rejects.toThrow(/must be left alone until/);
    await expect(open().ask(question())).rejects.toThrow(/is not asked before .*: its wish to be left alone/);
    expect(simulated.requests).toHaveLength(1);
  });
});
