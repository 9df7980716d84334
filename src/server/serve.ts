import type { LoopEvents, StandingLoop } from '../pipeline/standing-loop.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { watchEventLoop } from '../runtime/event-loop.ts';
import { inspect } from '../runtime/inspect.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { freePort, urlOf } from './address.ts';
import { startCrew, type WorkerMessage } from './crew.ts';
import { type ViewGatherer, viewGatherer } from './gather-views.ts';
import { type LogLevel, openLog } from './log.ts';
import { errorData, type ToWorker } from './messages.ts';

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
  readonly log: LogLevel;
  /** Threads that all workers may have together, for reports that take long. */
  readonly threads: number;
  /** Its abort ends the service once what was asked is answered. */
  readonly signal: AbortSignal;
  /** Called once, when all workers listen. */
  readonly onListening?: (url: string) => void;
  /** Opens the loop in this process, which alone writes to the store; it is told when something new was pushed. */
  readonly openLoop?: (store: Store, clock: Clock, events: LoopEvents) => StandingLoop;
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
  const clock = systemClock;
  using eventLoop = watchEventLoop();
  await using store = await openStore(options.store, { create: false });
  const port = await freePort(host, options.port);
  const log = openLog(options.log, 'primary');
  let loop: StandingLoop | undefined;
  const crew = startCrew({
    count: workers,
    settings: {
      store: options.store,
      host,
      port,
      log: options.log,
      threads: Math.max(1, Math.floor(options.threads / workers)),
    },
    log,
    clock,
    onMessage: (message, answer) => void answerWorker(message, answer),
  });
  const gatherer: ViewGatherer = viewGatherer(crew.members, () => inspect('primary', eventLoop), clock);

  async function answerWorker(message: WorkerMessage, answer: (message: ToWorker) => void): Promise<void> {
    if (message.kind === 'seen') {
      gatherer.hear(message);
      return;
    }
    const { id } = message;
    try {
      if (message.kind === 'inspect') answer({ kind: 'inspected', id, answer: await gatherer.inspect() });
      else {
        answer({ kind: 'written', id, answer: await store.write(message.changes) });
        // What a sensor shows from minute to minute becomes observations of full hours in the loop's own time.
        if (message.changes.readings === undefined) loop?.poke();
      }
    } catch (error) {
      answer({ kind: 'refused', id, error: errorData(error) });
    }
  }

  const aborted = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => aborted.resolve(), { once: true });
  if (signal.aborted) aborted.resolve();
  try {
    loop = options.openLoop?.(store, clock, {
      onTurn: ({ predictions, scored, trained }) =>
        log.info({ predictions, scored, trained: trained !== undefined }, 'the loop has turned'),
      onError: (error) => log.error({ err: error }, 'a turn of the loop failed; the next goes on'),
      onCollected({ added, failures }) {
        if (added > 0) log.info({ added }, 'collected');
        for (const failure of failures) log.warn(failure);
      },
    });
    await Promise.race([crew.ready, aborted.promise]);
    if (!signal.aborted) onListening?.(urlOf(host, port));
    await aborted.promise;
  } finally {
    await Promise.all([crew.drain(DRAIN), loop && endLoop(loop, clock)]);
  }
}

/**
 * Ends the loop, or waits for it no longer: a thread may be far from its next look whether it should stop. What a turn
 * did not come to write, the next one does.
 */
async function endLoop(loop: StandingLoop, clock: Clock): Promise<void> {
  const ended = new AbortController();
  const late = clock.sleep(DRAIN, ended.signal).catch(() => {});
  await Promise.race([loop[Symbol.asyncDispose](), late]);
  ended.abort();
}
