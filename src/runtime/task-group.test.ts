import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { manualClock } from './manual-clock.ts';
import { mapAll, openTaskGroup, settleAll } from './task-group.ts';
import { runningTasks, task } from './tasks.ts';

/** Work of so many milliseconds that may fail, and may ignore an abort. */
const work = fc.record({
  ms: fc.integer({ min: 0, max: 20 }),
  fails: fc.boolean(),
  heeds: fc.boolean(),
});
type Job = typeof work extends fc.Arbitrary<infer T> ? T : never;

const setting = fc.record({
  jobs: fc.array(work, { maxLength: 12 }),
  concurrency: fc.integer({ min: 1, max: 5 }),
  abortAt: fc.option(fc.integer({ min: 0, max: 60 })),
});

/** Does jobs, and keeps a record of it. */
function workshop() {
  const clock = manualClock();
  const outside = new AbortController();
  const started: number[] = [];
  const signals = new Set<AbortSignal>();
  const failures: { index: number; at: number; error: unknown }[] = [];
  const counts = { running: 0, most: 0, failuresBeforeAbort: 0 };
  const reason = new Error('stopped from outside');
  return {
    clock,
    outside,
    started,
    signals,
    failures,
    counts,
    reason,
    work: async (job: Job, signal: AbortSignal, index: number) => {
      signals.add(signal);
      started.push(index);
      counts.most = Math.max(counts.most, ++counts.running);
      expect(runningTasks().map(({ name }) => name)).toContain(`job ${index}`);
      try {
        await clock.sleep(job.ms, job.heeds ? signal : undefined);
        if (!job.fails) return `output ${index}`;
        const error = new Error(`failure ${index}`);
        if (!signal.aborted) failures.push({ index, at: clock.monotonic(), error });
        throw error;
      } finally {
        counts.running--;
      }
    },
    abortAt: async (ms: number | null) => {
      if (ms === null) return;
      await clock.sleep(ms);
      counts.failuresBeforeAbort = failures.length;
      outside.abort(reason);
    },
    /** That nothing is left of it. */
    expectNothingLeft: () => {
      expect(counts.running).toBe(0);
      expect(runningTasks()).toEqual([]);
      expect(getEventListeners(outside.signal, 'abort')).toEqual([]);
    },
  };
}

describe('settleAll', () => {
  test('gives every result in order, whatever fails and whenever it is stopped', async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ({ jobs, concurrency, abortAt }) => {
        const shop = workshop();
        const aborting = shop.abortAt(abortAt);
        const settled = await shop.clock.finish(
          settleAll(jobs, { name: 'job', concurrency, signal: shop.outside.signal }, shop.work).finally(
            shop.expectNothingLeft,
          ),
        );
        const abortedBy = shop.outside.signal.aborted;
        await shop.clock.finish(aborting);
        expect(shop.clock.pending).toBe(0);

        expect(settled).toHaveLength(jobs.length);
        // Every input at most once, in order; every one of them unless it was stopped.
        expect(shop.started).toEqual(shop.started.map((_, index) => index));
        if (!abortedBy) expect(shop.started).toHaveLength(jobs.length);
        expect(shop.counts.most).toBeLessThanOrEqual(concurrency);
        if (!abortedBy) expect(shop.counts.most).toBe(Math.min(concurrency, jobs.length));
        settled.forEach((result, index) => {
          if ('value' in result) {
            expect(jobs[index].fails).toBe(false);
            expect(result.value).toBe(`output ${index}`);
          } else if (index >= shop.started.length) {
            expect(result.error).toBe(shop.reason);
          } else if (result.error !== shop.reason) {
            expect(jobs[index].fails).toBe(true);
            expect(result.error).toMatchObject({ message: `failure ${index}` });
          } else {
            expect(abortedBy && jobs[index].heeds).toBe(true);
          }
        });
      }),
    );
  });

  test('starts nothing after an abort', async () => {
    const reason = new Error('enough');
    const settled = await settleAll(
      [1, 2, 3],
      { name: 'job', concurrency: 2, signal: AbortSignal.abort(reason) },
      async () => expect.unreachable(),
    );
    expect(settled).toEqual([{ error: reason }, { error: reason }, { error: reason }]);
  });

  test('takes a failure for one however it comes', async () => {
    const settled = await settleAll([1, 2, 3], { name: 'job', concurrency: 1 }, (input) => {
      if (input === 1) throw new Error('before its first promise');
      return input === 2 ? Promise.reject(undefined) : Promise.resolve(undefined);
    });
    expect(settled).toEqual([
      { error: new Error('before its first promise') },
      { error: undefined },
      { value: undefined },
    ]);
  });

  test('shows a task for itself and one for each input at work', async () => {
    const clock = manualClock();
    const places = ['garden', 'roof', 'field'];
    const options = { name: 'collect', concurrency: 2, about: (place: string) => place };
    const running = task('outer', () => settleAll(places, options, () => clock.sleep(1)));
    const views = runningTasks();
    const [outer, group] = views;
    expect(views).toMatchObject([
      { name: 'outer', parent: null },
      { name: 'collect', parent: outer.id },
      { name: 'collect garden', parent: group.id },
      { name: 'collect roof', parent: group.id },
    ]);
    await clock.finish(running);
  });

  test('goes through a hundred thousand inputs with few promises at once', async () => {
    const inputs = Array.from({ length: 100_000 }, (_, index) => index);
    let running = 0;
    let most = 0;
    const settled = await settleAll(inputs, { name: 'job', concurrency: 8 }, async (input) => {
      most = Math.max(most, ++running);
      if (input % 1000 === 0) expect(runningTasks().length).toBeLessThanOrEqual(9);
      await Promise.resolve();
      running--;
      return input;
    });
    expect(most).toBe(8);
    expect(settled.every((result, index) => 'value' in result && result.value === index)).toBe(true);
  });

  test.each([0, -1, NaN])('refuses a concurrency of %s', async (concurrency) => {
    const doing = settleAll([1], { name: 'job', concurrency }, async () => 1);
    await expect(doing).rejects.toMatchObject({ name: 'Usage' });
  });
});

