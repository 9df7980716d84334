import { describe, expect, it } from 'vitest';
import { decodeHourlyForecast } from './us-nws-hourly.ts';

// Periods made by hand in the documented shape of `/gridpoints/…/forecast/hourly`.

const start = Date.UTC(2026, 0, 1, 10);
const hour = { startTime: '2026-01-01T10:00:00Z', endTime: '2026-01-01T11:00:00Z', temperature: null };

function decoded(...periods: object[]) {
  const body = { properties: { updateTime: '2026-01-01T09:12:34Z', units: 'us', periods } };
  const { updatedAt, values } = decodeHourlyForecast(body, 'us-nws, Garden');
  expect(updatedAt).toBe(Date.UTC(2026, 0, 1, 9, 12, 34));
  return Object.fromEntries(
    Array.from(values, ([variable, times]) => [
      variable,
      Array.from(times, ([time, [value]]) => [time, value]),
    ]),
  );
}

describe('decodeHourlyForecast reads', () => {
  it('numbers with their unit beside them, texts of wind and points of the compass', () => {
    expect(
      decoded({
        ...hour,
        temperature: 14,
        temperatureUnit: 'F',
        dewpoint: { unitCode: 'wmoUnit:degC', value: -12 },
        relativeHumidity: { unitCode: 'wmoUnit:percent', value: 80 },
        windSpeed: '0 mph',
        windGust: '36 km/h',
        windDirection: 'NNW',
      }),
    ).toEqual({
      temperature_2m: [[start, -10]],
      dew_point_2m: [[start, -12]],
      relative_humidity_2m: [[start, 80]],
      wind_speed_10m: [[start, 0]],
      wind_gusts_10m: [[start + 3_600_000, 10]],
      wind_direction_10m: [[start, 337.5]],
    });
  });

  it('quantities in their place, of a range the middle', () => {
    expect(
      decoded({
        ...hour,
        temperature: { unitCode: 'wmoUnit:degC', value: 7.5 },
        windSpeed: { unitCode: 'wmoUnit:km_h-1', minValue: 18, maxValue: 36 },
        windGust: { unitCode: 'wmoUnit:km_h-1', value: 72 },
        windDirection: 'N',
      }),
    ).toEqual({
      temperature_2m: [[start, 7.5]],
      wind_speed_10m: [[start, 7.5]],
      wind_gusts_10m: [[start + 3_600_000, 20]],
      wind_direction_10m: [[start, 0]],
    });
  });

  it('null and nothing as missing', () => {
    expect(decoded({ ...hour, windSpeed: null, dewpoint: { unitCode: null, value: null } })).toEqual({
      temperature_2m: [[start, NaN]],
      dew_point_2m: [[start, NaN]],
      wind_speed_10m: [[start, NaN]],
      wind_gusts_10m: [[start + 3_600_000, NaN]],
    });
    expect(decoded({ startTime: null, endTime: null, temperature: null })).toEqual({});
  });
});

describe('decodeHourlyForecast refuses', () => {
  it.each([
    [
      'periods of twelve hours, whose temperatures are highs and lows',
      { ...hour, endTime: '2026-01-01T22:00:00Z' },
      'properties.periods[0].endTime must be an hour after startTime, 2026-01-01T11:00Z, not 2026-01-01T22:00Z',
    ],
    [
      'a temperature without a unit',
      { ...hour, temperature: 14 },
      'properties.periods[0].temperature.unitCode is missing; it must be the unit of 14, such as wmoUnit:degC',
    ],
    [
      'words for wind',
      { ...hour, windSpeed: 'breezy' },
      'properties.periods[0].windSpeed must be a speed, such as "5 to 10 mph", not "breezy"',
    ],
    [
      'an unknown point of the compass',
      { ...hour, windDirection: 'up' },
      'properties.periods[0].windDirection must be a point of the compass, not "up"',
    ],
    [
      'a text for a temperature',
      { ...hour, temperature: 'warm' },
      'properties.periods[0].temperature must be a number or a quantity, not "warm"',
    ],
  ])('%s', (_, period, message) => {
    expect(() => decoded(period)).toThrow(
      expect.objectContaining({ name: 'InvalidData', message: `us-nws, Garden: ${message}` }),
    );
  });
});
