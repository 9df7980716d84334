import type { Command } from 'commander';
import { collectedPlaces } from '../collect/follow.ts';
import type { Config } from '../config.ts';
import { type LoopEvents, openStandingLoop, type StandingLoop } from '../pipeline/standing-loop.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import type { ComputePool } from '../runtime/compute-pool.ts';
import { restingPool } from '../runtime/resting-pool.ts';
import { serveStore } from '../server/serve.ts';
import type { Store } from '../store/store.ts';
import { type CommonFlags, type Context, configOf, openThreads } from './context.ts';
import { command } from './model-flags.ts';

/** Milliseconds after a turn of the loop in which the threads wait for another. */
const REST = 10_000;
/** Addresses that only programs on this machine reach. */
const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** The loop, and beside it the collector where a place is collected for, whose news it is told. */
function openLoops(
  store: Store,
  pool: ComputePool,
  clock: Clock,
  events: LoopEvents,
  config: Config,
): StandingLoop {
  const loop = openStandingLoop(store, pool, clock, events);
  const collecting = collectedPlaces(store).then(async (places) => {
    if (places.length === 0) return undefined;
    // Who collects nothing need not wait until all of it is loaded.
    const { openCollector } = await import('./serve-collector.ts');
    return openCollector(store, clock, events, config, loop.poke);
  });
  collecting.catch(events.onError);
  return {
    poke: loop.poke,
    async [Symbol.asyncDispose]() {
      const collector = await collecting.catch(() => undefined);
      await Promise.all([collector?.[Symbol.asyncDispose](), loop[Symbol.asyncDispose]()]);
    },
  };
}

export function serveCommand(context: Context): Command {
  return command(
    'serve',
    'answer over HTTP: pages for people, JSON for programs; collect, learn, and take what sensors push',
  )
    .option('--store <file>', 'store to serve (default: weatherglass.db)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <n>', 'port to listen on; 0 for any free one (default: 8472)')
    .option('--workers <n>', 'processes that answer requests (default: 1)')
    .option('--log <level>', 'least severe lines that are logged: debug, info, warn, error (default: warn)')
    .option('--threads <n>', 'worker threads that learn and predict (default: one a core)')
    .option('--sources <names>', 'data sources to collect from, by commas (default: all)')
    .option('--contact <address>', 'how data sources can reach you')
    .option('--horizon <days>', 'days ahead to collect (default: 7)')
    .option('--cache <folder>', 'folder of kept replies and spent quotas')
    .option('--config <file>', 'settings file (default: weatherglass.json, if there)')
    .action(async (flags: CommonFlags) => {
      const config = configOf(context, flags);
      const { store, host, port, workers, log, threads } = config;
      await using pool = restingPool(() => openThreads(config), threads, REST, systemClock);
      if (!loopback.test(host))
        context.notice(
          `weatherglass: whoever reaches ${host} can read everything and push observations: there are no passwords.\n`,
        );
      await serveStore({
        store,
        host,
        port,
        workers,
        log,
        threads,
        signal: context.signal,
        openLoop: (open, clock, events) => openLoops(open, pool, clock, events, config),
        onListening: (url) => context.write(flags.json ? `${JSON.stringify({ url })}\n` : `${url}\n`),
      });
    });
}
