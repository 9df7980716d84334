import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { EventLoopView, StallView } from './inspection.ts';

/** Milliseconds without a turn of the event loop from which on it has stalled. */
const STALL = 50;
/** Milliseconds between two looks whether it has. */
const BEAT = 20;
/** Milliseconds after which a window ends: figures are of the current one and the one before. */
const WINDOW = 30_000;
/** Stalls that are remembered. */
const KEPT = 20;

/** Watches the event loop of this thread until it is disposed. */
export interface EventLoopWatch extends Disposable {
  look(): EventLoopView;
}

let watching = false;
/** The latest stalls, and how many there have been. */
const stalls: StallView[] = [];
let stalled = 0;
/** Milliseconds since the last beat that each section took, without the sections within it, and all together. */
const spent = new Map<string, number>();
let spentInAll = 0;

/**
 * Runs a synchronous piece of work that might hold the event loop for long, so that a stall can be told by its name. Of
 * sections within sections the innermost is blamed; short ones of one name, such as a statement that runs a thousand times,
 * add up.
 */
export function section<T>(name: string, work: () => T): T {
  if (!watching) return work();
  const started = performance.now();
  const before = spentInAll;
  try {
    return work();
  } finally {
    const took = performance.now() - started - (spentInAll - before);
    spent.set(name, (spent.get(name) ?? 0) + took);
    spentInAll += took;
  }
}

/** Says what held the loop between two beats. */
function blame(lateMs: number, cpuMs: number): void {
  const bySize = [...spent].sort(([, a], [, b]) => b - a);
  const long = bySize.filter(([, ms]) => ms >= STALL);
  let rest = lateMs;
  for (const [name, ms] of long) {
    remember(name, ms);
    rest -= ms;
  }
  if (rest < STALL) return;
  const short = bySize.slice(long.length);
  if (short.reduce((sum, [, ms]) => sum + ms, 0) >= rest / 2) remember(`${short[0][0]}, and others`, rest);
  else remember(cpuMs - spentInAll < rest / 2 ? 'no processor was free' : 'outside any section', rest);
}

function remember(cause: string, ms: number): void {
  stalled++;
  stalls.push({ at: Date.now(), ms, cause });
  if (stalls.length > KEPT) stalls.shift();
}

interface Window {
  readonly delay: ReturnType<typeof monitorEventLoopDelay>;
  readonly began: EventLoopUtilization;
}

/** Starts watching; one watch a thread. */
export function watchEventLoop(): EventLoopWatch {
  const open = (): Window => {
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    return { delay, began: performance.eventLoopUtilization() };
  };
  watching = true;
  let last: Window | undefined;
  let current = open();
  let windowEnds = performance.now() + WINDOW;
  let beat = performance.now();
  let cpu = cpuMs();
  // Not a clock's timer: what is measured is how late the real ones are.
  const timer = setInterval(() => {
    const now = performance.now();
    const used = cpuMs() - cpu;
    const late = now - beat - BEAT;
    if (late >= STALL) blame(late, used);
    spent.clear();
    spentInAll = 0;
    cpu += used;
    beat = now;
    if (now < windowEnds) return;
    last?.delay.disable();
    last = current;
    current = open();
    windowEnds = now + WINDOW;
  }, BEAT);
  timer.unref();
  return {
    look() {
      const windows = last === undefined ? [current] : [last, current];
      // The histogram has the time between beats of its own, of which all but its resolution is delay.
      const worst = (of: (delay: Window['delay']) => number) =>
        Math.max(0, ...windows.map(({ delay }) => (delay.count === 0 ? 0 : of(delay) / 1e6 - 10)));
      const { utilization } = performance.eventLoopUtilization(windows[0].began);
      return {
        p50Ms: worst((delay) => delay.percentile(50)),
        p99Ms: worst((delay) => delay.percentile(99)),
        maxMs: worst((delay) => delay.max),
        busy: utilization,
        stalled,
        stalls: [...stalls],
      };
    },
    [Symbol.dispose]() {
      watching = false;
      clearInterval(timer);
      last?.delay.disable();
      current.delay.disable();
    },
  };
}

/** Milliseconds that this thread has had of a processor. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
