import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { variogramScore } from './variogram.ts';

/** The definition as it is printed, both sums over all dimensions. */
function byDefinition(
  rows: readonly number[],
  members: number,
  outcome: readonly number[],
  order: number,
  weight: (i: number, j: number) => number,
): number {
  const d = outcome.length;
  let sum = 0;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      let expected = 0;
      for (let k = 0; k < members; k++) expected += Math.abs(rows[k * d + i] - rows[k * d + j]) ** order;
      sum += weight(i, j) * (Math.abs(outcome[i] - outcome[j]) ** order - expected / members) ** 2;
    }
  }
  return sum;
}

const value = fc.double({ min: -100, max: 100, noNaN: true });
const trajectories = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }))
  .chain(([m, d]) =>
    fc.record({
      members: fc.constant(m),
      dimension: fc.constant(d),
      rows: fc.array(value, { minLength: m * d, maxLength: m * d }),
      outcome: fc.array(value, { minLength: d, maxLength: d }),
    }),
  );

describe('variogramScore', () => {
  test('hand-worked', () => {
    const rows = new Float64Array([0, 4, 2, 2]);
    expect(variogramScore(rows, 0, 2, 2, new Float64Array([5, 6]))).toBe(0);
    // √9 = 3 against the mean of √4 and 0, that is 1: (3 − 1)² for either order of the pair.
    expect(variogramScore(rows, 0, 2, 2, new Float64Array([0, 9]))).toBe(8);
    // Order 1: 9 against the mean of 4 and 0.
    expect(variogramScore(rows, 0, 2, 2, new Float64Array([0, 9]), { order: 1 })).toBe(98);
    expect(variogramScore(new Float32Array([7, 7, 0, 4, 2, 2]), 2, 2, 2, new Float64Array([0, 9]))).toBe(8);
  });

  test('agrees with the definition, with weights and any order', () => {
    const order = fc.constantFrom(0.5, 1, 2, 0.7);
    fc.assert(
      fc.property(trajectories, order, ({ members, dimension, rows, outcome }, p) => {
        const weight = (i: number, j: number) => 1 / (1 + Math.abs(i - j));
        const weights = Float64Array.from({ length: dimension * dimension }, (_, at) =>
          weight(Math.floor(at / dimension), at % dimension),
        );
        const scratch = new Float64Array(10).fill(123);
        const x = Float64Array.from(rows);
        const y = Float64Array.from(outcome);
        const all = byDefinition(rows, members, outcome, p, () => 1);
        expect(variogramScore(x, 0, members, dimension, y, { order: p }) / (1 + all)).toBeCloseTo(
          all / (1 + all),
          9,
        );
        const some = byDefinition(rows, members, outcome, p, weight);
        const score = variogramScore(x, 0, members, dimension, y, { order: p, weights, scratch });
        expect(score / (1 + some)).toBeCloseTo(some / (1 + some), 9);
      }),
    );
  });

  test('is blind to a common bias, sees a wrong correlation', () => {
    const outcome = new Float64Array([0, 0, 0]);
    const together = new Float64Array([-1, -1, -1, 1, 1, 1]);
    const biased = together.map((x) => x + 5);
    const apart = new Float64Array([-1, 1, -1, 1, -1, 1]);
    expect(variogramScore(together, 0, 2, 3, outcome)).toBe(0);
    expect(variogramScore(biased, 0, 2, 3, outcome)).toBe(0);
    expect(variogramScore(apart, 0, 2, 3, outcome)).toBeGreaterThan(1);
  });

  test('gaps: a trajectory with one is left out; none left or a gap in the outcome: NaN', () => {
    const gap = new Float64Array([0, 4, Number.NaN, 1, 2, 2]);
    expect(variogramScore(gap, 0, 3, 2, new Float64Array([0, 9]))).toBe(8);
    expect(variogramScore(gap, 2, 1, 2, new Float64Array([0, 9]))).toBeNaN();
    expect(variogramScore(gap, 0, 1, 2, new Float64Array([0, Number.NaN]))).toBeNaN();
  });

  test('one dimension has nothing to compare; an order of 0 is refused', () => {
    expect(variogramScore(new Float64Array([1, 2]), 0, 2, 1, new Float64Array([5]))).toBe(0);
    expect(() => variogramScore(new Float64Array([1]), 0, 1, 1, new Float64Array([5]), { order: 0 })).toThrow(
      'above 0',
    );
  });
});
