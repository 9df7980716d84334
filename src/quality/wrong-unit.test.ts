import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { refuseUnlikeForecasts, refuseWrongUnit } from './wrong-unit.ts';

const temperature = findVariable('temperature_2m');
/** A mild week: 12 to 24 °C. */
const mild = Array.from({ length: 13 }, (_, k) => 12 + k);
/** A winter: −20 to −5 °C. */
const winter = Array.from({ length: 16 }, (_, k) => k - 20);

const check = (value: number, usual: readonly number[] = mild, variable = temperature) =>
  refuseWrongUnit(value, variable, usual, 'temperature_2m of here');
const refusal = (value: number, usual: readonly number[] = mild) => {
  let message = '';
  try {
    check(value, usual);
  } catch (error) {
    expect(error).toMatchObject({ name: 'InvalidData' });
    message = (error as Error).message;
  }
  return message;
};

describe('a temperature in another unit than declared', () => {
  test('is refused with the unit it must be in', () => {
    expect(refusal(68)).toBe(
      'temperature_2m of here is 68 °C, but the last outcomes there are 12 to 24 °C. In °F it would be 20.0 °C: declare the unit °F.',
    );
    expect(refusal(290.15)).toBe(
      'temperature_2m of here is 290.15 °C, but the last outcomes there are 12 to 24 °C. In K it would be 17.0 °C: declare the unit K.',
    );
    // 14 °F is −10 °C, where −20 to −5 are usual.
    expect(refusal(14, winter)).toContain('declare the unit °F');
  });

  test('is refused at the first value too, where nowhere on Earth is so hot', () => {
    expect(refusal(290, [])).toBe(
      'temperature_2m of here is 290 °C, but nowhere on Earth was that ever measured. In K it would be 16.9 °C: declare the unit K.',
    );
    expect(refusal(100, [])).toContain('In °F it would be 37.8 °C: declare the unit °F.');
  });

  test('is refused for any mild day in °F or K, once there are ten values to compare with', () => {
    fc.assert(
      fc.property(fc.double({ min: 12, max: 24, noNaN: true }), (real) => {
        expect(refusal(real * 1.8 + 32)).toContain('declare the unit °F');
        expect(refusal(real + 273.15)).toContain('declare the unit K');
      }),
    );
    expect(refusal(58, mild.slice(0, 10))).not.toBe('');
    expect(() => check(58, mild.slice(0, 9))).not.toThrow();
  });
});

test.each([
  [-96, mild],
  [76, winter],
  [1000, mild],
])('%d °C is no temperature, nor one in another unit', (value, usual) => {
  expect(refusal(value, usual)).toMatch(/is -?\d+ °C, but .* Correct the value, or the sensor\.$/);
});

describe('what is genuine is accepted', () => {
  test.each<readonly [string, number, readonly number[]]>([
    ['a cold snap', -12, mild],
    ['a cold snap beyond all that was seen', -40, mild],
    ['a heat wave', 39, mild],
    ['a thaw after a hard winter', 8, winter],
    ['the first value ever', 31, []],
    ['the coldest ever measured, as the first', -89.2, []],
    ['another value where all were the same', 14, Array.from({ length: 20 }, () => 0)],
    ['a value taken back', Number.NaN, mild],
  ])('%s', (_, value, usual) => {
    expect(() => check(value, usual)).not.toThrow();
  });

  test.each([
    ['wind_speed_10m', 45, Array.from({ length: 20 }, () => 2)],
    ['pressure_msl', 890, Array.from({ length: 20 }, () => 1020)],
    ['precipitation', 80, Array.from({ length: 20 }, () => 0)],
  ])('a storm in %s', (name, value, usual) => {
    expect(() => check(value, usual, findVariable(name))).not.toThrow();
  });
});

describe('a series beside its forecasts', () => {
  const forecasts = Float64Array.from({ length: 20 }, (_, k) => 4 + (k % 9));
  const beside = (values: Float64Array) =>
    refuseUnlikeForecasts(values, forecasts, findVariable('temperature_2m'), 'they');

  test('is refused where it fits them only in °F or in K', () => {
    expect(() => beside(forecasts.map((value) => 1.8 * value + 33))).toThrow('declare the unit °F');
    expect(() => beside(forecasts.map((value) => value + 274))).toThrow('declare the unit K');
  });

  test('is accepted where the forecasts are bad, or too few', () => {
    expect(() => beside(forecasts.map((value) => value - 12))).not.toThrow();
    expect(() => beside(forecasts.map((value) => value + 3))).not.toThrow();
    expect(() => beside(Float64Array.of(41, 43))).not.toThrow();
  });
});
