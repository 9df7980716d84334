import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { chunksOf } from '../runtime/chunks.ts';
import type { Location } from '../weather/location.ts';
import { coordinate } from './open-meteo-ask.ts';
import { groundElevation } from './open-meteo-geocoding.ts';
import { openMeteoProvider } from './open-meteo-provider.ts';
import { checkOpenMeteo, type OpenMeteoSettings, openMeteoUrl } from './open-meteo-settings.ts';
import type { SourceTools } from './source.ts';

const mostAtOnce = 100;

const reply = z.looseObject({ elevation: z.array(z.number().nullable()) });

/**
 * Heights of the ground in metres above sea level, in the order of the locations, from the provider's 90 m map; NaN where
 * it has none. Coordinates are rounded as they are for forecasts, so that these are the heights that values are brought to.
 * A location is a call, and 100 of them a request.
 *
 * @throws WeatherglassError InvalidData for a reply that is not understood.
 */
export async function elevations(
  locations: readonly Pick<Location, 'latitude' | 'longitude'>[],
  tools: SourceTools,
  options: { readonly settings?: OpenMeteoSettings; readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly number[]> {
  const { settings = {}, signal } = options;
  const found: number[] = [];
  for (const some of chunksOf(locations, mostAtOnce)) {
    const { body } = await tools.ask({
      provider: openMeteoProvider(settings),
      url: openMeteoUrl(checkOpenMeteo(settings), 'elevation', {
        latitude: some.map(({ latitude }) => coordinate(latitude)).join(),
        longitude: some.map(({ longitude }) => coordinate(longitude)).join(),
      }),
      calls: some.length,
      about: `elevations of ${some.length} locations`,
      signal,
    });
    found.push(...readElevations(body, some.length));
  }
  return found;
}

/** @throws WeatherglassError InvalidData that names the field. */
export function readElevations(body: unknown, locations: number): readonly number[] {
  const read = reply.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(`${issue.path.join('.') || 'the reply'} is not as documented: ${issue.message}`);
  }
  const { elevation } = read.data;
  if (elevation.length !== locations)
    throw invalid(`elevation must have ${locations} values, not ${elevation.length}`);
  return elevation.map((metres) => groundElevation(metres ?? NaN));
}

function invalid(problem: string): WeatherglassError {
  return new WeatherglassError('InvalidData', `open-meteo, elevations: ${problem}.`);
}
