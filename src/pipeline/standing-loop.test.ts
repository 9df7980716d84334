import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ComputePool } from '../runtime/compute-pool.ts';
import { type ManualClock, manualClock } from '../runtime/manual-clock.ts';
import { currentLabels, runningTasks } from '../runtime/tasks.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { openStandingLoop, type StandingLoop } from './standing-loop.ts';

/** The loop on a real store with nothing in it: its turns have nothing to do, and end by themselves. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-standing-loop-'));
afterAll(() => rmSync(folder, { recursive: true }));

let clock: ManualClock;
let real: Store;
let loop: StandingLoop | undefined;
/** When turns ended, in milliseconds since the loop was opened, with the label of each. */
let turns: number[];
let runs: string[];
let failures: unknown[];
/** What the next turns meet when they begin to read. */
let meet: (() => Promise<void> | void) | undefined;
let stores = 0;

beforeEach(async () => {
  clock = manualClock();
  real = await openStore(join(folder, `${++stores}.db`));
  [turns, runs, failures, meet] = [[], [], [], undefined];
});
afterEach(async () => {
  await loop?.[Symbol.asyncDispose]();
  loop = undefined;
  await real[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
  expect(runningTasks()).toEqual([]);
});

// No variable, no place: no turn has anything for a thread.
const noThreads: ComputePool = {
  threads: 1,
  run: async (_, inputs) => expect(inputs).toEqual([]),
  [Symbol.asyncDispose]: async () => {},
};

function open(): StandingLoop {
  const store: Store = {
    ...real,
    async note(name) {
      await meet?.();
      return real.note(name);
    },
  };
  loop = openStandingLoop(store, noThreads, clock, {
    onTurn() {
      turns.push(clock.monotonic());
      runs.push(currentLabels().run);
    },
    onError: (error) => failures.push(error),
  });
  return loop;
}

/** Lets time pass; a turn writes to a file, so it may need more turns of the event loop than a timer. */
async function pass(ms: number): Promise<void> {
  await clock.advance(ms);
  await expect.poll(() => runningTasks()).toEqual([]);
  await clock.advance(0);
}

describe('a turn is made', () => {
  it('at once, and each has a label of its own', async () => {
    open();
    await pass(0);
    expect(turns).toEqual([0]);
    await pass(600_000);
    expect(runs).toEqual([`${process.pid}-1`, `${process.pid}-2`]);
  });

  it('every ten minutes where nothing happens', async () => {
    open();
    await pass(0);
    await pass(599_999);
    expect(turns).toEqual([0]);
    await pass(1);
    expect(turns).toEqual([0, 600_000]);
    await pass(600_000);
    expect(turns).toEqual([0, 600_000, 1_200_000]);
  });

  it('five seconds after something new, once for all that came meanwhile', async () => {
    const { poke } = open();
    await pass(0);
    await pass(60_000);
    poke();
    await pass(2000);
    poke();
    await pass(2999);
    expect(turns).toEqual([0]);
    await pass(1);
    expect(turns).toEqual([0, 65_000]);
    await pass(599_999);
    expect(turns).toHaveLength(2);
    await pass(1);
    expect(turns).toEqual([0, 65_000, 665_000]);
  });

  it('five seconds after the last where something came within them', async () => {
    const { poke } = open();
    await pass(0);
    await pass(1000);
    poke();
    await pass(3999);
    expect(turns).toEqual([0]);
    await pass(1);
    expect(turns).toEqual([0, 5000]);
  });

  it('again where something came during a turn', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    meet = () => promise;
    const { poke } = open();
    poke();
    meet = undefined;
    resolve();
    await pass(0);
    await pass(4999);
    expect(turns).toEqual([0]);
    await pass(1);
    expect(turns).toEqual([0, 5000]);
    await pass(5000);
    expect(turns).toHaveLength(2);
  });

  it('although the one before has failed', async () => {
    meet = () => {
      throw new Error('the disk is full');
    };
    open();
    await pass(0);
    expect(failures).toMatchObject([{ message: 'the disk is full' }]);
    meet = undefined;
    await pass(600_000);
    expect(turns).toEqual([600_000]);
    expect(failures).toHaveLength(1);
  });
});

describe('disposing ends it', () => {
  it('during a pause', async () => {
    const { poke, [Symbol.asyncDispose]: dispose } = open();
    await pass(0);
    await pass(1000);
    await dispose();
    poke();
    await pass(1_000_000);
    expect({ turns, failures }).toEqual({ turns: [0], failures: [] });
  });

  it('during the long wait', async () => {
    const { [Symbol.asyncDispose]: dispose } = open();
    await pass(0);
    await pass(30_000);
    await dispose();
    expect({ turns, failures }).toEqual({ turns: [0], failures: [] });
  });

  it('during a turn, for whose end it waits, and which it does not report', async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    meet = () => promise;
    const { [Symbol.asyncDispose]: dispose } = open();
    expect(runningTasks().map(({ name }) => name)).toEqual(['turn of the loop']);
    let ended = false;
    const disposed = dispose().then(() => (ended = true));
    await clock.advance(10_000);
    expect(ended).toBe(false);
    reject(new Error('stopped'));
    await disposed;
    expect({ turns, failures }).toEqual({ turns: [], failures: [] });
  });
});
