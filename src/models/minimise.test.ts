import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { seededRandom } from '../scores/random.ts';
import { minimise, type Objective } from './minimise.ts';

/** ½ xᵀHx − bᵀx for a symmetric positive definite H. */
function quadratic(h: readonly (readonly number[])[], b: readonly number[]): Objective {
  return (x, gradient) => {
    let value = 0;
    h.forEach((row, i) => {
      const product = row.reduce((sum, entry, j) => sum + entry * x[j], 0);
      gradient[i] = product - b[i];
      value += 0.5 * x[i] * product - b[i] * x[i];
    });
    return value;
  };
}

/** Rosenbrock's valley (1 − x)² + 100 (y − x²)²; least 0 at (1, 1). */
const rosenbrock: Objective = ([x, y], gradient) => {
  gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
  gradient[1] = 200 * (y - x * x);
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
};

describe('without bounds', () => {
  // 2x² + 2xy + 3y² − 4x − 7y: its gradient (4x + 2y − 4, 2x + 6y − 7) vanishes at (0.5, 1), where it is −4.5.
  test('a quadratic worked by hand', () => {
    const h = [
      [4, 2],
      [2, 6],
    ];
    const found = minimise(quadratic(h, [4, 7]), Float64Array.of(-20, 50));
    expect(found.converged).toBe(true);
    expect(found.x[0]).toBeCloseTo(0.5, 6);
    expect(found.x[1]).toBeCloseTo(1, 6);
    expect(found.value).toBeCloseTo(-4.5, 10);
    const exact = minimise(quadratic(h, [4, 7]), Float64Array.of(-20, 50), {
      curvature: Float64Array.from(h.flat()),
    });
    expect(exact.iterations).toBe(1);
    expect(exact.x[0]).toBeCloseTo(0.5, 12);
  });

  test("Rosenbrock's valley from its usual start", () => {
    const found = minimise(rosenbrock, Float64Array.of(-1.2, 1));
    expect(found.converged).toBe(true);
    expect(found.iterations).toBeLessThan(100);
    expect(found.x[0]).toBeCloseTo(1, 5);
    expect(found.x[1]).toBeCloseTo(1, 5);
  });

  test('a start at the minimum is the answer', () => {
    const found = minimise(rosenbrock, Float64Array.of(1, 1));
    expect(found).toMatchObject({ value: 0, iterations: 0, converged: true });
  });

  test('only as many iterations as allowed, and it says that they were not enough', () => {
    const found = minimise(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 5 });
    expect(found).toMatchObject({ iterations: 5, converged: false });
    expect(found.value).toBeLessThan(24.2);
  });
});

