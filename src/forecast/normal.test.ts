import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalCdf, normalCrps, normalPdf, normalQuantile, standardNormal } from './normal.ts';

/** Distance in units of the expected value. */
const relative = (actual: number, expected: number) => Math.abs(actual - expected) / Math.abs(expected);

describe('cdf', () => {
  // Abramowitz & Stegun 1964, table 26.1.
  test.each([
    [0, 0.5],
    [0.5, 0.691462461274013],
    [1, 0.841344746068543],
    [1.5, 0.933192798731142],
    [2, 0.977249868051821],
  ])('at %d is %d', (z, expected) => {
    expect(normalCdf(z)).toBeCloseTo(expected, 14);
    expect(normalCdf(-z)).toBeCloseTo(1 - expected, 14);
  });

  // erfc(−z/√2)/2 to 60 digits with mpmath 1.3, on both sides of where one approximation hands over to the next.
  test.each([
    [5, 0.99999971334842812],
    [0.66, 0.74537308532866386],
    [0.67, 0.7485711049046899],
    [-0.66, 0.25462691467133614],
    [-0.67, 0.2514288950953101],
    [-2.5, 0.0062096653257761352],
    [-5.65, 8.0223918506634976e-9],
    [-5.66, 7.5686497519977137e-9],
    [-8, 6.2209605742717841e-16],
    [-10, 7.6198530241605261e-24],
    [-15, 3.6709661993127509e-51],
    [-20, 2.7536241186062337e-89],
    [-25, 3.0566967063825609e-138],
    [-30, 4.9067139271481871e-198],
    [-35, 1.1249107064724062e-268],
    [-37.5, 4.6053530095819548e-308],
  ])('at %d is %d, digit for digit', (z, expected) => {
    // The square in the exponent is rounded once; beyond that only a few units in the last place are lost.
    expect(relative(normalCdf(z), expected)).toBeLessThan(5e-16 + (z * z * 2.3e-16) / 2);
  });

  test('ends at 0 and 1, and NaN stays NaN', () => {
    expect([-Infinity, -39, 39, Infinity].map(normalCdf)).toEqual([0, 0, 1, 1]);
    expect([-Infinity, -39, 39, Infinity].map(normalPdf)).toEqual([0, 0, 0, 0]);
    expect(normalCdf(Number.NaN)).toBeNaN();
  });

  test('never falls', () => {
    const z = fc.double({ min: -40, max: 40, noNaN: true });
    fc.assert(
      fc.property(z, fc.double({ min: 1e-6, max: 1, noNaN: true }), (from, step) => {
        expect(normalCdf(from + step)).toBeGreaterThanOrEqual(normalCdf(from));
      }),
    );
  });
});

describe('quantile', () => {
  // The check values of Wichura 1988 (doi 10.2307/2347330), and Python's statistics.NormalDist().inv_cdf.
  test.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.262340089798408],
    [1e-300, -37.0470962993612],
    [1e-100, -21.27345356096532],
    [1e-5, -4.2648907939228256],
    [0.025, -1.9599639845400538],
    [0.074, -1.4466320671589785],
    [0.075, -1.4395314709384557],
    [0.076, -1.4325027208258114],
    [0.4, -0.2533471031357998],
    [0.9, 1.2815515655446008],
    [0.975, 1.9599639845400536],
    [0.99999, 4.26489079392384],
  ])('at %d is %d', (p, expected) => {
    expect(relative(normalQuantile(p), expected)).toBeLessThan(1e-15);
  });

  test('is the inverse of the cdf, with all its digits in the lower tail', () => {
    const logP = fc.double({ min: -700, max: -1e-3, noNaN: true });
    fc.assert(
      fc.property(logP, (log) => {
        const p = Math.exp(log);
        expect(relative(normalCdf(normalQuantile(p)), p)).toBeLessThan(2e-15 * (1 - log));
      }),
    );
  });

  test('has ends, a middle and no meaning elsewhere', () => {
    expect([0, 0.5, 1].map(normalQuantile)).toEqual([-Infinity, 0, Infinity]);
    expect([-1e-9, 1 + 1e-9, Number.NaN].map(normalQuantile)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});

describe('CRPS', () => {
  const gradient = new Float64Array(2);

  test.each([
    // At the centre (√2 − 1)/√π, from the formula.
    [0, 0, 1, (Math.SQRT2 - 1) / Math.sqrt(Math.PI)],
    [20, 20, 3, (3 * (Math.SQRT2 - 1)) / Math.sqrt(Math.PI)],
    // tests/testthat/test-crps_norm.R of R's scoringRules.
    [-3, 0, 1, 2.43657473],
    [-3 * 0.9 + 0.1, 0.1, 0.9, 2.43657473 * 0.9],
  ])('of %d under (%d, %d) is %d', (y, mu, sigma, expected) => {
    expect(normalCrps(y, mu, sigma, gradient)).toBeCloseTo(expected, 7);
  });

  test('far out is the distance less what the spread is forgiven', () => {
    expect(normalCrps(1000, 0, 1, gradient)).toBeCloseTo(1000 - 1 / Math.sqrt(Math.PI), 12);
    expect(Array.from(gradient)).toEqual([-1, expect.closeTo(-1 / Math.sqrt(Math.PI), 15)]);
  });

  test('has the gradient that differences show', () => {
    const amount = fc.double({ min: -50, max: 50, noNaN: true });
    const logSigma = fc.double({ min: -3, max: 3, noNaN: true });
    const other = new Float64Array(2);
    fc.assert(
      fc.property(amount, amount, logSigma, (z, mu, log) => {
        const sigma = Math.exp(log);
        const y = mu + z * sigma;
        const h = 1e-4 * sigma;
        normalCrps(y, mu, sigma, gradient);
        const byMu = (normalCrps(y, mu + h, sigma, other) - normalCrps(y, mu - h, sigma, other)) / (2 * h);
        const bySigma = (normalCrps(y, mu, sigma + h, other) - normalCrps(y, mu, sigma - h, other)) / (2 * h);
        expect(gradient[0]).toBeCloseTo(byMu, 6);
        expect(gradient[1]).toBeCloseTo(bySigma, 6);
      }),
    );
  });
});

// −log₁₀ of the upper tail, Abramowitz & Stegun 1964, table 26.2.
test.each([
  [5, 6.54265],
  [10, 23.11805],
  [50, 544.96634],
  [100, 2173.87154],
])('beyond %d lies 10 to the minus %d', (z, expected) => {
  expect(-standardNormal.logCdf(-z) / Math.LN10).toBeCloseTo(expected, 5);
});
