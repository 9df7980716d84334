import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import type { Location } from '../weather/location.ts';
import { coordinateText } from './coordinate-text.ts';
import { readReply, textOf } from './read-reply.ts';
import type { SourceTools } from './source.ts';
import { usNwsHeaders, usNwsProvider } from './us-nws-provider.ts';

/** They become part of an address, so nothing else may be in them. */
const office = textOf('letters, such as LWX', (text) => matching(/^[A-Za-z]+$/, text));
const cell = z.union(
  [
    z.int(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ],
  { error: 'a whole number' },
);
const stationsAddress = textOf('the address of stations', (text) =>
  matching(/^\/[\w/,-]+$/, new URL(text).pathname),
);

const point = z.object({
  properties: z.object({
    gridId: office.nullish(),
    gridX: cell.nullish(),
    gridY: cell.nullish(),
    observationStations: stationsAddress.nullish(),
  }),
});

function matching(pattern: RegExp, text: string): string {
  if (!pattern.test(text)) throw new Error('does not match');
  return text;
}

export interface UsNwsPoint {
  /** Path of the grid cell's forecasts, such as `/gridpoints/LWX/95,71`. */
  readonly gridPath: string | undefined;
  /** Path of the stations near it, such as `/gridpoints/LWX/95,71/stations`. */
  readonly stationsPath: string | undefined;
}

/**
 * What the service says of a point: in which cell of which office's grid it lies, and where its stations are listed. Either
 * is undefined where it has none, as at sea. Cells are numbered as numbers or as texts of digits.
 *
 * @param about who was asked and what about; messages begin with it
 * @throws WeatherglassError InvalidData naming the field.
 */
export function decodePoint(body: unknown, about: string): UsNwsPoint {
  const { gridId, gridX, gridY, observationStations } = readReply(point, body, about).properties;
  const hasCell = gridId != null && gridX != null && gridY != null;
  return {
    gridPath: hasCell ? `/gridpoints/${gridId}/${gridX},${gridY}` : undefined,
    stationsPath: observationStations ?? undefined,
  };
}

export interface AskedPoint {
  readonly url: string;
  readonly location: Location;
  /** Name for messages. */
  readonly about: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks for a point. Its cell hardly ever changes: the kept reply answers, so it may be asked for each time.
 *
 * @throws WeatherglassError NotFound where the service has no forecasts; what {@link SourceTools.ask} and
 *   {@link decodePoint} throw.
 */
export async function askPoint(
  { url, location, about, signal }: AskedPoint,
  tools: SourceTools,
): Promise<UsNwsPoint> {
  const { body } = await tools.ask({
    provider: usNwsProvider,
    url: `${url}/points/${coordinateText(location.latitude)},${coordinateText(location.longitude)}`,
    about,
    headers: usNwsHeaders,
    signal,
  });
  return decodePoint(body, `${usNwsProvider.name}, ${about}`);
}

/** @throws WeatherglassError NotFound where a point has no such path. */
export function pathOf(path: string | undefined, what: string, about: string): string {
  if (path !== undefined) return path;
  throw new WeatherglassError(
    'NotFound',
    `${usNwsProvider.name} has no ${what} for ${about}; it covers the United States and their territories`,
  );
}
