import type { ComputePool } from '../runtime/compute-pool.ts';
import type { Store } from '../store/store.ts';
import { step } from './loop.ts';
import { presentOf } from './present.ts';

/** Milliseconds from the end of one turn to the next that new data asks for. */
const PAUSE = 5000;
/** Milliseconds after which a turn is made although nothing was pushed: training may be due. */
const AT_LEAST_EVERY = 600_000;

export interface StandingLoop extends AsyncDisposable {
  /** Says that something new was written: a turn follows soon. */
  readonly poke: () => void;
}

/**
 * Turns the loop while a store is served: at once, some seconds after new data arrived, and every ten minutes. One turn
 * at a time; a turn that fails is reported and the next is made all the same. Disposing stops the turn under way.
 */
export function openStandingLoop(
  store: Store,
  pool: ComputePool,
  onError: (error: unknown) => void,
): StandingLoop {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let due = 0;
  let turning: Promise<void> | undefined;

  function plan(delay: number): void {
    if (stop.signal.aborted) return;
    const at = performance.now() + delay;
    if (timer !== undefined && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      timer = undefined;
      // A long turn may still be under way.
      turning = Promise.resolve(turning).then(turn);
    }, delay);
  }

  async function turn(): Promise<void> {
    try {
      await step(store, { asOf: await presentOf(store), signal: stop.signal }, pool);
    } catch (error) {
      if (!stop.signal.aborted) onError(error);
    }
    plan(AT_LEAST_EVERY);
  }

  plan(0);
  return {
    poke: () => plan(PAUSE),
    async [Symbol.asyncDispose]() {
      stop.abort();
      clearTimeout(timer);
      await turning;
    },
  };
}
