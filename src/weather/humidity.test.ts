import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { dewPoint, relativeHumidity } from './humidity.ts';

// Saturation pressure over water in kPa: ASHRAE Handbook, Fundamentals, chapter 1, table 3 (Hyland & Wexler 1983).
const published = new Map([
  [0, 0.6112],
  [5, 0.8725],
  [10, 1.228],
  [15, 1.7055],
  [20, 2.3389],
  [30, 4.2462],
  [40, 7.3838],
]);

describe('relativeHumidity', () => {
  const pairs = [...published.keys()].flatMap((temperature) =>
    [...published.keys()]
      .filter((dew) => dew <= temperature)
      .map((dew): [number, number] => [temperature, dew]),
  );
  test.each(pairs)(
    'at %d °C with a dew point of %d °C is the ratio of published pressures',
    (temperature, dew) => {
      const ratio = (100 * (published.get(dew) ?? NaN)) / (published.get(temperature) ?? NaN);
      expect(Math.abs(relativeHumidity(temperature, dew) / ratio - 1)).toBeLessThan(0.004);
    },
  );

  it('has the digits of the formula', () => {
    // 100 exp(176.25 / 253.04 − 352.5 / 263.04) = 100 exp(0.69653 − 1.34010)
    expect(relativeHumidity(20, 10)).toBeCloseTo(52.541, 2);
    expect(relativeHumidity(12, 12)).toBe(100);
    expect(relativeHumidity(12, 12.5)).toBeGreaterThan(100);
  });

  it('keeps NaN', () => {
    expect(relativeHumidity(NaN, 3)).toBeNaN();
    expect(relativeHumidity(3, NaN)).toBeNaN();
  });
});

describe('dewPoint', () => {
  it('is the temperature at 100 %', () => {
    expect(dewPoint(-7.3, 100)).toBeCloseTo(-7.3, 10);
  });

  it('undoes relativeHumidity', () => {
    const degrees = fc.double({ min: -40, max: 50, noNaN: true });
    fc.assert(
      fc.property(degrees, degrees, (one, other) => {
        const [dew, temperature] = one < other ? [one, other] : [other, one];
        expect(dewPoint(temperature, relativeHumidity(temperature, dew))).toBeCloseTo(dew, 8);
      }),
    );
  });

  it('does not exist at 0 %, nor for what is missing', () => {
    expect(dewPoint(20, 0)).toBeNaN();
    expect(dewPoint(20, -3)).toBeNaN();
    expect(dewPoint(20, NaN)).toBeNaN();
    expect(dewPoint(NaN, 50)).toBeNaN();
  });
});
