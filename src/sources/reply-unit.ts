import { WeatherglassError } from '../errors.ts';
import { converter } from '../weather/units.ts';

/**
 * The function from values in the unit that a reply names to values in one of ours.
 *
 * @param field who was asked and which field names the unit; the message begins with it
 * @throws WeatherglassError InvalidData for a unit that is unknown or of something else.
 *
 * @example fromReplyUnit('wmoUnit:km_h-1', 'm/s', 'us-nws, Garden: properties.windSpeed.uom')(36); // 10
 */
export function fromReplyUnit(unit: string, to: string, field: string): (value: number) => number {
  try {
    return converter(unit, to);
  } catch (error) {
    if (!(error instanceof WeatherglassError)) throw error;
    throw new WeatherglassError(error.name, `${field}: ${error.message}`, { cause: error });
  }
}