describe('mapAll', () => {
  test('gives all outputs in order, or the first cause when all have stopped', async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ({ jobs, concurrency, abortAt }) => {
        const shop = workshop();
        const aborting = shop.abortAt(abortAt);
        const options = { name: 'job', concurrency, signal: shop.outside.signal };
        const outcome = await shop.clock.finish(
          mapAll(jobs, options, shop.work).then(
            (outputs) => {
              shop.expectNothingLeft();
              return { outputs };
            },
            (error: unknown) => {
              shop.expectNothingLeft();
              return { error };
            },
          ),
        );
        const aborted = shop.outside.signal.aborted && shop.counts.failuresBeforeAbort === 0;
        await shop.clock.finish(aborting);
        expect(shop.clock.pending).toBe(0);
        expect(shop.counts.most).toBeLessThanOrEqual(concurrency);
        expect(shop.started).toEqual(shop.started.map((_, index) => index));
        expect(shop.signals.size).toBeLessThanOrEqual(1);
        if (aborted) {
          expect(outcome).toEqual({ error: shop.reason });
        } else if (shop.failures.length > 0) {
          // Work asks its signal before it says that it failed of itself, so that only the first can.
          expect(shop.failures).toHaveLength(1);
          expect('error' in outcome && outcome.error).toBe(shop.failures[0].error);
          // The others heard of it.
          for (const signal of shop.signals) expect(signal.reason).toBe(shop.failures[0].error);
        } else {
          expect(outcome).toEqual({ outputs: jobs.map((_, index) => `output ${index}`) });
        }
      }),
    );
  });

  test('stops those who listen at once, and waits for those who do not', async () => {
    const clock = manualClock();
    const stopped: [string, number][] = [];
    const failure = new Error('first');
    const running = mapAll(
      ['fails', 'heeds', 'ignores', 'late'],
      { name: 'job', concurrency: 3 },
      async (job, signal) => {
        try {
          if (job === 'ignores') await clock.sleep(50);
          else await clock.sleep(job === 'fails' ? 10 : 100, signal);
          throw job === 'fails' ? failure : new Error('later');
        } finally {
          stopped.push([job, clock.monotonic()]);
        }
      },
    );
    await expect(clock.finish(running)).rejects.toBe(failure);
    expect(stopped).toEqual([
      ['fails', 10],
      ['heeds', 10],
      ['ignores', 50],
    ]);
  });
});

