import type { ProcessView, Snapshot } from '../src/runtime/inspection.ts';

/** A snapshot made by hand with one of everything that can be in one: no service ever was in that state. */

const idle = {
  memory: { rssBytes: 80e6, heapUsedBytes: 20e6, heapTotalBytes: 30e6, arrayBufferBytes: 1e6 },
  eventLoop: { p50Ms: 0.1, p99Ms: 2.34, maxMs: 12, busy: 0.05, stalled: 0, stalls: [] },
  tasks: [],
  pools: [],
  stores: [],
  caches: [],
  sources: [],
  late: [],
  breakers: [],
  budgets: [],
  semaphores: [],
  routes: [],
} satisfies Partial<ProcessView>;

const at = Date.UTC(2026, 4, 6, 7, 8, 9);

export const handMadeSnapshot: Snapshot = {
  at,
  processes: [
    {
      ...idle,
      name: 'primary',
      pid: 100,
      uptimeMs: 3_725_000,
      eventLoop: {
        ...idle.eventLoop,
        stalled: 2,
        stalls: [{ at: at - 5000, ms: 81.6, cause: 'COMMIT' }],
      },
      tasks: [
        { id: 1, name: 'turn of the loop', parent: null, ageMs: 4200, waitingFor: null, leftMs: null },
        { id: 2, name: 'fetch', parent: 1, ageMs: 900, waitingFor: 'semaphore open-meteo', leftMs: 29_100 },
        { id: 3, name: 'read "a\\b"', parent: 2, ageMs: 250, waitingFor: null, leftMs: -61_000 },
      ],
      pools: [
        {
          name: 'compute',
          threads: [
            {
              id: 1,
              busy: 0.975,
              job: { job: 'fitChunk', about: 'garden, roof', ageMs: 65_000, done: 0.5 },
            },
            { id: 2, busy: 0, job: null },
          ],
          queue: 3,
          queueLimit: 1000,
          completed: 40,
          failed: 1,
          retried: 2,
          replaced: 4,
        },
      ],
      stores: [
        {
          name: 'weatherglass.db',
          readOnly: false,
          bytes: 12.3e6,
          waiting: 1,
          commits: 17,
          slowestCommitMs: 8.25,
        },
      ],
      sources: [
        {
          name: 'open-meteo',
          requests: 10,
          failures: 2,
          lastSuccessAt: at - 60_000,
          lastError: 'timed out\nafter 30 s',
        },
      ],
      late: [{ reason: 'met-norway has sent no new forecast for 13 h' }],
      breakers: [
        { name: 'open-meteo', state: 'open', failures: 5, probeInMs: 1500 },
        { name: 'nws', state: 'half-open', failures: 3, probeInMs: 0 },
      ],
      budgets: [{ name: 'open-meteo day', used: 2500, limit: 10_000, resetsInMs: 90_061_000 }],
      semaphores: [{ name: 'open-meteo', inUse: 4, limit: 4, waiting: 2 }],
    },
    {
      ...idle,
      name: 'worker 1',
      pid: 101,
      uptimeMs: 59_900,
      stores: [
        {
          name: 'weatherglass.db',
          readOnly: true,
          bytes: 12.3e6,
          waiting: 0,
          commits: 0,
          slowestCommitMs: 0,
        },
      ],
      caches: [{ name: 'replies', entries: 7, bytes: 45_000, hits: 5, misses: 9 }],
      routes: [
        {
          route: '/v1/places',
          method: 'GET',
          status: 200,
          count: 4,
          seconds: 0.05,
          withinBounds: [1, 2, 2, 4, 4, 4, 4, 4],
        },
        {
          route: 'no route',
          method: 'GET',
          status: 404,
          count: 2,
          seconds: 12,
          withinBounds: [0, 0, 0, 0, 0, 0, 0, 1],
        },
      ],
    },
  ],
  silent: ['worker 2'],
};
