import { readFile } from 'node:fs/promises';
import { type Config, loadConfig, type SettingName, settingNames } from '../config.ts';
import { WeatherglassError } from '../errors.ts';
import { jobsUrl } from '../pipeline/jobs-url.ts';
import { type ComputePool, openComputePool } from '../runtime/compute-pool.ts';
import { declareVariable, type Variable } from '../weather/variable.ts';
import { type Progress, progressOn } from './progress.ts';

/** What a command is given instead of reaching for globals. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => void;
  /** Notices and progress, beside the result. */
  readonly notice: (text: string) => void;
  readonly outputIsTerminal: boolean;
  readonly errorIsTerminal: boolean;
  readonly signal: AbortSignal;
}

/** Flags that every command has. */
export interface CommonFlags extends Partial<Record<SettingName, string>> {
  readonly config?: string;
  readonly json?: boolean;
}

/** What commands share once their flags are known. */
export interface Settings extends AsyncDisposable {
  readonly config: Config;
  readonly declared: readonly Variable[];
  readonly progress: Progress;
}

/** The same for commands that learn or predict. */
export interface Session extends Settings {
  readonly pool: ComputePool;
}

/** Reads the configuration and the variables it declares. */
export async function openSettings(context: Context, flags: CommonFlags): Promise<Settings> {
  const config = configOf(context, flags);
  const declared = config.variables === '' ? [] : await readDeclarations(config.variables);
  const progress = progressOn(context);
  return {
    config,
    declared,
    progress,
    async [Symbol.asyncDispose]() {
      progress.clear();
    },
  };
}

/** Opens the settings and starts the threads. */
export async function openSession(context: Context, flags: CommonFlags): Promise<Session> {
  const settings = await openSettings(context, flags);
  const pool = openThreads(settings.config);
  return {
    ...settings,
    pool,
    async [Symbol.asyncDispose]() {
      await settings[Symbol.asyncDispose]();
      await pool[Symbol.asyncDispose]();
    },
  };
}

/** Starts the threads; they load their code while the command reads its files. */
export function openThreads({ threads }: Config): ComputePool {
  return openComputePool(jobsUrl, { threads });
}

/** The configuration alone, for commands that use no declared variables. */
export function configOf(context: Context, flags: CommonFlags): Config {
  const { config } = loadConfig(sourcesOf(context, flags));
  // libuv starts its own threads, for files and names, when the first is needed: so many.
  process.env.UV_THREADPOOL_SIZE ??= String(config.io);
  return config;
}

export function sourcesOf(context: Context, flags: CommonFlags) {
  // Commander calls a flag by its words run together, a setting has them apart.
  const given = Object.entries(flags).map(([name, value]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value as unknown,
  ]);
  return {
    file: flags.config,
    env: context.env,
    flags: Object.fromEntries(given.filter(([name]) => settingNames.some((one) => one === name))) as Partial<
      Record<SettingName, string>
    >,
  };
}

async function readDeclarations(file: string): Promise<Variable[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new WeatherglassError('NotFound', `the file of declared variables, ${file}, cannot be read`, {
      cause,
    });
  }
  let declared: unknown;
  try {
    declared = JSON.parse(text);
  } catch (cause) {
    throw new WeatherglassError('InvalidData', `${file} is not JSON: ${String(cause)}`, { cause });
  }
  if (!Array.isArray(declared))
    throw new WeatherglassError('InvalidData', `${file} must hold a JSON array of variables`);
  return declared.map((one, index) => {
    try {
      return declareVariable(one);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new WeatherglassError('InvalidData', `${file}, variable ${index + 1}: ${reason}`, { cause });
    }
  });
}
