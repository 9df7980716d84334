import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../src/store/sqlite-store.ts';
import { formatInstant, msPerHour } from '../src/weather/time.ts';
import { start, weatherglass } from './command-line.ts';
import { type Served, startServe } from './serve-process.ts';
import { writeHandMadeStore } from './serve-store.ts';

/** `weatherglass serve` as processes: start, end, and what survives which death. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-serve-processes-'));
const now = Date.now();
const hour = Math.floor(now / msPerHour) * msPerHour;
const file = 'weatherglass.db';
beforeAll(() => writeHandMadeStore(join(folder, file), now));
afterAll(() => rmSync(folder, { recursive: true }));

const serve = (...args: readonly string[]) => startServe(file, folder, ...args);

/** The k-th observation: each of another minute, none later than three hours ago. */
const observation = (k: number) => ({
  place: 'roof & attic',
  variable: 'temperature_2m',
  valid_time: formatInstant(hour - 3 * msPerHour - k * 60_000),
  value: 5 + (k % 7) / 10,
});

async function push({ url }: Served, k: number): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/observations`, {
    method: 'POST',
    headers,
    body: JSON.stringify(observation(k)),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Reads on a connection of its own: one that is just being made when a process dies must not wait for ever. */
async function readOnce({ url }: Served): Promise<number> {
  const asked = request(`${url}/v1/places`, { agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

/** Values that the store holds for the pushed place, by valid time. */
async function stored(): Promise<ReadonlyMap<string, number>> {
  await using store = await openStore(join(folder, file), { readOnly: true });
  const values = new Map<string, number>();
  for await (const block of store.observations({ places: ['roof & attic'] }))
    block.validTime.forEach((time, row) => values.set(formatInstant(time), block.value[row]));
  return values;
}

/** Processes that another started. */
function childrenOf(pid: number): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
}

/** Whether no one listens any more. (A connection that is made just then may wait for an answer until the end.) */
async function isRefused({ url }: Served): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

/** Asks again until it is so; meanwhile the timeout of the test is heard. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setImmediate();
}

describe('serve', () => {
  it('keeps what was pushed when it is started again', async () => {
    {
      await using served = await serve();
      expect(await push(served, 0)).toBe(201);
      expect((await served.stop()).exitCode).toBe(0);
    }
    await using again = await serve();
    const response = await fetch(`${again.url}/v1/observations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(observation(0)),
    });
    expect(await response.json()).toEqual({ accepted: 1, revisions: 0, unchanged: 1 });
  });

  it('ends within its deadline though clients hold idle connections', async () => {
    const served = await serve();
    const { port } = new URL(served.url);
    const silent = connect(Number(port), '127.0.0.1');
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    const agent = new Agent({ keepAlive: true });
    const idle = request(`${served.url}/livez`, { agent });
    idle.end();
    const [response] = (await once(idle, 'response')) as [NodeJS.ReadableStream];
    response.resume();
    await once(response, 'end');
    const began = performance.now();
    expect((await served.stop()).exitCode).toBe(0);
    await closed;
    expect(performance.now() - began).toBeLessThan(8000);
    agent.destroy();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'answers a request under way after %s, then ends',
    async (signal) => {
      const served = await serve('--workers', '2');
      const k = signal === 'SIGTERM' ? 1 : 2;
      const body = JSON.stringify(observation(k));
      const slow = request(`${served.url}/v1/observations`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          expect: '100-continue',
        },
        agent: new Agent({ keepAlive: true }),
      });
      slow.flushHeaders();
      // The server has seen the request and waits for its body.
      await once(slow, 'continue');
      slow.write(body.slice(0, 10));
      process.kill(served.pid, signal);
      await eventually(() => isRefused(served));
      slow.end(body.slice(10));
      const [response] = (await once(slow, 'response')) as [
        NodeJS.ReadableStream & { statusCode: number; headers: object },
      ];
      expect(response.statusCode).toBe(201);
      expect(response.headers).toMatchObject({ connection: 'close' });
      response.resume();
      expect((await served.finished).exitCode).toBe(0);
      expect((await stored()).get(observation(k).valid_time)).toBe(observation(k).value);
    },
  );

  it.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('ends at once at %s, then %s, though a request hangs', async (first, second) => {
    const served = await serve('--workers', '2');
    const workers = childrenOf(served.pid);
    const stuck = request(`${served.url}/v1/observations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 100, expect: '100-continue' },
    });
    stuck.flushHeaders();
    await once(stuck, 'continue');
    const lost = once(stuck, 'error');
    process.kill(served.pid, first);
    await eventually(() => isRefused(served));
    process.kill(served.pid, second);
    const began = performance.now();
    expect((await served.finished).exitCode).toBe(null);
    // A shell calls that 143 or 130.
    expect(served.endedBy()).toBe(second);
    await lost;
    await eventually(async () => !workers.some(isRunning));
    // Without a second signal the request has ten seconds.
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('takes the SIGINT that npm hands on for the one of the terminal', async () => {
    const { child, finished } = start(['serve', '--store', file, '--port', '0'], {
      cwd: folder,
      env: { npm_lifecycle_event: 'start' },
    });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    await setTimeout(5);
    child.kill('SIGINT');
    expect((await finished).exitCode).toBe(0);
  });

  it('ends at once where its workers have hardly begun to start', async () => {
    const { child, finished } = start(
      ['serve', '--store', file, '--port', '0', '--workers', '2', '--log', 'info'],
      { cwd: folder },
    );
    await eventually(async () => childrenOf(child.pid!).length === 2);
    const began = performance.now();
    child.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await finished;
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    // Nothing had to be broken off.
    expect(stderr).not.toMatch(/"level":[456]0/);
    expect(performance.now() - began).toBeLessThan(8000);
  });

  it('can be looked at though the primary hangs, and says that it does', async () => {
    await using served = await serve();
    const look = async () =>
      (await (await fetch(`${served.url}/runtime`)).json()) as {
        readonly processes: readonly { readonly name: string }[];
        readonly silent: readonly string[];
      };
    process.kill(served.pid, 'SIGSTOP');
    try {
      const { processes, silent } = await look();
      expect(processes.map(({ name }) => name)).toEqual(['worker 1']);
      expect(silent).toEqual(['primary']);
    } finally {
      process.kill(served.pid, 'SIGCONT');
    }
    expect((await look()).silent).toEqual([]);
  });

  it('ends its workers when the primary is killed', async () => {
    const served = await serve('--workers', '2');
    const workers = childrenOf(served.pid);
    expect(workers).toHaveLength(2);
    await served.stop('SIGKILL');
    await eventually(async () => {
      const running = new Set(childrenOf(1));
      return workers.every((pid) => !running.has(pid) && !isRunning(pid));
    });
    // The lock of the store died with it.
    await using again = await serve();
    expect(await push(again, 3)).toBe(201);
  });

  it('loses only requests under way when a worker is killed under load', async () => {
    await using served = await serve('--workers', '2');
    const namesAndPids = async () => {
      const text = await (await fetch(`${served.url}/runtime`)).text();
      const { processes } = JSON.parse(text) as { processes: { name: string; pid: number }[] };
      return new Map(processes.map(({ name, pid }) => [name, pid]));
    };
    const before = await namesAndPids();
    const killed = before.get('worker 2')!;
    expect(childrenOf(served.pid)).toContain(killed);
    const lanes = 32;
    const count = 1500;
    const acknowledged: number[] = [];
    let read = 0;
    const failures = new Array<number>(lanes).fill(0);
    let next = 100;
    let isKilled = false;
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        while (acknowledged.length < count) {
          if (!isKilled && acknowledged.length > count / 3) {
            isKilled = true;
            process.kill(killed, 'SIGKILL');
          }
          try {
            if (lane % 4 === 0) {
              expect(await readOnce(served)).toBe(200);
              read++;
            } else {
              const k = next++;
              const status = await push(served, k);
              if (status !== 201) throw new Error(`push ${k} answered ${status}`);
              acknowledged.push(k);
            }
          } catch (error) {
            // Nothing but the connection may have failed.
            if (!(error instanceof TypeError) && !isReset(error)) throw error;
            failures[lane]++;
          }
        }
      }),
    );
    expect(isKilled).toBe(true);
    expect(read).toBeGreaterThan(0);
    // One request of each lane was under way; its next may have been handed to the dying process.
    expect(Math.max(...failures)).toBeLessThanOrEqual(2);
    const values = await stored();
    for (const k of acknowledged) expect(values.get(observation(k).valid_time)).toBe(observation(k).value);
    // Another process takes the place of the dead, under its name.
    await eventually(async () => (await namesAndPids()).size === 3);
    const after = await namesAndPids();
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect(after.get('worker 1')).toBe(before.get('worker 1'));
    expect(after.get('worker 2')).not.toBe(killed);
  });

  it('loses nothing that was acknowledged when all is killed under load', async () => {
    const served = await serve();
    const acknowledged: number[] = [];
    let next = 5000;
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (;;) {
          const k = next++;
          const status = await push(served, k).catch(() => undefined);
          // A worker that outlives the primary for a moment says that it cannot have it written.
          if (status === undefined || status === 503) return;
          expect(status).toBe(201);
          acknowledged.push(k);
          if (acknowledged.length === 300) void served.stop('SIGKILL');
        }
      }),
    );
    await served.finished;
    expect(acknowledged.length).toBeGreaterThanOrEqual(300);
    const values = await stored();
    for (const k of acknowledged) expect(values.get(observation(k).valid_time)).toBe(observation(k).value);
  });
});

describe('the log', () => {
  it('is JSON, names the process and the request or the turn, and holds nothing of what was sent', async () => {
    const served = await serve('--workers', '2', '--log', 'info');
    expect(await push(served, 9000)).toBe(201);
    await (
      await fetch(`${served.url}/v1/observations?key=${'q'.repeat(20)}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: 'Bearer secret-token',
          cookie: 'secret-cookie=1',
        },
        body: '{"place": "secret-place"',
      })
    ).text();
    expect((await fetch(`${served.url}/nothing`)).status).toBe(404);
    // The first turn began before the service listened.
    await eventually(
      async () => !(await (await fetch(`${served.url}/runtime`)).text()).includes('turn of the loop'),
    );
    const { exitCode, stderr } = await served.stop();
    expect(exitCode).toBe(0);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string | number>);
    for (const line of lines) {
      expect(line).toMatchObject({ level: 30, time: expect.any(Number), pid: expect.any(Number) });
      expect(line.process).toMatch(/^(?:primary|worker [12])$/);
      expect(line).not.toHaveProperty('reqId');
    }
    const answered = lines.filter(({ msg, url }) => msg === 'answered' && url !== '/runtime');
    // Two processes write it: the lines of one are in their order.
    const said = answered.map(({ method, url, status }) => `${method} ${url} ${status}`).sort();
    expect(said).toEqual([
      'GET /nothing 404',
      'POST /v1/observations 201',
      `POST /v1/observations?key=${'q'.repeat(20)} 400`,
    ]);
    for (const { request: id, pid, ms } of answered) {
      expect(id).toMatch(new RegExp(`^${pid}-\\d+$`));
      expect(ms).toBeGreaterThan(0);
    }
    expect(new Set(answered.map(({ request: id }) => id)).size).toBe(3);
    const turned = lines.filter(({ msg }) => msg === 'the loop has turned');
    expect(turned.length).toBeGreaterThanOrEqual(1);
    for (const { run, process: name } of turned) {
      expect(run).toMatch(new RegExp(`^${served.pid}-\\d+$`));
      expect(name).toBe('primary');
    }
    expect(stderr).not.toMatch(/secret|roof|temperature_2m/);
  });
});

