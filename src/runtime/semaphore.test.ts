import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lookAtParts } from './inspection.ts';
import { manualClock } from './manual-clock.ts';
import { openSemaphore } from './semaphore.ts';
import { runningTasks, task } from './tasks.ts';

test('lets so many in at once, first come, first served', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(
        fc.record({
          comesAt: fc.nat(20),
          holds: fc.nat(10),
          leavesAt: fc.option(fc.nat(40)),
        }),
        { maxLength: 15 },
      ),
      async (limit, guests) => {
        using semaphore = openSemaphore('door', limit);
        const clock = manualClock();
        const came: number[] = [];
        const gone = new Set<number>();
        const served: number[] = [];
        let inside = 0;
        const controllers = guests.map(() => new AbortController());
        const visit = async ({ comesAt, holds }: (typeof guests)[number], index: number) => {
          const { signal } = controllers[index];
          await clock.sleep(comesAt);
          if (!signal.aborted) came.push(index);
          try {
            using _ = await semaphore.acquire(signal);
            expect(signal.aborted).toBe(false);
            served.push(index);
            inside++;
            expect(inside).toBeLessThanOrEqual(limit);
            expect(semaphore.inUse).toBe(inside);
            await clock.sleep(holds);
            inside--;
          } catch (error) {
            expect(error).toBe(signal.reason);
            gone.add(index);
          }
        };
        const leave = async ({ leavesAt }: (typeof guests)[number], index: number) => {
          if (leavesAt === null) return;
          await clock.sleep(leavesAt);
          const { waiting } = semaphore;
          const wasWaiting = came.includes(index) && !served.includes(index);
          controllers[index].abort(new Error(`guest ${index} left`));
          expect(semaphore.waiting).toBe(waiting - Number(wasWaiting));
        };
        const all = Promise.all([...guests.map(visit), ...guests.map(leave)]);
        for (let ms = 0; ms < 200; ms++) {
          await clock.advance(1);
          // Nobody waits while a slot is free.
          if (semaphore.waiting > 0) expect(semaphore.inUse).toBe(limit);
          expect(semaphore.inUse).toBe(inside);
        }
        await all;
        expect(served).toEqual(came.filter((index) => !gone.has(index)));
        expect(served.length + gone.size).toBe(guests.length);
        expect([semaphore.inUse, semaphore.waiting, clock.pending]).toEqual([0, 0, 0]);
        for (const { signal } of controllers) expect(getEventListeners(signal, 'abort')).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

test('gives a slot that is given back to the first in the queue, not to who comes in between', async () => {
  using semaphore = openSemaphore('door', 1);
  const first = await semaphore.acquire();
  const order: string[] = [];
  const enter = async (name: string) => {
    using _ = await semaphore.acquire();
    order.push(name);
  };
  const second = enter('second');
  first[Symbol.dispose]();
  await Promise.all([second, enter('third')]);
  expect(order).toEqual(['second', 'third']);
});

test('leaves the others waiting when one is aborted that was just served', async () => {
  using semaphore = openSemaphore('door', 1);
  const held = await semaphore.acquire();
  const controller = new AbortController();
  const served = semaphore.acquire(controller.signal);
  const next = semaphore.acquire();
  held[Symbol.dispose]();
  controller.abort();
  expect(semaphore).toMatchObject({ inUse: 1, waiting: 1 });
  (await served)[Symbol.dispose]();
  (await next)[Symbol.dispose]();
  expect(semaphore).toMatchObject({ inUse: 0, waiting: 0 });
});

test('takes a slot back once, however often it is given back', async () => {
  using semaphore = openSemaphore('door', 2);
  const slot = await semaphore.acquire();
  const other = await semaphore.acquire();
  const third = semaphore.acquire();
  slot[Symbol.dispose]();
  slot[Symbol.dispose]();
  expect(semaphore.inUse).toBe(2);
  (await third)[Symbol.dispose]();
  slot[Symbol.dispose]();
  expect(semaphore.inUse).toBe(1);
  other[Symbol.dispose]();
  expect(semaphore.inUse).toBe(0);
});

test('lets nobody in whose signal has aborted before', async () => {
  using semaphore = openSemaphore('door', 1);
  const reason = new Error('enough');
  await expect(semaphore.acquire(AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(semaphore.inUse).toBe(0);
});

test('is shown until it is disposed, as is who waits for it', async () => {
  const semaphore = openSemaphore('open-meteo', 1);
  const slot = await semaphore.acquire();
  const waiting = task('collect', () => semaphore.acquire());
  const view = { name: 'open-meteo', inUse: 1, limit: 1, waiting: 1 };
  expect(lookAtParts().semaphores).toEqual([view]);
  expect(semaphore).toMatchObject(view);
  expect(runningTasks()).toMatchObject([{ name: 'collect', waitingFor: 'semaphore open-meteo' }]);
  slot[Symbol.dispose]();
  await waiting;
  semaphore[Symbol.dispose]();
  expect(lookAtParts().semaphores).toEqual([]);
});

test.each([0, -1, 1.5, NaN, Infinity])('refuses a limit of %s', (limit) => {
  expect(() => openSemaphore('door', limit)).toThrow('at least 1');
});
