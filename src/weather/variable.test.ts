import { describe, expect, test } from 'vitest';
import { builtInVariables } from './built-in-variables.ts';
import { converter } from './units.ts';
import { declareVariable, findVariable } from './variable.ts';

const solarPower = {
  name: 'solar_power',
  unit: '1',
  lower: 0,
  upper: 1,
  kind: 'mean',
  periodHours: 1,
  law: 'censored-normal',
};

function invalid(...parts: readonly string[]) {
  return expect.objectContaining({
    name: 'InvalidData',
    message: expect.stringMatching(new RegExp(parts.map((part) => RegExp.escape(part)).join('.*'))),
  });
}

describe('built-in variables', () => {
  test('have one meaning a name', () => {
    const names = builtInVariables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  // A built-in variable keeps every rule that a declared one must keep.
  test.each(builtInVariables.map((one) => [one.name, one] as const))('%s could be declared', (name, one) => {
    expect(declareVariable({ ...one, name: `my_${name}` })).toEqual({ ...one, name: `my_${name}` });
  });

  test.each([
    ['temperature_2m', '°F', 50, 10],
    ['surface_pressure', 'Pa', 94_843.6, 948.436],
    ['wind_gusts_10m', 'km/h', 36, 10],
    ['precipitation_sum', 'inch', 1, 25.4],
    ['snowfall', 'inch', 1, 2.54],
    ['snow_depth', 'ft', 1, 0.3048],
    ['visibility', 'mi', 10, 16_093.44],
    ['cloud_cover', '1', 0.25, 25],
    ['shortwave_radiation_sum', 'Wh/m²', 1000, 3.6],
    ['sunshine_duration', 'min', 60, 3600],
  ])('%s takes values in %s', (name, unit, value, expected) => {
    expect(converter(unit, findVariable(name).unit)(value)).toBeCloseTo(expected, 10);
  });
});

describe('findVariable', () => {
  test('knows temperatures: unbounded and normal', () => {
    const shared = { unit: '°C', lower: -Infinity, upper: Infinity, law: 'normal', transform: 'none' };
    expect(findVariable('temperature_2m')).toEqual({
      ...shared,
      name: 'temperature_2m',
      kind: 'instant',
      periodHours: 0,
    });
    expect(findVariable('temperature_2m_max')).toEqual({
      ...shared,
      name: 'temperature_2m_max',
      kind: 'max',
      periodHours: 24,
    });
  });

  test('knows that gusts are the greatest of the hour before, and truncated at 0', () => {
    expect(findVariable('wind_gusts_10m')).toEqual({
      name: 'wind_gusts_10m',
      unit: 'm/s',
      lower: 0,
      upper: Infinity,
      kind: 'max',
      periodHours: 1,
      law: 'truncated-normal',
      transform: 'none',
    });
  });

  test('knows humidity and cloud: percentages with atoms at both ends', () => {
    for (const name of ['relative_humidity_2m', 'cloud_cover'])
      expect(findVariable(name)).toMatchObject({ unit: '%', lower: 0, upper: 100, law: 'censored-normal' });
  });

  test('makes an aggregate of an hourly variable', () => {
    expect(findVariable('precipitation_sum_72h')).toEqual({
      name: 'precipitation_sum_72h',
      unit: 'mm',
      lower: 0,
      upper: Infinity,
      kind: 'sum',
      periodHours: 72,
      law: 'censored-logistic',
      transform: 'sqrt',
    });
    expect(findVariable('temperature_2m_max_6h')).toMatchObject({ kind: 'max', periodHours: 6, unit: '°C' });
  });

  test('multiplies the bounds of a sum, and of a sum only', () => {
    expect(findVariable('sunshine_duration_sum_24h')).toMatchObject({ lower: 0, upper: 86_400 });
    expect(findVariable('sunshine_duration_mean_24h')).toMatchObject({ lower: 0, upper: 3600 });
    const halfHourly = declareVariable({ ...solarPower, lower: -0.1, periodHours: 0.5 });
    expect(findVariable('solar_power_sum_2h', [halfHourly])).toMatchObject({ lower: -0.4, upper: 4 });
  });

  test('prefers a declared variable to an aggregate of the same name', () => {
    const declared = declareVariable({ ...solarPower, name: 'rain_max_3h', kind: 'max', periodHours: 3 });
    expect(findVariable('rain_max_3h', [declared])).toBe(declared);
  });

  test('refuses to aggregate what covers a day already', () => {
    expect(() => findVariable('temperature_2m_max_mean_72h')).toThrow(
      invalid('"temperature_2m_max_mean_72h"', 'already cover 24 hours', 'hourly'),
    );
  });

  test.each([
    ['windspeed_10m', 'wind_speed_10m'],
    ['temprature_2m_max', 'temperature_2m_max'],
    ['precipitaton_sum_72h', 'precipitation_sum_72h'],
    ['precipitation_sum_072h', 'precipitation_sum'],
    ['solar_powr', 'solar_power'],
  ])('answers %s with the nearest names', (wrong, near) => {
    const declared = [declareVariable(solarPower)];
    expect(() => findVariable(wrong, declared)).toThrow(
      invalid(`Unknown variable "${wrong}". Did you mean`, near),
    );
  });

  test('never proposes a name that it would not find', () => {
    try {
      findVariable('precipitation_sun_sum_72h');
      expect.unreachable();
    } catch (error) {
      const [, names] = /Did you mean (.*)\?/.exec(String(error)) ?? [];
      for (const name of names.split(/, | or /)) expect(findVariable(name).name).toBe(name);
    }
  });

  test('proposes nothing where nothing is near', () => {
    expect(() => findVariable('ozone')).toThrow(
      invalid('Unknown variable "ozone". A variable of your own must be declared.'),
    );
  });

  test('does not take a name from the prototype of objects', () => {
    expect(() => findVariable('constructor')).toThrow(invalid('Unknown variable "constructor".'));
  });
});

describe('declareVariable', () => {
  test('answers the variable, by default without transform', () => {
    expect(declareVariable(JSON.parse(JSON.stringify(solarPower)))).toEqual({
      ...solarPower,
      transform: 'none',
    });
  });

  test('takes a bound that is left out or null for none, and an instant for 0 hours', () => {
    expect(
      declareVariable({ name: 'level', unit: 'm', upper: null, kind: 'instant', law: 'logistic' }),
    ).toEqual({
      name: 'level',
      unit: 'm',
      lower: -Infinity,
      upper: Infinity,
      kind: 'instant',
      periodHours: 0,
      law: 'logistic',
      transform: 'none',
    });
  });

  test.each([
    [
      { name: 'Solar power' },
      'name must be lower-case letters, digits and _, a letter first, not "Solar power"',
    ],
    [{ name: 'rain' }, 'name is that of a built-in variable'],
    [{ unit: ' ' }, 'unit must be a unit'],
    [{ lower: '0' }, 'lower must be a number, or left out where there is no bound, not "0"'],
    [{ upper: NaN }, 'upper must be a number, or left out where there is no bound, not NaN'],
    [{ lower: 1 }, 'lower must be less than upper, not 1 and 1'],
    [{ kind: 'average' }, 'kind must be one of instant, mean, sum, max, min, not "average"'],
    [{ kind: null }, 'kind is missing, it must be one of instant'],
    [{ kind: 'instant' }, 'periodHours must be 0 for an instant'],
    [{ periodHours: 0 }, 'periodHours must be 0 for an instant and more for a mean'],
    [{ periodHours: undefined }, 'periodHours is missing'],
    [{ periodHours: -1 }, 'periodHours must be a number of hours, such as 1, not -1'],
    [{ periodHours: Infinity }, 'periodHours must be a number of hours, such as 1, not Infinity'],
    [{ law: 'gamma' }, 'law must be one of normal, logistic, truncated-normal'],
    [{ lower: null, upper: null }, 'law censored-normal needs lower, upper or both'],
    [{ transform: 'log' }, 'transform must be one of none, sqrt, not "log"'],
    [{ transform: 'sqrt', lower: -1 }, 'transform sqrt needs lower of 0 or more'],
    [{ perodHours: 1 }, 'there is no field "perodHours", perhaps periodHours is meant'],
  ])('refuses %o: %s', (changed, problem) => {
    expect(() => declareVariable({ ...solarPower, ...changed })).toThrow(
      invalid('is declared wrongly: ', problem),
    );
  });

  test('says so where there is no name', () => {
    expect(() => declareVariable({ ...solarPower, name: undefined })).toThrow(
      invalid('Variable without a name is declared wrongly: name is missing'),
    );
  });

  test('names every wrong field at once, and the variable', () => {
    expect(() => declareVariable({ name: 'power', kind: 'mean' })).toThrow(
      invalid(
        'Variable "power" is declared wrongly',
        'unit is missing',
        'periodHours is missing',
        'law is missing',
      ),
    );
  });

  test.each([null, [solarPower], 'solar_power', 5])('refuses %o, which is no object', (value) => {
    expect(() => declareVariable(value)).toThrow(invalid('must be an object'));
  });
});