describe('refused to start', () => {
  const refusal = async (code: number, reason: RegExp, ...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await weatherglass(['serve', ...args], { cwd: folder });
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/defect of Weatherglass|\n {4}at /);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
  };

  it('on a port that is taken', async () => {
    await writeHandMadeStore(join(folder, 'other.db'), now);
    await using served = await serve();
    const { port } = new URL(served.url);
    await refusal(
      69,
      new RegExp(`port ${port} of 127.0.0.1 is taken.*--port`),
      '--store',
      'other.db',
      '--port',
      port,
    );
  });

  it('on an address of another machine', () =>
    refusal(
      69,
      /192\.0\.2\.1 is not an address of this machine/,
      '--store',
      file,
      '--host',
      '192.0.2.1',
      '--port',
      '0',
    ));

  it('without a store', () => refusal(66, /no store at absent\.db/, '--store', 'absent.db'));

  it('with no workers', () => refusal(64, /setting workers \(flag\) is "0"/, '--workers', '0'));
});

describe('workers', () => {
  it('share one address, which is told once', async () => {
    const served = await serve('--workers', '3', '--json');
    const { url } = JSON.parse(served.url) as { url: string };
    expect(childrenOf(served.pid)).toHaveLength(3);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await served.stop()).stdout).toBe(`{"url":"${url}"}\n`);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
