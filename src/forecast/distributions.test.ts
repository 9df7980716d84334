import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Distributions, percentLevels, sample } from './distributions.ts';
import { empirical, ensembles, makeSample } from './empirical.ts';
import { parametric } from './parametric.ts';
import { quantileDistributions } from './quantile-distributions.ts';
import { weightedAtoms } from './weighted-atoms.ts';

/** One distribution, the next to which is missing, and the points where its cdf bends or jumps. */
interface Subject {
  readonly block: Distributions;
  readonly bends: readonly number[];
}

// Sixty-fourths, so that a step between two values is never finer than the rounding of a quantile.
const value = fc
  .oneof(fc.integer({ min: -576, max: 576 }), fc.integer({ min: -3, max: 3 }))
  .map((n) => n / 64);
const values = fc.array(value, { minLength: 3, maxLength: 8 });
const share = fc.double({ min: 0.01, max: 1, noNaN: true });

function parametricSubjects(transform: 'none' | 'sqrt') {
  const bounded = ['truncated-normal', 'truncated-logistic', 'censored-normal', 'censored-logistic'] as const;
  const laws = transform === 'sqrt' ? bounded : ([...bounded, 'normal', 'logistic'] as const);
  const bounds = fc.constantFrom([0, Infinity], [0, 4]);
  return fc
    .record({ law: fc.constantFrom(...laws), bounds, location: value, scale: share })
    .map((given): Subject => {
      const [lower, upper] = given.bounds;
      const { law, location, scale } = given;
      const block = parametric(
        { law, transform, lower, upper },
        Float64Array.of(location, Number.NaN),
        Float64Array.of(scale, scale),
      );
      const tails = [1e-14, 1e-7, 1e-3, 0.03, 0.2, 0.5, 0.8, 0.97, 1 - 1e-3, 1 - 1e-7, 1 - 1e-14];
      const bends = tails.map((p) => block.quantile(0, p));
      // A root is steep at 0: cells that grow with their distance from it.
      if (transform === 'sqrt')
        bends.push(...Array.from({ length: 50 }, (_, k) => bends[10] * (k / 50) ** 4));
      return { block, bends };
    });
}

const subjects: Record<string, fc.Arbitrary<Subject>> = {
  parametric: parametricSubjects('none'),
  'parametric on the root scale': parametricSubjects('sqrt'),
  empirical: fc.tuple(values, value).map(([sorted, shift]) => ({
    block: empirical([makeSample(sorted)], new Int32Array(2), Float64Array.of(shift, Number.NaN), -5, 5),
    bends: sorted.map((x) => Math.min(5, Math.max(-5, x + shift))),
  })),
  ensembles: values.map((members) => ({
    block: ensembles([...members, ...members.map(() => Number.NaN)], 2, members.length),
    bends: members,
  })),
  quantiles: fc.tuple(values, fc.array(share, { minLength: 9, maxLength: 9 })).map(([row, steps]) => {
    const sums = steps.map((_, k) => steps.slice(0, k + 1).reduce((a, b) => a + b, 0));
    const levels = Float64Array.from(row, (_, k) => sums[k] / (sums[row.length - 1] + steps[8]));
    const missing = row.with(1, Number.NaN);
    const block = quantileDistributions(levels, Float64Array.of(...row, ...missing), -10, 10);
    return { block, bends: [block.quantile(0, 1e-15), ...row, block.quantile(0, 1 - 1e-15)] };
  }),
  'weighted atoms': fc.tuple(values, fc.array(share, { minLength: 8, maxLength: 8 })).map(([row, shares]) => {
    const points = Float64Array.from(new Set(row)).sort();
    const own = shares.slice(0, points.length);
    const weights = own.map((w) => w / own.reduce((a, b) => a + b, 0));
    return {
      block: weightedAtoms(points, Float64Array.of(...weights, ...weights.map(() => Number.NaN))),
      bends: [...points],
    };
  }),
};

