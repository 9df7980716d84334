import { describe, expect, it } from 'vitest';
import { declareVariable } from '../weather/variable.ts';
import { everyHours, flagsOf, garden } from './hand-made-series.ts';

const flagOf = (variable: string, value: number, place: Partial<typeof garden> = {}) =>
  flagsOf(variable, everyHours([value], 1, { ...garden, ...place }))[0];

describe('range', () => {
  it.each([
    ['wind_speed_10m', 468.66, 'range: 468.66 m/s is above 113.2 m/s, the strongest gust ever measured'],
    ['temperature_2m', 57, 'range: 57 °C is above 56.7 °C, the highest ever measured'],
    [
      'temperature_2m',
      -70,
      'range: -70 °C is below -69.6 °C, the lowest ever measured in the Northern Hemisphere',
    ],
    ['temperature_2m_max', 99, 'range: 99 °C is above 56.7 °C, the highest ever measured'],
    ['dew_point_2m', 37, 'range: 37 °C is above 36 °C, more than the moistest air ever reported'],
    ['pressure_msl', 869, 'range: 869 hPa is below 870 hPa, the lowest ever measured'],
    ['pressure_msl', 1085, 'range: 1085 hPa is above 1084.8 hPa, the highest ever measured'],
    ['precipitation', 306, 'range: 306 mm is above 305 mm, the most ever measured in 1 h'],
    ['precipitation_sum', 1826, 'range: 1826 mm is above 1825 mm, the most ever measured in 24 h'],
    ['precipitation_sum_72h', 3931, 'range: 3931 mm is above 3930 mm, the most ever measured in 72 h'],
    ['snow_depth', 12, 'range: 12 m is above 11.82 m, the deepest ever measured'],
    ['relative_humidity_2m', 101, 'range: 101 % is above 100 %, the bound of the variable'],
    ['precipitation', -1, 'range: -1 mm is below 0 mm, the bound of the variable'],
  ])('doubts %s of %d', (variable, value, flag) => {
    expect(flagOf(variable, value)).toBe(flag);
  });

  it.each([
    ['wind_speed_10m', 113.2],
    ['temperature_2m', 56.7],
    ['temperature_2m', -69.6],
    ['pressure_msl', 870],
    ['precipitation_sum_72h', 3930],
    ['soil_temperature_0cm', 80],
    ['weather_code', 99],
    ['wind_direction_10m', 360],
  ])('believes %s of %d', (variable, value) => {
    expect(flagOf(variable, value)).toBe('');
  });

  it('knows how cold and warm it gets where', () => {
    expect(flagOf('temperature_2m', -80, { latitude: -75 })).toBe('');
    expect(flagOf('temperature_2m', -80, { latitude: 75 })).toContain('Northern Hemisphere');
    expect(flagOf('temperature_2m', -40, { latitude: -40 })).toContain('between the equator and 60° S');
    expect(flagOf('temperature_2m', 20, { latitude: -70 })).toContain('beyond 60° S');
    expect(flagOf('temperature_2m', 39, { latitude: 70 })).toContain('beyond the Arctic Circle');
    expect(flagOf('temperature_2m', 39, { latitude: Number.NaN })).toBe('');
  });

  it('knows how much lighter the air is on a mountain', () => {
    // The standard atmosphere has 898.7 hPa at 1,000 m.
    expect(flagOf('surface_pressure', 900, { elevation: 1000 })).toBe('');
    expect(flagOf('surface_pressure', 1013, { elevation: 1000 })).toBe(
      'range: 1013 hPa is above 970.64 hPa, the most at 1000 m',
    );
    expect(flagOf('surface_pressure', 750, { elevation: 1000 })).toContain(
      'is below 754.95 hPa, the least at 1000 m',
    );
    expect(flagOf('surface_pressure', 750, { elevation: Number.NaN })).toBe('');
  });

  it('knows how high the sun stands', () => {
    // At midnight UTC of a June night in Magdeburg the sun is down, at noon it is 60° up.
    expect(flagOf('shortwave_radiation', 300)).toBe(
      'range: 300 W/m² is above 100 W/m², the most while the sun is down',
    );
    const noon = everyHours([900, 1800], 12);
    expect(flagsOf('shortwave_radiation', { ...noon, values: Float64Array.of(0, 900) })).toEqual(['', '']);
    expect(flagsOf('shortwave_radiation', { ...noon, values: Float64Array.of(0, 1800) })[1]).toMatch(
      /^range: 1800 W\/m² is above 17\d\d\.\d+ W\/m², the most that the sun gives at that hour$/,
    );
    expect(flagOf('shortwave_radiation', 300, { latitude: Number.NaN })).toBe('');
  });

  it('knows how much sun a day can have', () => {
    // Of the 41.4 MJ/m² that reach the air above Magdeburg on the last day of May.
    expect(flagOf('shortwave_radiation_sum', 30)).toBe('');
    expect(flagOf('shortwave_radiation_sum', 45)).toContain('all that the sun sends there');
    expect(flagOf('shortwave_radiation_sum', 45, { longitude: Number.NaN })).toBe('');
  });

  it('holds a declared variable to its bounds alone', () => {
    const power = declareVariable({
      name: 'solar_power',
      unit: '1',
      lower: 0,
      upper: 1,
      kind: 'mean',
      periodHours: 1,
      law: 'censored-normal',
    });
    expect(flagsOf(power, everyHours([0.5, 1.2]))).toEqual([
      '',
      'range: 1.2 1 is above 1 1, the bound of the variable',
    ]);
  });
});
