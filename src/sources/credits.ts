import type { Provider } from './source.ts';

/** Whom data comes from, and what must be said of it wherever it is shown. */
export type Credit = Pick<Provider, 'title' | 'home' | 'licence' | 'attribution'>;

const openMeteo: Credit = {
  title: 'Open-Meteo',
  home: 'https://open-meteo.com/',
  licence: 'CC BY 4.0',
  attribution: 'Weather data by Open-Meteo.com (https://open-meteo.com/), CC BY 4.0',
};
const metNorway: Credit = {
  title: 'MET Norway',
  home: 'https://api.met.no',
  licence: 'CC BY 4.0',
  attribution: 'Based on data from MET Norway (https://api.met.no), CC BY 4.0',
};
const usNws: Credit = {
  title: 'US National Weather Service',
  home: 'https://www.weather.gov/documentation/services-web-api',
  licence: 'public domain (US government)',
  attribution:
    'Based on data of the US National Weather Service (weather.gov); not an official product of it',
};
const metar: Credit = {
  title: 'NOAA Aviation Weather Center',
  home: 'https://aviationweather.gov',
  licence: 'public domain (US government)',
  attribution: 'METAR reports: NOAA Aviation Weather Center (https://aviationweather.gov)',
};

const brightSky: Credit = {
  title: 'Bright Sky (German weather service DWD)',
  home: 'https://brightsky.dev',
  licence: 'CC BY 4.0',
  attribution:
    'Data basis: Deutscher Wetterdienst (https://www.dwd.de), values processed; by Bright Sky (https://brightsky.dev), CC BY 4.0',
};

/** By what runs and observations are kept under, up to a slash. */
export const credits = {
  'open-meteo': openMeteo,
  'open-meteo-archive': openMeteo,
  'met-norway': metNorway,
  'us-nws': usNws,
  metar,
  'bright-sky': brightSky,
} as const satisfies Readonly<Record<string, Credit>>;

/** The credits that some sources of runs and origins of observations call for, each once; somebody's own call for none. */
export function creditsFor(names: Iterable<string>): readonly Credit[] {
  const found = new Set<Credit>();
  for (const name of names) {
    // Such as `open-meteo/icon_global`, or `metar station KJFK, 12 km away`.
    const [key] = name.split(/[/ ]/);
    if (Object.hasOwn(credits, key)) found.add(credits[key as keyof typeof credits]);
  }
  return [...found];
}
