import { WeatherglassError } from '../errors.ts';
import { didYouMean } from '../weather/nearest-names.ts';
import { brightSky } from './bright-sky.ts';
import { brightSkyStations } from './bright-sky-stations.ts';
import { metNorway } from './met-norway.ts';
import { metar } from './metar.ts';
import { openMeteoArchive } from './open-meteo-archive.ts';
import { openMeteoEnsembleMeans, openMeteoEnsembles } from './open-meteo-ensembles.ts';
import { openMeteoForecasts } from './open-meteo-forecasts.ts';
import type { OpenMeteoSettings } from './open-meteo-settings.ts';
import type { ForecastSource, Provider, ReanalysisSource, StationSource } from './source.ts';
import { usNws } from './us-nws.ts';
import { usNwsStations } from './us-nws-stations.ts';

/** Everything that can be asked. */
export interface Sources {
  readonly forecasts: readonly ForecastSource[];
  readonly stations: readonly StationSource[];
  readonly reanalysis: ReanalysisSource | undefined;
}

export interface SourceSettings {
  readonly openMeteo?: OpenMeteoSettings | undefined;
  readonly metNorwayUrl?: string | undefined;
  readonly usNwsUrl?: string | undefined;
  readonly metarUrl?: string | undefined;
  readonly brightSkyUrl?: string | undefined;
}

type MakeSources = (settings: SourceSettings) => Partial<Sources>;

const urlOf = (url: string | undefined) => (url === undefined ? {} : { url });

/** Every source by the name that settings call it: here a new one is added. */
const makers: Readonly<Record<string, MakeSources>> = {
  'open-meteo': ({ openMeteo }) => ({
    forecasts: [
      openMeteoForecasts(openMeteo),
      openMeteoEnsembles(openMeteo),
      openMeteoEnsembleMeans(openMeteo),
    ].filter(({ names }) => names.length > 0),
    reanalysis: openMeteoArchive(openMeteo),
  }),
  'met-norway': ({ metNorwayUrl }) => ({ forecasts: [metNorway(urlOf(metNorwayUrl))] }),
  'us-nws': ({ usNwsUrl }) => ({
    forecasts: [usNws(urlOf(usNwsUrl))],
    stations: [usNwsStations(urlOf(usNwsUrl))],
  }),
  metar: ({ metarUrl }) => ({ stations: [metar(urlOf(metarUrl))] }),
  'bright-sky': ({ brightSkyUrl }) => ({
    forecasts: [brightSky(urlOf(brightSkyUrl))],
    stations: [brightSkyStations(urlOf(brightSkyUrl))],
  }),
};

export const sourceNames: readonly string[] = Object.keys(makers);

/**
 * The sources of some names, in the order they are named.
 *
 * @throws WeatherglassError Usage for an unknown name, or settings that a source cannot use.
 */
export function openSources(names: readonly string[], settings: SourceSettings): Sources {
  const made = names.map((name) => {
    if (!Object.hasOwn(makers, name))
      throw new WeatherglassError(
        'Usage',
        `there is no data source ${JSON.stringify(name)}.${didYouMean(name, sourceNames)}`,
      );
    return makers[name](settings);
  });
  return {
    forecasts: made.flatMap(({ forecasts = [] }) => forecasts),
    stations: made.flatMap(({ stations = [] }) => stations),
    reanalysis: made.find(({ reanalysis }) => reanalysis !== undefined)?.reanalysis,
  };
}

/** The sources of each provider by its name. */
export function byProvider({ forecasts, stations, reanalysis }: Sources): ReadonlyMap<string, Sources> {
  const nameOf = ({ provider }: { readonly provider: Provider }) => provider.name;
  const all = [...forecasts, ...stations, ...(reanalysis === undefined ? [] : [reanalysis])];
  const ofProvider = (name: string): Sources => ({
    forecasts: forecasts.filter((one) => nameOf(one) === name),
    stations: stations.filter((one) => nameOf(one) === name),
    reanalysis: reanalysis !== undefined && nameOf(reanalysis) === name ? reanalysis : undefined,
  });
  return new Map(all.map(nameOf).map((name) => [name, ofProvider(name)]));
}

/** Without those that answer only who says how to reach them, for somebody who has not. */
export function withoutShy(sources: Sources): {
  readonly sources: Sources;
  readonly shy: readonly Provider[];
} {
  const isOpen = ({ provider }: { readonly provider: Provider }) => !provider.wantsContact;
  const all = [...sources.forecasts, ...sources.stations].map(({ provider }) => provider);
  const shy = new Map(all.filter(({ wantsContact }) => wantsContact).map((one) => [one.name, one]));
  return {
    sources: {
      forecasts: sources.forecasts.filter(isOpen),
      stations: sources.stations.filter(isOpen),
      reanalysis: sources.reanalysis,
    },
    shy: [...shy.values()],
  };
}
