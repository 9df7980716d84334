import type { Location } from '../weather/location.ts';
import type { Provider } from './source.ts';
import { nwsProblem } from './us-nws-problem.ts';

/**
 * The US National Weather Service as it is asked here. Its limits are not published: "reasonable", says its page, and that
 * a refused request may be tried again after some 5 s. A place costs two calls in three hours, so that a call a second on average
 * serves 5,400 places, and bursts of 5 stay well below what a web page with a map asks for.
 */
export const usNwsProvider: Provider = {
  name: 'us-nws',
  title: 'US National Weather Service',
  home: 'https://www.weather.gov/documentation/services-web-api',
  licence: 'public domain (US government)',
  attribution:
    'Based on data of the US National Weather Service (weather.gov); not an official product of it',
  limits: [
    { calls: 5, seconds: 1 },
    { calls: 60, seconds: 60 },
  ],
  concurrency: 4,
  wantsContact: true,
  refusal: (_, body) => {
    const reason = nwsProblem(body);
    return reason === undefined ? undefined : { reason };
  },
};

export const usNwsAddress = 'https://api.weather.gov';

/** Without an Accept header the service's cache has handed out old copies. */
export const usNwsHeaders: Readonly<Record<string, string>> = { accept: 'application/geo+json' };

export interface UsNwsSettings {
  /** Address of the service, for a proxy or a test. */
  readonly url?: string;
}

/** Degrees: south, north, west, east. */
type Box = readonly [south: number, north: number, west: number, east: number];

const boxes: readonly Box[] = [
  // The 48 states.
  [24.4, 49.5, -125, -66.9],
  // Alaska, whose Aleutians cross the antimeridian.
  [51, 71.5, -180, -129.9],
  [51, 53.5, 172, 180],
  // Hawaii; Puerto Rico and the Virgin Islands; Guam and the Northern Marianas; American Samoa.
  [18.8, 22.4, -160.6, -154.7],
  [17.6, 18.7, -67.4, -64.5],
  [13.1, 20.7, 144.5, 146.2],
  [-14.7, -11, -171.2, -168.1],
];

/**
 * Whether a location may be one the service forecasts for: within rough boxes around the United States and their
 * territories. The boxes hold a good part of southern Canada and northern Mexico too; there the service answers NotFound.
 */
export function usNwsCovers({ latitude, longitude }: Location): boolean {
  return boxes.some(
    ([south, north, west, east]) =>
      latitude >= south && latitude <= north && longitude >= west && longitude <= east,
  );
}