describe('with lower bounds', () => {
  // With x ≥ 2 the valley's floor is y = x² = 4, where (1 − x)² = 1.
  test("Rosenbrock's valley beyond its minimum", () => {
    const found = minimise(rosenbrock, Float64Array.of(5, 5), { lower: Float64Array.of(2, -Infinity) });
    expect(found.converged).toBe(true);
    expect(found.x[0]).toBe(2);
    expect(found.x[1]).toBeCloseTo(4, 6);
    expect(found.value).toBeCloseTo(1, 8);
  });

  // (x − 1)² + (x − y)² with y ≥ 3: x = (1 + 3)/2. The unbounded minimum (1, 1) clipped to the bound would be (1, 3).
  test('a held variable moves the others', () => {
    const found = minimise(
      ([x, y], gradient) => {
        gradient[0] = 2 * (x - 1) + 2 * (x - y);
        gradient[1] = 2 * (y - x);
        return (x - 1) ** 2 + (x - y) ** 2;
      },
      Float64Array.of(-7, 0),
      { lower: Float64Array.of(-Infinity, 3) },
    );
    expect(found.x[1]).toBe(3);
    expect(found.x[0]).toBeCloseTo(2, 6);
  });

  test('a start on bounds leaves those that are not in the way', () => {
    const found = minimise(
      quadratic(
        [
          [1, 0],
          [0, 1],
        ],
        [-1, 1],
      ),
      Float64Array.of(0, 0),
      { lower: Float64Array.of(0, 0) },
    );
    expect(Array.from(found.x)).toEqual([0, expect.closeTo(1, 8)]);
  });

  test('a start below a bound begins on it, and the caller keeps its start', () => {
    const start = Float64Array.of(-5);
    const found = minimise(quadratic([[1]], [-1]), start, { lower: Float64Array.of(2) });
    expect(Array.from(found.x)).toEqual([2]);
    expect(Array.from(start)).toEqual([-5]);
  });

  // The first step is nearly all x, up to its bound. Remembered as a step of y alone, it would look as if y were a
  // million times stiffer than it is.
  test('what was learned with a variable free is forgotten when it is held', () => {
    const h = [
      [0.1, -0.0005],
      [-0.0005, 1],
    ];
    const found = minimise(quadratic(h, [-0.3, 1e-10]), Float64Array.of(0, 0), {
      lower: Float64Array.of(-0.3, -Infinity),
    });
    expect(found.converged).toBe(true);
    expect(found.iterations).toBeLessThan(5);
    expect(found.x[1]).toBeCloseTo(-0.00015, 6);
  });

  /** H = AᵀA + 0.1 I from numbers in [−1, 1]. */
  const problem = fc.integer({ min: 1, max: 6 }).chain((n) =>
    fc.record({
      a: fc.array(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n }), {
        minLength: n,
        maxLength: n,
      }),
      b: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n, maxLength: n }),
      lower: fc.array(fc.constantFrom(-Infinity, -0.3, 0, 0.4), { minLength: n, maxLength: n }),
    }),
  );

  it('meets the conditions of Karush, Kuhn and Tucker on any quadratic, curvature given or not', () => {
    fc.assert(
      fc.property(problem, ({ a, b, lower }) => {
        const n = b.length;
        const h = a.map((_, i) =>
          a.map((__, j) => a.reduce((sum, row) => sum + row[i] * row[j], i === j ? 0.1 : 0)),
        );
        const objective = quadratic(h, b);
        const bounds = Float64Array.from(lower);
        const found = [undefined, Float64Array.from(h.flat())].map((curvature) =>
          minimise(objective, new Float64Array(n), {
            lower: bounds,
            ...(curvature && { curvature }),
          }),
        );
        for (const { x, converged } of found) {
          expect(converged).toBe(true);
          const gradient = new Float64Array(n);
          objective(x, gradient);
          x.forEach((value, i) => {
            expect(value).toBeGreaterThanOrEqual(lower[i]);
            if (value > lower[i]) expect(Math.abs(gradient[i])).toBeLessThanOrEqual(1e-6);
            else expect(gradient[i]).toBeGreaterThanOrEqual(-1e-6);
          });
        }
        // The least eigenvalue of H is 0.1: gradients of 1e-6 leave either within √6·1e-5 of the minimum.
        found[0].x.forEach((value, i) => expect(Math.abs(value - found[1].x[i])).toBeLessThan(5e-5));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a start where nothing can be learned', () => {
  test.each([Number.NaN, Infinity, -Infinity])('value %d: it is returned as it is', (value) => {
    const found = minimise(() => value, Float64Array.of(3, 4));
    expect(Array.from(found.x)).toEqual([3, 4]);
    expect(found.value).toBe(value);
    expect(found).toMatchObject({ iterations: 0, converged: false });
  });

  test('a start that is not a number ends at once', () => {
    expect(minimise(rosenbrock, Float64Array.of(Number.NaN, 0)).converged).toBe(false);
  });

  test('where the function ends on the way, the step is shortened until it is back', () => {
    // −log x − log(4 − x) is least at 2 and not finite outside (0, 4); the first step leads far beyond.
    const found = minimise(
      ([x], gradient) => {
        gradient[0] = -1 / x + 1 / (4 - x);
        return -Math.log(x) - Math.log(4 - x);
      },
      Float64Array.of(1e-3),
      { curvature: Float64Array.of(1) },
    );
    expect(found.converged).toBe(true);
    expect(found.x[0]).toBeCloseTo(2, 5);
  });

  test('a gradient that lies does not loop for ever', () => {
    const found = minimise(([x], gradient) => {
      gradient[0] = 1;
      return 7 - x;
    }, Float64Array.of(0));
    expect(found).toMatchObject({ value: 7, converged: false });
    expect(found.iterations).toBeLessThan(5);
  });
});

/** Twenty logistic regressions, which are convex and have no closed solution. */
test('a poor curvature leads to the same minimum as none', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = seededRandom(`logistic ${seed}`);
    const rows = Array.from({ length: 40 }, () => [1, random() - 0.5, 3 * random()]);
    const labels = rows.map((row) => (random() < 1 / (1 + Math.exp(-(row[1] - row[2] + 1))) ? 1 : 0));
    const objective: Objective = (x, gradient) => {
      let value = 0;
      x.forEach((b, j) => {
        gradient[j] = 0.1 * b;
        value += 0.05 * b * b;
      });
      rows.forEach((row, i) => {
        const z = row.reduce((sum, entry, j) => sum + entry * x[j], 0);
        value += Math.log1p(Math.exp(z)) - labels[i] * z;
        row.forEach((entry, j) => {
          gradient[j] += entry * (1 / (1 + Math.exp(-z)) - labels[i]);
        });
      });
      return value;
    };
    const plain = minimise(objective, new Float64Array(3), { tolerance: 1e-6 });
    const curvature = Float64Array.from([50, 0, 0, -10, 20, 0, 5, 1, 300]);
    const guided = minimise(objective, new Float64Array(3), { tolerance: 1e-6, curvature });
    expect(plain.converged && guided.converged).toBe(true);
    plain.x.forEach((value, j) => expect(guided.x[j]).toBeCloseTo(value, 5));
  }
});
