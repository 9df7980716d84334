import type { Clock } from '../runtime/clock.ts';
import { task } from '../runtime/tasks.ts';
import type { Client } from '../sources/client.ts';
import type { Sources } from '../sources/sources.ts';
import type { Store } from '../store/store.ts';
import { msPerDay } from '../weather/time.ts';
import { readProgress } from './collect-progress.ts';
import { collectRound, type Round } from './collect-round.ts';

/** Milliseconds between two looks at what is due, on average. */
const PAUSE = 60_000;
/** Milliseconds after which what experts said, once it is scored, is let go of again: it would be a gigabyte a year. */
const REDUCE_EVERY = msPerDay;
const KEPT_DAYS = 2;
/** Steps of filling in between two looks: what is current comes first. */
const FILL_STEPS = 20;

export interface CollectorOptions {
  readonly client: Client;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How far ahead forecasts are wanted, hours. */
  readonly hours: number;
  readonly onCollected: (round: Round) => void;
  /** What is no failure of a source, such as a full disk; collecting goes on. */
  readonly onError: (error: unknown) => void;
}

/**
 * Collects while a store is served: what is due, then some of the past, and again a minute later or so. The pauses are
 * drawn by chance, for installations that all ask on the minute are a crowd. Disposing stops what is under way.
 */
export function openStandingCollector(
  store: Store,
  sources: Sources,
  { client, clock, random, hours, onCollected, onError }: CollectorOptions,
): AsyncDisposable {
  const stop = new AbortController();
  const { signal } = stop;

  async function run(): Promise<void> {
    const progress = await readProgress(store);
    let reducedAt = clock.now();
    for (;;) {
      try {
        const options = { client, clock, hours, progress, signal, steps: FILL_STEPS };
        onCollected(await task('collect', () => collectRound(store, sources, options), { clock }));
        if (clock.now() - reducedAt > REDUCE_EVERY) {
          reducedAt = clock.now();
          await store.reduce(reducedAt - KEPT_DAYS * msPerDay, 'predictions');
        }
      } catch (error) {
        if (signal.aborted) throw error;
        onError(error);
      }
      await clock.sleep(PAUSE * (0.5 + random()), signal);
    }
  }

  const running = run().catch((error: unknown) => {
    if (!signal.aborted) onError(error);
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
