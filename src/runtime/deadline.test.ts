import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { withDeadline } from './deadline.ts';
import { manualClock } from './manual-clock.ts';
import { runningTasks } from './tasks.ts';

const timeout = { name: 'Timeout', message: 'open-meteo took longer than 30 s' };

test('gives what fn gives in time, and leaves nothing behind', async () => {
  const clock = manualClock();
  const { signal } = new AbortController();
  const work = () => clock.sleep(29_999).then(() => 'reply');
  expect(await clock.finish(withDeadline(clock, 30_000, 'open-meteo', signal, work))).toBe('reply');
  const failure = new Error('no');
  await expect(withDeadline(clock, 30_000, 'open-meteo', signal, () => Promise.reject(failure))).rejects.toBe(
    failure,
  );
  expect(clock.pending).toBe(0);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(runningTasks()).toEqual([]);
});

test('stops fn after the time, with a Timeout that says what took too long', async () => {
  const clock = manualClock();
  const running = withDeadline(clock, 30_000, 'open-meteo', undefined, (signal) => clock.sleep(1e6, signal));
  await expect(clock.finish(running)).rejects.toMatchObject(timeout);
  expect(clock.monotonic()).toBe(30_000);
  expect(clock.pending).toBe(0);
});

test('shows fn that ignores its signal as a stuck task until it stops, and takes no answer from it', async () => {
  for (const fails of [false, true]) {
    const clock = manualClock();
    const running = withDeadline(clock, 30_000, 'open-meteo', undefined, async () => {
      await clock.sleep(100_000);
      if (fails) throw new Error('too late');
      return 'too late';
    });
    let settled = false;
    const checking = expect(running.finally(() => void (settled = true))).rejects.toMatchObject(timeout);
    await clock.advance(31_000);
    expect(settled).toBe(false);
    expect(runningTasks()).toMatchObject([{ name: 'open-meteo', ageMs: 31_000, leftMs: -1000 }]);
    await clock.advance(69_000);
    expect(settled).toBe(true);
    await checking;
    expect(runningTasks()).toEqual([]);
  }
});

test('passes an abort from outside on, and starts nothing after it', async () => {
  const clock = manualClock();
  const outside = new AbortController();
  const reason = new Error('enough');
  const running = withDeadline(clock, 30_000, 'open-meteo', outside.signal, async (signal) => {
    // Libraries throw errors of their own when they are aborted.
    await clock.sleep(1e6, signal).catch(() => Promise.reject(new Error('AbortError')));
  });
  outside.abort(reason);
  await expect(running).rejects.toBe(reason);
  let started = false;
  const late = withDeadline(clock, 30_000, 'open-meteo', outside.signal, async () => {
    started = true;
  });
  await expect(late).rejects.toBe(reason);
  expect(started).toBe(false);
  expect(clock.pending).toBe(0);
});
