import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPool } from '../src/index.ts';
import { step } from '../src/pipeline/loop.ts';
import { demoNote, demoTimeNote } from '../src/pipeline/present.ts';
import type { Snapshot } from '../src/runtime/inspection.ts';
import { camelCased } from '../src/server/key-case.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { formatInstant, msPerDay } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';
import { plainEnvironment } from './command-line.ts';
import {
  dumpOf,
  firstDay,
  importRows,
  pairsTable,
  problemsIn,
  simulatedHistory,
  temporaryFolder,
} from './loop-tables.ts';

/** A service that learns while it answers: what a thread's death costs, and that no answer waits for a fit. */

const folder = temporaryFolder('serve-learning');
const DAYS = 120;
const present = firstDay + DAYS * msPerDay;
const untaught = join(folder, 'untaught.db');

beforeAll(async () => {
  await using store = await openStore(untaught);
  const rows = simulatedHistory({
    days: DAYS,
    places: 8,
    variables: ['temperature_2m', 'wind_speed_10m'],
    leads: [24, 48, 96],
  });
  await importRows(store, join(folder, 'pairs.csv'), pairsTable(rows));
  await store.write({
    notes: { [demoNote]: 'simulated', [demoTimeNote]: String(present) },
    variables: [findVariable('pressure_msl')],
    places: [{ name: 'elsewhere', latitude: 1, longitude: 2, elevation: 3, zone: 'UTC' }],
  });
});

