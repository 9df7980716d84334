import { describe, expect, it, test } from 'vitest';
import { hourlyValues, sensorHours } from '../weather/hourly-values.ts';
import { rainCounter, rainRate } from '../weather/rain-gauge.ts';
import { findVariable } from '../weather/variable.ts';
import { readEcowitt } from './sensor-ecowitt.ts';
import { readWeatherUnderground } from './sensor-weather-underground.ts';
import type { Reading } from './source.ts';

// All forms are made by hand, after the protocols' field lists.

const now = Date.UTC(2024, 2, 31, 12, 0, 7);
const time = Date.UTC(2024, 2, 31, 12);

const ecowittForm = new URLSearchParams(
  'PASSKEY=5E8F1A0C&stationtype=GW1000A_V1.6.8&runtime=0&dateutc=2024-03-31+12:00:00&tempinf=64.6&humidityin=59' +
    '&baromrelin=29.92&baromabsin=28.993&tempf=50.0&humidity=90&winddir=237&windspeedmph=1.12&windgustmph=10' +
    '&maxdailygust=20.58&solarradiation=120.5&uv=1&rainratein=0.1&eventrainin=0.008&hourlyrainin=0.02' +
    '&dailyrainin=0.5&weeklyrainin=0.039&totalrainin=0.618&wh65batt=0&freq=868M&model=GW1000_Pro',
);

const undergroundForm = new URLSearchParams(
  'ID=Garden&PASSWORD=secret-key&action=updateraw&dateutc=2024-03-31+12%3A00%3A00&tempf=50&dewptf=41&humidity=71' +
    '&baromin=30&windspeedmph=10&windgustmph=20&winddir=180&rainin=0.04&dailyrainin=0.2&solarradiation=0' +
    '&indoortempf=70&softwaretype=weewx-5',
);

function changed(form: URLSearchParams, fields: Readonly<Record<string, string | null>>): URLSearchParams {
  const copy = new URLSearchParams(form);
  for (const [field, value] of Object.entries(fields)) {
    if (value === null) copy.delete(field);
    else copy.set(field, value);
  }
  return copy;
}

const values = (readings: readonly Reading[]) =>
  Object.fromEntries(readings.map(({ variable, value }) => [variable, value]));

describe('readEcowitt', () => {
  const ecowitt = (fields: Readonly<Record<string, string | null>> = {}) =>
    readEcowitt(changed(ecowittForm, fields), 'Garden', now);

  it('has what is outdoors, in the variables’ units', () => {
    expect(values(ecowitt())).toEqual({
      temperature_2m: 10,
      relative_humidity_2m: 90,
      pressure_msl: expect.closeTo(1013.2, 1),
      surface_pressure: expect.closeTo(981.8, 1),
      wind_speed_10m: expect.closeTo(0.5007, 4),
      wind_direction_10m: 237,
      wind_gusts_10m: expect.closeTo(4.4704, 10),
      shortwave_radiation: 120.5,
      dew_point_2m: expect.closeTo(8.43, 1),
      [rainCounter]: expect.closeTo(12.7, 10),
    });
  });

  it('says place, time and receipt of each', () => {
    for (const reading of ecowitt())
      expect(reading).toMatchObject({ station: 'Garden', time, receivedAt: now });
  });

  it('has no secret in readings nor errors', () => {
    expect(JSON.stringify(ecowitt())).not.toContain('5E8F1A0C');
    expect(() => ecowitt({ tempf: 'x' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('5E8F1A0C') }),
    );
  });

  it('has NaN for what is empty or −9999, and nothing for what is absent', () => {
    const some = values(
      ecowitt({ tempf: '-9999', humidity: '', winddir: '-9999.0', dailyrainin: '-9999', baromabsin: null }),
    );
    expect(some).toMatchObject({ temperature_2m: NaN, relative_humidity_2m: NaN, wind_direction_10m: NaN });
    expect(some).toMatchObject({ dew_point_2m: NaN, [rainCounter]: NaN });
    expect(some).not.toHaveProperty('surface_pressure');
  });

  it('has one of the gauges: the tipping one before the one that listens, a counter before an intensity', () => {
    const rain = (fields: Readonly<Record<string, string | null>>) => {
      const found = ecowitt(fields).filter(({ variable }) => variable.startsWith('precipitation'));
      expect(found.length).toBeLessThan(2);
      return values(found);
    };
    expect(rain({ drain_piezo: '1' })).toEqual({ [rainCounter]: expect.closeTo(12.7, 10) });
    expect(rain({ dailyrainin: null, drain_piezo: '1' })).toEqual({ [rainCounter]: 25.4 });
    expect(rain({ dailyrainin: null })).toEqual({ [rainRate]: expect.closeTo(2.54, 10) });
    expect(rain({ dailyrainin: null, rainratein: null })).toEqual({});
  });

  it('has no direction of a calm', () => {
    expect(values(ecowitt({ windspeedmph: '0.00' }))).toMatchObject({
      wind_speed_10m: 0,
      wind_direction_10m: NaN,
    });
  });

  test.each([
    ['2024-03-31 12:00:00', time],
    ['2024-3-31 12:0:0', time],
    ['2024-03-31T12:00:00Z', time],
    ['now', now],
    ['2024-03-31 12:10:07', now + 600_000],
  ])('takes the time %s', (dateutc, expected) => {
    for (const reading of ecowitt({ dateutc }))
      expect(reading).toMatchObject({ time: expected, receivedAt: Math.max(now, expected) });
  });

  test.each([
    [{ tempf: '12,5' }, 'Ecowitt, Garden: tempf must be a number, not "12,5".'],
    [{ humidity: '0x20' }, 'Ecowitt, Garden: humidity must be a number, not "0x20".'],
    [{ dailyrainin: 'Infinity' }, 'Ecowitt, Garden: dailyrainin must be a number, not "Infinity".'],
    [
      { dateutc: null },
      'Ecowitt, Garden: dateutc is missing, it must be the time of the readings in UTC, or now.',
    ],
    [
      { dateutc: 'today' },
      'Ecowitt, Garden: dateutc must be a time such as 2020-01-01 12:00:00, not "today".',
    ],
    [
      { dateutc: '2024-02-30 12:00:00' },
      'Ecowitt, Garden: dateutc must be a time that exists, not "2024-02-30 12:00:00".',
    ],
    [
      { dateutc: '2024-03-31 14:00:00' },
      /^Ecowitt, Garden: dateutc is "2024-03-31 14:00:00", 120 minutes ahead; set/,
    ],
    [
      { dateutc: '2000-01-01 00:00:03' },
      /^Ecowitt, Garden: dateutc is "2000-01-01 00:00:03", more than 30 days ago; set the sensor's clock/,
    ],
  ])('refuses %j', (fields, message) => {
    expect(() => ecowitt(fields)).toThrow(expect.objectContaining({ name: 'InvalidData' }));
    expect(() => ecowitt(fields)).toThrow(message);
  });
});

