import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Collected, collectDue, collectedVariables } from '../src/collect/collect.ts';
import { type CollectProgress, readProgress } from '../src/collect/collect-progress.ts';
import { type FillResult, fillPast } from '../src/collect/fill.ts';
import { type Following, followNoteOf } from '../src/collect/follow.ts';
import { type Clock, clockOn, systemClock } from '../src/runtime/clock.ts';
import { defaultRetry } from '../src/runtime/retry.ts';
import { type Client, type ClientOptions, openClient } from '../src/sources/client.ts';
import type { OpenMeteoSettings } from '../src/sources/open-meteo-settings.ts';
import type { Ask, Provider } from '../src/sources/source.ts';
import { openSources, type Sources } from '../src/sources/sources.ts';
import { zoneOf } from '../src/sources/zone.ts';
import { unpackValues } from '../src/store/run-values.ts';
import type { Run, Store } from '../src/store/store.ts';
import type { FollowedPlace } from '../src/weather/place.ts';
import { formatInstant, msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';

/** What tests of collecting share: sources that ask simulated providers, and what a store has of them as text. */

export const contact = 'test@example.org';

/** Settings by which the command line asks simulated providers. */
export function simulatedEnvironment(url: string, cache: string): Record<string, string> {
  const { openMeteo, metNorwayUrl, usNwsUrl, metarUrl } = addressesOf(url);
  return {
    WEATHERGLASS_OPEN_METEO_URL: openMeteo.url,
    WEATHERGLASS_MET_NORWAY_URL: metNorwayUrl,
    WEATHERGLASS_US_NWS_URL: usNwsUrl,
    WEATHERGLASS_METAR_URL: metarUrl,
    WEATHERGLASS_CACHE: cache,
    WEATHERGLASS_THREADS: '1',
  };
}

function addressesOf(url: string) {
  return {
    openMeteo: { url: `${url}/open-meteo` },
    metNorwayUrl: `${url}/met-norway/weatherapi/locationforecast/2.0`,
    usNwsUrl: `${url}/us-nws`,
    metarUrl: `${url}/metar/api/data`,
  };
}

/** The sources that there are simulated providers of. */
const simulatedNames: readonly string[] = ['open-meteo', 'met-norway', 'us-nws', 'metar'];

/** Sources that ask simulated providers. */
export function simulatedSources(
  url: string,
  names: readonly string[] = simulatedNames,
  settings: Pick<OpenMeteoSettings, 'models' | 'ensembles'> = {},
): Sources {
  const addresses = addressesOf(url);
  return openSources(names, { ...addresses, openMeteo: { ...addresses.openMeteo, ...settings } });
}

/** A provider with other limits than its own, which would make a test wait. */
export type Manners = (provider: Provider) => Provider;

export const hurried: Manners = (provider) => ({ ...provider, limits: [], concurrency: 8 });

/** Asks as other manners have it. */
export function askingWith(ask: Ask, manners: Manners): Ask {
  return (question) => ask({ ...question, provider: manners(question.provider) });
}

/** A clock of its own time, whose waits are real. */
export function clockWith(now: () => number): Clock {
  return clockOn({
    now,
    monotonic: () => systemClock.monotonic(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
}

/** A clock that shows a time, and runs on from there. */
export function clockAt(time: number): Clock {
  const started = performance.now();
  return clockWith(() => time + performance.now() - started);
}

interface KeptCache {
  /** Whether the folder itself has the kept replies and quotas, and not a new one within it. */
  readonly keepCache?: boolean;
}

export function openTestClient({
  folder,
  keepCache = false,
  ...options
}: Pick<ClientOptions, 'folder' | 'clock' | 'atOnce' | 'retry'> & KeptCache): Client {
  return openClient({
    ...options,
    folder: keepCache ? folder : mkdtempSync(join(folder, 'cache-')),
    random: Math.random,
    version: 'test',
    contact,
  });
}

export interface CollectingOptions extends KeptCache {
  readonly url: string;
  readonly folder: string;
  readonly now: () => number;
  readonly sources?: readonly string[];
  readonly settings?: Pick<OpenMeteoSettings, 'models' | 'ensembles'>;
}

/** Collecting as `collect --once` does it, by a clock of its own, without limits, and with short pauses between tries. */
export interface TestCollecting extends AsyncDisposable {
  readonly client: Client;
  readonly sources: Sources;
  /** Without progress it begins as a new process does. */
  readonly collect: (store: Store, progress?: CollectProgress, hours?: number) => Promise<Collected>;
  readonly fill: (store: Store) => Promise<FillResult>;
}

export function openTestCollecting(options: CollectingOptions): TestCollecting {
  const { url, folder, now } = options;
  const sources = simulatedSources(url, options.sources, options.settings);
  const client = openTestClient({
    folder,
    clock: clockWith(now),
    keepCache: options.keepCache ?? false,
    atOnce: 8,
    retry: { ...defaultRetry, pauseMs: 2, longestPauseMs: 4 },
  });
  const { signal } = new AbortController();
  const tools = { ask: askingWith(client.ask, hurried), now };
  return {
    client,
    sources,
    collect: async (store, progress, hours = 168) =>
      collectDue(store, sources, {
        hours,
        progress: progress ?? (await readProgress(store)),
        tools,
        signal,
      }),
    fill: (store) =>
      fillPast(store, sources, { variables: collectedVariables, tools, signal, mayAsk: () => true }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/** Coordinates by name, in degrees and metres. */
export type PlainPlace = readonly [name: string, latitude: number, longitude: number, elevation: number];

export function placesOf(plain: readonly PlainPlace[]): readonly FollowedPlace[] {
  return plain.map(([name, latitude, longitude, elevation]) => {
    const location = { name, latitude, longitude, elevation };
    return { ...location, zone: zoneOf(location) };
  });
}

/** Has places collected for, as `init` does. */
export async function follow(
  store: Store,
  places: readonly FollowedPlace[],
  following: Partial<Following> = {},
): Promise<void> {
  await store.write({
    places,
    variables: collectedVariables.map((name) => findVariable(name)),
    placeNotes: places.map(({ name }) =>
      followNoteOf(name, { truth: 'none', since: 0, pastDays: 0, ...following }),
    ),
  });
}

/** Each number of a run by variable, column and lead. */
export function* numbersIn({ layout, values }: Run): Generator<{
  readonly variable: string;
  readonly column: string;
  readonly lead: number;
  readonly value: number;
}> {
  const numbers = new Float64Array(values.stored.length);
  unpackValues(values, 0, numbers.length, numbers, 0);
  let at = 0;
  for (const { variable, leads } of layout.series)
    for (const lead of leads)
      for (const column of layout.columns) yield { variable, column, lead, value: numbers[at++] };
}

export async function runsIn(store: Store): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for await (const block of store.runs()) runs.push(...block);
  return runs;
}

/** `source, place, issue`: what a run is known by. */
export function nameOf({ source, place, issuedAt }: Run): string {
  return `${source}, ${place}, ${formatInstant(issuedAt)}`;
}

/** What runs say, every bit of it, by their names; when they became known is left out. */
export function contentsOf(runs: readonly Run[]): ReadonlyMap<string, string> {
  return new Map(
    runs.map((run) => [nameOf(run), JSON.stringify([...numbersIn(run)].map((one) => Object.values(one)))]),
  );
}

/** A time at which no simulated provider is about to issue something. */
export function quietTime(now: number): number {
  const phase = (now + 3 * msPerHour) % (6 * msPerHour);
  const minutes = phase / 60_000;
  if (minutes < 30) return now - 40 * 60_000;
  return minutes > 355 ? now - 10 * 60_000 : now;
}
