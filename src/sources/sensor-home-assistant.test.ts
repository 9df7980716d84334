import { describe, expect, it, test } from 'vitest';
import { rainCounter, rainRate } from '../weather/rain-gauge.ts';
import { readHomeAssistant } from './sensor-home-assistant.ts';

// All states are made by hand, in the shape of Home Assistant's REST API.

const now = Date.UTC(2024, 2, 31, 12, 0, 7);

function state(
  deviceClass: string,
  value: unknown,
  unit: string,
  more: object = {},
  stateClass = 'measurement',
) {
  return {
    entity_id: `sensor.garden_${deviceClass}`,
    state: value,
    attributes: {
      unit_of_measurement: unit,
      device_class: deviceClass,
      state_class: stateClass,
      friendly_name: 'Garden',
    },
    context: { id: '01HQ41SDCE9VZ1KVH1E9E6Q5YG', user_id: null },
    last_changed: '2024-03-31T09:00:00.297491+00:00',
    last_updated: '2024-03-31T09:30:00.297491+00:00',
    last_reported: '2024-03-31T13:58:00.297491+02:00',
    ...more,
  };
}

const only = (body: unknown) => {
  const readings = readHomeAssistant(body, 'Garden', now);
  expect(readings).toHaveLength(1);
  return readings[0];
};

it('reads a state, with time and receipt', () => {
  expect(readHomeAssistant(state('temperature', '12.3', '°C'), 'Garden', now)).toEqual([
    {
      station: 'Garden',
      variable: 'temperature_2m',
      time: Date.UTC(2024, 2, 31, 11, 58, 0, 297),
      value: 12.3,
      receivedAt: now,
    },
  ]);
});

test.each([
  ['temperature', '50', '°F', 'temperature_2m', 10],
  ['humidity', '71', '%', 'relative_humidity_2m', 71],
  ['atmospheric_pressure', '1013.2', 'hPa', 'surface_pressure', 1013.2],
  ['pressure', '101.32', 'kPa', 'surface_pressure', 1013.2],
  ['wind_speed', 36, 'km/h', 'wind_speed_10m', 10],
  ['wind_direction', '180', '°', 'wind_direction_10m', 180],
  ['irradiance', '412.5', 'W/m²', 'shortwave_radiation', 412.5],
  ['precipitation_intensity', '2.4', 'mm/h', rainRate, 2.4],
  ['precipitation_intensity', '0.1', 'in/h', rainRate, 2.54],
  ['precipitation_intensity', '24', 'mm/d', rainRate, 1],
])('%s of %s %s is %s %d', (deviceClass, value, unit, variable, expected) => {
  const reading = only(state(deviceClass, value, unit));
  expect(reading).toMatchObject({ variable, value: expect.closeTo(expected, 10) });
  expect(reading).not.toHaveProperty('periodHours');
});

describe('rain', () => {
  it('that is a running total is a counter', () => {
    for (const stateClass of ['total_increasing', 'total'])
      expect(only(state('precipitation', '0.5', 'in', {}, stateClass))).toMatchObject({
        variable: rainCounter,
        value: 12.7,
      });
  });

  it('of unknown period is refused, unless someone says that it is the last hour’s', () => {
    expect(() => only(state('precipitation', '0.5', 'mm'))).toThrow(
      'Home Assistant, Garden: sensor.garden_precipitation: attributes.state_class must be total_increasing or total, ' +
        'not "measurement"; for a sensor of the last hour\'s rain add "variable": "precipitation".',
    );
    expect(only(state('precipitation', '0.5', 'mm', { variable: 'precipitation' }))).toMatchObject({
      variable: 'precipitation',
      value: 0.5,
      periodHours: 1,
    });
  });
});

describe('a variable that is named', () => {
  it('wins', () => {
    expect(only(state('pressure', '1021', 'mbar', { variable: 'pressure_msl' }))).toMatchObject({
      variable: 'pressure_msl',
      value: 1021,
    });
    const moisture = state('', '18', '°C', { variable: 'soil_temperature_6cm', last_reported: null });
    expect(only(moisture)).toMatchObject({
      variable: 'soil_temperature_6cm',
      time: Date.UTC(2024, 2, 31, 9, 30, 0, 297),
    });
    expect(only(state('precipitation', '3', 'mm', { variable: rainCounter }))).toMatchObject({
      variable: rainCounter,
    });
    expect(only(state('', '3', 'W/m²', { variable: 'shortwave_radiation' }))).not.toHaveProperty(
      'periodHours',
    );
  });

  it('must exist', () => {
    expect(() => only(state('temperature', '3', '°C', { variable: 'temperature_2' }))).toThrow(
      /^Home Assistant, Garden: sensor\.garden_temperature: variable: Unknown variable "temperature_2"/,
    );
  });
});

test.each(['unknown', 'unavailable', 'None', '', ' ', null, undefined, '-9999'])(
  'a state of %j is missing',
  (value) => {
    expect(only(state('temperature', value, '°C'))?.value).toBeNaN();
  },
);

