import { consoleFields, type FormFields, formReadings } from './sensor-form.ts';
import type { Reading } from './source.ts';

const ecowitt: FormFields = {
  fields: [
    ...consoleFields,
    ['baromrelin', 'inHg', 'pressure_msl'],
    ['baromabsin', 'inHg', 'surface_pressure'],
  ],
  // The day's counter is the one that every firmware has. `hourlyrainin` is left out: of the last sixty minutes in some,
  // of the hour of the clock in others. The second ones are of gauges that listen to drops (piezo) instead of tipping.
  rain: [
    ['dailyrainin', 'counter'],
    ['drain_piezo', 'counter'],
    ['rainratein', 'rate'],
    ['rrain_piezo', 'rate'],
  ],
};

/**
 * The readings in what an Ecowitt console or gateway posts to a server of one's own (protocol "Ecowitt"), in the
 * variables' own units. Relative pressure is taken for pressure at sea level, which it is once the console has been told
 * its height.
 *
 * Rain travels as the day's counter, under the name `rainCounter`; `hourlyValues` makes hours of it. Indoor values,
 * batteries and the `PASSKEY` are not looked at. Empty fields and −9999 are NaN; absent ones give no reading.
 *
 * @param place name of the place whose sensors these are
 * @param now when it came, epoch milliseconds
 * @throws WeatherglassError InvalidData that names place and field: no number, no time, a time yet to come or long past
 *
 * @example readEcowitt(new URLSearchParams('dateutc=2020-01-01+12:00:00&tempf=50'), 'Garden', now)[0].value; // 10
 */
export function readEcowitt(form: URLSearchParams, place: string, now: number): readonly Reading[] {
  return formReadings(form, ecowitt, place, `Ecowitt, ${place}`, now);
}