describe('a group', () => {
  test('joins all that it started, also what its tasks start', async () => {
    const clock = manualClock();
    const ended: string[] = [];
    const running = (async () => {
      await using group = openTaskGroup({ name: 'group' });
      group.spawn('outer', async () => {
        await clock.sleep(1);
        group.spawn('inner', async () => {
          await clock.sleep(5);
          ended.push('inner');
        });
        ended.push('outer');
      });
      group.spawn('other', async () => {
        await clock.sleep(3);
        ended.push('other');
      });
      await group.join();
      expect(ended).toEqual(['outer', 'other', 'inner']);
    })();
    await clock.finish(running);
    expect(runningTasks()).toEqual([]);
  });

  test('shows its tasks as its children, and who waits for them', async () => {
    const clock = manualClock();
    const running = task('caller', async () => {
      await using group = openTaskGroup({ name: 'group' });
      group.spawn('child', () => task('grandchild', () => clock.sleep(1)));
      await group.join();
    });
    const views = runningTasks();
    expect(views).toMatchObject([
      { name: 'caller', parent: null, waitingFor: 'tasks of group' },
      { name: 'group', parent: views[0].id },
      { name: 'child', parent: views[1].id },
      { name: 'grandchild', parent: views[2].id },
    ]);
    await clock.finish(running);
    expect(runningTasks()).toEqual([]);
  });

  test('stops what still runs when its block is left, by whatever way, and waits for it', async () => {
    for (const failure of [undefined, new Error('the block failed')]) {
      const clock = manualClock();
      const outside = new AbortController();
      const stopped: [string, unknown, number][] = [];
      const running = (async () => {
        await using group = openTaskGroup({ name: 'group', signal: outside.signal });
        group.spawn('heeds', async (signal) => {
          await clock.sleep(100, signal).catch(() => {});
          stopped.push(['heeds', signal.reason.name, clock.monotonic()]);
        });
        group.spawn('ignores', async (signal) => {
          await clock.sleep(20);
          stopped.push(['ignores', signal.reason.name, clock.monotonic()]);
        });
        await clock.sleep(5);
        if (failure) throw failure;
      })();
      if (failure) await expect(clock.finish(running)).rejects.toBe(failure);
      else await clock.finish(running);
      expect(stopped).toEqual([
        ['heeds', 'Cancelled', 5],
        ['ignores', 'Cancelled', 20],
      ]);
      expect(getEventListeners(outside.signal, 'abort')).toEqual([]);
      expect(runningTasks()).toEqual([]);
      expect(clock.pending).toBe(0);
    }
  });

  test('leaves nothing behind, whatever fails and whenever it is stopped or left', async () => {
    await fc.assert(
      fc.asyncProperty(
        setting,
        fc.option(fc.nat(40)),
        fc.option(fc.nat(40)),
        async ({ jobs, abortAt }, cancelAt, leaveAt) => {
          const shop = workshop();
          const aborting = shop.abortAt(abortAt);
          let canceller: Promise<void> | undefined;
          const cancelled = new Error('cancelled');
          const block = async () => {
            await using group = openTaskGroup({ name: 'group', signal: shop.outside.signal });
            canceller = (async () => {
              if (cancelAt === null) return;
              await shop.clock.sleep(cancelAt);
              group.cancel(cancelled);
            })();
            for (const [index, job] of jobs.entries()) {
              if (!group.signal.aborted)
                group.spawn(`job ${index}`, (signal) => shop.work(job, signal, index));
            }
            if (leaveAt === null) await group.join();
            else await shop.clock.sleep(leaveAt);
          };
          const error = await shop.clock.finish(
            block().then(
              () => undefined,
              (thrown: unknown) => thrown,
            ),
          );
          expect(shop.counts.running).toBe(0);
          expect(runningTasks()).toEqual([]);
          expect(getEventListeners(shop.outside.signal, 'abort')).toEqual([]);
          if (leaveAt !== null) expect(error).toBeUndefined();
          else if (shop.failures.length > 0) expect(error).toBe(shop.failures[0].error);
          else expect([undefined, shop.reason, cancelled]).toContain(error);
          await shop.clock.finish(Promise.all([aborting, canceller]));
          expect(shop.clock.pending).toBe(0);
        },
      ),
    );
  });

  test('ends by its first failure, which join throws when all have stopped', async () => {
    const clock = manualClock();
    const failure = new Error('first');
    let stoppedAt = NaN;
    const running = (async () => {
      await using group = openTaskGroup({ name: 'group' });
      group.spawn('fails', async () => {
        await clock.sleep(2);
        throw failure;
      });
      group.spawn('follows', (signal) => clock.sleep(100, signal));
      group.spawn('fails later', async () => {
        await clock.sleep(4);
        stoppedAt = clock.monotonic();
        throw new Error('second');
      });
      await clock.sleep(3);
      expect(() => group.spawn('too late', async () => {})).toThrow(failure);
      await group.join();
    })();
    await expect(clock.finish(running)).rejects.toBe(failure);
    expect(stoppedAt).toBe(4);
  });

  test('ends by an abort from outside, before or after its start', async () => {
    const reason = new Error('enough');
    const outside = new AbortController();
    await using group = openTaskGroup({ name: 'group', signal: outside.signal });
    const clock = manualClock();
    group.spawn('child', (signal) => clock.sleep(100, signal));
    outside.abort(reason);
    await expect(group.join()).rejects.toBe(reason);
    await using late = openTaskGroup({ name: 'late', signal: outside.signal });
    expect(() => late.spawn('child', async () => {})).toThrow(reason);
    expect(clock.pending).toBe(0);
  });

  test('ends when told to, and takes nothing more after its end', async () => {
    const group = openTaskGroup({ name: 'group' });
    group.cancel();
    await expect(group.join()).rejects.toMatchObject({ name: 'Cancelled' });
    await group[Symbol.asyncDispose]();
    const disposed = openTaskGroup({ name: 'group' });
    await disposed[Symbol.asyncDispose]();
    expect(() => disposed.spawn('child', async () => {})).toThrow('stopped on request');
  });
});
