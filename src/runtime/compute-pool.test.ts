import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type ErrorName, WeatherglassError } from '../errors.ts';
import {
  type ChunkOptions,
  type ChunkSource,
  type ComputePool,
  openComputePool,
  type PoolOptions,
} from './compute-pool.ts';
import { lookAtParts } from './inspection.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * A worker module as a user of the pool would write one.
 *
 * `gate` and `seen` are shared between the threads: a job waits until a gate is open, and counts what it has seen.
 */
const workerFile = join(folder, 'jobs.mjs');
writeFileSync(
  workerFile,
  `
import { getPriority } from 'node:os';
import { threadId } from 'node:worker_threads';
import { poolJob } from ${JSON.stringify(new URL('./pool-job.ts', import.meta.url).href)};

const named = (name, message) => Object.assign(new Error(message), { name, stack: 'the stack of it' });
const wait = (gate, at) => {
  while (Atomics.load(gate, at) === 0) Atomics.wait(gate, at, 0);
};
const open = (gate, at) => {
  Atomics.add(gate, at, 1);
  Atomics.notify(gate, at);
};
/** Never answers; the event loop is free. */
const forever = () => new Promise(() => setInterval(() => {}, 1000));

export const double = poolJob(({ value }) => 2 * value);

export const thread = poolJob(() => threadId);

export const priority = poolJob(() => getPriority());

export const nothing = poolJob(() => undefined);

/** Answers when its gate is open, then opens the next one. */
export const passing = poolJob(({ gate, at, opens }) => {
  wait(gate, at);
  if (opens >= 0) open(gate, opens);
  return at;
});

/** Says how far it is, and waits at its gate. */
export const halfway = poolJob(({ gate, total }, control) => {
  control.checkpoint(1, total);
  // The steps of one of its parts: how many is not known.
  control.checkpoint(7, NaN);
  open(gate, 0);
  wait(gate, 1);
});

/** Runs until it is stopped. */
export const endless = poolJob(runUntilStopped);

export const endlessOrDouble = poolJob((input, control) =>
  input.value === undefined ? runUntilStopped(input, control) : 2 * input.value,
);

function runUntilStopped({ seen }, control) {
  open(seen, 0);
  try {
    for (;;) control.checkpoint(0, 1);
  } finally {
    open(seen, 1);
  }
}

/** Input 0 fails as soon as another input runs; that one runs until it is stopped. */
export const failing = poolJob((input, control) => {
  if (input.index > 0) return runUntilStopped(input, control);
  wait(input.seen, 0);
  throw named(input.name, 'too little of it');
});

/** Fails at once for the values it is told. */
export const refusing = poolJob(({ value, refused }) => {
  if (refused.includes(value)) throw named('InvalidData', 'no ' + value);
  return value;
});

/** Deaf to being stopped; counts for ever. */
export const deaf = poolJob(({ seen }) => {
  open(seen, 0);
  for (;;) Atomics.add(seen, 1, 1);
});

const deaths = {
  exit: () => process.exit(3),
  memory() {
    const kept = [];
    for (;;) kept.push(new Array(10_000).fill(kept.length));
  },
  timer() {
    setTimeout(() => {
      throw new RangeError('nobody caught this');
    });
    return forever();
  },
  unsendable: () => () => {},
};

/** Dies so many times; then answers. 'tries' counts by value. */
export const dying = poolJob(({ value, tries, times = 0, how = 'exit' }) => {
  if (Atomics.add(tries, value, 1) < times) return deaths[how]();
  return value;
});

/** Dies when another job lets it. */
export const dyingAt = poolJob(({ gate, at }) => {
  open(gate, at);
  wait(gate, at + 1);
  process.exit(4);
});

/** Leaves a throw behind that kills the thread in the next job that waits. */
export const leaving = poolJob(() => {
  setTimeout(() => {
    throw new Error('left behind');
  });
});

export const waiting = poolJob(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return 'waited';
});

let kept;
/** Moves 'numbers' back, and keeps a copy and the original. */
export const moving = poolJob(
  ({ numbers }) => {
    kept = numbers;
    return { part: { numbers }, bytes: numbers.length, twice: numbers.subarray(1) };
  },
  ({ part, twice }) => [part.numbers.buffer, twice.buffer],
);
/** Copies what it keeps. */
export const copying = poolJob(({ numbers }) => {
  kept = numbers;
  return { numbers };
});
export const keptBytes = poolJob(() => kept.byteLength);

export const notAnError = poolJob(() => {
  throw 'just a word';
});
`,
);

