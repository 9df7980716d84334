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
/** The latest stalls, how many there have been, and how much of the time since the last beat is explained by them. */
const stalls: StallView[] = [];
let stalled = 0;
let explained = 0;

/**
 * Runs a synchronous piece of work that might hold the event loop for long, so that a stall can be told by its name. Of
 * sections within sections the innermost is blamed.
 */
export function section<T>(name: string, work: () => T): T {
  if (!watching) return work();
  const started = performance.now();
  const before = explained;
  try {
    return work();
  } finally {
    const took = performance.now() - started - (explained - before);
    if (took >= STALL) remember(name, took);
  }
}

function remember(cause: string, ms: number): void {
  stalled++;
  explained += ms;
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
    const unexplained = now - beat - BEAT - explained;
    if (unexplained >= STALL)
      remember(
        used - explained < unexplained / 2 ? 'no processor was free' : 'outside any section',
        unexplained,
      );
    explained = 0;
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
