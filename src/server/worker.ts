import pino from 'pino';
import { openStore } from '../store/sqlite-store.ts';
import { listenError } from './address.ts';
import { createApp } from './app.ts';
import { errorData, type ToWorker, type WorkerSettings } from './messages.ts';
import { primaryLink } from './primary-link.ts';

// The module that a worker process runs: it answers requests from its own reading connection. When the primary is gone,
// node:cluster ends it.

// A terminal sends these to every process of the group, but it is the primary that says when to end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const { store: file, host, port } = JSON.parse(process.argv[2]) as WorkerSettings;
const primary = primaryLink((message, sent) => void process.send?.(message, undefined, undefined, sent));
let draining = false;

try {
  const store = await openStore(file, { readOnly: true });
  const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));
  const app = createApp({ store, clock: Date, write: primary.write, draining: () => draining }, log);
  process.on('message', (message: ToWorker) => {
    primary.hear(message);
    if (message.kind !== 'drain' || draining) return;
    draining = true;
    void app
      .close()
      .then(() => store[Symbol.asyncDispose]())
      .finally(() => process.exit(0));
  });
  await app.listen({ host, port }).catch((error: unknown) => {
    throw listenError(error, host, port);
  });
  primary.tell({ kind: 'ready' });
} catch (error) {
  primary.tell({ kind: 'failed', error: errorData(error) });
  process.disconnect?.();
}
