import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { consistentWeatherCode } from './weather-code.ts';

const mild = { temperature: 12, cloudCover: 60 };
const frost = { temperature: -3, cloudCover: 100 };
const everyCode = [
  0, 1, 2, 3, 45, 48, 51, 53, 55, 56, 57, 61, 63, 65, 66, 67, 71, 73, 75, 77, 80, 81, 82, 85, 86, 95, 96, 99,
];
const wetCodes = everyCode.filter((code) => code > 48);

describe('in a dry hour', () => {
  test.each([0, 1, 2, 3, 45, 48])('%d stays, whatever the clouds', (code) => {
    expect(consistentWeatherCode(code, { ...mild, precipitation: 0.09 })).toBe(code);
  });

  test.each(wetCodes)('%d becomes the sky', (code) => {
    expect(consistentWeatherCode(code, { ...mild, precipitation: 0 })).toBe(2);
    expect(consistentWeatherCode(code, { ...mild, precipitation: 0, cloudCover: NaN })).toBe(code);
  });

  test.each([
    [0, 0],
    [19.9, 0],
    [20, 1],
    [49.9, 1],
    [50, 2],
    [79.9, 2],
    [80, 3],
    [100, 3],
  ])('a cloud cover of %d %% is code %d', (cloudCover, sky) => {
    expect(consistentWeatherCode(61, { precipitation: 0.05, temperature: NaN, cloudCover })).toBe(sky);
  });
});

describe('in a wet hour', () => {
  test.each([
    [0.1, 61],
    [2.49, 61],
    [2.5, 63],
    [7.59, 63],
    [7.6, 65],
  ])('sky and fog with %d mm become rain %d', (precipitation, code) => {
    for (const dry of [0, 1, 2, 3, 45, 48])
      expect(consistentWeatherCode(dry, { ...mild, precipitation })).toBe(code);
  });

  test.each([
    [0.1, 71],
    [0.99, 71],
    [1, 73],
    [4.99, 73],
    [5, 75],
  ])('sky with %d mm in frost becomes snow %d', (precipitation, code) => {
    expect(consistentWeatherCode(3, { ...frost, precipitation })).toBe(code);
  });

  it('snow begins below 1 °C, or where the forecast has snow', () => {
    expect(consistentWeatherCode(3, { precipitation: 0.5, temperature: 0.9, cloudCover: 90 })).toBe(71);
    expect(consistentWeatherCode(3, { precipitation: 0.5, temperature: 1, cloudCover: 90 })).toBe(61);
    expect(consistentWeatherCode(3, { ...mild, precipitation: 0.5, snowfall: 0.4 })).toBe(71);
    expect(consistentWeatherCode(3, { ...frost, precipitation: 0.5, snowfall: 0 })).toBe(71);
    expect(consistentWeatherCode(3, { ...mild, precipitation: 0.5, snowfall: NaN })).toBe(61);
  });

  it('without temperature the sky stays, unless the forecast has snow', () => {
    expect(consistentWeatherCode(3, { precipitation: 2, temperature: NaN, cloudCover: 90 })).toBe(3);
    expect(
      consistentWeatherCode(3, { precipitation: 2, temperature: NaN, cloudCover: 90, snowfall: 1 }),
    ).toBe(73);
  });

  test.each([
    [51, 0.4, 51],
    [55, 0.4, 51],
    [51, 0.5, 53],
    [51, 1, 55],
    [53, 1.3, 61],
    [51, 8, 65],
    [57, 0.2, 56],
    [56, 0.7, 57],
    [56, 1.2, 57],
    [56, 1.3, 66],
    [57, 2.5, 67],
    [65, 0.3, 61],
    [61, 3, 63],
    [63, 9, 65],
    [67, 1, 66],
    [66, 8, 67],
    [82, 0.2, 80],
    [80, 4, 81],
    [81, 20, 82],
    [75, 0.2, 71],
    [71, 1.5, 73],
    [73, 6, 75],
    [86, 0.9, 85],
    [85, 1, 86],
    [85, 9, 86],
    [77, 9, 77],
    [95, 0.1, 95],
    [96, 30, 96],
    [99, 0.1, 99],
  ])('%d with %d mm becomes %d, in frost too', (code, precipitation, expected) => {
    expect(consistentWeatherCode(code, { ...mild, precipitation })).toBe(expected);
    expect(consistentWeatherCode(code, { ...frost, precipitation })).toBe(expected);
  });
});

it('leaves every code where the rain is missing', () => {
  for (const code of everyCode)
    expect(consistentWeatherCode(code, { ...mild, precipitation: NaN })).toBe(code);
});

it('leaves codes that are missing or not known', () => {
  expect(consistentWeatherCode(NaN, { ...mild, precipitation: 3 })).toBeNaN();
  expect(consistentWeatherCode(17, { ...mild, precipitation: 3 })).toBe(17);
  expect(consistentWeatherCode(17, { ...mild, precipitation: 0 })).toBe(17);
});

it('finds nothing more to mend in what it has mended, and says rain exactly when it is wet', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...everyCode),
      fc.double({ min: 0, max: 40, noNaN: true }),
      fc.double({ min: -30, max: 40, noNaN: true }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      (code, precipitation, temperature, cloudCover) => {
        const hour = { precipitation, temperature, cloudCover };
        const mended = consistentWeatherCode(code, hour);
        expect(consistentWeatherCode(mended, hour)).toBe(mended);
        expect(wetCodes.includes(mended)).toBe(precipitation >= 0.1);
      },
    ),
  );
});
