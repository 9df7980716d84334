import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lawNames } from '../weather/variable.ts';
import { lawCdf, lawQuantile } from './law.ts';
import { type Family, familyName, fittedLaw, parametric } from './parametric.ts';

const bounded = ['truncated-normal', 'truncated-logistic', 'censored-normal', 'censored-logistic'] as const;

function one(family: Family, location: number, scale: number) {
  return parametric(family, Float64Array.of(location), Float64Array.of(scale));
}

/**
 * ∫ f over [from, to] mm, by three-point Gauss rules on cells whose roots are evenly spread between the given roots,
 * where f bends.
 */
function integrateMm(f: (mm: number) => number, roots: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k + 1 < roots.length; k++)
    for (let cell = 0; cell < 2000; cell++) {
      const step = (roots[k + 1] - roots[k]) / 2000;
      const [left, right] = [(roots[k] + cell * step) ** 2, (roots[k] + (cell + 1) * step) ** 2];
      const [centre, half] = [(left + right) / 2, (right - left) / 2];
      const node = half * Math.sqrt(0.6);
      sum += (half * (5 * f(centre - node) + 8 * f(centre) + 5 * f(centre + node))) / 9;
    }
  return sum;
}

describe('on the root scale', () => {
  const cases = fc.record({
    law: fc.constantFrom(...bounded),
    lower: fc.constantFrom(0, 1),
    upper: fc.constantFrom(Infinity, 30),
    away: fc.double({ min: -50, max: 50, noNaN: true }),
    logScale: fc.double({ min: -1.5, max: 0.7, noNaN: true }),
    outcome: fc.double({ min: -0.2, max: 1.2, noNaN: true }),
  });

  test('CRPS and mean agree with integration in mm', () => {
    fc.assert(
      fc.property(cases, ({ law: name, lower, upper, away, logScale, outcome }) => {
        const family: Family = { law: name, transform: 'sqrt', lower, upper };
        const law = fittedLaw(family);
        const scale = 10 ** logScale;
        const location = law.lower + scale * away;
        const forecast = one(family, location, scale);
        // From where to where the law bends, in roots.
        const root = (p: number) => lawQuantile(law, p, location, scale);
        const [first, last] = [root(1e-15), Math.min(law.upper, 2 * root(1 - 1e-15) - root(1 - 1e-12))];
        const y = first ** 2 + outcome * (last ** 2 - first ** 2);
        const split = Math.sqrt(Math.min(upper, Math.max(lower, y)));
        const F = (mm: number) => lawCdf(law, Math.sqrt(mm), location, scale);
        const roots = [law.lower, first, root(0.5), last].map((u) => Math.min(u, split)).concat(split);
        const above = [split, first, root(0.5), last].map((u) => Math.max(u, split));
        const expected =
          integrateMm((mm) => F(mm) ** 2, roots) +
          integrateMm((mm) => (1 - F(mm)) ** 2, above) +
          Math.abs(y - split ** 2);
        const tolerance = 1e-9 * scale * (scale + last);
        expect(Math.abs(forecast.crps(0, y) - expected)).toBeLessThan(tolerance);
        const mean = lower + integrateMm((mm) => 1 - F(mm), [law.lower, first, root(0.5), last]);
        expect(Math.abs(forecast.mean(0) - mean)).toBeLessThan(tolerance);
        expect(forecast.quantile(0, 0.9)).toBe(root(0.9) ** 2);
        expect(forecast.cdf(0, 7)).toBe(lawCdf(law, Math.sqrt(7), location, scale));
      }),
      { numRuns: 200 },
    );
  });
});

