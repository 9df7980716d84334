import pino from 'pino';
import type { StandingLoop } from '../pipeline/standing-loop.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { freePort, urlOf } from './address.ts';
import { startCrew } from './crew.ts';
import { errorData } from './messages.ts';

/** Milliseconds that requests under way are given when the service ends. */
const DRAIN = 10_000;

export interface ServeOptions {
  /** File of the store; it must be there. */
  readonly store: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Processes that answer requests. */
  readonly workers: number;
  /** Its abort ends the service once what was asked is answered. */
  readonly signal: AbortSignal;
  /** Called once, when all workers listen. */
  readonly onListening?: (url: string) => void;
  /** Opens the loop in this process, which alone writes to the store; it is told when something new was pushed. */
  readonly openLoop?: (store: Store) => StandingLoop;
}

/**
 * Serves a store over HTTP until the signal aborts: this process writes, and worker processes answer requests from
 * their own reading connections.
 *
 * What a worker wants written it hands to this process, which commits it together with what others want, and answers
 * after the commit.
 *
 * @throws WeatherglassError NotFound: there is no store. Unavailable: another process writes to it; the port is taken;
 *   a worker does not start.
 */
export async function serveStore(options: ServeOptions): Promise<void> {
  const { host, workers, signal, onListening } = options;
  await using store = await openStore(options.store, { create: false });
  const port = await freePort(host, options.port);
  const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));
  let loop: StandingLoop | undefined;
  const crew = startCrew({
    count: workers,
    settings: { store: options.store, host, port },
    log,
    async onWrite({ id, changes }, answer) {
      try {
        const counts = await store.write(changes);
        answer({ kind: 'written', id, counts });
      } catch (error) {
        answer({ kind: 'refused', id, error: errorData(error) });
        return;
      }
      loop?.poke();
    },
  });
  const aborted = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => aborted.resolve(), { once: true });
  if (signal.aborted) aborted.resolve();
  try {
    loop = options.openLoop?.(store);
    await Promise.race([crew.ready, aborted.promise]);
    if (!signal.aborted) onListening?.(urlOf(host, port));
    await aborted.promise;
  } finally {
    await Promise.all([crew.drain(DRAIN), loop && endLoop(loop)]);
  }
}

/**
 * Ends the loop, or waits for it no longer: a thread may be far from its next look whether it should stop. What a turn
 * did not come to write, the next one does.
 */
async function endLoop(loop: StandingLoop): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const deadline = setTimeout(resolve, DRAIN);
  await Promise.race([loop[Symbol.asyncDispose](), late]);
  clearTimeout(deadline);
}
