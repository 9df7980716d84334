import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../src/scores/random.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Store } from '../src/store/store.ts';
import { contentsOf, follow, type PlainPlace, placesOf, quietTime, runsIn } from './collecting.ts';
import { plainEnvironment, weatherglass } from './command-line.ts';
import { temporaryFolder } from './loop-tables.ts';
import {
  type SimulatedProviderProcess,
  startSimulatedProviderProcess,
} from './simulated-provider-process.ts';

/**
 * `kill -9` at random moments of collecting: the store opens at once, holds nothing by halves, and who collects next
 * completes it.
 */

const KILLS = 50;
/** Kills of one store, before it is completed. */
const MOST_OF_ONE = 10;

const folder = temporaryFolder('collect-kill');
const now = quietTime(Date.now());
const program = fileURLToPath(new URL('./collect-process.ts', import.meta.url));
/** A quarter of them in the United States, where three sources answer. */
const places = placesOf(
  Array.from({ length: 40 }, (_, k): PlainPlace => {
    const east = k % 4 === 0 ? -100 - k / 2 : 5 + k / 2;
    return [`Place ${k}`, 42.3 + (k % 7), east, 20 * k];
  }),
);

interface Place {
  readonly file: string;
  readonly cache: string;
}

let stores = 0;
async function newStore(): Promise<Place> {
  const own = join(folder, String(stores++));
  mkdirSync(own);
  const file = join(own, 'weatherglass.db');
  await using store = await openStore(file);
  await follow(store, places.slice(0, 39));
  await follow(store, places.slice(39), { truth: 'reanalysis', pastDays: 1 });
  return { file, cache: own };
}

interface Ended {
  readonly killed: boolean;
  readonly exitCode: number | null;
  /** From when it began to collect. */
  readonly milliseconds: number;
  readonly output: string;
}

/** Collects in a process of its own, which is killed so many milliseconds after it has begun; Infinity lets it end. */
async function collectUntil(moment: number, { file, cache }: Place, url: string): Promise<Ended> {
  const child = spawn(process.execPath, [program, file, cache, url, String(now)], {
    // As the command line does: else most of the time would go into compiling.
    env: { ...plainEnvironment, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let began = Number.NaN;
  let timer: NodeJS.Timeout | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (!Number.isNaN(began)) return;
    began = performance.now();
    if (moment < Infinity) timer = setTimeout(() => child.kill('SIGKILL'), moment);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.on('error', reject).on('close', resolve);
  const exitCode = await promise;
  clearTimeout(timer);
  return {
    killed: child.signalCode === 'SIGKILL',
    exitCode,
    milliseconds: performance.now() - began,
    output,
  };
}

async function observationsIn(store: Store): Promise<ReadonlySet<string>> {
  const found: string[] = [];
  for await (const block of store.observations())
    block.validTime.forEach((time, row) =>
      found.push(
        [block.places[block.place[row]], block.variables[block.variable[row]], time, block.value[row]].join(),
      ),
    );
  // Were one there twice, there would be fewer.
  expect(new Set(found).size).toBe(found.length);
  return new Set(found);
}

async function contentOf(file: string) {
  await using store = await openStore(file, { waitForWriter: 0 });
  expect(await store.check()).toEqual([]);
  const runs = await runsIn(store);
  const contents = contentsOf(runs);
  expect(contents.size, 'a run is there twice').toBe(runs.length);
  return { runs: contents, observations: await observationsIn(store) };
}

describe('kill -9 while collecting', () => {
  let providers: SimulatedProviderProcess;
  let whole: Awaited<ReturnType<typeof contentOf>>;
  let milliseconds: number;

  beforeAll(async () => {
    providers = await startSimulatedProviderProcess({ seed: 'kill', start: now, speed: 0 });
    const undisturbed = await newStore();
    const ended = await collectUntil(Infinity, undisturbed, providers.url);
    expect(ended).toMatchObject({ exitCode: 0, output: 'begins\n' });
    milliseconds = ended.milliseconds;
    whole = await contentOf(undisturbed.file);
    // What the simulation counts as served is there, and nothing else.
    const calls = (await providers.calls())['open-meteo'];
    const served = [...calls.served.keys()].filter((key) => key.includes('|gfs_global|')).length;
    expect([...whole.runs.keys()].filter((name) => name.startsWith('open-meteo/gfs_global'))).toHaveLength(
      served + pastRunsOfOne,
    );
    return () => providers[Symbol.asyncDispose]();
  }, 30_000);
  /** Issues that previous runs tell of for a day: each of its hours, one to seven days before. */
  const pastRunsOfOne = 24 * 7;

  it(`${KILLS} times: only whole runs are there, and the next one completes what is missing`, {
    timeout: 60_000,
  }, async () => {
    const random = seededRandom('kills of collect');
    const states = new Set<number>();
    let kills = 0;
    let midway = 0;

    async function lane(): Promise<void> {
      while (kills < KILLS) {
        const place = await newStore();
        let before = 0;
        for (let mine = 0; mine < MOST_OF_ONE && kills < KILLS; mine++) {
          const { killed } = await collectUntil(random() * 0.6 * milliseconds, place, providers.url);
          if (!killed) break;
          kills++;
          const { runs, observations } = await contentOf(place.file);
          for (const [name, said] of runs)
            if (whole.runs.get(name) !== said) expect.fail(`${name} is not what was served`);
          expect(observations.isSubsetOf(whole.observations)).toBe(true);
          // What was there stays there.
          expect(runs.size).toBeGreaterThanOrEqual(before);
          before = runs.size;
          states.add(runs.size);
          if (runs.size > 0 && runs.size < whole.runs.size) midway++;
        }
        const ended = await collectUntil(Infinity, place, providers.url);
        expect(ended).toMatchObject({ exitCode: 0, output: 'begins\n' });
        const completed = await contentOf(place.file);
        expect(completed.runs).toEqual(whole.runs);
        expect(completed.observations).toEqual(whole.observations);
      }
    }
    await Promise.all([lane(), lane()]);
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    expect(midway, 'kills in the middle').toBeGreaterThan(KILLS / 4);
    expect(states.size).toBeGreaterThan(5);
  });

  it('leaves a store that `check` calls well', async () => {
    const place = await newStore();
    await collectUntil(milliseconds / 3, place, providers.url);
    const { exitCode, stdout } = await weatherglass(['check', '--store', place.file], { cwd: folder });
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining('all is well') as string,
    });
  });
});
