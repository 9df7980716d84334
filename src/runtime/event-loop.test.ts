import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type EventLoopWatch, section, watchEventLoop } from './event-loop.ts';

/** Keeps the processor busy, and so the event loop. */
function hold(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

let watch: EventLoopWatch | undefined;
afterEach(() => {
  watch?.[Symbol.dispose]();
  watch = undefined;
});

/** Causes of the stalls that `work` led to. */
async function causesOf(work: () => void): Promise<readonly string[]> {
  watch?.[Symbol.dispose]();
  watch = watchEventLoop();
  await sleep(50);
  const before = watch.look().stalled;
  work();
  await sleep(50);
  const { stalled, stalls } = watch.look();
  return stalled === before ? [] : stalls.slice(before - stalled).map(({ cause }) => cause);
}

describe('a stall', () => {
  it('is told by the name of the section that held the loop, and how long', async () => {
    expect(await causesOf(() => section('SELECT everything', () => hold(80)))).toContain('SELECT everything');
    const stall = watch!.look().stalls.find(({ cause }) => cause === 'SELECT everything')!;
    expect(stall.ms).toBeGreaterThanOrEqual(80);
    expect(Math.abs(Date.now() - stall.at)).toBeLessThan(5000);
  });

  it('is blamed on the innermost section, and on that alone', async () => {
    const causes = await causesOf(() => section('the request', () => section('the commit', () => hold(80))));
    expect(causes).toContain('the commit');
    expect(causes).not.toContain('the request');
  });

  it('is blamed on both sections where both held the loop for long', async () => {
    const causes = await causesOf(() =>
      section('the whole', () => {
        section('its part', () => hold(80));
        hold(80);
      }),
    );
    expect(causes).toEqual(expect.arrayContaining(['its part', 'the whole']));
  });

  it('is blamed on short sections that add up, by the longest of them', async () => {
    const some = (name: string, times: number) => {
      for (let k = 0; k < times; k++) section(name, () => hold(10));
    };
    expect(await causesOf(() => some('SELECT one', 10))).toContain('SELECT one');
    const several = () => {
      for (let k = 0; k < 8; k++) some(`SELECT ${k}`, k === 5 ? 3 : 2);
    };
    // A machine that is busy itself may make another the longest: tried until it was not.
    await expect
      .poll(() => causesOf(several), { timeout: 20_000, interval: 0 })
      .toContain('SELECT 5, and others');
  });

  it('outside any section is told as such', async () => {
    // Of a machine that is busy itself it is said that no processor was free: tried until it was.
    await expect
      .poll(() => causesOf(() => hold(120)), { timeout: 20_000, interval: 0 })
      .toContain('outside any section');
  });

  it('is told although the section throws, whose error comes through', async () => {
    const failing = () =>
      section('fails late', () => {
        hold(80);
        throw new RangeError('late');
      });
    expect(await causesOf(() => expect(failing).toThrow(RangeError))).toContain('fails late');
  });

  it('shows in the worst and the 99th percentile of the delay', async () => {
    watch = watchEventLoop();
    for (let k = 0; k < 3; k++) {
      await sleep(20);
      hold(80);
    }
    await sleep(30);
    const { p50Ms, p99Ms, maxMs, busy } = watch.look();
    expect(maxMs).toBeGreaterThan(60);
    expect(p99Ms).toBeGreaterThan(60);
    expect(p50Ms).toBeLessThan(p99Ms);
    expect(busy).toBeGreaterThan(0.3);
    expect(busy).toBeLessThanOrEqual(1);
  });
});

it('nothing is remembered while nobody watches', async () => {
  watch = watchEventLoop();
  watch[Symbol.dispose]();
  expect(section('unseen', () => 7)).toBe(7);
  section('unseen', () => hold(80));
  expect(watch.look().stalls.map(({ cause }) => cause)).not.toContain('unseen');
});
