import cluster, { type Worker } from 'node:cluster';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { WeatherglassError } from '../errors.ts';
import { errorOf, type ToPrimary, type ToWorker, type WorkerSettings } from './messages.ts';
import { restartDelay } from './restart-delay.ts';

export interface CrewOptions {
  readonly count: number;
  readonly settings: WorkerSettings;
  readonly log: Logger;
  /** Answers what a worker wants written. */
  readonly onWrite: (
    message: ToPrimary & { readonly kind: 'write' },
    answer: (message: ToWorker) => void,
  ) => Promise<void>;
}

/** The worker processes. */
export interface Crew {
  /** Resolves when all listen. @throws WeatherglassError what kept one from it */
  readonly ready: Promise<void>;
  /** Ends them: they answer what they were asked, and what is not done by the deadline is broken off. */
  drain(deadlineMs: number): Promise<void>;
}

/** Starts worker processes, and each again that ends. */
export function startCrew({ count, settings, log, onWrite }: CrewOptions): Crew {
  cluster.setupPrimary({
    exec: fileURLToPath(new URL(`./worker${extname(import.meta.filename)}`, import.meta.url)),
    args: [JSON.stringify(settings)],
    serialization: 'advanced',
  });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const workers = new Set<Worker>();
  const restarts = new Set<NodeJS.Timeout>();
  let waitedFor = count;
  let draining = false;
  let empty: (() => void) | undefined;

  function start(waited: number | undefined): void {
    const started = performance.now();
    const worker = cluster.fork();
    workers.add(worker);
    let isReady = false;
    const answer = (message: ToWorker) => {
      // Sending to a process that has just ended fails; its end is seen below.
      if (worker.isConnected()) worker.send(message, () => {});
    };
    worker.on('message', (message: ToPrimary) => {
      if (message.kind === 'write') void onWrite(message, answer);
      else if (message.kind === 'failed') {
        reject(errorOf(message.error));
        log.error(message.error, 'a worker could not start');
      } else {
        isReady = true;
        if (--waitedFor === 0) resolve();
      }
    });
    worker.on('error', (error) => log.warn({ err: error }, 'a worker cannot be reached'));
    worker.on('exit', (code, signal) => {
      workers.delete(worker);
      if (workers.size === 0) empty?.();
      if (draining) return;
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      // Before all have listened once, whoever started the service is told; later it goes on without.
      reject(
        new WeatherglassError('Unavailable', `a worker process ended ${how} while the service was starting`),
      );
      const wait = restartDelay(waited, performance.now() - started);
      log.warn(`worker ${worker.process.pid} ended ${how}; another starts in ${wait} ms`);
      if (isReady) waitedFor++;
      const restart = setTimeout(() => {
        restarts.delete(restart);
        start(wait);
      }, wait);
      restarts.add(restart);
    });
  }

  for (let k = 0; k < count; k++) start(undefined);
  return {
    ready,
    async drain(deadlineMs) {
      draining = true;
      for (const restart of restarts) clearTimeout(restart);
      if (workers.size === 0) return;
      const { promise: ended, resolve: allEnded } = Promise.withResolvers<void>();
      empty = allEnded;
      for (const worker of workers)
        if (worker.isConnected()) worker.send({ kind: 'drain' } satisfies ToWorker, () => {});
      const deadline = setTimeout(() => {
        log.warn(`${workers.size} workers were not done after ${deadlineMs / 1000} s and were ended`);
        for (const worker of workers) worker.process.kill('SIGKILL');
      }, deadlineMs);
      await ended;
      clearTimeout(deadline);
    },
  };
}
