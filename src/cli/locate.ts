import { WeatherglassError } from '../errors.ts';
import { elevations } from '../sources/open-meteo-elevations.ts';
import { type FoundPlace, geocode } from '../sources/open-meteo-geocoding.ts';
import type { OpenMeteoSettings } from '../sources/open-meteo-settings.ts';
import type { SourceTools } from '../sources/source.ts';
import { zoneOf } from '../sources/zone.ts';
import { parseDecimal } from '../tables/decimal.ts';
import { checkPlace, type FollowedPlace } from '../weather/place.ts';

export interface LocateOptions {
  readonly tools: SourceTools;
  readonly settings: OpenMeteoSettings;
  readonly signal: AbortSignal;
  /** Chooses among places of one name. */
  readonly choose: (found: readonly string[]) => Promise<number>;
  /** What could not be found out, for a person. */
  readonly notice: (text: string) => void;
}

/** `47.4, 8.5` or `47.4 8.5 420`: degrees north, degrees east, perhaps metres above the sea. */
const coordinates =
  /^([-+]?\d+(?:\.\d+)?)\s*[,; ]\s*([-+]?\d+(?:\.\d+)?)(?:\s*[,; ]\s*([-+]?\d+(?:\.\d+)?))?$/;

/**
 * The place that someone means by coordinates, or by the name of a town.
 *
 * @param name what the place shall be called; '' for the town's own name
 * @param where coordinates, or words to be looked up
 * @throws WeatherglassError NotFound: no such town. InvalidData: coordinates that do not exist. What asking throws.
 */
export async function locate(name: string, where: string, options: LocateOptions): Promise<FollowedPlace> {
  const given = coordinates.exec(where.trim());
  if (given !== null) {
    const [latitude, longitude] = [parseDecimal(given[1]), parseDecimal(given[2])];
    const location = {
      latitude,
      longitude,
      elevation: given[3] === undefined ? Number.NaN : parseDecimal(given[3]),
    };
    checkPlace({ ...location, name: name || 'Home', zone: 'UTC' });
    const elevation = Number.isNaN(location.elevation)
      ? await heightOf(location, options)
      : location.elevation;
    return { ...location, elevation, name: name || 'Home', zone: zoneOf({ ...location, name }) };
  }
  if (where.trim() === '')
    throw new WeatherglassError('Usage', 'say where it is: a town, or "latitude, longitude"');
  if (/^[\d\s.,;°'"NSEWnsew+-]*\d[\d\s.,;°'"NSEWnsew+-]*$/.test(where))
    throw new WeatherglassError(
      'InvalidData',
      `${JSON.stringify(where)} are no coordinates: write degrees north and east with points, such as "52.52, 13.41", south and west below zero`,
    );
  const found = await townOf(where, options);
  const { latitude, longitude, elevation } = found;
  return checkPlace({
    name: name || found.name,
    latitude,
    longitude,
    elevation,
    zone: found.zone ?? zoneOf({ name: found.name, latitude, longitude, elevation }),
  });
}

async function townOf(
  words: string,
  { tools, settings, signal, choose }: LocateOptions,
): Promise<FoundPlace> {
  const found = await geocode(words, tools, { settings, signal, count: 8 });
  if (found.length === 0)
    throw new WeatherglassError(
      'NotFound',
      `no town is called ${JSON.stringify(words)}; give coordinates, such as --at "47.37, 8.54"`,
    );
  return found[found.length === 1 ? 0 : await choose(found.map(describe))];
}

/** Such as `Milan, Lombardy, Italy (45.46, 9.19; 122 m)`. */
function describe({ name, admin, country, latitude, longitude, elevation }: FoundPlace): string {
  const where = [name, admin, country].filter((one) => one !== undefined && one !== '').join(', ');
  const height = Number.isNaN(elevation) ? '' : `; ${Math.round(elevation)} m`;
  return `${where} (${latitude.toFixed(2)}, ${longitude.toFixed(2)}${height})`;
}

/** Forecasts can be had without it, so that not to know it is no reason to stop. */
async function heightOf(
  location: { readonly latitude: number; readonly longitude: number },
  { tools, settings, signal, notice }: LocateOptions,
): Promise<number> {
  try {
    return (await elevations([location], tools, { settings, signal }))[0];
  } catch (error) {
    signal.throwIfAborted();
    notice(`its height is not known: ${error instanceof Error ? error.message : String(error)}\n`);
    return Number.NaN;
  }
}
