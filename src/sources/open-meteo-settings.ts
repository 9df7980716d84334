import { WeatherglassError } from '../errors.ts';
import { modelRow } from './open-meteo-models.ts';

/** How Open-Meteo is asked, and for which models. */
export interface OpenMeteoSettings {
  /** Deterministic models; `ecmwf_ifs025`, `gfs_global` and `icon_global` by default. */
  readonly models?: readonly string[];
  /** Ensembles with their members, and `…_ensemble_mean`s with their spread; none by default, for members are dear. */
  readonly ensembles?: readonly string[];
  /** An instance of one's own, such as `http://localhost:8080`; it then serves everything, without limits. */
  readonly url?: string;
  /** Key of a subscription. It is sent, and neither kept nor told. */
  readonly apiKey?: string;
}

/** Settings that have been checked and completed. */
export interface OpenMeteo {
  readonly models: readonly string[];
  readonly ensembles: readonly string[];
  readonly url: string | undefined;
  readonly apiKey: string | undefined;
}

export const defaultOpenMeteoModels = ['ecmwf_ifs025', 'gfs_global', 'icon_global'] as const;

/** The services of Open-Meteo; each has a host of its own, all of them one host on an instance of one's own. */
export type OpenMeteoApi =
  | 'forecast'
  | 'ensemble'
  | 'previous-runs'
  | 'single-runs'
  | 'archive'
  | 'geocoding'
  | 'elevation';

const services: Readonly<Record<OpenMeteoApi, readonly [host: string, path: string]>> = {
  forecast: ['api', '/v1/forecast'],
  ensemble: ['ensemble-api', '/v1/ensemble'],
  'previous-runs': ['previous-runs-api', '/v1/forecast'],
  'single-runs': ['single-runs-api', '/v1/forecast'],
  archive: ['archive-api', '/v1/archive'],
  geocoding: ['geocoding-api', '/v1/search'],
  elevation: ['api', '/v1/elevation'],
};

/** Names of mixtures, whose make-up changes with place, lead and year: what is learned from them does not last. */
const blend = /^best_match$|seamless|_mix$|archive_best_match/;

/**
 * The settings themselves, completed.
 *
 * @throws WeatherglassError Usage that names the setting: a blend such as `best_match`, a model that is unknown or in
 *   the wrong list, one given twice, a wrong address, a key together with an address.
 */
export function checkOpenMeteo(settings: OpenMeteoSettings): OpenMeteo {
  const { models = defaultOpenMeteoModels, ensembles = [], url, apiKey } = settings;
  checkNames('models', models, (name) => modelRow(name, 'models').kind === 'deterministic');
  checkNames('ensembles', ensembles, (name) => modelRow(name, 'ensembles').kind !== 'deterministic');
  if (url !== undefined && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)))
    throw usage('url', `must be an address such as http://localhost:8080, not ${JSON.stringify(url)}`);
  if (apiKey !== undefined && url !== undefined)
    throw usage('apiKey', 'is of no use with an open_meteo_url of your own; leave one of them out');
  // The key itself must not be shown.
  if (apiKey !== undefined && !/^[\w.~-]+$/.test(apiKey))
    throw usage('apiKey', 'must be letters, digits and - . _ ~ only; copy it again from your subscription');
  return { models, ensembles, url: url?.replace(/\/+$/, ''), apiKey };
}

function checkNames(setting: string, names: readonly string[], belongs: (name: string) => boolean): void {
  for (const [index, name] of names.entries()) {
    if (blend.test(name))
      throw usage(
        setting,
        `holds ${name}, a blend whose make-up changes, so that nothing lasting is learned from it; name its models, ` +
          'such as icon_global and icon_eu',
      );
    if (!belongs(name))
      throw usage(
        setting,
        `holds ${name}, which belongs into ${setting === 'models' ? settingNames.ensembles : settingNames.models}`,
      );
    if (names.indexOf(name) !== index) throw usage(setting, `holds ${name} twice`);
  }
}

/** What people call the settings: as src/config.ts has them. */
const settingNames: Readonly<Record<string, string>> = {
  models: 'open_meteo_models',
  ensembles: 'open_meteo_ensembles',
  url: 'open_meteo_url',
  apiKey: 'open_meteo_key',
};

function usage(setting: string, problem: string): WeatherglassError {
  return new WeatherglassError('Usage', `the setting ${settingNames[setting] ?? setting} ${problem}.`);
}

/**
 * The address of a question, without the key. Commas stay as they are, which keeps long lists readable; what is undefined is left out.
 *
 * @example openMeteoUrl(checkOpenMeteo({}), 'forecast', { hourly: 'a,b' }); // https://api.open-meteo.com/v1/forecast?hourly=a,b
 */
export function openMeteoUrl(
  settings: OpenMeteo,
  api: OpenMeteoApi,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value)).replaceAll('%2C', ',')}`);
  return `${openMeteoHost(settings, api)}${services[api][1]}?${pairs.join('&')}`;
}

/** The address of a domain's metadata; a customer's servers have their own. */
export function openMeteoMetadataUrl(
  settings: OpenMeteo,
  api: 'forecast' | 'ensemble',
  domain: string,
): string {
  return `${openMeteoHost(settings, api)}/data/${domain}/static/meta.json`;
}

function openMeteoHost({ url, apiKey }: OpenMeteo, api: OpenMeteoApi): string {
  return url ?? `https://${apiKey === undefined ? '' : 'customer-'}${services[api][0]}.open-meteo.com`;
}
