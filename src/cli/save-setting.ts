import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { WeatherglassError } from '../errors.ts';

/** Puts one setting into a settings file, beside those that are there; the file is made where there is none. */
export function saveSetting(file: string, name: string, value: string): void {
  let settings: Record<string, unknown> = {};
  if (existsSync(file))
    try {
      settings = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    } catch (cause) {
      throw new WeatherglassError('InvalidData', `the settings file ${file} is not JSON: correct it first`, {
        cause,
      });
    }
  if (settings[name] === value) return;
  try {
    // Whole or not at all: somebody else may read it meanwhile.
    writeFileSync(`${file}.new`, `${JSON.stringify({ ...settings, [name]: value }, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  } catch (cause) {
    throw new WeatherglassError(
      'Unavailable',
      `${name} cannot be saved in ${file} (${(cause as Error).message}): name another file by --config, or say --no-save`,
      { cause },
    );
  }
}