describe.each(lawNames)('%s with scale 0', (law) => {
  // A quotient of such a distance by the least positive number overflows.
  const forecast = (location: number) =>
    one({ law, transform: 'none', lower: 0, upper: Infinity }, location, 0);

  test('is a point', () => {
    const point = forecast(3);
    for (const p of [1e-9, 0.5, 1 - 1e-9]) expect(point.quantile(0, p)).toBe(3);
    expect(point.mean(0)).toBe(3);
    expect([2, 3, 4].map((x) => point.cdf(0, x))).toEqual([0, 1, 1]);
    expect([2, 3, 4].map((x) => point.cdfBelow(0, x))).toEqual([0, 0, 1]);
    expect([3, 5, 1e5, -2].map((y) => point.crps(0, y))).toEqual([0, 2, 99_997, 5]);
    expect(point.fairCrps(0, 1e5)).toBe(99_997);
    expect(point.cdf(0, Number.NaN)).toBeNaN();
    expect(point.crps(0, Number.NaN)).toBeNaN();
  });

  test('sits on the bound when it would lie beyond, if it has bounds', () => {
    const expected = law === 'normal' || law === 'logistic' ? -7 : 0;
    expect(forecast(-7).mean(0)).toBe(expected);
    expect(forecast(-7).quantile(0, 0.3)).toBe(expected);
    expect(forecast(-7).crps(0, 1)).toBe(1 - expected);
  });
});

test.each(bounded)('%s with scale 0 on the root scale is a point in mm', (law) => {
  const point = one({ law, transform: 'sqrt', lower: 0, upper: Infinity }, 2, 0);
  expect([point.mean(0), point.quantile(0, 0.1), point.crps(0, 1), point.crps(0, 9)]).toEqual([4, 4, 3, 5]);
  expect([point.cdfBelow(0, 4), point.cdf(0, 4), point.crps(0, -1)]).toEqual([0, 1, 5]);
  const dry = one({ law, transform: 'sqrt', lower: 0, upper: Infinity }, -2, 0);
  expect([dry.mean(0), dry.quantile(0, 0.9), dry.crps(0, 0), dry.cdf(0, 0)]).toEqual([0, 0, 0, 1]);
});

test('a spread too small to divide by is none', () => {
  const forecast = one({ law: 'normal', transform: 'none', lower: -Infinity, upper: Infinity }, 0, 1e-320);
  expect(forecast.crps(0, 1e6)).toBe(1e6);
});

test('NaN parameters answer NaN to everything', () => {
  for (const law of lawNames)
    for (const transform of ['none', 'sqrt'] as const) {
      if (transform === 'sqrt' && (law === 'normal' || law === 'logistic')) continue;
      for (const [location, scale] of [
        [Number.NaN, 1],
        [1, Number.NaN],
        [Number.NaN, 0],
      ] as const) {
        const d = one({ law, transform, lower: 0, upper: 10 }, location, scale);
        for (const x of [-1, 0, 5, 10, 11])
          expect([d.cdf(0, x), d.cdfBelow(0, x), d.crps(0, x), d.fairCrps(0, x)]).toEqual(
            Array(4).fill(Number.NaN),
          );
        expect([d.quantile(0, 0.5), d.mean(0)]).toEqual([Number.NaN, Number.NaN]);
      }
    }
});

test('each distribution of a block answers for itself', () => {
  const family: Family = { law: 'normal', transform: 'none', lower: -Infinity, upper: Infinity };
  const block = parametric(family, Float64Array.of(0, 10), Float64Array.of(1, 2));
  expect(block.size).toBe(2);
  expect([block.mean(0), block.mean(1)]).toEqual([0, 10]);
  expect(block.quantile(1, 0.975)).toBeCloseTo(10 + 2 * 1.959963984540054, 12);
  expect(block.crps(1, 10)).toBeCloseTo((2 * (Math.SQRT2 - 1)) / Math.sqrt(Math.PI), 12);
});

test('names and refusals', () => {
  const family: Family = { law: 'censored-logistic', transform: 'sqrt', lower: 0, upper: Infinity };
  expect(familyName(family)).toBe('censored-logistic(sqrt)');
  expect(familyName({ ...family, transform: 'none' })).toBe('censored-logistic');
  expect(fittedLaw({ ...family, upper: 100 })).toMatchObject({ lower: 0, upper: 10 });
  const usage = expect.objectContaining({ name: 'Usage' });
  expect(() => fittedLaw({ ...family, law: 'normal' })).toThrow(usage);
  expect(() => fittedLaw({ ...family, lower: -1 })).toThrow('not censored-logistic from -1');
  expect(() => fittedLaw({ ...family, lower: -Infinity })).toThrow(usage);
});
