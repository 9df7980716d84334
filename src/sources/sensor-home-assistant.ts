import { z } from 'zod';
import { isWeatherglassError } from '../errors.ts';
import { rainCounter, rainRate } from '../weather/rain-gauge.ts';
import { converter } from '../weather/units.ts';
import { findVariable } from '../weather/variable.ts';
import { isLongPast, refusal, sensorNumber, sensorTime, shown, withoutCalmDirection } from './sensor-push.ts';
import type { Reading } from './source.ts';

const text = z.string({ error: 'must be text' }).nullish();

const stateSchema = z.object({
  entity_id: z.string({ error: 'must be the name of an entity' }),
  state: z.union([z.string(), z.number()], { error: 'must be text or a number' }).nullish(),
  attributes: z
    .object(
      { unit_of_measurement: text, device_class: text, state_class: text },
      { error: 'must be an object' },
    )
    .nullish(),
  variable: text,
  last_reported: text,
  last_updated: text,
  last_changed: text,
});
type State = z.infer<typeof stateSchema>;

const variableOfClass: Readonly<Record<string, string>> = {
  temperature: 'temperature_2m',
  humidity: 'relative_humidity_2m',
  // What a barometer shows, unless the body says that it is reduced to the sea.
  atmospheric_pressure: 'surface_pressure',
  pressure: 'surface_pressure',
  wind_speed: 'wind_speed_10m',
  wind_direction: 'wind_direction_10m',
  precipitation_intensity: rainRate,
  irradiance: 'shortwave_radiation',
};

const withoutValue = ['unknown', 'unavailable', 'none', 'None', ''];

/**
 * The readings in states of Home Assistant, one or a list, as its REST API and templates give them, in the variables'
 * own units.
 *
 * The variable is that of `variable`, which someone can add to the state, else that of its `device_class`; states without
 * either, and of classes that are no weather, are left out. The unit is that of `unit_of_measurement`. A state that is
 * unknown or unavailable is NaN. Its time is `last_reported`, or where Home Assistant is too old `last_updated`, which
 * stands still while the value does: a rain counter would then tell nothing of dry hours. A state of a sensor that has
 * told nothing for a month is left out.
 *
 * Rain that is a running total (state class `total_increasing` or `total`) travels as `rainCounter`, an intensity as
 * `rainRate`. A `variable` that is an hour's sum, such as `precipitation`, says that the sensor shows the last hour's.
 *
 * @param place name of the place whose sensors these are
 * @param now when it came, epoch milliseconds
 * @throws WeatherglassError InvalidData that names place, entity and field; also for two entities of one variable, of
 *   which one may well be indoors
 */
export function readHomeAssistant(body: unknown, place: string, now: number): readonly Reading[] {
  const about = `Home Assistant, ${place}`;
  const entityOf = new Map<string, string>();
  const readings: Reading[] = [];
  for (const given of Array.isArray(body) ? (body as readonly unknown[]) : [body]) {
    const state = stateOf(given, about);
    const variable = variableOf(state, about);
    if (variable === undefined) continue;
    const other = entityOf.get(variable);
    if (other !== undefined)
      throw refusal(about, `${other} and ${state.entity_id} both give ${variable}; send one of them`);
    entityOf.set(variable, state.entity_id);
    const reading = readingOf(state, variable, place, about, now);
    if (!isLongPast(reading.time, now)) readings.push(reading);
  }
  return withoutCalmDirection(readings);
}

function stateOf(given: unknown, about: string): State {
  const read = stateSchema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = issue?.path ?? [];
  if (path.length === 0)
    throw refusal(about, `the body must be a state or a list of states, not ${shown(given)}`);
  const value = path.reduce<unknown>((within, key) => (within as Record<PropertyKey, unknown>)[key], given);
  throw refusal(about, `${path.join('.')} ${issue?.message ?? 'is not understood'}, not ${shown(value)}`);
}

function variableOf({ entity_id, variable, attributes }: State, about: string): string | undefined {
  if (variable === rainCounter || variable === rainRate) return variable;
  if (variable !== undefined && variable !== null) {
    try {
      return findVariable(variable).name;
    } catch (error) {
      if (!isWeatherglassError(error)) throw error;
      throw refusal(about, `${entity_id}: variable: ${error.message.replace(/\.$/, '')}`, error);
    }
  }
  const deviceClass = attributes?.device_class ?? '';
  if (deviceClass !== 'precipitation') return variableOfClass[deviceClass];
  if (attributes?.state_class?.startsWith('total') === true) return rainCounter;
  throw refusal(
    about,
    `${entity_id}: attributes.state_class must be total_increasing or total, not ${shown(attributes?.state_class)}; ` +
      `for a sensor of the last hour's rain add "variable": "precipitation"`,
  );
}

function readingOf(state: State, variable: string, place: string, about: string, now: number): Reading {
  const time = timeOf(state, now, about);
  const hours = variable === rainCounter || variable === rainRate ? 0 : periodOf(variable);
  return {
    station: place,
    variable,
    time,
    value: valueOf(state, variable, about),
    receivedAt: Math.max(now, time),
    ...(hours > 0 && { periodHours: hours }),
  };
}

/** A state without a time is of now. */
function timeOf(state: State, now: number, about: string): number {
  for (const key of ['last_reported', 'last_updated', 'last_changed'] as const) {
    const given = state[key];
    if (given === undefined || given === null) continue;
    const field = `${state.entity_id}: ${key}`;
    // Without one it would be local time, of which an hour comes twice a year.
    if (!/(?:Z|[-+]\d\d:?\d\d)$/.test(given))
      throw refusal(about, `${field} must be a time with its zone, not ${shown(given)}`);
    return sensorTime(given, now, field, about);
  }
  return now;
}

/** Of a sum alone: means and extremes are made of what a sensor shows from time to time. */
function periodOf(variable: string): number {
  const { kind, periodHours } = findVariable(variable);
  return kind === 'sum' ? periodHours : 0;
}

function valueOf({ entity_id, state, attributes }: State, variable: string, about: string): number {
  if (state === undefined || state === null) return NaN;
  if (typeof state === 'string' && withoutValue.includes(state.trim())) return NaN;
  const value = sensorNumber(String(state), `${entity_id}: state`, about);
  const unit = attributes?.unit_of_measurement;
  const field = `${entity_id}: attributes.unit_of_measurement`;
  if (unit === undefined || unit === null || unit === '')
    throw refusal(about, `${field} is missing, it must be the unit of the state`);
  try {
    return variable === rainRate ? intensity(unit)(value) : converter(unit, unitOf(variable))(value);
  } catch (error) {
    if (!isWeatherglassError(error)) throw error;
    throw refusal(about, `${field}: ${error.message.replace(/\.$/, '')}`, error);
  }
}

function unitOf(variable: string): string {
  return variable === rainCounter ? 'mm' : findVariable(variable).unit;
}

/** To mm/h, of such as `mm/h`, `in/h` and `mm/d`. */
function intensity(unit: string): (value: number) => number {
  const [, depth = unit, per = ''] = /^(.+)\/(h|hr|d)$/.exec(unit.trim()) ?? [];
  if (per === '') return converter(unit, 'mm/h');
  const toMillimetres = converter(depth, 'mm');
  return (value) => toMillimetres(value) / (per === 'd' ? 24 : 1);
}
