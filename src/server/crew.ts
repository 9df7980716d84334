import cluster, { type Worker } from 'node:cluster';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { WeatherglassError } from '../errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { CrewMember } from './gather-views.ts';
import { errorOf, type ToPrimary, type ToWorker, type WorkerSettings } from './messages.ts';
import { restartDelay } from './restart-delay.ts';

/**
 * Megabytes of new objects that a worker makes before it looks which of them last: half of what V8 would choose. At
 * rest it needs 15 MB less by that, and 60 MB less under load.
 */
const YOUNG_MB = 8;

export interface CrewOptions {
  readonly count: number;
  readonly settings: Omit<WorkerSettings, 'name'>;
  readonly log: Logger;
  readonly clock: Clock;
  /** Answers what a worker asks for or says. */
  readonly onMessage: (message: WorkerMessage, answer: (message: ToWorker) => void) => void;
}

/** What a worker says once it runs. */
export type WorkerMessage = Exclude<ToPrimary, { readonly kind: 'ready' | 'failed' }>;

/** The worker processes. */
export interface Crew {
  /** Resolves when all listen. @throws WeatherglassError what kept one from it */
  readonly ready: Promise<void>;
  /** Those that listen. */
  readonly members: () => readonly CrewMember[];
  /** Ends them: they answer what they were asked, and what is not done by the deadline is broken off. */
  drain(deadlineMs: number): Promise<void>;
}

/** Starts worker processes, and each again that ends. */
export function startCrew({ count, settings, log, clock, onMessage }: CrewOptions): Crew {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  // Whoever started the service may have ended it before it asks.
  ready.catch(() => {});
  /** By name, which a worker leaves to the one that is started in its place. */
  const workers = new Map<string, Worker>();
  /** Those that listen. What is sent to one that is still loading its modules is lost. */
  const readyOnes = new Set<Worker>();
  const draining = new AbortController();
  let starting = count;
  let empty: (() => void) | undefined;

  function sendTo(worker: Worker, message: ToWorker): void {
    // Sending to a process that has just ended fails; its end is seen below.
    if (readyOnes.has(worker) && worker.isConnected()) worker.send(message, () => {});
  }

  /** @param waited milliseconds before this start; undefined for the first */
  function start(name: string, waited: number | undefined): void {
    const started = clock.monotonic();
    let worker: Worker;
    try {
      // Workers accept connections themselves. Else the primary does, and keeps those that it has handed to a worker open
      // when that one is killed just then: their clients would wait for ever.
      cluster.schedulingPolicy = cluster.SCHED_NONE;
      cluster.setupPrimary({
        exec: fileURLToPath(new URL(`./worker${extname(import.meta.filename)}`, import.meta.url)),
        args: [JSON.stringify({ ...settings, name } satisfies WorkerSettings)],
        execArgv: [...process.execArgv, `--max-semi-space-size=${YOUNG_MB}`],
        serialization: 'advanced',
      });
      worker = cluster.fork();
    } catch (error) {
      ended(`could not be started: ${String(error)}`);
      return;
    }
    workers.set(name, worker);
    worker.on('message', (message: ToPrimary) => {
      if (message.kind === 'failed') {
        reject(errorOf(message.error));
        log.error(message.error, `${name} could not start`);
      } else if (message.kind === 'ready') {
        readyOnes.add(worker);
        if (--starting === 0) resolve();
        if (draining.signal.aborted) sendTo(worker, { kind: 'drain' });
      } else onMessage(message, (answer) => sendTo(worker, answer));
    });
    worker.on('error', (error) => {
      log.warn({ err: error }, `${name} cannot be reached`);
      // A process that the system refused has no exit.
      if (worker.process.pid === undefined) ended(`could not be started: ${error.message}`);
    });
    worker.on('exit', (code, signal) => {
      readyOnes.delete(worker);
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      ended(`(process ${worker.process.pid}) ended ${how}`);
    });

    function ended(how: string): void {
      workers.delete(name);
      if (workers.size === 0) empty?.();
      if (draining.signal.aborted) return;
      // Before all have listened once, whoever started the service is told; later it goes on without.
      reject(new WeatherglassError('Unavailable', `${name} ${how} while the service was starting`));
      const wait = restartDelay(waited, clock.monotonic() - started);
      log.warn(`${name} ${how}; another starts in ${wait} ms`);
      clock.sleep(wait, draining.signal).then(
        () => start(name, wait),
        () => {},
      );
    }
  }

  for (let number = 1; number <= count; number++) start(`worker ${number}`, undefined);
  return {
    ready,
    members: () =>
      [...workers]
        .filter(([, worker]) => readyOnes.has(worker))
        .map(([name, worker]) => ({ name, send: (message) => sendTo(worker, message) })),
    async drain(deadlineMs) {
      draining.abort();
      if (workers.size === 0) return;
      const { promise: ended, resolve: allEnded } = Promise.withResolvers<void>();
      empty = allEnded;
      for (const worker of workers.values()) sendTo(worker, { kind: 'drain' });
      using deadline = clock.deadline(deadlineMs);
      deadline.signal.addEventListener('abort', () => {
        log.warn(`${[...workers.keys()].join(', ')} not done after ${deadlineMs / 1000} s, and ended`);
        for (const worker of workers.values()) worker.process.kill('SIGKILL');
      });
      await ended;
    },
  };
}
