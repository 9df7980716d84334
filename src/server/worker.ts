import { systemClock } from '../runtime/clock.ts';
import { watchEventLoop } from '../runtime/event-loop.ts';
import { inspect } from '../runtime/inspect.ts';
import { openStore } from '../store/sqlite-store.ts';
import { listenError } from './address.ts';
import { createApp } from './app.ts';
import { openLog } from './log.ts';
import { errorData, type ToWorker, type WorkerSettings } from './messages.ts';
import { primaryLink } from './primary-link.ts';
import { reportThreads } from './report-threads.ts';

// The module that a worker process runs: it answers requests from its own reading connection. When the primary is gone,
// node:cluster ends it.

// A terminal sends these to every process of the group, but it is the primary that says when to end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const { name, store: file, host, port, log: level, threads } = JSON.parse(process.argv[2]) as WorkerSettings;
const primary = primaryLink(
  (message, sent) => void process.send?.(message, undefined, undefined, sent),
  systemClock,
);
let draining = false;

try {
  const eventLoop = watchEventLoop();
  const store = await openStore(file, { readOnly: true });
  const reports = reportThreads(file, threads, systemClock);
  const app = createApp(
    {
      store,
      clock: Date,
      write: primary.write,
      skill: reports.skill,
      // A primary that does not answer is what one would want to see.
      inspect: () =>
        primary
          .inspect()
          .catch(() => ({ at: Date.now(), processes: [inspect(name, eventLoop)], silent: ['primary'] })),
      draining: () => draining,
    },
    openLog(level, name),
  );
  await app.listen({ host, port }).catch((error: unknown) => {
    throw listenError(error, host, port);
  });
  // The primary says nothing before it has heard that this worker is ready: an app that is about to listen cannot be closed.
  process.on('message', (message: ToWorker) => {
    primary.hear(message);
    if (message.kind === 'look')
      primary.tell({ kind: 'seen', id: message.id, view: inspect(name, eventLoop) });
    if (message.kind !== 'drain' || draining) return;
    draining = true;
    void app
      .close()
      .then(() => reports[Symbol.asyncDispose]())
      .then(() => store[Symbol.asyncDispose]())
      .finally(() => process.exit(0));
  });
  primary.tell({ kind: 'ready' });
} catch (error) {
  primary.tell({ kind: 'failed', error: errorData(error) });
  process.disconnect?.();
}
