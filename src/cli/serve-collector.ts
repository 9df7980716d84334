import { openStandingCollector } from '../collect/standing-collector.ts';
import type { Config } from '../config.ts';
import type { LoopEvents } from '../pipeline/standing-loop.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Store } from '../store/store.ts';
import { namePlaces } from '../weather/name-places.ts';
import { openCollecting } from './open-sources.ts';

/** Collects beside the loop, which is poked when there is news. */
export function openCollector(
  store: Store,
  clock: Clock,
  { onError, onCollected }: LoopEvents,
  config: Config,
  poke: () => void,
): AsyncDisposable {
  const { client, sources, notices, [Symbol.asyncDispose]: close } = openCollecting(config);
  onCollected?.({ added: 0, failures: notices });
  const collector = openStandingCollector(store, sources, {
    client,
    clock,
    random: Math.random,
    hours: 24 * config.horizon,
    onCollected({ collected, filled }) {
      const added = collected.added + filled.runs + filled.observations;
      const failures = [...collected.failures, ...filled.failures];
      if (added > 0) poke();
      onCollected?.({
        added,
        failures: failures.map(
          ({ source, places, error }) => `${source}, ${namePlaces(places)}: ${error.message}`,
        ),
      });
    },
    onError,
  });
  return {
    async [Symbol.asyncDispose]() {
      await collector[Symbol.asyncDispose]();
      await close();
    },
  };
}
