import type { Config } from '../config.ts';
import { systemClock } from '../runtime/clock.ts';
import { type Client, openClient } from '../sources/client.ts';
import type { OpenMeteoSettings } from '../sources/open-meteo-settings.ts';
import { openSources, type Sources, withoutShy } from '../sources/sources.ts';
import { version } from './version.ts';
import { distinctWords } from './words.ts';

export interface Collecting extends AsyncDisposable {
  readonly client: Client;
  readonly sources: Sources;
  /** For what is no source of weather: towns and heights. */
  readonly openMeteo: OpenMeteoSettings;
  /** What is not asked, and why, for a person. */
  readonly notices: readonly string[];
}

/** The data sources of the settings, and the client that asks them. */
export function openCollecting(config: Config): Collecting {
  const openMeteo = openMeteoOf(config);
  const all = openSources(distinctWords(config.sources), {
    openMeteo,
    metNorwayUrl: given(config.met_norway_url),
    usNwsUrl: given(config.us_nws_url),
    metarUrl: given(config.metar_url),
    brightSkyUrl: given(config.bright_sky_url),
  });
  const { sources, shy } = config.contact === '' ? withoutShy(all) : { sources: all, shy: [] };
  const client = openClient({
    clock: systemClock,
    random: Math.random,
    folder: config.cache,
    version,
    contact: config.contact,
    atOnce: config.io,
    secrets: [config.open_meteo_key],
  });
  return {
    client,
    sources,
    openMeteo,
    notices: shy.map(
      ({ title }) =>
        `${title} is not asked: it answers only those who say how to reach them. Set contact to your address of mail or of the web.`,
    ),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

function openMeteoOf(config: Config): OpenMeteoSettings {
  const url = given(config.open_meteo_url);
  const apiKey = given(config.open_meteo_key);
  return {
    models: distinctWords(config.open_meteo_models),
    ensembles: distinctWords(config.open_meteo_ensembles),
    ...(url !== undefined && { url }),
    ...(apiKey !== undefined && { apiKey }),
  };
}

function given(text: string): string | undefined {
  return text === '' ? undefined : text;
}
