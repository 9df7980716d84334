import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { type Collected, collectDue } from '../src/collect/collect.ts';
import { readProgress } from '../src/collect/collect-progress.ts';
import { settleAll } from '../src/index.ts';
import { watchEventLoop } from '../src/runtime/event-loop.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Store } from '../src/store/store.ts';
import { namePlaces } from '../src/weather/name-places.ts';
import { formatInstant, msPerHour } from '../src/weather/time.ts';
import {
  askingWith,
  clockAt,
  follow,
  type Manners,
  openTestClient,
  placesOf,
  quietTime,
  runsIn,
  simulatedSources,
} from '../test/collecting.ts';
import type { SimulatedCalls } from '../test/simulated-calls.ts';
import { faultKinds, type SimulatedFaults } from '../test/simulated-faults.ts';
import { gridCellAt } from '../test/simulated-nws-grid.ts';
import {
  type CallsByProvider,
  type SimulatedProviderProcess,
  startSimulatedProviderProcess,
} from '../test/simulated-provider-process.ts';
import { type Bench, fullEffort, rowsFor } from './measure.ts';

const sourceNames = ['open-meteo', 'met-norway', 'us-nws'] as const;
const models = ['ecmwf_ifs025', 'gfs_global', 'icon_global'];
const variables = [
  'temperature_2m',
  'dew_point_2m',
  'relative_humidity_2m',
  'precipitation',
  'wind_speed_10m',
  'pressure_msl',
  'cloud_cover',
  'wind_direction_10m',
];
const hours = 168;
const LIMIT = 2000;
const CONCURRENCY = 32;
/** Providers that let themselves be hurried; the limits are asserted all the same. */
const manners: Manners = (provider) => ({
  ...provider,
  limits: [{ calls: LIMIT, seconds: 1 }],
  concurrency: CONCURRENCY,
});

/** A tenth of all requests, of every kind. */
const faults: SimulatedFaults = {
  ...Object.fromEntries(faultKinds.map((kind) => [kind, 0.1 / faultKinds.length])),
  repeat: 1,
  slowMs: 500,
  retryAfter: 0,
};

/** Places in the United States, where all three sources have something to say, each in a cell of its own. */
function americanPlaces(count: number) {
  return placesOf(
    Array.from({ length: count }, (_, k) => {
      const latitude = Number((30.013 + 0.451 * (k % 40)).toFixed(3));
      const longitude = Number((-120.017 + 1.703 * Math.floor(k / 40)).toFixed(3));
      return [`Place ${k}`, latitude, longitude, 100 + k] as const;
    }),
  );
}

interface Round {
  readonly seconds: number;
  readonly repliesPerSecond: number;
  readonly placesPerSecond: number;
  readonly cpuShare: number;
  readonly longestStallMs: number;
  /** Places of a source that were answered the first time, of all. */
  readonly answeredShare: number;
}

/** Collects once for places that have nothing yet, and again for what failed; throws where anything is lost or doubled. */
async function collectOnce(folder: string, count: number): Promise<Round> {
  const places = americanPlaces(count);
  const clock = clockAt(quietTime(Date.now()));
  await using providers = await startSimulatedProviderProcess({ seed: 'bench', start: clock.now(), faults });
  await using client = openTestClient({ folder, clock, atOnce: 3 * CONCURRENCY });
  const simulated = simulatedSources(providers.url, sourceNames, { models });
  const sources = {
    ...simulated,
    stations: [],
    forecasts: simulated.forecasts.map((one) => ({ ...one, provider: manners(one.provider), variables })),
  };
  await using store = await openStore(join(mkdtempSync(join(folder, 'store-')), 'weatherglass.db'));
  await follow(store, places);
  const progress = await readProgress(store);
  const collect = (now: () => number): Promise<Collected> =>
    collectDue(store, sources, {
      hours,
      variables,
      progress,
      tools: { ask: askingWith(client.ask, manners), now },
      signal: new AbortController().signal,
    });

  using watch = watchEventLoop();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const first = await collect(() => clock.now());
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { maxMs } = watch.look();
  const calls = await providers.calls();
  checkManners(calls);
  await checkStored(store, calls, count, first);

  // What failed is asked for again when its pause is over, and is right then.
  await providers.setFaults({});
  const second = await collect(() => clock.now() + 15 * 60_000);
  if (second.failures.length > 0) throw new Error(`it failed again: ${second.failures[0].error.message}`);
  await checkStored(store, await providers.calls(), count, second);
  const unanswered = first.failures.reduce((sum, one) => sum + one.places.length, 0);
  const replies = sourceNames
    .flatMap((name) => Object.values(calls[name].statuses))
    .reduce((sum, one) => sum + one, 0);
  return {
    seconds,
    repliesPerSecond: replies / seconds,
    placesPerSecond: count / seconds,
    cpuShare: (user + system) / 1e6 / seconds,
    // A figure is more than nothing.
    longestStallMs: Math.max(0.01, maxMs),
    answeredShare: 1 - unanswered / (sourceNames.length * count),
  };
}

