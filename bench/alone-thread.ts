import { parentPort, workerData } from 'node:worker_threads';
import type { Call } from './alone.ts';

const { module, name, argument } = workerData as Call;
const exported = (await import(module)) as Record<string, (argument: unknown) => unknown>;
parentPort?.postMessage(exported[name](argument));