/** Starts test/serve-learning.ts. */
async function serveLearning(name: string, what: 'loop' | 'fit') {
  const file = join(folder, `${name}.db`);
  const kill = join(folder, `${name}.kill`);
  copyFileSync(untaught, file);
  const script = fileURLToPath(new URL('serve-learning.ts', import.meta.url));
  const child = spawn(process.execPath, [script, file, what], {
    env: { ...plainEnvironment, WG_TEST_KILL: kill } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close');
  while (!stdout.includes('\n')) {
    const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
    if (first === undefined) throw new Error(`the service ended: ${stderr}`);
  }
  const [url] = stdout.split('\n');
  let pushes = 0;
  return {
    url,
    file,
    kill,
    printed: () => stdout.split('\n').slice(1, -1),
    logged: () =>
      stderr
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    /** The valid time of the next observation, once it is acknowledged. It has nothing to do with what is learned. */
    async push(): Promise<string> {
      const valid_time = formatInstant(present - msPerDay - ++pushes * 60_000);
      const response = await fetch(`${url}/v1/observations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ place: 'elsewhere', variable: 'pressure_msl', valid_time, value: 1013 }),
      });
      expect(response.status, await response.text()).toBe(201);
      return valid_time;
    },
    snapshot: async () => camelCased(await (await fetch(`${url}/runtime`)).json()) as Snapshot,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    },
  };
}

it('a pool thread that is killed under load costs nothing: every answer comes, and all is learned', {
  // The threads of a pool wait for all others on a machine that is busy.
  timeout: 150_000,
}, async () => {
  const acknowledged: string[] = [];
  let file = '';
  {
    await using served = await serveLearning('killed', 'loop');
    ({ file } = served);
    acknowledged.push(await served.push());
    const pool = async () => (await served.snapshot()).processes[0].pools[0];
    const eventually = (isSo: () => Promise<boolean> | boolean) =>
      expect.poll(isSo, { timeout: 60_000, interval: 5 }).toBe(true);
    let died = false;
    const load = Promise.all(
      Array.from({ length: 4 }, async (_, lane) => {
        while (!died) {
          if (lane < 2) acknowledged.push(await served.push());
          else {
            const response = await fetch(`${served.url}/v1/places`);
            expect(response.status, await response.text()).toBe(200);
          }
        }
      }),
    );
    const death = async () => {
      try {
        await eventually(async () => (await pool()).threads.some(({ job }) => job !== null));
        writeFileSync(served.kill, '');
        await eventually(async () => (await pool()).replaced > 0);
      } finally {
        died = true;
      }
    };
    await Promise.all([load, death()]);
    await eventually(() => served.logged().some(({ msg }) => msg === 'the loop has turned'));
    const { replaced, retried, failed, threads } = await pool();
    expect({ replaced, retried, failed, threads: threads.length }).toEqual({
      replaced: 1,
      retried: 1,
      failed: 0,
      threads: 2,
    });
    // No turn failed, nothing else was out of order, and the turn's line has its label.
    const logged = served.logged();
    expect(logged.filter(({ level }) => Number(level) > 30)).toEqual([]);
    expect(logged.find(({ msg }) => msg === 'the loop has turned')).toMatchObject({
      process: 'primary',
      run: expect.stringMatching(/^\d+-1$/),
      trained: true,
    });
  }
  await using store = await openStore(file, { readOnly: true });
  expect(await problemsIn(store)).toEqual([]);
  const { observations, artefacts, predictions, scores } = await dumpOf(store);
  const kept = observations.filter((text) => text.startsWith('elsewhere,')).map((text) => text.split(',')[3]);
  expect(kept.sort()).toEqual(acknowledged.sort());
  // What a loop learns that no one disturbs.
  await using pool = openPool(2);
  await using quiet = await openStore(untaught);
  await step(quiet, { asOf: present }, pool);
  const expected = await dumpOf(quiet);
  expect(expected.predictions.length).toBeGreaterThan(0);
  expect(expected.artefacts.length).toBeGreaterThan(0);
  expect(predictions).toEqual(expected.predictions);
  expect(scores).toEqual(expected.scores);
  const learned = (all: readonly string[]) => all.filter((text) => !text.includes('pressure_msl'));
  expect(learned(artefacts)).toEqual(learned(expected.artefacts));
});

describe('a fit of ten seconds', () => {
  /** What an answer may take. */
  const LIMIT = 50;

  /** Milliseconds of each answer of `/livez` on one connection, asked for again and again until it is over. */
  async function lives(url: string, isOver: () => boolean): Promise<readonly number[]> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const took: number[] = [];
    while (!isOver()) {
      const began = performance.now();
      await new Promise<void>((resolve, reject) => {
        get(`${url}/livez`, { agent }, (response) => {
          response.resume().on('end', resolve).on('error', reject);
        }).on('error', reject);
      });
      took.push(performance.now() - began);
    }
    agent.destroy();
    return took;
  }

  /**
   * The share of the time at which a question would have waited for longer than the limit. A share of the answers would
   * hide a long wait: whoever waits for the answer asks no other meanwhile.
   */
  const slowShare = (took: readonly number[]) =>
    took.reduce((sum, ms) => sum + Math.max(0, ms - LIMIT), 0) / took.reduce((sum, ms) => sum + ms, 0);
  const quantile = (took: readonly number[], level: number) =>
    took.toSorted((a, b) => a - b)[Math.floor(level * (took.length - 1))];

  it('does not delay /livez beyond 50 ms', async () => {
    await using served = await serveLearning('fit', 'fit');
    // Other programs delay answers too, on a machine that has fewer processors than it needs: so much without a fit.
    const over = performance.now() + 2000;
    const before = await lives(served.url, () => performance.now() > over);
    await served.push();
    const during = await lives(served.url, () => served.printed().length > 0);
    const { fits, ms } = JSON.parse(served.printed()[0]) as { fits: number; ms: number };
    expect(ms).toBeGreaterThanOrEqual(10_000);
    const { processes } = await served.snapshot();
    // Both threads were at it all the while: this is the first look.
    const busy = processes[0].pools[0].threads.map((thread) => thread.busy);
    const told = `${fits} fits in ${ms} ms, threads busy ${busy.join(' and ')}; ${during.length} answers, median ${quantile(during, 0.5)} ms, 99% ${quantile(during, 0.99)} ms, worst ${Math.max(...during)} ms, slow ${slowShare(during)}; before: ${before.length}, median ${quantile(before, 0.5)} ms, worst ${Math.max(...before)} ms, slow ${slowShare(before)}`;
    expect(Math.min(...busy), told).toBeGreaterThan(0.5);
    expect(quantile(during, 0.99), told).toBeLessThan(LIMIT);
    // None on a machine of our own; all of it where a fit holds the event loop. Programs that come and go may take some.
    expect(slowShare(during), told).toBeLessThan(0.1 + slowShare(before));
    // Nor did it hold the event loop of the process that learns.
    const [{ eventLoop }] = processes;
    expect(eventLoop.p99Ms, JSON.stringify(eventLoop)).toBeLessThan(LIMIT);
    expect(eventLoop.busy, JSON.stringify(eventLoop)).toBeLessThan(0.5);
  });
});
