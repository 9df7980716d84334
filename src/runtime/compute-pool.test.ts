import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type ErrorName, WeatherglassError } from '../errors.ts';
import { type ComputePool, openComputePool } from './compute-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A worker module as a user of the pool would write one. `gate` and `seen` are shared between the threads. */
const workerFile = join(folder, 'jobs.mjs');
writeFileSync(
  workerFile,
  `
import { threadId } from 'node:worker_threads';

export const double = ({ value }) => ({ ok: 2 * value });

export const thread = () => ({ ok: threadId });

export const nothing = () => ({ ok: undefined });

/** Answers when its gate is open, then opens the next one. */
export function passing({ gate, at, opens }) {
  while (Atomics.load(gate, at) === 0) Atomics.wait(gate, at, 0);
  if (opens >= 0) {
    Atomics.store(gate, opens, 1);
    Atomics.notify(gate, opens);
  }
  return { ok: at };
}

/** Runs until it is stopped, and says so. */
export function endless({ cancelled, seen }) {
  Atomics.add(seen, 0, 1);
  Atomics.notify(seen, 0);
  while (Atomics.load(cancelled, 0) === 0);
  Atomics.add(seen, 1, 1);
  return { error: { name: 'Cancelled', message: 'stopped on request' } };
}

/** Input 0 fails as soon as another input runs; that one runs until it is stopped. */
export function failing(input) {
  if (input.index > 0) return endless(input);
  while (Atomics.load(input.seen, 0) === 0) Atomics.wait(input.seen, 0, 0);
  return { error: { name: input.name, message: 'too little of it', stack: 'the stack of it' } };
}

export function throwing() {
  throw new RangeError('out of range');
}

export function dying() {
  process.exit(3);
}
`,
);

const open = (threads?: number) => openComputePool(pathToFileURL(workerFile), threads);
const shared = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));

/** All results of a job, with what went wrong. */
async function collect(
  pool: ComputePool,
  job: string,
  inputs: readonly object[],
  options: Parameters<ComputePool['run']>[3] = {},
) {
  const results: unknown[] = [];
  let error: unknown;
  try {
    await pool.run<object, unknown>(
      job,
      inputs,
      (output, index) => void results.push([index, output]),
      options,
    );
  } catch (caught) {
    error = caught;
  }
  return { results, error };
}

