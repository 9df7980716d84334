import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { percentLevels } from './distributions.ts';
import { openMixer } from './mixer.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { quantileDistributions } from './quantile-distributions.ts';
import { pitBins, recalibration } from './recalibration.ts';

const uniformPit = recalibration([], 0);

interface Mix {
  readonly weights?: readonly number[];
  readonly lower?: number;
  readonly upper?: number;
  readonly map?: Float64Array;
}

/** Pool and aggregate of experts' rows of quantiles, equally weighted unless said otherwise. */
function mixed(levels: readonly number[], experts: readonly (readonly number[])[], how: Mix = {}) {
  const { weights = experts.map(() => 1 / experts.length), lower = -Infinity, upper = Infinity } = how;
  const pool = new Float64Array(levels.length);
  const aggregate = new Float64Array(levels.length);
  openMixer(Float64Array.from(levels), experts.length).mix(
    Float64Array.from(experts.flat()),
    0,
    Float64Array.from(weights),
    lower,
    upper,
    how.map ?? uniformPit,
    pool,
    aggregate,
  );
  return { pool: [...pool], aggregate: [...aggregate] };
}

const closeTo = (values: readonly number[], digits = 9) =>
  values.map((value) => expect.closeTo(value, digits));
describe('the pool', () => {
  const quarters = [0.25, 0.5, 0.75];

  // Uniform laws on [−1, 3] and [1, 5]. Where F_A = 1/4 and F_B = 0, at 0, the formula gives
  // 1/2 + 1/4 ln((e^−1.125 + e^−2)/(e^−0.125 + 1)) = 0.147711; at 1, of 1/2 and 0, it gives
  // 1/2 + 1/4 ln((e^−0.5 + e^−2)/(e^−0.5 + 1)) = 0.306834; at 2, of 3/4 and 1/4, 1/2.
  // So the quarter is at (0.25 − 0.147711)/(0.306834 − 0.147711) = 0.64283, and its mirror image about 2 at 3.35717.
  test('of two experts by hand', () => {
    expect(
      mixed(quarters, [
        [0, 1, 2],
        [2, 3, 4],
      ]).pool,
    ).toEqual(closeTo([0.64283, 2, 3.35717], 5));
  });

  // Point masses at 0 and 1, weights 3/4 and 1/4: between them F is
  // 1/2 + 1/4 ln((0.75 + 0.25 e^−2)/(0.75 e^−2 + 0.25)) = 1/2 + 1/4 ln 2.22996 = 0.700496, where a weighted mean has 0.75.
  test('of two experts that are certain, by hand', () => {
    const levels = [0.3, 0.7, 0.701, 0.9];
    const { pool } = mixed(levels, [levels.map(() => 0), levels.map(() => 1)], { weights: [0.75, 0.25] });
    expect(pool).toEqual([0, 0, 1, 1]);
  });

  // Zeros on 60 % and on 20 %: F(0) = 1/2 + 1/4 ln((e^−0.32 + e^−1.28)/(e^−0.72 + e^−0.08)) = 0.41517.
  test('keeps the atom of dry days', () => {
    const levels = [0.1, 0.2, 0.4, 0.415, 0.416, 0.6, 0.8, 0.9];
    const { pool } = mixed(
      levels,
      [
        [0, 0, 0, 0, 0, 0, 2, 3],
        [0, 0, 1, 1, 1, 2, 3, 4],
      ],
      { lower: 0 },
    );
    expect(pool.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(pool[4]).toBeGreaterThan(0);
  });

  /** Rows of a quantile function at so many levels: straight lines or steps between a few values. */
  const lawAt = (levels: readonly number[]) =>
    fc
      .record({
        values: fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 2, maxLength: 6 }),
        steps: fc.boolean(),
        width: fc.constantFrom(1, 0.1),
      })
      .map(({ values, steps, width }) => {
        const sorted = values.map((value) => value * width).sort((a, b) => a - b);
        return levels.map((level) => {
          const at = level * (sorted.length - 1);
          const k = Math.floor(at);
          return steps ? sorted[Math.round(at)] : sorted[k] + (at - k) * ((sorted[k + 1] ?? 0) - sorted[k]);
        });
      });
  const weightsOf = (count: number) =>
    fc
      .array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { minLength: count, maxLength: count })
      .map((given) => {
        const total = given.reduce((a, b) => a + b);
        return given.map((weight) => weight / total);
      });

  test('of experts that agree is what they say', () => {
    const levels = [0.01, 0.1, 0.3, 0.35, 0.8];
    fc.assert(
      fc.property(lawAt(levels), fc.integer({ min: 1, max: 4 }).chain(weightsOf), (law, weights) => {
        const { pool, aggregate } = mixed(
          levels,
          weights.map(() => law),
          { weights },
        );
        expect(pool).toEqual(closeTo(law));
        expect(aggregate).toEqual(closeTo(law));
      }),
    );
  });

  // The pool that is scored is linear between levels, and was worked out linear between knots. Neither moves a cdf by
  // more than the step from level to level, 1/200, anywhere on the R that matters: at most 2 · 2/200 · R in the CRPS.
  test('never costs more than mixability allows, and so never more than the weighted mean', () => {
    const levels = Array.from({ length: 199 }, (_, k) => (k + 1) / 200);
    const case_ = fc
      .integer({ min: 1, max: 4 })
      .chain((count) =>
        fc.tuple(
          fc.array(lawAt(levels), { minLength: count, maxLength: count }),
          weightsOf(count),
          fc.double({ min: 0, max: 1, noNaN: true }),
        ),
      );
    const certain = (value: number) => levels.map(() => value);
    fc.assert(
      fc.property(case_, ([experts, weights, where]) => {
        const { pool } = mixed(levels, experts, { weights, lower: 0, upper: 10 });
        const laws = quantileDistributions(
          Float64Array.from(levels),
          Float64Array.from([...experts, pool].flat()),
          0,
          10,
        );
        const ends = (level: number) => experts.map((_, i) => laws.quantile(i, level));
        const least = Math.min(...ends(0));
        const range = Math.max(...ends(1)) - least;
        const outcome = least + where * range;
        const scores = experts.map((_, i) => laws.crps(i, outcome));
        const allowed =
          range === 0
            ? 0
            : (-range / 2) *
              Math.log(
                weights.reduce((sum, weight, i) => sum + weight * Math.exp((-2 * scores[i]) / range), 0),
              );
        const interpolation = 0.02 * range + 1e-9;
        expect(laws.crps(experts.length, outcome)).toBeLessThanOrEqual(allowed + interpolation);
        const mean = weights.reduce((sum, weight, i) => sum + weight * scores[i], 0);
        expect(allowed).toBeLessThanOrEqual(mean + 1e-9);
      }),
      { numRuns: 300, examples: [[[[certain(0), certain(10)], [0.9, 0.1], 1]]] },
    );
  });

  test('ascends, stays between its experts and within the bounds, whatever they say', () => {
    const levels = [0.05, 0.5, 0.51, 0.95];
    const row = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 });
    const counts = fc.array(fc.nat(10_000), { minLength: pitBins, maxLength: pitBins });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), counts, (experts, given) => {
        const map = recalibration([{ day: 0, targets: 1, counts: Float64Array.from(given) }], 0);
        for (const values of Object.values(mixed(levels, experts, { lower: 0, upper: 10, map }))) {
          expect(values).toEqual(values.toSorted((a, b) => a - b));
          expect(values[0]).toBeGreaterThanOrEqual(0);
          expect(values[3]).toBeLessThanOrEqual(10);
        }
        const { pool } = mixed(levels, experts, { lower: 0, upper: 10 });
        // Rows that cross are taken as if they stayed level.
        const risen = experts.map((one) => one.map((_, k) => Math.max(...one.slice(0, k + 1))));
        expect(pool[0]).toBeGreaterThanOrEqual(Math.min(...risen.map((one) => one[0])) - 1e-9);
        expect(pool[3]).toBeLessThanOrEqual(Math.max(...risen.map((one) => one[3])) + 1e-9);
      }),
    );
  });

  test('takes quantiles that fall as if they stayed level', () => {
    const other = [5, 6, 7];
    expect(mixed(quarters, [[1, 3, 2], other])).toEqual(mixed(quarters, [[1, 3, 3], other]));
  });

  test('goes on beyond the outermost levels no farther than the variable does', () => {
    // One dry for certain, one from 0 in a straight line: nothing is ever below 0.
    const { pool } = mixed(
      quarters,
      [
        [0, 0, 0],
        [1, 2, 3],
      ],
      { weights: [0.01, 0.99], lower: 0 },
    );
    expect(pool[0]).toBeGreaterThan(0.9);
    // Without its bound the second would begin at 0 all the same; with 0.9 as its least value it begins there.
    const bounded = mixed(
      [0.1, 0.5],
      [
        [1, 2],
        [1.2, 5],
      ],
      { lower: 0.9 },
    ).pool;
    const free = mixed(
      [0.1, 0.5],
      [
        [1, 2],
        [1.2, 5],
      ],
    ).pool;
    expect(bounded[0]).toBeGreaterThan(free[0]);
  });

  describe('where experts are silent', () => {
    const [a, b, c] = [
      [0, 1, 2],
      [2, 3, 4],
      [7, 8, 9],
    ];

    test('is that of the others, whose shares keep their proportion', () => {
      const asleep = [1, Number.NaN, 3];
      expect(mixed(quarters, [a, asleep, b], { weights: [0.3, 0.5, 0.2] })).toEqual({
        pool: closeTo(mixed(quarters, [a, b], { weights: [0.6, 0.4] }).pool, 12),
        aggregate: closeTo(mixed(quarters, [a, b], { weights: [0.6, 0.4] }).aggregate, 12),
      });
    });

    test('is missing if all are', () => {
      const nothing = [Number.NaN, Number.NaN, Number.NaN];
      expect(mixed(quarters, [nothing, [1, 2, Number.NaN]])).toEqual({ pool: nothing, aggregate: nothing });
    });

    test('does not hear one without weight, and nobody where no one has any', () => {
      expect(mixed(quarters, [a, c], { weights: [1, 0] }).pool).toEqual(closeTo(a));
      expect(mixed(quarters, [a, c], { weights: [0, 0] }).pool).toEqual([NaN, NaN, NaN]);
    });

    test('is not touched by what was mixed before', () => {
      const mixer = openMixer(Float64Array.from(quarters), 3);
      const weights = Float64Array.of(0.2, 0.3, 0.5);
      const mix = (...rows: readonly (readonly number[])[]) => {
        const [pool, aggregate] = [new Float64Array(3), new Float64Array(3)];
        // Behind a row that belongs to somebody else.
        const block = Float64Array.from([99, 99, 99, ...rows.flat()]);
        mixer.mix(block, 3, weights, 0, 10, uniformPit, pool, aggregate);
        return [...pool, ...aggregate];
      };
      const first = mix(a, b, c);
      const alone = mixed(quarters, [a, b, c], { weights: [...weights], lower: 0, upper: 10 });
      expect(first).toEqual([...alone.pool, ...alone.aggregate]);
      mix(c, [Number.NaN, 1, 1], a);
      expect(mix(a, b, c)).toEqual(first);
    });
  });
});

