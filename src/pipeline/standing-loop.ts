import type { Clock } from '../runtime/clock.ts';
import type { ComputePool } from '../runtime/compute-pool.ts';
import { task } from '../runtime/tasks.ts';
import type { Store } from '../store/store.ts';
import { type StepResult, step } from './loop.ts';
import { presentOf } from './present.ts';

/** Milliseconds from the end of one turn to the next that new data asks for. */
const PAUSE = 5000;
/** Milliseconds after which a turn is made although nothing was pushed: training may be due. */
const AT_LEAST_EVERY = 600_000;

export interface StandingLoop extends AsyncDisposable {
  /** Says that something new was written: a turn follows soon. */
  readonly poke: () => void;
}

/** What a loop tells about its turns. */
export interface LoopEvents {
  readonly onTurn?: (result: StepResult) => void;
  readonly onError: (error: unknown) => void;
  /** What data sources gave and did not give, where they are asked. */
  readonly onCollected?: (collected: CollectedLately) => void;
}

export interface CollectedLately {
  /** Runs and observations that were new. */
  readonly added: number;
  /** What failed, in words. */
  readonly failures: readonly string[];
}

/**
 * Turns the loop while a store is served: at once, some seconds after new data arrived, and every ten minutes. One turn
 * at a time; a turn that fails is reported and the next is made all the same. Disposing stops the turn under way.
 *
 * Each turn is a task of its own, with the label `run`.
 */
export function openStandingLoop(
  store: Store,
  pool: ComputePool,
  clock: Clock,
  { onTurn, onError }: LoopEvents,
): StandingLoop {
  const stop = new AbortController();
  let poked = false;
  let wake = new AbortController();

  async function turn(): Promise<void> {
    try {
      onTurn?.(await step(store, { asOf: await presentOf(store), signal: stop.signal }, pool));
    } catch (error) {
      if (!stop.signal.aborted) onError(error);
    }
  }

  /** Waits until the next turn is due: whoever pokes during a turn or a pause cuts the long wait short. */
  async function pause(): Promise<void> {
    await clock.sleep(PAUSE, stop.signal);
    if (poked) return;
    wake = new AbortController();
    const { signal } = wake;
    await clock.sleep(AT_LEAST_EVERY - PAUSE, AbortSignal.any([stop.signal, signal])).catch((error) => {
      if (!signal.aborted) throw error;
    });
    // More may come with what has just arrived.
    if (poked) await clock.sleep(PAUSE, stop.signal);
  }

  async function run(): Promise<void> {
    for (let turns = 1; !stop.signal.aborted; turns++) {
      poked = false;
      await task('turn of the loop', turn, { clock, labels: { run: `${process.pid}-${turns}` } });
      await pause().catch((error) => {
        if (!stop.signal.aborted) throw error;
      });
    }
  }

  const running = run();
  return {
    poke() {
      poked = true;
      wake.abort();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
