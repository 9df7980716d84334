import { dewPoint } from '../weather/humidity.ts';
import { rainCounter, rainRate } from '../weather/rain-gauge.ts';
import { converter } from '../weather/units.ts';
import { findVariable } from '../weather/variable.ts';
import {
  isLongPast,
  latestDays,
  refusal,
  sensorNumber,
  sensorTime,
  shown,
  withoutCalmDirection,
} from './sensor-push.ts';
import type { Reading } from './source.ts';

/** A field of a form: its name, its unit, and the variable it gives. */
export type FormField = readonly [field: string, unit: string, variable: string];

/** What a form has of rain, in the order in which it is preferred. */
export type RainField = readonly [field: string, as: 'counter' | 'rate' | 'hour'];

/** Fields of a console's form. Others, among them those of rooms and passwords, are never looked at. */
export interface FormFields {
  readonly fields: readonly FormField[];
  /** Only the first that is there is read: several that count the same rain would double it. */
  readonly rain: readonly RainField[];
}

/** Fields that all consoles name alike. */
export const consoleFields: readonly FormField[] = [
  ['tempf', '°F', 'temperature_2m'],
  ['humidity', '%', 'relative_humidity_2m'],
  ['windspeedmph', 'mph', 'wind_speed_10m'],
  ['winddir', '°', 'wind_direction_10m'],
  ['windgustmph', 'mph', 'wind_gusts_10m'],
  ['solarradiation', 'W/m²', 'shortwave_radiation'],
];

const toMillimetres = converter('inch', 'mm');

/**
 * The readings in a form that consoles send, which is in US units whatever their display shows.
 *
 * Where the form has no dew point it is computed from temperature and humidity.
 *
 * @param station name of the place whose sensors these are
 * @param about who sent it, for messages
 * @param now when it came, epoch milliseconds
 * @throws WeatherglassError InvalidData that names the field
 */
export function formReadings(
  form: URLSearchParams,
  { fields, rain }: FormFields,
  station: string,
  about: string,
  now: number,
): readonly Reading[] {
  const date = form.get('dateutc');
  if (date === null)
    throw refusal(about, 'dateutc is missing, it must be the time of the readings in UTC, or now');
  const time = sensorTime(date, now, 'dateutc', about);
  if (isLongPast(time, now))
    throw refusal(
      about,
      `dateutc is ${shown(date)}, more than ${latestDays} days ago; set the sensor's clock, or hand in a file of observations`,
    );
  const receivedAt = Math.max(now, time);
  const reading = (variable: string, value: number): Reading => ({
    station,
    variable,
    time,
    value,
    receivedAt,
  });

  const readings: Reading[] = [];
  for (const [field, unit, variable] of fields) {
    const text = form.get(field);
    if (text === null) continue;
    const value = converter(unit, findVariable(variable).unit)(sensorNumber(text, field, about));
    readings.push(reading(variable, value));
  }
  const valueOf = (variable: string) => readings.find((one) => one.variable === variable)?.value;
  const [temperature, humidity] = [valueOf('temperature_2m'), valueOf('relative_humidity_2m')];
  if (valueOf('dew_point_2m') === undefined && temperature !== undefined && humidity !== undefined)
    readings.push(reading('dew_point_2m', dewPoint(temperature, humidity)));

  const [field, as] = rain.find(([name]) => form.has(name)) ?? [];
  if (field !== undefined) {
    const value = toMillimetres(sensorNumber(form.get(field) ?? '', field, about));
    if (as === 'hour') readings.push({ ...reading('precipitation', value), periodHours: 1 });
    else readings.push(reading(as === 'counter' ? rainCounter : rainRate, value));
  }
  return withoutCalmDirection(readings);
}