/** ∫ f between the first and the last bend, by three-point Gauss rules on short cells that no bend falls into. */
function integrate(f: (x: number) => number, bends: readonly number[]): number {
  const edges = [...new Set(bends)].sort((a, b) => a - b);
  let sum = 0;
  for (let k = 0; k + 1 < edges.length; k++) {
    const width = edges[k + 1] - edges[k];
    const cells = Math.ceil(20 + 5 * width);
    const half = width / (2 * cells);
    for (let cell = 0; cell < cells; cell++) {
      const centre = edges[k] + (2 * cell + 1) * half;
      const node = half * Math.sqrt(0.6);
      sum += (half * (5 * f(centre - node) + 8 * f(centre) + 5 * f(centre + node))) / 9;
    }
  }
  return sum;
}

describe.each(Object.entries(subjects))('%s', (_, arbitrary) => {
  const outcome = fc.oneof(value, fc.nat());
  /** An outcome anywhere, or one that meets a bend. */
  const meet = ({ bends }: Subject, y: number) =>
    Number.isInteger(y) && y > 3 ? bends[y % bends.length] : y;

  test('CRPS is the integral of the squared cdf error, and twice that of the pinball loss', () => {
    fc.assert(
      fc.property(arbitrary, outcome, (subject, any) => {
        const { block, bends } = subject;
        const y = meet(subject, any);
        const crps = block.crps(0, y);
        expect(crps).toBeGreaterThanOrEqual(0);
        const squares = integrate((x) => (block.cdf(0, x) - (x >= y ? 1 : 0)) ** 2, [...bends, y]);
        expect(crps).toBeCloseTo(squares, 7);

        // p = 1/(1 + e⁻ᵗ), because quantiles run off at both ends.
        const logit = (p: number) => Math.max(-34, Math.min(34, Math.log(p / (1 - p))));
        const probabilities = [y, ...bends].flatMap((x) => [block.cdf(0, x), block.cdfBelow(0, x)]);
        const edges = [-34, 34, ...probabilities.map(logit)];
        const overP = (f: (q: number, p: number) => number) =>
          integrate((t) => {
            const p = 1 / (1 + Math.exp(-t));
            return (f(block.quantile(0, p), p) * p) / (1 + Math.exp(t));
          }, edges);
        expect(crps).toBeCloseTo(
          overP((q, p) => 2 * (q > y ? 1 - p : -p) * (q - y)),
          6,
        );
        expect(block.mean(0)).toBeCloseTo(
          overP((q) => q),
          6,
        );
      }),
    );
  });

  test('cdf and quantile never cross, and invert each other', () => {
    const p = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true });
    fc.assert(
      fc.property(arbitrary, outcome, outcome, p, p, (subject, a, b, p1, p2) => {
        const { block } = subject;
        const [x, z] = [meet(subject, a), meet(subject, b)].sort((left, right) => left - right);
        expect(block.cdfBelow(0, x)).toBeGreaterThanOrEqual(0);
        expect(block.cdfBelow(0, x)).toBeLessThanOrEqual(block.cdf(0, x));
        expect(block.cdf(0, x)).toBeLessThanOrEqual(1);
        if (x < z) expect(block.cdf(0, x)).toBeLessThanOrEqual(block.cdfBelow(0, z));
        const q = block.quantile(0, p1);
        expect(block.cdfBelow(0, q)).toBeLessThanOrEqual(p1 + 1e-9);
        expect(block.cdf(0, q)).toBeGreaterThanOrEqual(p1 - 1e-9);
        if (p1 < p2) expect(q).toBeLessThanOrEqual(block.quantile(0, p2));
        expect(sample(block, 0, p1)).toBe(q);
      }),
      { numRuns: 1000 },
    );
  });

  test('a missing distribution and a missing value answer NaN', () => {
    fc.assert(
      fc.property(arbitrary, outcome, (subject, any) => {
        const { block } = subject;
        const y = meet(subject, any);
        for (const answer of [block.cdf, block.cdfBelow, block.crps, block.fairCrps]) {
          for (const x of [y, -100, 100]) expect(answer(1, x)).toBeNaN();
          expect(answer(0, Number.NaN)).toBeNaN();
        }
        expect(block.quantile(1, 0.5)).toBeNaN();
        expect(block.mean(1)).toBeNaN();
        expect(block.size).toBe(2);
      }),
    );
  });
});

test('percent levels are 0.01 to 0.99', () => {
  expect(percentLevels).toHaveLength(99);
  expect([percentLevels[0], percentLevels[6], percentLevels[49], percentLevels[98]]).toEqual([
    0.01, 0.07, 0.5, 0.99,
  ]);
});
