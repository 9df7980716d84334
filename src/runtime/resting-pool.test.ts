import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openComputePool } from './compute-pool.ts';
import { lookAtParts } from './inspection.ts';
import { manualClock } from './manual-clock.ts';
import { restingPool } from './resting-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-resting-'));
afterAll(() => rmSync(folder, { recursive: true }));
const jobs = join(folder, 'jobs.mjs');
writeFileSync(
  jobs,
  `
import { poolJob } from ${JSON.stringify(new URL('./pool-job.ts', import.meta.url).href)};
export const double = poolJob(({ value }) => 2 * value);
export const endless = poolJob((_, control) => {
  for (;;) control.checkpoint(0, 0);
});
`,
);

const clock = manualClock();
const open = () => restingPool(() => openComputePool(pathToFileURL(jobs), { threads: 1 }), 1, 10_000, clock);
const awake = () => lookAtParts().pools.length;
/** Ends of threads take longer than a turn of the event loop. */
const asleep = () => expect.poll(awake).toBe(0);

async function double(pool: ReturnType<typeof open>, value: number): Promise<number> {
  let doubled = Number.NaN;
  await pool.run<object, number>('double', [{ value }], (output) => {
    doubled = output;
  });
  return doubled;
}

test('threads start with the first run, rest when there has been none for long, and start again', async () => {
  await using pool = open();
  expect(awake()).toBe(0);
  expect(await double(pool, 1)).toBe(2);
  expect(awake()).toBe(1);
  await clock.advance(9999);
  expect(awake()).toBe(1);
  // Another run: the wait begins anew.
  expect(await double(pool, 2)).toBe(4);
  await clock.advance(9999);
  expect(awake()).toBe(1);
  await clock.advance(1);
  await asleep();
  expect(await double(pool, 3)).toBe(6);
  expect(awake()).toBe(1);
});

test('what the threads have left behind is given back some seconds later', async () => {
  await using pool = open();
  await double(pool, 1);
  await clock.advance(10_000);
  await asleep();
  // Garbage of this thread, in place of theirs.
  let left: object | undefined = { of: 'a thread' };
  const held = new WeakRef(left);
  left = undefined;
  await clock.advance(9999);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  await expect.poll(() => held.deref()).toBe(undefined);
  expect(clock.pending).toBe(0);
});

test('a run under way keeps them up, however long; disposing stops it and leaves no timer', async () => {
  const pool = open();
  await double(pool, 1);
  const endless = pool.run('endless', [{}], () => {});
  await clock.advance(60_000);
  expect(awake()).toBe(1);
  // A shorter one beside it does not send them to rest.
  const beside = pool.run('double', [{ value: 1 }], () => {}, { signal: AbortSignal.abort() });
  await expect(beside).rejects.toMatchObject({ name: 'Cancelled' });
  await clock.advance(60_000);
  expect(awake()).toBe(1);
  const stopped = expect(endless).rejects.toMatchObject({ name: 'Cancelled' });
  await pool[Symbol.asyncDispose]();
  await stopped;
  await asleep();
  expect(clock.pending).toBe(0);
  await expect(double(pool, 1)).rejects.toMatchObject({ name: 'Cancelled' });
});

test('that rests is disposed at once', async () => {
  const pool = open();
  await double(pool, 1);
  await clock.advance(10_000);
  await pool[Symbol.asyncDispose]();
  expect(awake()).toBe(0);
  expect(clock.pending).toBe(0);
});
