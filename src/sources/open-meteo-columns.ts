import { WeatherglassError } from '../errors.ts';
import type { Location } from '../weather/location.ts';
import type { Hourly } from './open-meteo-hourly.ts';
import { modelCovers, type OpenMeteoModel } from './open-meteo-models.ts';

/**
 * What follows the variables' names in the columns of each model: `_<model>` where several models cover the place, and
 * nothing where one alone does, even though several were asked for. Models that do not cover the place have no entry.
 *
 * Which one the lone model is does not stand in the reply. It can be told where one was asked for, where one of those
 * asked for is global (a second global one would have left suffixes), or where the place lies in the area of one alone.
 *
 * @throws WeatherglassError InvalidData where it cannot be told.
 */
export function modelSuffixes(
  hourly: Hourly,
  asked: readonly OpenMeteoModel[],
  location: Location,
): ReadonlyMap<string, string> {
  if (asked.length === 1) {
    const suffix = endsWith(hourly, asked[0]) ? `_${asked[0].name}` : '';
    return new Map([[asked[0].name, suffix]]);
  }
  const suffixed = asked.filter((model) => endsWith(hourly, model));
  if (suffixed.length > 0) return new Map(suffixed.map(({ name }) => [name, `_${name}`]));
  if (hourly.names.size === 0) return new Map();

  const global = asked.filter(({ area }) => area === undefined);
  const [alone, ...others] =
    global.length > 0 ? global : asked.filter((model) => modelCovers(model, location));
  if (alone !== undefined && others.length === 0) return new Map([[alone.name, '']]);
  throw new WeatherglassError(
    'InvalidData',
    `open-meteo, ${hourly.about}: one model alone has values here, and the reply does not say which of ` +
      `${asked.map(({ name }) => name).join(', ')} it is; ask for them one at a time, or leave out those that do not ` +
      'cover the place.',
  );
}

function endsWith(hourly: Hourly, { name }: OpenMeteoModel): boolean {
  return hourly.names.values().some((column) => column.endsWith(`_${name}`));
}
