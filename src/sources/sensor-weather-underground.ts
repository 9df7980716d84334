import { consoleFields, type FormFields, formReadings } from './sensor-form.ts';
import { refusal } from './sensor-push.ts';
import type { Reading } from './source.ts';

const weatherUnderground: FormFields = {
  fields: [...consoleFields, ['dewptf', '°F', 'dew_point_2m'], ['baromin', 'inHg', 'pressure_msl']],
  // The protocol says that `rainin` is of the last sixty minutes; some consoles send an intensity there. So the counter
  // comes first.
  rain: [
    ['dailyrainin', 'counter'],
    ['rainin', 'hour'],
  ],
};

/**
 * The readings in an upload by the protocol of Weather Underground, which WeeWX and most consoles speak, in the
 * variables' own units. `ID` names the place.
 *
 * Rain travels as the day's counter, under the name `rainCounter`, or without one as the sum of the last hour. Indoor
 * values, further sensors and the `PASSWORD` are not looked at. Empty fields and −9999 are NaN; absent ones give no
 * reading.
 *
 * @param query of `GET /weatherstation/updateweatherstation.php`
 * @param now when it came, epoch milliseconds
 * @throws WeatherglassError InvalidData that names place and field: no ID, no number, no time, a time yet to come or long past
 */
export function readWeatherUnderground(query: URLSearchParams, now: number): readonly Reading[] {
  const place = query.get('ID')?.trim() ?? '';
  if (place === '')
    throw refusal('Weather Underground upload', 'ID is missing, it must be the name of a place');
  return formReadings(query, weatherUnderground, place, `Weather Underground upload, ${place}`, now);
}