it('without a unit is missing too, where it has no value', () => {
  const unavailable = {
    ...state('temperature', 'unavailable', '°C'),
    attributes: { device_class: 'temperature' },
  };
  expect(only(unavailable)?.value).toBeNaN();
});

it('leaves out what is no weather', () => {
  const readings = readHomeAssistant(
    [
      state('battery', '88', '%'),
      { entity_id: 'light.porch', state: 'on', attributes: {}, last_changed: '2024-03-31T09:00:00+00:00' },
      state('humidity', '71', '%'),
      { entity_id: 'sun.sun', state: 'above_horizon' },
    ],
    'Garden',
    now,
  );
  expect(readings.map(({ variable }) => variable)).toEqual(['relative_humidity_2m']);
  expect(readHomeAssistant([], 'Garden', now)).toEqual([]);
});

it('has no direction of a calm', () => {
  const [speed, direction] = readHomeAssistant(
    [state('wind_speed', '0', 'm/s'), state('wind_direction', '90', '°')],
    'Garden',
    now,
  );
  expect([speed?.value, direction?.value]).toEqual([0, NaN]);
});

describe('the time', () => {
  const timeOf = (more: object) => only(state('temperature', '1', '°C', more))?.time;

  it('is the last report, else update, else change, else now', () => {
    expect(timeOf({ last_reported: undefined })).toBe(Date.UTC(2024, 2, 31, 9, 30, 0, 297));
    expect(timeOf({ last_reported: undefined, last_updated: undefined })).toBe(
      Date.UTC(2024, 2, 31, 9, 0, 0, 297),
    );
    expect(timeOf({ last_reported: undefined, last_updated: undefined, last_changed: undefined })).toBe(now);
  });

  it('may have a blank, as templates print it', () => {
    expect(timeOf({ last_reported: '2024-03-31 13:58:00.297491+02:00' })).toBe(
      Date.UTC(2024, 2, 31, 11, 58, 0, 297),
    );
  });

  it('leaves out a sensor that has been silent for a month', () => {
    expect(timeOf({ last_reported: '2024-03-02T12:00:00Z' })).toBe(Date.UTC(2024, 2, 2, 12));
    expect(
      readHomeAssistant(
        state('temperature', '1', '°C', { last_reported: '2024-02-29T11:00:00Z' }),
        'Garden',
        now,
      ),
    ).toEqual([]);
  });

  test.each([
    ['2024-03-31T13:58:00', /last_reported must be a time with its zone, not "2024-03-31T13:58:00"\.$/],
    ['2024-03-31T15:00:00+00:00', /last_reported is "2024-03-31T15:00:00\+00:00", 180 minutes ahead; set/],
    ['soon', /last_reported must be a time with its zone/],
  ])('%s is refused', (last_reported, message) => {
    expect(() => timeOf({ last_reported })).toThrow(message);
  });
});

describe('refuses', () => {
  test.each([
    [
      'text for a number',
      state('temperature', 'warm', '°C'),
      'sensor.garden_temperature: state must be a number, not "warm".',
    ],
    [
      'a state without a unit',
      { ...state('temperature', '3', ''), attributes: { device_class: 'temperature' } },
      'sensor.garden_temperature: attributes.unit_of_measurement is missing, it must be the unit of the state.',
    ],
    [
      'a unit of something else',
      state('temperature', '3', 'hPa'),
      'sensor.garden_temperature: attributes.unit_of_measurement: Unit "hPa" of pressure cannot become °C; use one of °C, K, °F.',
    ],
    [
      'an intensity without a time',
      state('precipitation_intensity', '3', 'mm'),
      'sensor.garden_precipitation_intensity: attributes.unit_of_measurement: Unit "mm" cannot become "mm/h"',
    ],
    ['no state', 'hello', 'the body must be a state or a list of states, not "hello".'],
    ['nothing', undefined, 'the body must be a state or a list of states, not nothing.'],
    ['a state without a name', { state: '3' }, 'entity_id must be the name of an entity, not nothing.'],
    ['a flag for a state', state('temperature', true, '°C'), 'state must be text or a number, not true.'],
    [
      'attributes that are none',
      { ...state('temperature', '3', '°C'), attributes: 'x' },
      'attributes must be an object, not "x".',
    ],
  ])('%s', (_, body, message) => {
    const reading = () => readHomeAssistant(body, 'Garden', now);
    expect(reading).toThrow(expect.objectContaining({ name: 'InvalidData' }));
    expect(reading).toThrow(`Home Assistant, Garden: ${message}`);
  });

  it('two entities of one variable: one may be indoors', () => {
    const indoors = { ...state('temperature', '21', '°C'), entity_id: 'sensor.kitchen' };
    expect(() => readHomeAssistant([state('temperature', '3', '°C'), indoors], 'Garden', now)).toThrow(
      'Home Assistant, Garden: sensor.garden_temperature and sensor.kitchen both give temperature_2m; send one of them.',
    );
  });
});