const openPool = (options?: PoolOptions, file = workerFile) => openComputePool(pathToFileURL(file), options);
const shared = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));
const openGate = (gate: Int32Array, at: number) => {
  Atomics.store(gate, at, 1);
  Atomics.notify(gate, at);
};
const waitFor = async (gate: Int32Array, at: number, count = 1) => {
  for (let now = Atomics.load(gate, at); now < count; now = Atomics.load(gate, at))
    await Atomics.waitAsync(gate, at, now).value;
};
const looked = () => lookAtParts().pools;

/** All results and failures of a job in their order, and what ended it. */
async function collect(
  pool: ComputePool,
  job: string,
  inputs: readonly ChunkSource<object>[],
  options: ChunkOptions<object> = {},
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
    await using pool = openPool({ threads: 2 });
    for (const count of [0, 1, 2, 3, 50]) {
      const inputs = Array.from({ length: count }, (_, value) => ({ value }));
      const { results, error } = await collect(pool, 'double', inputs);
      expect(error).toBeUndefined();
      expect(results).toEqual(inputs.map(({ value }) => [value, 2 * value]));
    }
  });

  test('run in as many threads as asked for, none of them this one', async () => {
    await using pool = openPool({ threads: 3 });
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

  test.runIf(process.platform === 'linux')('let the event loop go first', async () => {
    await using pool = openPool({ threads: 1 });
    const { results } = await collect(pool, 'priority', [{}]);
    expect(results).toEqual([[0, 19]]);
    expect(getPriority()).toBeLessThan(10);
  });

  test('that end early wait for those before them', async () => {
    await using pool = openPool({ threads: 2 });
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
    await using pool = openPool({ threads: 2 });
    const { results } = await collect(pool, 'nothing', [{}, {}, {}]);
    expect(results).toEqual([
      [0, undefined],
      [1, undefined],
      [2, undefined],
    ]);
  });

  test('report their progress', async () => {
    await using pool = openPool({ threads: 2 });
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

describe('inputs', () => {
  test('are shared where their memory is', async () => {
    await using pool = openPool({ threads: 1 });
    const gate = shared(2);
    Atomics.store(gate, 0, 1);
    await collect(pool, 'passing', [{ gate, at: 0, opens: 1 }]);
    expect(gate[1]).toBe(1);
  });

  test('are made when their turn comes: never more than the threads and one are held', async () => {
    await using pool = openPool({ threads: 2 });
    let made = 0;
    let done = 0;
    let most = 0;
    const inputs = Array.from({ length: 40 }, (_, value) => async () => {
      most = Math.max(most, ++made - done);
      await new Promise((resolve) => setImmediate(resolve));
      return { value };
    });
    const { results, error } = await collect(pool, 'double', inputs, { onProgress: () => void done++ });
    expect(error).toBeUndefined();
    expect(results).toEqual(inputs.map((_, value) => [value, 2 * value]));
    expect(made).toBe(40);
    expect(most).toBe(3);
  });

  test('are not begun far ahead of a slow chunk, whose results would have to be kept', async () => {
    await using pool = openPool({ threads: 2 });
    const gate = shared(2);
    const begun: number[] = [];
    // The first waits for its gate; all others find theirs open.
    Atomics.store(gate, 1, 1);
    const inputs = Array.from({ length: 40 }, (_, index) => () => {
      begun.push(index);
      return { gate, at: index === 0 ? 0 : 1, opens: -1 };
    });
    let settled = 0;
    const halted = Promise.withResolvers<void>();
    const run = collect(pool, 'passing', inputs, {
      onProgress() {
        // Two lanes go on, until each has come six chunks (twice three lanes) ahead.
        if (++settled === 5) halted.resolve();
      },
    });
    await halted.promise;
    // Whoever might begin another does so in microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    openGate(gate, 0);
    const { results, error } = await run;
    expect(error).toBeUndefined();
    expect(results.map((result) => (result as [number, number])[0])).toEqual(inputs.map((_, index) => index));
  });

  test('held behind a slow chunk are not begun after an abort', async () => {
    await using pool = openPool({ threads: 2 });
    const seen = shared(2);
    const stop = new AbortController();
    let begun = 0;
    const inputs = Array.from({ length: 40 }, (_, index) => () => {
      begun++;
      return index === 0 ? { seen } : { value: index };
    });
    let settled = 0;
    const run = pool.run<object, unknown>('endlessOrDouble', inputs, () => {}, {
      signal: stop.signal,
      onProgress: () => {
        if (++settled === 5) stop.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ name: 'Cancelled' });
    expect(begun).toBe(6);
  });

  test('that cannot be made end the run with the reason', async () => {
    await using pool = openPool({ threads: 2 });
    const gone = new WeatherglassError('NotFound', 'the file is gone');
    const inputs = [
      { value: 0 },
      () => {
        throw gone;
      },
    ];
    expect((await collect(pool, 'double', inputs)).error).toBe(gone);
  });

  test('that cannot be sent are the failure of their chunk', async () => {
    await using pool = openPool({ threads: 1 });
    const { error } = await collect(pool, 'double', [{ value: () => 1 }]);
    expect(error).toMatchObject({ name: 'Internal' });
    expect(String(error)).toContain('double could not be begun in a thread, for chunk 1 of 1: ');
    expect(String(error)).toContain('could not be cloned');
    expect(looked()[0].replaced).toBe(0);
  });
});

describe('moved buffers', () => {
  const bufferOf = ({ numbers }: { numbers: Float64Array<ArrayBuffer> }) => [numbers.buffer];

  test('leave the caller, come back with their numbers, and leave the thread', async () => {
    await using pool = openPool({ threads: 1 });
    const numbers = Float64Array.of(1, 2, 3);
    const returned: Float64Array[] = [];
    await pool.run<
      { numbers: Float64Array<ArrayBuffer> },
      { part: { numbers: Float64Array }; bytes: number }
    >(
      'moving',
      [{ numbers }],
      ({ part, bytes }) => {
        expect(bytes).toBe(3);
        returned.push(part.numbers);
      },
      { move: bufferOf },
    );
    expect(numbers.buffer.detached).toBe(true);
    expect(returned).toEqual([Float64Array.of(1, 2, 3)]);
    expect((await collect(pool, 'keptBytes', [{}])).results).toEqual([[0, 0]]);
  });

  test('are those that were named, and no others', async () => {
    await using pool = openPool({ threads: 1 });
    const numbers = Float64Array.of(1, 2, 3);
    expect((await collect(pool, 'copying', [{ numbers }])).results).toEqual([[0, { numbers }]]);
    expect(numbers.buffer.detached).toBe(false);
    expect((await collect(pool, 'keptBytes', [{}])).results).toEqual([[0, 24]]);
  });

  test('may be named twice', async () => {
    await using pool = openPool({ threads: 1 });
    const numbers = Float64Array.of(1);
    const move = () => [numbers.buffer, numbers.buffer];
    expect((await collect(pool, 'copying', [{ numbers }], { move })).error).toBeUndefined();
    expect(numbers.buffer.detached).toBe(true);
  });
});

describe('results', () => {
  test('are taken one at a time', async () => {
    await using pool = openPool({ threads: 2 });
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
      if (index === 0) await waitFor(gate, 1);
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      taken += ')';
    });
    expect(taken).toBe('(0)(1)(2)');
  });

  test('that cannot be taken end the run with the reason', async () => {
    await using pool = openPool({ threads: 2 });
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
    await using pool = openPool({ threads: 2 });
    const seen = shared(2);
    const controller = new AbortController();
    const inputs = Array.from({ length: 10 }, () => ({ seen }));
    const running = collect(pool, 'endless', inputs, { signal: controller.signal });
    await waitFor(seen, 0, 2);
    controller.abort();
    const { results, error } = await running;
    expect(error).toMatchObject({ name: 'Cancelled' });
    expect(error).toBeInstanceOf(WeatherglassError);
    expect(results).toEqual([]);
    expect([...seen]).toEqual([2, 2]);
    expect(looked()[0]).toMatchObject({ queue: 0, completed: 0, failed: 0, replaced: 0 });
  });

  test('before the start lets nothing begin', async () => {
    await using pool = openPool({ threads: 1 });
    const seen = shared(2);
    const { error } = await collect(pool, 'endless', [{ seen }], { signal: AbortSignal.abort() });
    expect(error).toMatchObject({ name: 'Cancelled' });
    expect(seen[0]).toBe(0);
  });

  test('while a chunk is on its way keeps it from beginning', async () => {
    await using pool = openPool({ threads: 1 });
    const seen = shared(2);
    const controller = new AbortController();
    const running = collect(pool, 'endless', [{ seen }, { seen }], { signal: controller.signal });
    controller.abort();
    expect((await running).error).toMatchObject({ name: 'Cancelled' });
    expect(seen[0]).toBe(0);
  });

  test('of one run leaves another alone', async () => {
    await using pool = openPool({ threads: 2 });
    const seen = shared(2);
    const controller = new AbortController();
    const running = collect(pool, 'endless', [{ seen }], { signal: controller.signal });
    expect((await collect(pool, 'double', [{ value: 1 }, { value: 2 }])).error).toBeUndefined();
    controller.abort();
    expect((await running).error).toMatchObject({ name: 'Cancelled' });
  });

  test('that a job does not hear kills its thread after the grace, and no other', async () => {
    await using pool = openPool({ threads: 2, graceMs: 20 });
    const [seen, gate] = [shared(2), shared(1)];
    const controller = new AbortController();
    const running = collect(pool, 'deaf', [{ seen }], { signal: controller.signal });
    const other = collect(pool, 'passing', [{ gate, at: 0, opens: -1 }]);
    await waitFor(seen, 0);
    const before = looked()[0].threads.map(({ id }) => id);
    controller.abort();
    expect((await running).error).toMatchObject({ name: 'Cancelled' });
    // It has ended, and is not only about to.
    const counted = seen[1];
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(seen[1]).toBe(counted);
    const { threads, replaced, failed } = looked()[0];
    expect({ threads: threads.length, replaced, failed }).toEqual({ threads: 2, replaced: 1, failed: 0 });
    expect(threads.filter(({ id }) => before.includes(id))).toHaveLength(1);
    openGate(gate, 0);
    expect((await other).results).toEqual([[0, 0]]);
    const inputs = Array.from({ length: 10 }, (_, value) => ({ value }));
    expect((await collect(pool, 'double', inputs)).results).toHaveLength(10);
    expect(looked()[0].replaced).toBe(1);
  });

  test('that a job hears within the grace kills nothing', async () => {
    await using pool = openPool({ threads: 1, graceMs: 60_000 });
    const seen = shared(2);
    const controller = new AbortController();
    const running = collect(pool, 'endless', [{ seen }], { signal: controller.signal });
    await waitFor(seen, 0);
    const [{ id }] = looked()[0].threads;
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    controller.abort();
    expect(timers()).toBe(before + 1);
    await running;
    expect(timers()).toBe(before);
    expect((await collect(pool, 'thread', [{}])).results).toEqual([[0, id]]);
  });
});

describe('a failure', () => {
  test.each(['CannotFit', 'InvalidData', 'Usage'] satisfies ErrorName[])(
    'called %s keeps its name, after the other threads were stopped',
    async (name) => {
      await using pool = openPool({ threads: 2 });
      const seen = shared(2);
      const inputs = Array.from({ length: 6 }, (_, index) => ({ index, name, seen }));
      const { results, error } = await collect(pool, 'failing', inputs);
      expect(error).toBeInstanceOf(WeatherglassError);
      expect(error).toMatchObject({ name, message: 'too little of it', cause: 'the stack of it' });
      expect(results).toEqual([]);
      // The next one may have begun in the thread of the failed one before it was stopped.
      expect(seen[1]).toBe(seen[0]);
      expect(seen[0]).toBeLessThanOrEqual(2);
      // To be asked for what there is not is no failure of the pool.
      const failed = name === 'Usage' ? 0 : 1;
      expect(looked()[0]).toMatchObject({ failed, retried: 0, replaced: 0 });
    },
  );

  test('of a name that is none of ours is a defect of ours, and the message keeps it', async () => {
    await using pool = openPool({ threads: 2 });
    const seen = shared(2);
    const inputs = [0, 1].map((index) => ({ index, name: 'RangeError', seen }));
    const { error } = await collect(pool, 'failing', inputs);
    expect(error).toMatchObject({ name: 'Internal' });
    expect(String(error)).toContain('RangeError: too little of it');
  });

  test('need not be an Error', async () => {
    await using pool = openPool({ threads: 1 });
    expect(String((await collect(pool, 'notAnError', [{}])).error)).toContain('just a word');
  });

  test('can be taken in its turn, and the rest goes on', async () => {
    await using pool = openPool({ threads: 2 });
    const taken: unknown[] = [];
    const inputs = Array.from({ length: 8 }, (_, value) => ({ value, refused: [0, 3, 7] }));
    await pool.run<object, number>('refusing', inputs, (value) => void taken.push(value), {
      async onFailure(error, index) {
        await new Promise((resolve) => setImmediate(resolve));
        taken.push([index, (error as WeatherglassError).name, (error as WeatherglassError).message]);
      },
    });
    const no = (index: number) => [index, 'InvalidData', `no ${index}`];
    expect(taken).toEqual([no(0), 1, 2, no(3), 4, 5, 6, no(7)]);
    expect(looked()[0]).toMatchObject({ completed: 5, failed: 3 });
  });

  test('that cannot be taken ends the run', async () => {
    await using pool = openPool({ threads: 2 });
    const inputs = Array.from({ length: 20 }, (_, value) => ({ value, refused: [2] }));
    const { results, error } = await collect(pool, 'refusing', inputs, {
      onFailure() {
        throw new WeatherglassError('Unavailable', 'the disk is full');
      },
    });
    expect(error).toMatchObject({ name: 'Unavailable' });
    expect(results).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('of a job that is not there, or of a module that cannot be loaded, names it', async () => {
    await using pool = openPool({ threads: 2 });
    expect(String((await collect(pool, 'unheard', [{}, {}, {}])).error)).toContain(
      'unheard could not be begun in a thread, for chunk ',
    );
    expect((await collect(pool, 'double', [{ value: 3 }])).results).toEqual([[0, 6]]);
    const broken = join(folder, 'broken.mjs');
    writeFileSync(broken, `throw new Error('broken from the start');`);
    await using other = openPool({ threads: 2 }, broken);
    const { error } = await collect(other, 'any', [{}, {}, {}, {}]);
    expect(error).toMatchObject({ name: 'Internal' });
    expect(String(error)).toContain('broken from the start');
  });
});

describe('a thread that dies', () => {
  const places = ['Bern', 'Basel', 'Chur', 'Thun', 'Biel'];

  test.each([
    ['exit', 'worker exited with code: 3'],
    ['memory', 'reaching memory limit'],
    ['timer', 'nobody caught this'],
    ['unsendable', 'what it answered or threw cannot be sent'],
  ])('of %s is replaced, its chunk tried once more, then reported with its places', async (how, why) => {
    await using pool = openPool({ threads: 2, heapMb: 16 });
    const tries = shared(5);
    const inputs = places.map((_, value) => ({ value, tries, how, times: value === 1 ? 2 : 0 }));
    const failures: [string, number][] = [];
    const { results, error } = await collect(pool, 'dying', inputs, {
      about: (index) => places[index],
      onFailure: (failure, index) => void failures.push([String(failure), index]),
    });
    expect(error).toBeUndefined();
    expect(results).toEqual([0, 2, 3, 4].map((value) => [value, value]));
    expect(failures).toEqual([[expect.stringContaining(why), 1]]);
    expect(failures[0][0]).toMatch(/^Internal: dying: its thread died twice \(.*\), while working on Basel$/);
    // Every other chunk was run exactly once.
    expect([...tries]).toEqual([1, 2, 1, 1, 1]);
    const { completed, failed, retried, replaced, threads } = looked()[0];
    expect({ completed, failed, retried, replaced }).toEqual({
      completed: 4,
      failed: 1,
      retried: 1,
      replaced: 2,
    });
    expect(threads).toHaveLength(2);
  });

  test('once only costs a second try', async () => {
    await using pool = openPool({ threads: 1 });
    const tries = shared(3);
    const inputs = [0, 1, 2].map((value) => ({ value, tries, times: value === 1 ? 1 : 0 }));
    const { results, error } = await collect(pool, 'dying', inputs);
    expect(error).toBeUndefined();
    expect(results).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    expect([...tries]).toEqual([1, 2, 1]);
    expect(looked()[0]).toMatchObject({ completed: 3, failed: 0, retried: 1, replaced: 1 });
  });

  test('ends the run where nobody takes failures', async () => {
    await using pool = openPool({ threads: 2 });
    const tries = shared(5);
    const inputs = places.map((_, value) => ({ value, tries, times: value === 0 ? 2 : 0 }));
    const { results, error } = await collect(pool, 'dying', inputs, { about: (index) => places[index] });
    expect(results).toEqual([]);
    expect(error).toMatchObject({ name: 'Internal' });
    expect(String(error)).toContain('while working on Bern');
  });

  test('does not harm the chunk of another', async () => {
    await using pool = openPool({ threads: 2 });
    const [gate, tries] = [shared(3), shared(1)];
    const dying = collect(pool, 'dyingAt', [{ gate, at: 0 }]);
    await waitFor(gate, 0);
    const other = collect(pool, 'passing', [{ gate, at: 2, opens: -1 }]);
    const queued = collect(pool, 'dying', [{ value: 0, tries }]);
    openGate(gate, 1);
    expect((await dying).error).toMatchObject({ name: 'Internal' });
    openGate(gate, 2);
    expect((await other).results).toEqual([[0, 2]]);
    expect((await queued).results).toEqual([[0, 0]]);
    expect(tries[0]).toBe(1);
    expect(looked()[0]).toMatchObject({ retried: 1, replaced: 2 });
  });

  test('of what an earlier job left behind costs the next one a second try', async () => {
    await using pool = openPool({ threads: 1 });
    expect((await collect(pool, 'leaving', [{}])).error).toBeUndefined();
    expect((await collect(pool, 'waiting', [{}])).results).toEqual([[0, 'waited']]);
    expect(looked()[0]).toMatchObject({ completed: 2, retried: 1, replaced: 1 });
  });

  test('with moved buffers has them made again, or is reported at once', async () => {
    await using pool = openPool({ threads: 1 });
    const numbers = () => Float64Array.of(1, 2);
    const move = (input: object) => [(input as { numbers: Float64Array<ArrayBuffer> }).numbers.buffer];
    const [remade, given] = [shared(1), shared(1)];
    let made = 0;
    const make = () => ({ value: 0, tries: remade, times: 1, numbers: numbers(), made: ++made });
    expect((await collect(pool, 'dying', [make], { move })).results).toEqual([[0, 0]]);
    expect({ made, tries: remade[0] }).toEqual({ made: 2, tries: 2 });
    const input = { value: 0, tries: given, times: 1, numbers: numbers() };
    const { error } = await collect(pool, 'dying', [input], { move, about: () => 'Bern' });
    expect(String(error)).toContain('its thread died, and its input with it');
    expect(String(error)).toContain('while working on Bern');
    expect(given[0]).toBe(1);
  });

  test('while its run is being stopped is not given its chunk again', async () => {
    await using pool = openPool({ threads: 1 });
    const gate = shared(2);
    const controller = new AbortController();
    const running = collect(pool, 'dyingAt', [{ gate, at: 0 }], { signal: controller.signal });
    await waitFor(gate, 0);
    controller.abort();
    openGate(gate, 1);
    expect((await running).error).toMatchObject({ name: 'Cancelled' });
    expect(gate[0]).toBe(1);
    expect(looked()[0]).toMatchObject({ failed: 0, retried: 0, replaced: 1 });
  });
});

describe('a queue', () => {
  test('that is full refuses a run before it begins, and takes it later', async () => {
    await using pool = openPool({ threads: 1, queueLimit: 2 });
    const gate = shared(1);
    const pass = { gate, at: 0, opens: -1 };
    // Each run of two or more has one chunk in the thread or waiting for it, and one more that waits.
    const first = collect(pool, 'passing', [pass, pass, pass, pass, pass]);
    const second = collect(pool, 'passing', [pass]);
    let made = 0;
    const third = await collect(pool, 'double', [() => ({ value: ++made })]);
    expect(third.error).toBeInstanceOf(WeatherglassError);
    expect(third.error).toMatchObject({ name: 'Busy' });
    expect(String(third.error)).toContain('double');
    expect(made).toBe(0);
    expect(looked()[0]).toMatchObject({ queue: 2, queueLimit: 2 });
    openGate(gate, 0);
    expect((await first).results).toHaveLength(5);
    expect((await second).results).toHaveLength(1);
    expect((await collect(pool, 'double', [{ value: 1 }])).results).toEqual([[0, 2]]);
  });

  test('serves the runs in turn', async () => {
    await using pool = openPool({ threads: 1 });
    const order: string[] = [];
    const run = (name: string) =>
      pool.run<object, number>(
        'double',
        Array.from({ length: 4 }, (_, value) => ({ value })),
        () => void order.push(name),
      );
    await Promise.all([run('a'), run('b')]);
    expect(order.slice(0, 4).sort()).toEqual(['a', 'a', 'b', 'b']);
  });
});

test('what a pool is doing can be looked at', async () => {
  const gate = shared(2);
  {
    await using pool = openPool({ threads: 2, name: 'learning' });
    const running = collect(pool, 'halfway', [{ gate, total: 4 }], { about: () => 'Bern and Basel' });
    await waitFor(gate, 0);
    looked();
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    const [view] = looked();
    expect(view).toMatchObject({ name: 'learning', queue: 0, queueLimit: 1000, completed: 0, failed: 0 });
    const [working] = view.threads.filter(({ job }) => job !== null);
    expect(view.threads.filter(({ job }) => job === null)).toHaveLength(1);
    expect(working.job).toEqual({
      job: 'halfway',
      about: 'Bern and Basel',
      ageMs: expect.any(Number) as number,
      done: 0.25,
    });
    expect(working.job!.ageMs).toBeGreaterThan(0);
    expect(working.busy).toBeCloseTo(1, 6);
    expect(view.threads.map(({ busy }) => busy).toSorted((a, b) => a - b)).toEqual([0, working.busy]);
    openGate(gate, 1);
    await running;
    expect(looked()[0]).toMatchObject({ completed: 1 });
    expect(looked()[0].threads.every(({ job }) => job === null)).toBe(true);
  }
  expect(looked()).toEqual([]);
});

test('a pool that is closed stops its runs first, and takes no more', async () => {
  const pool = openPool({ threads: 1 });
  const seen = shared(2);
  const running = collect(pool, 'endless', [{ seen }, { seen }]);
  await waitFor(seen, 0);
  const closed = pool[Symbol.asyncDispose]();
  expect((await collect(pool, 'double', [{ value: 1 }])).error).toMatchObject({ name: 'Cancelled' });
  await closed;
  expect((await running).error).toMatchObject({ name: 'Cancelled' });
  expect([...seen]).toEqual([1, 1]);
  await pool[Symbol.asyncDispose]();
  expect(looked()).toEqual([]);
});