test('an expert with next to no weight speaks alone where all others are silent', () => {
  const { pool } = mixed(
    [0.25, 0.75],
    [
      [Number.NaN, Number.NaN],
      [1, 2],
    ],
    { weights: [1, 1e-300] },
  );
  expect(pool).toEqual(closeTo([1, 2]));
});

test('experts with less than a thousandth of the greatest weight are not heard', () => {
  const both = [
    [0, 1],
    [10, 20],
  ];
  expect(mixed([0.25, 0.75], both, { weights: [1, 0.0009] }).pool).toEqual(closeTo([0, 1]));
  expect(mixed([0.25, 0.75], both, { weights: [1, 0.1] }).pool).not.toEqual(closeTo([0, 1]));
});

describe('the aggregate', () => {
  test('learns that a pool is too wide, and narrows what is served to what is true', () => {
    const pit = (u: number) => (u <= 0 ? 0 : u >= 1 ? 1 : normalCdf(2 * normalQuantile(u)));
    const daily = Float64Array.from(
      { length: pitBins },
      (_, bin) => 10_000 * (pit((bin + 1) / pitBins) - pit(bin / pitBins)),
    );
    const days = Array.from({ length: 600 }, (_, day) => ({ day, targets: 10_000, counts: daily }));
    const said = Array.from(percentLevels, (level) => 2 * normalQuantile(level));
    const { pool, aggregate } = mixed([...percentLevels], [said], { map: recalibration(days, 599) });
    expect(pool).toEqual(closeTo(said));
    const coverage = (law: readonly number[]) => normalCdf(law[94]) - normalCdf(law[4]);
    expect(coverage(pool)).toBeGreaterThan(0.998);
    // 10,000 effective outcomes against 1,000 that are believed to be calibrated.
    expect(coverage(aggregate)).toBeGreaterThan(0.9);
    expect(coverage(aggregate)).toBeLessThan(0.93);
    expect(aggregate[49]).toBeCloseTo(0, 9);
  });

  test('serves the pool at the levels that the map takes to those asked for', () => {
    // Knots at every bin's end, so that the map's corners are met exactly.
    const levels = Array.from({ length: pitBins - 1 }, (_, k) => (k + 1) / pitBins);
    const steps = (count: number) =>
      fc.array(fc.double({ min: 0.01, max: 3, noNaN: true }), { minLength: count, maxLength: count });
    fc.assert(
      fc.property(steps(levels.length), steps(pitBins), (rises, given) => {
        let value = 0;
        const said = rises.map((rise) => (value += rise));
        const map = recalibration(
          [{ day: 0, targets: 1, counts: Float64Array.from(given, (count) => 1000 * count) }],
          0,
        );
        const inverse = (level: number) => {
          const bin = Math.max(0, map.findIndex((reached) => reached >= level) - 1);
          return (bin + (level - map[bin]) / (map[bin + 1] - map[bin])) / pitBins;
        };
        const { pool, aggregate } = mixed(levels, [said], { map });
        expect(pool).toEqual(closeTo(said));
        const law = quantileDistributions(Float64Array.from(levels), Float64Array.from(said));
        expect(aggregate).toEqual(closeTo(levels.map((level) => law.quantile(0, inverse(level)))));
      }),
    );
  });
});
