import type { Clock } from '../runtime/clock.ts';
import { exhibit } from '../runtime/inspection.ts';
import { task } from '../runtime/tasks.ts';
import type { Client } from '../sources/client.ts';
import { byProvider, type Sources } from '../sources/sources.ts';
import type { Store } from '../store/store.ts';
import { msPerDay } from '../weather/time.ts';
import { type CollectProgress, readProgress, wasNotAsked } from './collect-progress.ts';
import { collectRound, type Round } from './collect-round.ts';
import { staleness } from './staleness.ts';

/** Milliseconds between two looks at what is due, on average. */
const PAUSE = 60_000;
/** So many times as long at the most, where a provider may not be asked any more. */
const LONGEST_REST = 16;
/** Days after which what experts said, once it is scored, is let go of again: it would be a gigabyte a year. */
const KEPT_DAYS = 2;
/** Milliseconds between two looks at what is late, on average. */
const STALENESS_EVERY = 5 * 60_000;
/** Steps of filling in between two looks: what is current comes first. */
const FILL_STEPS = 20;

export interface CollectorOptions {
  readonly client: Client;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How far ahead forecasts are wanted, hours. */
  readonly hours: number;
  /** Told of each round with a provider. */
  readonly onCollected: (round: Round) => void;
  /** What is no failure of a source, such as a full disk; collecting goes on. */
  readonly onError: (error: unknown) => void;
}

/**
 * Collects while a store is served: what is due, then some of the past, and again a minute later or so, from each provider by
 * itself, so that a slow one holds up no other. The pauses are drawn by chance, for installations that all ask on the minute
 * are a crowd. Disposing stops what is under way.
 */
export function openStandingCollector(
  store: Store,
  sources: Sources,
  { client, clock, random, hours, onCollected, onError }: CollectorOptions,
): AsyncDisposable {
  const stop = new AbortController();
  const { signal } = stop;

  /** What all loops know together; read again where that fails. */
  let reading: Promise<CollectProgress> | undefined;
  function progressOfAll(): Promise<CollectProgress> {
    reading ??= readProgress(store).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  }

  /** Does something again and again, after the milliseconds that it answers with, until all is stopped. */
  async function repeatedly(work: () => Promise<number>): Promise<void> {
    try {
      for (;;) {
        const pause = await work().catch((error: unknown) => {
          signal.throwIfAborted();
          onError(error);
          return PAUSE;
        });
        await clock.sleep(pause * (0.5 + random()), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async function collectFrom(name: string, own: Sources): Promise<void> {
    let rest = 1;
    await repeatedly(async () => {
      const options = { client, clock, hours, signal, steps: FILL_STEPS, progress: await progressOfAll() };
      const round = await task(`collect from ${name}`, () => collectRound(store, own, options), { clock });
      onCollected(round);
      const isStopped = round.collected.failures.some(({ error }) => wasNotAsked(error));
      rest = isStopped ? Math.min(LONGEST_REST, 2 * rest) : 1;
      return PAUSE * rest;
    });
  }

  let late: readonly string[] = [];
  const shown = exhibit('late', () => late.map((reason) => ({ reason })));
  async function watchStaleness(): Promise<void> {
    await repeatedly(async () => {
      late = await staleness(store, clock.now());
      return STALENESS_EVERY;
    });
  }

  async function reduceDaily(): Promise<void> {
    let isFirst = true;
    await repeatedly(async () => {
      if (!isFirst) await store.reduce(clock.now() - KEPT_DAYS * msPerDay, 'predictions');
      isFirst = false;
      return msPerDay;
    });
  }

  const loops = [
    ...[...byProvider(sources)].map(([name, own]) => collectFrom(name, own)),
    watchStaleness(),
    reduceDaily(),
  ];
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(loops);
      shown[Symbol.dispose]();
    },
  };
}
