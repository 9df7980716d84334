import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type Clock, seconds, systemClock } from './clock.ts';
import { manualClock } from './manual-clock.ts';

/** Timers of this process that wait. */
const systemTimers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

// Both clocks keep the same promises; only the way in which time passes differs.
describe.each<[string, () => { clock: Clock; pass: (ms: number) => Promise<void>; pending: () => number }]>([
  [
    'the system clock',
    () => {
      const before = systemTimers();
      return {
        clock: systemClock,
        pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        pending: () => systemTimers() - before,
      };
    },
  ],
  [
    'a manual clock',
    () => {
      const clock = manualClock();
      return { clock, pass: (ms) => clock.advance(ms), pending: () => clock.pending };
    },
  ],
])('%s', (_, open) => {
  test('sleeps as long as asked', async () => {
    const { clock, pass, pending } = open();
    const startedAt = clock.monotonic();
    let slept = NaN;
    const sleeping = clock.sleep(5).then(() => {
      slept = clock.monotonic() - startedAt;
    });
    await pass(8);
    await sleeping;
    // Node cuts a millisecond short.
    expect(slept).toBeGreaterThanOrEqual(4);
    expect(pending()).toBe(0);
  });

  test('stops sleeping at once when the signal aborts, with its reason', async () => {
    const { clock, pending } = open();
    const controller = new AbortController();
    const reason = new Error('enough');
    const sleeping = clock.sleep(1e6, controller.signal);
    expect(pending()).toBe(1);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    expect(pending()).toBe(0);
    const late = clock.sleep(1e6, controller.signal);
    expect(pending()).toBe(0);
    await expect(late).rejects.toBe(reason);
    expect(pending()).toBe(0);
    expect(listeners(controller.signal)).toBe(0);
  });

  test('no longer listens to the signal when it has slept', async () => {
    const { clock, pass } = open();
    const { signal } = new AbortController();
    const sleeping = clock.sleep(1, signal);
    expect(listeners(signal)).toBe(1);
    await pass(5);
    await sleeping;
    expect(listeners(signal)).toBe(0);
  });

  test('sleeps longer than setTimeout can, and for ever', async () => {
    const { clock, pass, pending } = open();
    const controller = new AbortController();
    const ended: number[] = [];
    const sleeping = [2 ** 31, 2 ** 40, Infinity].map((ms) =>
      clock.sleep(ms, controller.signal).then(
        () => void ended.push(ms),
        () => {},
      ),
    );
    await pass(5);
    expect(ended).toEqual([]);
    expect(pending()).toBe(3);
    controller.abort();
    await Promise.all(sleeping);
    expect(pending()).toBe(0);
  });

  test('wakes soon when the time is already over, without a warning', async () => {
    const { clock, pass } = open();
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    using deadline = clock.deadline(-5);
    const sleeping = clock.sleep(-5);
    await pass(5);
    await sleeping;
    process.off('warning', note);
    expect(deadline.signal.aborted).toBe(true);
    expect(warnings).toEqual([]);
  });

  test('refuses to wait for no number', async () => {
    const { clock } = open();
    await expect(clock.sleep(NaN)).rejects.toMatchObject({ name: 'Internal' });
    expect(() => clock.deadline(NaN)).toThrow('NaN');
  });

  test('aborts after a deadline, with a Timeout that says what took how long', async () => {
    const { clock, pass, pending } = open();
    const { signal: outer } = new AbortController();
    using deadline = clock.deadline(5, outer, 'open-meteo');
    expect(deadline.signal.aborted).toBe(false);
    await pass(10);
    expect(deadline.signal.aborted).toBe(true);
    expect(deadline.signal.reason).toMatchObject({
      name: 'Timeout',
      message: 'open-meteo took longer than 0.005 s',
    });
    expect(pending()).toBe(0);
    expect(listeners(outer)).toBe(0);
  });

  test('aborts a deadline with the reason of the outer signal', async () => {
    const { clock, pending } = open();
    const controller = new AbortController();
    const reason = new Error('enough');
    using deadline = clock.deadline(1e6, controller.signal);
    controller.abort(reason);
    expect(deadline.signal.reason).toBe(reason);
    expect(pending()).toBe(0);
    using late = clock.deadline(1e6, controller.signal);
    expect(late.signal.reason).toBe(reason);
    expect(pending()).toBe(0);
  });

  test('forgets a deadline that is disposed', async () => {
    const { clock, pass, pending } = open();
    const controller = new AbortController();
    const signals = Array.from({ length: 100 }, () => {
      using deadline = clock.deadline(1, controller.signal);
      return deadline.signal;
    });
    expect(pending()).toBe(0);
    expect(listeners(controller.signal)).toBe(0);
    await pass(5);
    controller.abort();
    expect(signals.some((signal) => signal.aborted)).toBe(false);
  });
});

test('the system clock tells the time', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  const before = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
});

test('durations are told in seconds, to three digits', () => {
  expect([0, 5, 1500, 30_000, 180_000, 1234.5678, 3_723_400].map(seconds)).toEqual([
    '0 s',
    '0.005 s',
    '1.5 s',
    '30 s',
    '180 s',
    '1.23 s',
    '3720 s',
  ]);
});
