import { afterEach, beforeEach } from 'vitest';
import { type Got, get, getJson } from './simulated-client.ts';
import { type SimulatedProviders, startSimulatedProviders } from './simulated-providers.ts';

/** Providers that begin anew with each test of a file, by a clock of theirs. */
export interface ProvidersOfTest {
  /** Simulated time; {@link start} at the beginning of a test. */
  now: number;
  readonly providers: SimulatedProviders;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Got>;
  readonly json: <Shape>(path: string, headers?: Readonly<Record<string, string>>) => Promise<Shape>;
}

export const start = Date.UTC(2026, 2, 10, 10, 20);

/** Starts them before each test of the file that calls this, and ends them after it. */
export function providersForEachTest(): ProvidersOfTest {
  let providers: SimulatedProviders;
  const ofTest: ProvidersOfTest = {
    now: start,
    get providers() {
      return providers;
    },
    get: (path, headers) => get(providers.url + path, headers),
    json: (path, headers) => getJson(providers.url + path, headers),
  };
  beforeEach(async () => {
    ofTest.now = start;
    providers = await startSimulatedProviders({ seed: 7, now: () => ofTest.now });
  });
  afterEach(() => providers[Symbol.asyncDispose]());
  return ofTest;
}
