import type { EventLoopWatch } from './event-loop.ts';
import { lookAtParts, type ProcessView } from './inspection.ts';
import { runningTasks } from './tasks.ts';

/** Everything there is to see of this process now: what the console, `/runtime` and `/metrics` show. */
export function inspect(name: string, eventLoop: EventLoopWatch): ProcessView {
  const { rss, heapUsed, heapTotal, arrayBuffers } = process.memoryUsage();
  return {
    name,
    pid: process.pid,
    uptimeMs: process.uptime() * 1000,
    memory: {
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      heapTotalBytes: heapTotal,
      arrayBufferBytes: arrayBuffers,
    },
    eventLoop: eventLoop.look(),
    tasks: runningTasks(),
    ...lookAtParts(),
  };
}