describe('jobs', () => {
  test('answer in the order of their inputs, whatever their number', async () => {
    await using pool = open(2);
    for (const count of [0, 1, 2, 3, 50]) {
      const inputs = Array.from({ length: count }, (_, value) => ({ value }));
      const { results, error } = await collect(pool, 'double', inputs);
      expect(error).toBeUndefined();
      expect(results).toEqual(inputs.map(({ value }) => [value, 2 * value]));
    }
  });

  test('run in as many threads as asked for, none of them this one', async () => {
    await using pool = open(3);
    expect(pool.threads).toBe(3);
    // The first three wait for each other in a ring that only three threads at once can open.
    const gate = shared(4);
    const ring = [
      { gate, at: 1, opens: 2 },
      { gate, at: 2, opens: 3 },
      { gate, at: 0, opens: 1 },
    ];
    Atomics.store(gate, 0, 1);
    expect((await collect(pool, 'passing', ring)).results).toEqual([
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
    const { results } = await collect(
      pool,
      'thread',
      Array.from({ length: 20 }, () => ({})),
    );
    expect(results.every((result) => Array.isArray(result) && result[1] > 0)).toBe(true);
  });

  test('that end early wait for those before them', async () => {
    await using pool = open(2);
    const gate = shared(2);
    // The second opens the gate of the first.
    Atomics.store(gate, 1, 1);
    const inputs = [
      { gate, at: 0, opens: -1 },
      { gate, at: 1, opens: 0 },
    ];
    expect((await collect(pool, 'passing', inputs)).results).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('may answer with nothing', async () => {
    await using pool = open(2);
    const { results } = await collect(pool, 'nothing', [{}, {}, {}]);
    expect(results).toEqual([
      [0, undefined],
      [1, undefined],
      [2, undefined],
    ]);
  });

  test('report their progress', async () => {
    await using pool = open(2);
    const progress: [number, number][] = [];
    const inputs = [{ value: 1 }, { value: 2 }, { value: 3 }];
    await collect(pool, 'double', inputs, { onProgress: (done, total) => void progress.push([done, total]) });
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });
});

describe('results', () => {
  test('are taken one at a time', async () => {
    await using pool = open(2);
    const gate = shared(2);
    Atomics.store(gate, 0, 1);
    const inputs = [
      { gate, at: 0, opens: -1 },
      { gate, at: 0, opens: 1 },
      { gate, at: 0, opens: -1 },
    ];
    let taken = '';
    await pool.run<object, number>('passing', inputs, async (_, index) => {
      taken += `(${index}`;
      // The first is not done before the second job is, and then lets everything else that is ready go first.
      if (index === 0) await Atomics.waitAsync(gate, 1, 0).value;
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      taken += ')';
    });
    expect(taken).toBe('(0)(1)(2)');
  });

  test('that cannot be taken end the run with the reason', async () => {
    await using pool = open(2);
    const seen: number[] = [];
    const inputs = Array.from({ length: 40 }, (_, value) => ({ value }));
    const full = new WeatherglassError('Unavailable', 'the disk is full');
    await expect(
      pool.run<object, number>('double', inputs, (_, index) => {
        seen.push(index);
        if (index === 3) throw full;
      }),
    ).rejects.toBe(full);
    expect(seen).toEqual([0, 1, 2, 3]);
    // The pool itself is as good as before.
    expect((await collect(pool, 'double', [{ value: 4 }])).results).toEqual([[0, 8]]);
  });
});

describe('an abort', () => {
  test('reaches a busy loop, and the run ends when all threads have stopped', async () => {
    await using pool = open(2);
    const seen = shared(2);
    const controller = new AbortController();
    const running = collect(
      pool,
      'endless',
      Array.from({ length: 10 }, () => ({ seen })),
      {
        signal: controller.signal,
      },
    );
    await Atomics.waitAsync(seen, 0, 0).value;
    controller.abort();
    const { results, error } = await running;
    expect(error).toMatchObject({ name: 'Cancelled' });
    expect(error).toBeInstanceOf(WeatherglassError);
    expect(results).toEqual([]);
    expect(seen[1]).toBe(seen[0]);
    // Those that had not begun never did: there is one more in the queue than there are threads.
    expect(seen[0]).toBeLessThanOrEqual(3);
  });

  test('before the start lets nothing begin', async () => {
    await using pool = open(1);
    const seen = shared(2);
    const { error } = await collect(pool, 'endless', [{ seen }], { signal: AbortSignal.abort() });
    expect(error).toMatchObject({ name: 'Cancelled' });
    expect(seen[0]).toBe(0);
  });

  test('of one run leaves another alone', async () => {
    await using pool = open(2);
    const seen = shared(2);
    const controller = new AbortController();
    const running = collect(pool, 'endless', [{ seen }], { signal: controller.signal });
    expect((await collect(pool, 'double', [{ value: 1 }, { value: 2 }])).error).toBeUndefined();
    controller.abort();
    expect((await running).error).toMatchObject({ name: 'Cancelled' });
  });
});

describe('a failure', () => {
  test.each(['CannotFit', 'InvalidData', 'Usage'] satisfies ErrorName[])(
    'called %s keeps its name, after the other threads were stopped',
    async (name) => {
      await using pool = open(2);
      const seen = shared(2);
      const inputs = Array.from({ length: 6 }, (_, index) => ({ index, name, seen }));
      const { results, error } = await collect(pool, 'failing', inputs);
      expect(error).toBeInstanceOf(WeatherglassError);
      expect(error).toMatchObject({ name, message: 'too little of it', cause: 'the stack of it' });
      expect(results).toEqual([]);
      expect(seen[1]).toBe(seen[0]);
      expect(seen[0]).toBeLessThanOrEqual(2);
    },
  );

  test('of a name that is none of ours is a defect of ours, and the message keeps it', async () => {
    await using pool = open(2);
    const inputs = [0, 1].map((index) => ({ index, name: 'RangeError', seen: shared(2) }));
    inputs[1].seen = inputs[0].seen;
    const { error } = await collect(pool, 'failing', inputs);
    expect(error).toMatchObject({ name: 'Internal' });
    expect(String(error)).toContain('RangeError: too little of it');
  });

  test.each([
    ['throwing', 'out of range'],
    ['dying', 'exit'],
    ['unheard', 'unheard failed'],
  ])('of a job that is %s is a defect of ours, too', async (job, message) => {
    await using pool = open(1);
    const { results, error } = await collect(pool, job, [{}, {}]);
    expect(results).toEqual([]);
    expect(error).toMatchObject({ name: 'Internal' });
    expect(String(error)).toContain(message);
    expect((await collect(pool, 'double', [{ value: 3 }])).results).toEqual([[0, 6]]);
  });
});

test('memory is shared with the threads, not copied', async () => {
  await using pool = open(1);
  const gate = shared(2);
  Atomics.store(gate, 0, 1);
  await collect(pool, 'passing', [{ gate, at: 0, opens: 1 }]);
  expect(gate[1]).toBe(1);
});