describe('readWeatherUnderground', () => {
  const underground = (fields: Readonly<Record<string, string | null>> = {}) =>
    readWeatherUnderground(changed(undergroundForm, fields), now);

  it('has what is outdoors, in the variables’ units', () => {
    expect(values(underground())).toEqual({
      temperature_2m: 10,
      dew_point_2m: 5,
      relative_humidity_2m: 71,
      pressure_msl: expect.closeTo(1015.917, 3),
      wind_speed_10m: 4.4704,
      wind_direction_10m: 180,
      wind_gusts_10m: expect.closeTo(8.9408, 10),
      shortwave_radiation: 0,
      [rainCounter]: expect.closeTo(5.08, 10),
    });
    for (const reading of underground())
      expect(reading).toMatchObject({ station: 'Garden', time, receivedAt: now });
  });

  it('has the last hour’s rain where there is no counter', () => {
    expect(underground({ dailyrainin: null })).toContainEqual({
      station: 'Garden',
      variable: 'precipitation',
      time,
      value: expect.closeTo(1.016, 10),
      receivedAt: now,
      periodHours: 1,
    });
  });

  it('computes the dew point where there is none', () => {
    expect(values(underground({ dewptf: null })).dew_point_2m).toBeCloseTo(4.98, 1);
  });

  it('has no secret in readings nor errors', () => {
    expect(JSON.stringify(underground())).not.toContain('secret-key');
    for (const fields of [{ tempf: 'x' }, { ID: ' ' }, { dateutc: 'x' }])
      expect(() => underground(fields)).toThrow(
        expect.objectContaining({ name: 'InvalidData', message: expect.not.stringContaining('secret-key') }),
      );
  });

  it('needs an ID', () => {
    expect(() => underground({ ID: null })).toThrow(
      'Weather Underground upload: ID is missing, it must be the name of a place.',
    );
    expect(() => underground({ baromin: '--' })).toThrow(
      'Weather Underground upload, Garden: baromin must be a number, not "--".',
    );
  });
});

it('an hour of pushes becomes hourly values, over the reset of the counter', () => {
  // Every ten minutes 0.01 inch; the counter begins anew within the hour.
  const counts = ['0.10', '0.11', '0.12', '0.01', '0.02', '0.03', '0.04'];
  const readings = counts.flatMap((dailyrainin, index) => {
    const dateutc = `2024-03-31 1${index < 6 ? 1 : 2}:${index < 6 ? `${index}0` : '00'}:00`;
    const form = changed(ecowittForm, { dateutc, dailyrainin, solarradiation: `${index}00` });
    return readEcowitt(form, 'Garden', now);
  });
  const hour = (name: string) =>
    hourlyValues(readings, findVariable(name), { from: time, until: time + 1 }, sensorHours).map(
      ({ value }) => value,
    );
  expect(hour('precipitation')).toEqual([expect.closeTo(6 * 0.254, 10)]);
  expect(hour('temperature_2m')).toEqual([10]);
  // Weights in minutes: 15 of 100, ten of each to 500, 5 of 600.
  expect(hour('shortwave_radiation')).toEqual([expect.closeTo((15 * 100 + 10 * 1400 + 5 * 600) / 60, 10)]);
  expect(hour('wind_gusts_10m')).toEqual([expect.closeTo(4.4704, 10)]);
});
