import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { standardLogistic } from './logistic.ts';
import { standardNormal } from './normal.ts';

const within = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));

// G, ∫G and ∫G² to 60 digits with mpmath 1.3, from G, log(1 + eᶻ) and log(1 + eᶻ) − G for the logistic law, and
// zΦ + φ and zΦ² + 2Φφ − Φ(√2 z)/√π for the normal one.
test.each([
  ['logistic', -40, standardLogistic, 4.24835425529159e-18, 4.24835425529159e-18, 9.02425693922708e-36],
  ['logistic', -12, standardLogistic, 6.14417460221472e-6, 6.14419347773281e-6, 1.8875518087609e-11],
  ['logistic', -5.001, standardLogistic, 0.00668620614608439, 0.0067086589611292, 2.24528150448199e-5],
  ['logistic', -4.999, standardLogistic, 0.0066995022615536, 0.00672204466516414, 2.25424036105396e-5],
  ['logistic', -1, standardLogistic, 0.268941421369995, 0.313261687518223, 0.0443202661482277],
  ['logistic', 2, standardLogistic, 0.880797077977882, 2.12692801104297, 1.24613093306509],
  ['logistic', 30, standardLogistic, 0.999999999999906, 30.0000000000001, 29.0000000000002],
  ['normal', -12, standardNormal, 1.77648211207768e-33, 1.46052011698455e-34, 1.30160695000581e-67],
  ['normal', -3, standardNormal, 0.00134989803163009, 0.000382154317047724, 2.66798657122301e-7],
  ['normal', 0, standardNormal, 0.5, 0.398942280401433, 0.116847488627555],
  ['normal', 1, standardNormal, 0.841344746068543, 1.08331547058769, 0.595206280801591],
  ['normal', 8, standardNormal, 0.999999999999999, 8, 7.43581041645224],
] as const)('%s law at %d', (_, z, law, cdf, integral, integralOfSquare) => {
  within(law.cdf(z), cdf, 1e-13);
  within(law.integral(z), integral, 1e-11);
  within(law.integralOfSquare(z), integralOfSquare, 1e-11);
});

// The same, divided by Φ(u) and Φ(u)².
test.each([
  [-11, -13, 3.20159827590162e-11, 4.18642225112528e-10, 2.43444924531741e-12, 3.90817283702718e-23],
  [-40, -40.01, 0.670119209803716, 26.8281975168255, 0.0167279325788336, 0.00560659805371496],
  [-99, -99.005, 0.609532509516231, 60.3529214322013, 0.00615532754683409, 0.0018760317514557],
  [-101, -101.005, 0.603468162847435, 60.9592752542436, 0.0059734658384078, 0.00180248650688344],
  [-1000, -1000.0007, 0.496584834493683, 496.585678686561, 0.000496583493721924, 0.000123297977669569],
])('normal below %d, at %d', (u, z, cdf, pdf, integral, integralOfSquare) => {
  const below = standardNormal.below(u);
  within(below.cdf(z), cdf, 1e-12);
  within(below.pdf(z), pdf, 1e-12);
  within(below.integral(z), integral, 1e-11);
  within(below.integralOfSquare(z), integralOfSquare, 1e-11);
});

describe.each([standardNormal, standardLogistic])('$name', (law) => {
  const anywhere = fc.double({ min: -30, max: 30, noNaN: true });
  const slope = (f: (z: number) => number, z: number) => (f(z + 1e-4) - f(z - 1e-4)) / 2e-4;

  test('functions are the slopes of their integrals, and symmetric', () => {
    fc.assert(
      fc.property(anywhere, (z) => {
        expect(law.pdf(z)).toBeCloseTo(slope(law.cdf, z), 7);
        expect(law.cdf(z)).toBeCloseTo(slope(law.integral, z), 7);
        expect(law.cdf(z) ** 2).toBeCloseTo(slope(law.integralOfSquare, z), 7);
        within(law.logCdfSlope(z), slope(law.logCdf, z), 1e-5);
        expect(law.logPdfSlope(z)).toBeCloseTo(slope(law.logPdf, z), 6);
        within(Math.exp(law.logPdf(z)), law.pdf(z), 1e-12);
        within(Math.exp(law.logCdf(z)), law.cdf(z), 1e-12);
        within(law.logCdfSlope(z) * law.cdf(z), law.pdf(z), 1e-12);
        expect(law.cdf(z) + law.cdf(-z)).toBeCloseTo(1, 15);
        expect(law.integral(z) - law.integral(-z)).toBeCloseTo(z, 13);
      }),
    );
  });

  test('below a bound is the same law on another scale', () => {
    const u = fc.double({ min: -12, max: -0.1, noNaN: true });
    fc.assert(
      fc.property(u, fc.double({ min: 0, max: 4, noNaN: true }), (bound, distance) => {
        const below = law.below(bound);
        const z = bound - distance;
        const mass = law.cdf(bound);
        within(below.cdf(z), law.cdf(z) / mass, 1e-12);
        within(below.pdf(z), law.pdf(z) / mass, 1e-12);
        within(below.integral(z), law.integral(z) / mass, 1e-9);
        within(below.integralOfSquare(z), law.integralOfSquare(z) / mass ** 2, 1e-9);
        within(below.quantile(below.cdf(z)), z, 1e-12);
      }),
    );
  });

  test('below a bound keeps its digits where the law itself has none', () => {
    const u = fc.double({ min: -1e6, max: -1, noNaN: true });
    fc.assert(
      fc.property(u, fc.double({ min: 1e-9, max: 1, noNaN: true }), (bound, p) => {
        const below = law.below(bound);
        const z = below.quantile(p);
        expect(below.cdf(bound)).toBe(1);
        expect(below.cdf(-Infinity)).toBe(0);
        expect(z).toBeLessThanOrEqual(bound);
        expect(below.cdf(z)).toBeCloseTo(p, Math.abs(bound) < 1e3 ? 9 : 3);
        expect(below.integral(z)).toBeGreaterThanOrEqual(0);
        expect(below.integralOfSquare(z)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('accepts both infinities', () => {
    const { cdf, integral, integralOfSquare, pdf, quantile, below } = law;
    for (const f of [cdf, integral, integralOfSquare, pdf, below(-20).cdf, below(-20).integral])
      expect(f(-Infinity)).toBe(0);
    expect([cdf(Infinity), integral(Infinity), pdf(Infinity)]).toEqual([1, Infinity, 0]);
    expect([quantile(0), quantile(0.5), quantile(1)]).toEqual([-Infinity, 0, Infinity]);
  });
});
