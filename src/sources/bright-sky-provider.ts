import type { Location } from '../weather/location.ts';
import { formatInstant } from '../weather/time.ts';
import type { Provider } from './source.ts';

/**
 * Bright Sky as it is asked here. It names no limits; somebody runs it at their own expense for everybody, so that 60 calls
 * a minute, 2 of them at once, are what a handful of people with its web page open would ask for.
 */
export const brightSkyProvider: Provider = {
  name: 'bright-sky',
  title: 'Bright Sky (German weather service DWD)',
  home: 'https://brightsky.dev',
  licence: 'CC BY 4.0',
  attribution:
    'Data basis: Deutscher Wetterdienst (https://www.dwd.de), values processed; by Bright Sky (https://brightsky.dev), CC BY 4.0',
  limits: [
    { calls: 2, seconds: 1 },
    { calls: 60, seconds: 60 },
  ],
  concurrency: 2,
  wantsContact: false,
};

export const brightSkyAddress = 'https://api.brightsky.dev';

export interface BrightSkySettings {
  /** Address of the service, for one of your own, a proxy or a test. */
  readonly url?: string;
}

/**
 * Whether a location lies in a rough box around Germany. Its corners reach into the neighbours, where there may be no station
 * within the 50 km that the service looks at: it answers NotFound there.
 */
export function brightSkyCovers({ latitude, longitude }: Location): boolean {
  return latitude >= 46.8 && latitude <= 55.5 && longitude >= 5.2 && longitude <= 15.7;
}

/** The part of an address that asks for a span of time, both ends inclusive, in the units that the decoder reads. */
export function brightSkySpan(from: number, last: number): string {
  return `date=${formatInstant(from)}&last_date=${formatInstant(last)}&tz=Etc/UTC&units=dwd`;
}
