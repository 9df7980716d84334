import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { converter } from './units.ts';

describe('converter', () => {
  // Exact by definition: NIST Special Publication 811, appendix B.8 and B.9.
  test.each([
    ['°F', '°C', 32, 0],
    ['°F', '°C', 212, 100],
    ['°F', '°C', 50, 10],
    ['°C', '°F', -40, -40],
    ['K', '°C', 273.15, 0],
    ['°F', 'K', 32, 273.15],
    ['Pa', 'hPa', 101_325, 1013.25],
    ['kPa', 'hPa', 101.325, 1013.25],
    ['mbar', 'hPa', 1013.25, 1013.25],
    ['km/h', 'm/s', 36, 10],
    ['m/s', 'km/h', 10, 36],
    ['kn', 'km/h', 1, 1.852],
    ['mph', 'm/s', 1, 0.44704],
    ['inch', 'mm', 1, 25.4],
    ['cm', 'mm', 1.25, 12.5],
    ['m', 'mm', 0.001, 1],
    ['ft', 'm', 1, 0.3048],
    ['mi', 'm', 1, 1609.344],
    ['kg/m²', 'mm', 2.5, 2.5],
    ['mm', 'kg/m²', 2.5, 2.5],
    ['kg/m²', 'inch', 25.4, 1],
    ['1', '%', 0.07, 7],
    ['%', '1', 7, 0.07],
    ['J/m²', 'MJ/m²', 5_356_090, 5.35609],
    ['kWh/m²', 'MJ/m²', 1, 3.6],
    ['Wh/m²', 'J/m²', 1, 3600],
    ['kW/m²', 'W/m²', 1.361, 1361],
    ['h', 's', 1.5, 5400],
    ['min', 'h', 90, 1.5],
  ])('turns %s into %s: %d is %d', (from, to, value, expected) => {
    expect(converter(from, to)(value)).toBeCloseTo(expected, 11);
  });

  // Rounded figures of NIST Special Publication 811, appendix B.8.
  test.each([
    ['kn', 'm/s', 1, 0.5144444, 7],
    ['inHg', 'Pa', 1, 3386.389, 3],
    ['mmHg', 'Pa', 1, 133.3224, 4],
    // The altimeter setting of the standard atmosphere is 29.92 inHg and 1013.25 hPa; two decimals keep 0.2 hPa.
    ['inHg', 'hPa', 29.92, 1013.2, 0],
  ])('turns %s into %s: %d is about %d', (from, to, value, expected, digits) => {
    expect(converter(from, to)(value)).toBeCloseTo(expected, digits);
  });

  test('is exact where the decimal figures are', () => {
    expect(converter('°F', '°C')(50)).toBe(10);
    expect(converter('km/h', 'm/s')(18)).toBe(5);
    expect(converter('Pa', 'hPa')(101_325)).toBe(1013.25);
    expect(converter('%', '1')(7)).toBe(0.07);
  });

  test.each([
    // Open-Meteo.
    ['mp/h', 'mph'],
    ['°K', 'K'],
    ['fraction', '1'],
    // The US National Weather Service.
    ['wmoUnit:degC', '°C'],
    ['unit:degF', '°F'],
    ['wmoUnit:km_h-1', 'km/h'],
    ['wmoUnit:m_s-1', 'm/s'],
    ['wmoUnit:degree_(angle)', '°'],
    ['wmoUnit:percent', '%'],
    ['wmoUnit:Pa', 'Pa'],
    ['wmoUnit:mm', 'mm'],
    // MET Norway.
    ['celsius', '°C'],
    ['degrees', '°'],
    // CF conventions and ECMWF.
    ['W m-2', 'W/m²'],
    ['W m**-2', 'W/m²'],
    ['J m⁻²', 'J/m²'],
    ['W/m2', 'W/m²'],
    ['degree_Celsius', '°C'],
    ['kg m-2', 'kg/m²'],
    ['℃', '°C'],
    [' kt ', 'kn'],
  ])('reads %s as %s', (spelling, symbol) => {
    expect(converter(spelling, symbol)(12.5)).toBe(12.5);
    expect(converter(symbol, spelling)(12.5)).toBe(12.5);
  });

  test.each([
    ['°C', '°F'],
    ['K', '°F'],
    ['inHg', 'Pa'],
    ['mph', 'kn'],
    ['mi', 'inch'],
    ['%', '1'],
    ['kWh/m²', 'J/m²'],
    ['inch', 'kg/m²'],
    ['h', 's'],
  ])('of %s to %s and back is the value itself; NaN stays NaN', (one, other) => {
    const forth = converter(one, other);
    const back = converter(other, one);
    expect(forth(NaN)).toBeNaN();
    expect(back(NaN)).toBeNaN();
    expect(forth(1)).not.toBeCloseTo(1, 3);
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
        expect(Math.abs(back(forth(value)) - value)).toBeLessThan(1e-8);
      }),
    );
  });

  test('keeps order', () => {
    const forth = converter('°F', 'K');
    const value = fc.double({ min: -200, max: 200, noNaN: true });
    fc.assert(
      fc.property(value, value, (a, b) => {
        fc.pre(a + 1e-9 < b);
        expect(forth(a)).toBeLessThan(forth(b));
      }),
    );
  });

  test('leaves a unit that nobody knows as it is', () => {
    expect(converter('MW', 'MW')(3)).toBe(3);
  });

  test.each([
    ['furlong', 'm', 'Unknown unit "furlong" cannot become m; use one of m, mm, cm, km, inch, ft, mi.'],
    ['', '°C', 'Unknown unit "" cannot become °C; use one of °C, K, °F.'],
    ['m', 'kg/m²', 'Unit "m" of length cannot become kg/m²; use one of mm, inch, kg/m².'],
    ['hPa', '°C', 'Unit "hPa" of pressure cannot become °C; use one of °C, K, °F.'],
    ['kg/m²', 'cm', 'Unit "kg/m²" of water mass cannot become cm; use one of m, mm, cm, km, inch, ft, mi.'],
    [
      'W/m²',
      'MJ/m²',
      'Unit "W/m²" of irradiance cannot become MJ/m²; use one of MJ/m², kJ/m², J/m², kWh/m², Wh/m².',
    ],
    [
      'kW',
      'MW',
      'Unit "kW" cannot become "MW", which is not a unit Weatherglass can convert to; give the values in "MW".',
    ],
  ])('refuses to turn %o into %o', (from, to, message) => {
    expect(() => converter(from, to)).toThrow(
      expect.objectContaining({ name: 'InvalidData', message: expect.stringContaining(message) }),
    );
  });

  test('does not confuse milli and mega', () => {
    expect(() => converter('mJ/m²', 'MJ/m²')).toThrow('Unknown unit "mJ/m²"');
  });
});
