import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { manualClock } from './manual-clock.ts';

test('stands still until it is advanced', async () => {
  const clock = manualClock(1_700_000_000_000);
  expect([clock.now(), clock.monotonic()]).toEqual([1_700_000_000_000, 0]);
  await clock.advance(1500);
  expect([clock.now(), clock.monotonic()]).toEqual([1_700_000_001_500, 1500]);
});

describe('advance', () => {
  test('fires what is due, in order of time, then in the order in which it was set', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -2, max: 20 })),
        fc.integer({ min: 0, max: 20 }),
        async (times, end) => {
          const clock = manualClock();
          const woken: { ms: number; index: number; at: number }[] = [];
          const sleeping = times.map(async (ms, index) => {
            await clock.sleep(ms);
            woken.push({ ms, index, at: clock.monotonic() });
          });
          await clock.advance(end);
          const expected = times
            .map((ms, index) => ({ ms, index, at: Math.max(0, ms) }))
            .sort((a, b) => a.at - b.at || a.index - b.index);
          expect(woken).toEqual(expected.filter(({ at }) => at <= end));
          expect(clock.pending).toBe(times.length - woken.length);
          expect(clock.monotonic()).toBe(end);
          await clock.advance(20);
          await Promise.all(sleeping);
          expect(woken).toEqual(expected);
        },
      ),
    );
  });

  test('lets what it wakes run on, through many promises, and sleep again', async () => {
    const clock = manualClock();
    const seen: [string, number][] = [];
    async function ticks(name: string, ms: number) {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(ms);
        for (let turn = 0; turn < 100; turn++) await Promise.resolve();
        seen.push([name, clock.monotonic()]);
      }
    }
    const running = [ticks('two', 2), ticks('three', 3)];
    await clock.advance(7);
    expect(seen).toEqual([
      ['two', 2],
      ['three', 3],
      ['two', 4],
      ['three', 6],
      ['two', 6],
    ]);
    expect(clock.pending).toBe(1);
    await clock.advance(2);
    await Promise.all(running);
    expect(clock.pending).toBe(0);
  });

  test('sees timers that are only set when promises from before have settled', async () => {
    const clock = manualClock();
    let woken = false;
    const sleeping = (async () => {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      await clock.sleep(0);
      woken = true;
    })();
    await clock.advance(0);
    expect(woken).toBe(true);
    await sleeping;
  });
});

describe('finish', () => {
  test('takes as long as it takes, and no longer', async () => {
    const clock = manualClock();
    const other = new AbortController();
    const sleeping = clock.sleep(10, other.signal).catch(() => {});
    expect(await clock.finish(clock.sleep(3).then(() => 'done'))).toBe('done');
    expect(clock.monotonic()).toBe(3);
    expect(clock.pending).toBe(1);
    await expect(clock.finish(Promise.reject(new Error('no')))).rejects.toThrow('no');
    other.abort();
    await sleeping;
  });

  test('says when no timer is left to wait for', async () => {
    const clock = manualClock();
    await expect(clock.finish(new Promise(() => {}))).rejects.toMatchObject({ name: 'Internal' });
    void clock.sleep(Infinity);
    await expect(clock.finish(new Promise(() => {}))).rejects.toThrow('no timer is left');
    expect(clock.monotonic()).toBe(0);
  });
});
