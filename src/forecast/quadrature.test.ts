import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { standardLogistic } from './logistic.ts';
import { standardNormal } from './normal.ts';
import { gauss, integrate } from './quadrature.ts';

describe('gauss', () => {
  test('is exact for polynomials up to degree 15', () => {
    for (let degree = 0; degree <= 15; degree++)
      expect(gauss((x) => x ** degree, 0, 1)).toBeCloseTo(1 / (degree + 1), 15);
    expect(gauss((x) => x ** 16, 0, 1)).not.toBeCloseTo(1 / 17, 15);
  });

  test('changes sign with its ends, and is 0 between equal ones', () => {
    expect(gauss(Math.exp, 1, 0)).toBeCloseTo(1 - Math.E, 14);
    expect(gauss(Math.exp, 2, 2)).toBe(0);
  });
});

describe('integrate', () => {
  test.each([standardNormal, standardLogistic])('the cdf of a $name law, to its known integral', (law) => {
    const scales = fc.double({ min: -30, max: 30, noNaN: true });
    fc.assert(
      fc.property(scales, scales, fc.double({ min: -3, max: 3, noNaN: true }), (a, b, log) => {
        const scale = 10 ** log;
        const at = (z: number) => 5 + scale * z;
        const [l, u] = [Math.min(a, b), Math.max(a, b)];
        const cdf = (x: number) => law.cdf((x - 5) / scale);
        const square = integrate((x) => cdf(x) ** 2, at(l), at(u), 5, scale) / scale;
        expect(integrate(cdf, at(l), at(u), 5, scale) / scale).toBeCloseTo(
          law.integral(u) - law.integral(l),
          10,
        );
        expect(square).toBeCloseTo(law.integralOfSquare(u) - law.integralOfSquare(l), 10);
        const beyond = integrate((x) => (1 - cdf(x)) ** 2, at(l), Infinity, 5, scale) / scale;
        expect(beyond).toBeCloseTo(law.integralOfSquare(-l), 10);
      }),
    );
  });

  test('a polynomial over an interval far from the location', () => {
    expect(integrate((x) => 2 * x, 100, 200, 0, 1)).toBeCloseTo(30_000, 9);
    expect(integrate((x) => 2 * x, -200, -100, 0, 1)).toBeCloseTo(-30_000, 9);
    expect(integrate((x) => 2 * x, -200, 200, 0, 1)).toBeCloseTo(0, 9);
  });

  test('nothing over an empty interval; NaN where a parameter is missing', () => {
    expect(integrate((x) => x, 3, 3, 0, 1)).toBe(0);
    expect(integrate((x) => x, 3, 2, 0, 1)).toBe(0);
    expect(integrate((x) => x, 0, 1, Number.NaN, 1)).toBeNaN();
    expect(integrate((x) => x, 0, 1, 0, Number.NaN)).toBeNaN();
    expect(integrate((x) => x, 0, Number.NaN, 0, 1)).toBeNaN();
  });
});
