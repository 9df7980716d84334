import { join } from 'node:path';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Store } from '../src/store/store.ts';
import { follow, openTestCollecting, placesOf, type TestCollecting } from './collecting.ts';
import { temporaryFolder } from './loop-tables.ts';
import {
  type SimulatedProviders,
  type SimulatedProvidersOptions,
  startSimulatedProviders,
} from './simulated-providers.ts';

/** What tests of collecting from simulated providers over HTTP begin with: a store, three places, a clock of the test's own. */

export const folder = temporaryFolder('collect-world');
/** A day on which European clocks are put forward. */
export const noon = Date.UTC(2026, 2, 29, 10, 40);
export const places = placesOf([
  ['Seattle', 47.61, -122.33, 56],
  ['Oslo, "upper"', 59.91, 10.75, 126],
  ['Nice / été', 43.7, 7.27, 10],
]);
const seed = 'collect';

/** A store, the providers that only it asks, and a clock. */
export interface World extends AsyncDisposable {
  readonly store: Store;
  readonly providers: SimulatedProviders;
  readonly collecting: TestCollecting;
  /** Simulated time. */
  now: number;
}

let worlds = 0;

/** A new store, and providers that only it asks. */
export async function openWorld(
  options: Partial<SimulatedProvidersOptions> & Parameters<typeof worldOf>[1] = {},
): Promise<World> {
  return worldOf(options, options);
}

async function worldOf(
  simulated: Partial<SimulatedProvidersOptions>,
  {
    sources,
    settings,
    stations = false,
    start = noon,
  }: {
    readonly sources?: readonly string[];
    readonly settings?: { readonly models?: readonly string[]; readonly ensembles?: readonly string[] };
    readonly stations?: boolean;
    readonly start?: number;
  },
): Promise<World> {
  const clock = { now: start };
  const now = () => clock.now;
  const providers = await startSimulatedProviders({ seed, now, ...simulated });
  const store = await openStore(join(folder, `${worlds++}.db`));
  const collecting = openTestCollecting({
    url: providers.url,
    folder,
    now,
    ...(sources && { sources }),
    ...(settings && { settings }),
  });
  await follow(store, places, {
    ...(stations && {
      stations: ['metar', 'us-nws'].map((place) => ({ place, distanceKm: 11, higherM: null })),
    }),
  });
  if (stations) {
    const [site] = places;
    for (const [k, source] of ['metar', 'us-nws'].entries())
      await follow(store, [{ ...site, latitude: site.latitude + 0.1 * (k + 1), name: source }], {
        truth: 'own',
        station: { source, id: 'KJ7V' },
      });
  }
  return {
    store,
    providers,
    collecting,
    get now() {
      return clock.now;
    },
    set now(time) {
      clock.now = time;
    },
    async [Symbol.asyncDispose]() {
      await collecting[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await providers[Symbol.asyncDispose]();
    },
  };
}
