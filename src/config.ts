import { readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { WeatherglassError } from './errors.ts';
import { didYouMean } from './weather/nearest-names.ts';

const address = z.string().regex(/^(?:https?:\/\/\S+)?$/, 'must begin with http:// or https://');

/** Every setting, with what it means. The same names serve the file, `WEATHERGLASS_…` and the flags. */
const schema = z.strictObject({
  threads: z.coerce.number().int().min(1).max(256).describe('worker threads for CPU work'),
  seed: z.coerce.string().min(1).describe('seed of everything drawn by chance, such as bootstrap intervals'),
  variables: z.string().describe('file that declares variables of your own; empty for none'),
  store: z.string().min(1).describe('file that keeps places, runs, observations, predictions and scores'),
  host: z.string().min(1).describe('address that `serve` listens on; 0.0.0.0 for every interface'),
  port: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .describe('port that `serve` listens on; 0 for any free one'),
  io: z.coerce
    .number()
    .int()
    .min(1)
    .max(1024)
    .describe('requests to data sources at once, and threads for files and name look-ups'),
  workers: z.coerce.number().int().min(1).max(64).describe('processes that answer HTTP requests'),
  sources: z
    .string()
    .describe('data sources that are asked, by commas: open-meteo, met-norway, us-nws, metar, bright-sky'),
  contact: z
    .string()
    .max(200)
    .regex(/^$|^[\x21-\x7e]*[@.][\x21-\x7e]+$/, 'must be an address of mail or of the web')
    .describe(
      'how data sources can reach you: an address of mail or of the web; some answer nobody without one',
    ),
  horizon: z.coerce.number().int().min(1).max(16).describe('days ahead that forecasts are collected for'),
  past: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .describe('days of past forecasts and observations that a new place is given to learn from'),
  stations: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .describe('nearest stations that are followed for a place without a sensor of its own'),
  cache: z
    .string()
    .min(1)
    .describe('folder of kept replies and spent quotas, shared by all that runs on this machine'),
  open_meteo_models: z.string().describe('weather models asked of Open-Meteo, by commas'),
  open_meteo_ensembles: z.string().describe('ensembles asked of Open-Meteo, by commas; empty for none'),
  open_meteo_key: z.string().describe("a customer's key for Open-Meteo; empty for the free service"),
  open_meteo_url: address.describe('an Open-Meteo of your own; empty for the public one'),
  met_norway_url: address.describe('another address of MET Norway, such as a proxy; empty for its own'),
  us_nws_url: address.describe('another address of the US National Weather Service; empty for its own'),
  metar_url: address.describe('another address of the METAR service; empty for its own'),
  bright_sky_url: address.describe('another address of Bright Sky; empty for its own'),
  log: z
    .enum(['debug', 'info', 'warn', 'error'])
    .describe('least severe lines that `serve` logs; info has one line a request and a turn of the loop'),
});

export type Config = z.infer<typeof schema>;
export type SettingName = keyof Config;
export type Origin = 'default' | 'file' | 'environment' | 'flag';

export interface Setting {
  readonly name: SettingName;
  readonly value: string | number;
  readonly origin: Origin;
  readonly about: string;
}

export interface ConfigSources {
  /** Settings file; by default `weatherglass.json` in the working folder, if there is one. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Partial<Record<SettingName, string | undefined>>>;
}

/** Shown as … wherever settings are. */
const secretSettings: readonly SettingName[] = ['open_meteo_key'];

export const settingNames = Object.keys(schema.shape) as SettingName[];
const defaultFile = 'weatherglass.json';
const prefix = 'WEATHERGLASS_';

/**
 * The configuration: defaults, overruled by the file, then by the environment, then by flags.
 *
 * @throws WeatherglassError Usage for an unknown or unusable setting, naming where it was set; NotFound for a named
 *   file that is not there.
 */
export function loadConfig({ file, env, flags }: ConfigSources): {
  readonly config: Config;
  readonly settings: readonly Setting[];
} {
  const layers: readonly (readonly [Origin, Readonly<Record<string, unknown>>])[] = [
    [
      'default',
      {
        threads: availableParallelism(),
        io: 2 * availableParallelism(),
        seed: '1',
        variables: '',
        store: 'weatherglass.db',
        host: '127.0.0.1',
        port: 8472,
        workers: 1,
        sources: 'open-meteo,met-norway,us-nws,metar',
        contact: '',
        horizon: 7,
        past: 90,
        stations: 2,
        cache: join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'weatherglass'),
        open_meteo_models: 'ecmwf_ifs025,gfs_global,icon_global',
        open_meteo_ensembles: '',
        open_meteo_key: '',
        open_meteo_url: '',
        met_norway_url: '',
        us_nws_url: '',
        metar_url: '',
        bright_sky_url: '',
        log: 'warn',
      },
    ],
    ['file', readSettingsFile(file)],
    ['environment', ofEnvironment(env)],
    ['flag', flags],
  ];
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const [origin, layer] of layers) {
    for (const [name, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      if (!settingNames.some((known) => known === name))
        throw new WeatherglassError(
          'Usage',
          `unknown setting ${name} (${origin}).${didYouMean(name, settingNames)}`,
        );
      values[name] = value;
      origins[name] = origin;
    }
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue.path[0]);
    throw new WeatherglassError(
      'Usage',
      `setting ${name} (${origins[name]}) is ${secretSettings.some((one) => one === name) ? '…' : JSON.stringify(values[name])}; ${wanted(issue)}`,
    );
  }
  const config = parsed.data;
  return {
    config,
    settings: settingNames.map((name) => ({
      name,
      value: secretSettings.includes(name) && config[name] !== '' ? '…' : config[name],
      origin: origins[name],
      about: schema.shape[name].description ?? '',
    })),
  };
}

function readSettingsFile(file: string | undefined): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file ?? defaultFile, 'utf8');
  } catch (cause) {
    if (file === undefined) return {};
    throw new WeatherglassError('NotFound', `the settings file ${file} cannot be read`, { cause });
  }
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (cause) {
    throw new WeatherglassError(
      'Usage',
      `the settings file ${file ?? defaultFile} is not a JSON object of settings`,
      { cause },
    );
  }
}

function ofEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (name.startsWith(prefix) && value !== undefined)
      found[name.slice(prefix.length).toLowerCase()] = value;
  return found;
}

/** What a setting must be, in words. */
function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return 'it must be a whole number';
  if (issue.code === 'too_small') return `it must be at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `it must be at most ${issue.maximum}`;
  return issue.message;
}