function checkManners(calls: CallsByProvider): void {
  for (const name of sourceNames) {
    const { real, mostAtOnce }: SimulatedCalls = calls[name];
    if (real.second.calls > LIMIT) throw new Error(`${name}: ${real.second.calls} calls in a second`);
    if (mostAtOnce > CONCURRENCY) throw new Error(`${name}: ${mostAtOnce} requests at once`);
  }
}

/**
 * @throws Error where a run that was served is not there, where one is there twice, and where a place has neither a run of a
 *   source nor a failure that says why.
 */
async function checkStored(
  store: Store,
  calls: CallsByProvider,
  count: number,
  { failures }: Collected,
): Promise<void> {
  const placeOf = new Map<string, string>();
  for (const { name, latitude, longitude } of americanPlaces(count)) {
    const cell = gridCellAt(latitude, longitude);
    if (cell === undefined) throw new Error(`${name} is not in the United States`);
    placeOf.set(`${latitude},${longitude}`, name).set(`${cell.office}/${cell.x},${cell.y}`, name);
  }
  const stored = new Map<string, number>();
  const has = new Set<string>();
  for (const { source, place, issuedAt } of await runsIn(store)) {
    const key = `${place}, ${source.split('/').at(-1)}, ${formatInstant(issuedAt)}`;
    stored.set(key, (stored.get(key) ?? 0) + 1);
    has.add(`${place} ${source}`);
  }
  for (const [key, times] of stored) if (times > 1) throw new Error(`${key} is stored ${times} times`);
  const told = new Set(failures.flatMap(({ source, places }) => places.map((place) => `${place} ${source}`)));
  for (const name of sourceNames)
    for (const served of calls[name].served.keys()) {
      const [at, model, issued] = served.split('|');
      const place = placeOf.get(at.replace(/ hourly$/, ''));
      const key = `${place}, ${model}, ${formatInstant(Date.parse(issued))}`;
      if (!stored.has(key) && !told.has(`${place} ${name}`)) throw new Error(`${key} was served and is lost`);
    }
  const wanted = [...models.map((model) => `open-meteo/${model}`), 'met-norway', 'us-nws'];
  const silent = [...new Set(placeOf.values())].filter((place) =>
    wanted.some((one) => !has.has(`${place} ${one}`) && !told.has(`${place} ${one.split('/')[0]}`)),
  );
  if (silent.length > 0) throw new Error(`nothing is said of what is missing at ${namePlaces(silent)}`);
}

/** Replies a second of requests alone, by the same client library, whose bodies are not even read as JSON. */
async function bareRepliesPerSecond(providers: SimulatedProviderProcess, count: number): Promise<number> {
  const addresses = americanPlaces(count).map(
    ({ latitude, longitude }) =>
      `${providers.url}/met-norway/weatherapi/locationforecast/2.0/complete?lat=${latitude}&lon=${longitude}`,
  );
  const started = performance.now();
  await settleAll(addresses, { name: 'bare requests', concurrency: CONCURRENCY }, async (address) => {
    const { body } = await request(address, {
      headers: { 'user-agent': 'weatherglass-bench me@example.org' },
    });
    await body.arrayBuffer();
  });
  return (1000 * addresses.length) / (performance.now() - started);
}

/**
 * Collects 8 variables of 1,000 places from three sources, simulated by another process on the same machine, of whose replies
 * a tenth is slow, refused, cut off or wrong. Nothing is lost or doubled, no limit is exceeded, and every failure is told:
 * else it ends with an error. Of several rounds the fastest counts, for the simulation shares the cores.
 */
export const collect: Bench = {
  name: 'collect',
  about: 'collecting for 1,000 places from three simulated sources, a tenth of whose replies is faulty',
  async run(effort) {
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    const count = rowsFor(effort, 1000);
    try {
      let best = await collectOnce(folder, count);
      for (let round = 1; round < (effort === fullEffort ? 3 : 1); round++) {
        const next = await collectOnce(folder, count);
        if (next.seconds < best.seconds) best = next;
      }
      await using providers = await startSimulatedProviderProcess({
        seed: 'bare',
        start: Math.floor(Date.now() / msPerHour) * msPerHour,
      });
      return {
        figures: { ...best },
        peers: { bareRepliesPerSecond: await bareRepliesPerSecond(providers, count) },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
