import type { Provider } from './source.ts';
import { openSources, sourceNames } from './sources.ts';

/** Whom data comes from, and what must be said of it wherever it is shown. */
export type Credit = Pick<Provider, 'title' | 'home' | 'licence' | 'attribution'>;

/** The providers by what runs and observations of theirs are kept under, up to a slash. */
function knownProviders(): ReadonlyMap<string, Provider> {
  const { forecasts, stations, reanalysis } = openSources(sourceNames, {});
  const found = new Map(forecasts.map(({ provider }) => [provider.name, provider]));
  for (const { name, provider } of [...stations, reanalysis!]) found.set(name, provider);
  return found;
}

let known: ReadonlyMap<string, Provider> | undefined;

/** The credits that some sources of runs and origins of observations call for, each once; somebody's own call for none. */
export function creditsFor(names: Iterable<string>): readonly Credit[] {
  known ??= knownProviders();
  const found = new Map<string, Credit>();
  for (const name of names) {
    // Such as `open-meteo/icon_global`, or `metar station KJFK, 12 km away`.
    const provider = known.get(name.split(/[/ ]/, 1)[0]);
    if (provider !== undefined) found.set(provider.name, provider);
  }
  return [...found.values()];
}
