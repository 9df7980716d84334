import { WeatherglassError } from '../errors.ts';

/**
 * The name of a place as it is kept: tables hold names without spaces around them, a place a line.
 *
 * @throws WeatherglassError InvalidData for a name with a line break or another control character in it.
 */
export function placeName(name: string): string {
  if (/\p{Cc}/u.test(name.trim()))
    throw new WeatherglassError(
      'InvalidData',
      `The name ${JSON.stringify(name)} has a line break or another control character in it: leave it out.`,
    );
  return name.trim();
}
