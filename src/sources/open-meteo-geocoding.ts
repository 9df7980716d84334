import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { openMeteoProvider } from './open-meteo-provider.ts';
import { checkOpenMeteo, type OpenMeteoSettings, openMeteoUrl } from './open-meteo-settings.ts';
import type { SourceTools } from './source.ts';

export interface GeocodeOptions {
  /** Places to find at the most; 10 by default, up to 100. */
  readonly count?: number;
  /** Of the names that are found, such as `de`; English by default. */
  readonly language?: string;
  /** ISO 3166-1 code of two letters, such as `IT`. */
  readonly countryCode?: string;
  readonly settings?: OpenMeteoSettings;
  readonly signal?: AbortSignal | undefined;
}

/** A place of a name; what is not known of it is undefined. */
export interface FoundPlace {
  readonly name: string;
  /** First administrative level, such as a state. */
  readonly admin: string | undefined;
  readonly country: string | undefined;
  readonly countryCode: string | undefined;
  readonly latitude: number;
  readonly longitude: number;
  /** Metres above sea level; NaN where unknown. */
  readonly elevation: number;
  /** IANA time zone. */
  readonly zone: string | undefined;
  readonly population: number | undefined;
}

const text = z.string().nullish();
const reply = z.looseObject({
  results: z
    .array(
      z.looseObject({
        name: z.string(),
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
        elevation: z.number().nullish(),
        admin1: text,
        country: text,
        country_code: text,
        timezone: text,
        population: z.number().nullish(),
      }),
    )
    .nullish(),
});

/**
 * Places of a name, the best match first; none where there is no such place.
 *
 * @throws WeatherglassError Usage for a name of less than two letters, a count or country code that cannot be; InvalidData
 *   for a reply that is not understood.
 */
export async function geocode(
  name: string,
  tools: SourceTools,
  options: GeocodeOptions = {},
): Promise<readonly FoundPlace[]> {
  const { count = 10, language = 'en', countryCode, settings = {}, signal } = options;
  if (name.trim().length < 2) throw usage('a place is looked for by two letters of its name at least');
  if (!(Number.isInteger(count) && count >= 1 && count <= 100))
    throw usage(`count must be from 1 to 100, not ${count}`);
  if (countryCode !== undefined && !/^[A-Za-z]{2}$/.test(countryCode))
    throw usage(`countryCode must be two letters such as IT, not ${JSON.stringify(countryCode)}`);
  const { body } = await tools.ask({
    provider: openMeteoProvider(settings),
    url: openMeteoUrl(checkOpenMeteo(settings), 'geocoding', {
      name: name.trim(),
      count,
      language,
      format: 'json',
      countryCode: countryCode?.toUpperCase(),
    }),
    about: `places of the name ${JSON.stringify(name.trim())}`,
    signal,
  });
  return readPlaces(body, name);
}

/**
 * The places in a reply of the geocoding service. Where nothing matches, it has no `results`, not an empty list of them.
 *
 * @throws WeatherglassError InvalidData that names the field.
 */
export function readPlaces(body: unknown, name: string): readonly FoundPlace[] {
  const read = reply.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    const field = issue.path.join('.') || 'the reply';
    throw new WeatherglassError(
      'InvalidData',
      `open-meteo, places of the name ${JSON.stringify(name)}: ${field} is not as documented: ${issue.message}.`,
    );
  }
  return (read.data.results ?? []).map((found) => ({
    name: found.name,
    admin: found.admin1 ?? undefined,
    country: found.country ?? undefined,
    countryCode: found.country_code ?? undefined,
    latitude: found.latitude,
    longitude: found.longitude,
    elevation: groundElevation(found.elevation ?? NaN),
    zone: found.timezone ?? undefined,
    population: found.population ?? undefined,
  }));
}

/** An elevation as it is, NaN where the ground is nowhere so low or high: 9999 and −9999 stand for an unknown one. */
export function groundElevation(metres: number): number {
  return metres >= -500 && metres <= 9000 ? metres : NaN;
}

function usage(problem: string): WeatherglassError {
  return new WeatherglassError('Usage', `open-meteo: ${problem}.`);
}
