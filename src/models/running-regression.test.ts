import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalNumbers } from './hand-made-region.ts';
import {
  forget,
  learnRow,
  openRegression,
  type RunningRegression,
  solveRegression,
  termMoments,
  valueAt,
} from './running-regression.ts';

interface Row {
  /** Without the constant. */
  readonly x: readonly number[];
  readonly knot: number;
  readonly share: number;
  readonly y: number;
  readonly weight: number;
}

const KNOTS = 3;

function learnAll(rows: readonly Row[], knots = KNOTS): RunningRegression {
  const regression = openRegression(rows[0].x.length + 1, knots);
  for (const row of rows) learnOne(regression, row);
  return regression;
}

function learnOne(regression: RunningRegression, { x, y, weight, ...between }: Row): void {
  learnRow(regression, Float64Array.of(Number.NaN, 1, ...x), 1, between, y, weight);
}

function solve(regression: RunningRegression, belief = 20, alike = 10): number[] {
  const beliefs = new Float64Array(regression.terms).fill(belief);
  return [...solveRegression(regression, beliefs, alike)];
}

/** Gauss's elimination with pivots. */
function eliminate(matrix: number[][], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const size = rows.length;
  for (let k = 0; k < size; k++) {
    const pivot = rows.slice(k).reduce((best, row) => (Math.abs(row[k]) > Math.abs(best[k]) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(k, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[k] / pivot[k];
      row.forEach((value, j) => (row[j] = value - factor * pivot[j]));
    }
  }
  return rows.map((row, k) => row[size] / row[k]);
}

/**
 * The same by a design with a column for each term at each knot: least Σ w (y − z·c)² + w̄ Σ variance · (belief Σ c² +
 * alike Σ (difference of neighbouring knots)²).
 */
function directly(rows: readonly Row[], belief = 20, alike = 10): number[] {
  const terms = rows[0].x.length + 1;
  const width = terms * KNOTS;
  const weight = rows.reduce((sum, row) => sum + row.weight, 0);
  const matrix = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  const right = new Array<number>(width).fill(0);
  for (const { x, knot, share, y, weight: w } of rows) {
    const z = new Array<number>(width).fill(0);
    [1, ...x].forEach((value, i) => {
      z[knot * terms + i] = (1 - share) * value;
      if (share > 0) z[(knot + 1) * terms + i] = share * value;
    });
    z.forEach((a, i) => {
      right[i] += w * a * y;
      z.forEach((b, j) => (matrix[i][j] += w * a * b));
    });
  }
  for (let i = 0; i < terms; i++) {
    const values = rows.map(({ x }) => (i === 0 ? 1 : x[i - 1]));
    const mean = rows.reduce((sum, row, k) => sum + row.weight * values[k], 0) / weight;
    const square = rows.reduce((sum, row, k) => sum + row.weight * (values[k] - mean) ** 2, 0) / weight;
    const unit = (weight / rows.length) * (i === 0 ? 1 : square);
    for (let k = 0; k < KNOTS; k++) {
      const at = k * terms + i;
      matrix[at][at] += unit * belief;
      if (k === 0) continue;
      matrix[at][at] += unit * alike;
      matrix[at - terms][at - terms] += unit * alike;
      matrix[at][at - terms] -= unit * alike;
      matrix[at - terms][at] -= unit * alike;
    }
  }
  return eliminate(matrix, right);
}

const normal = normalNumbers('running regression');
const simulated = Array.from({ length: 60 }, (_, i): Row => {
  const x = [3 + normal(), 10 * normal()];
  const share = i % 3 === 0 ? 0 : (i % 7) / 7;
  return {
    x,
    knot: share > 0 ? i % 2 : i % 3,
    share,
    y: 2 + x[0] - 0.2 * x[1] + normal(),
    weight: 0.5 + (i % 4),
  };
});

const expectClose = (found: ArrayLike<number>, expected: ArrayLike<number>, digits = 9) => {
  expect(found).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++) expect(found[i]).toBeCloseTo(expected[i], digits);
};

const number = fc.double({ min: -10, max: 10, noNaN: true });
const anyRow = fc.record({
  x: fc.tuple(number, number),
  knot: fc.integer({ min: 0, max: KNOTS - 2 }),
  share: fc.double({ min: 0, max: 0.99, noNaN: true }),
  y: number,
  weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
});
// So that every term varies.
const anyRows = fc
  .array(anyRow, { minLength: 5, maxLength: 30 })
  .map((rows): Row[] => [...rows, ...simulated.slice(0, 5)]);

describe('coefficients', () => {
  test('are those of the normal equations, solved all at once', () => {
    fc.assert(fc.property(anyRows, (rows) => expectClose(solve(learnAll(rows)), directly(rows), 7)));
  });

  // One knot: Σwxx = 4 and Σwxy = 8 of the constant, and a belief worth one row of weight 2: 8/(4 + 2).
  test('by hand: a mean shrunk by one row', () => {
    const regression = openRegression(1, 1);
    for (const y of [1, 3]) learnRow(regression, Float64Array.of(1), 0, { knot: 0, share: 0 }, y, 2);
    expectClose(solveRegression(regression, Float64Array.of(1), 0), [8 / 6]);
  });

  test('do not depend on the order of the rows', () => {
    expectClose(solve(learnAll(simulated.toReversed())), solve(learnAll(simulated)));
  });

  test('do not depend on the unit of the weights', () => {
    const heavier = simulated.map((row) => ({ ...row, weight: 1e6 * row.weight }));
    expectClose(solve(learnAll(heavier)), solve(learnAll(simulated)));
  });

  test.each([1e-8, 0.1, 1e6])('of a term in units %f times as fine are as much smaller', (factor) => {
    const scaled = simulated.map((row) => ({ ...row, x: [factor * row.x[0], row.x[1]] }));
    const found = solve(learnAll(scaled)).map((value, i) => (i % 3 === 1 ? factor * value : value));
    expectClose(found, solve(learnAll(simulated)));
  });

  test.each([0, 7, 1013])('are 0 for a term that was always %f, and as if it were not there', (always) => {
    const more = simulated.map((row) => ({ ...row, x: [...row.x, always] }));
    const found = solve(learnAll(more));
    expect(found.filter((_, i) => i % 4 === 3)).toEqual([0, 0, 0]);
    expectClose(
      found.filter((_, i) => i % 4 !== 3),
      solve(learnAll(simulated)),
    );
  });

  test('at knots without rows follow their neighbours', () => {
    const rows = simulated.map((row) => ({ ...row, knot: 0, share: 0 }));
    const [near, , , next] = solve(learnAll(rows), 1, 1000);
    expect(next / near).toBeGreaterThan(0.95);
    expect(next / near).toBeLessThan(1);
  });

  test('are zeros before anything was learned', () => {
    expect(solve(openRegression(2, 2))).toEqual([0, 0, 0, 0]);
  });
});

describe('forgetting', () => {
  test('by e at each age gives a row the weight exp(−age)', () => {
    const regression = openRegression(3, KNOTS);
    simulated.forEach((row) => {
      forget(regression, Math.exp(-0.1));
      learnOne(regression, row);
    });
    const faded = simulated.map((row, i) => ({
      ...row,
      weight: row.weight * Math.exp(-0.1 * (simulated.length - 1 - i)),
    }));
    // A belief is worth rows that are remembered, of their mean weight: with no belief in zero that does not matter.
    expectClose(solve(regression, 1e-9, 0), solve(learnAll(faded), 1e-9, 0), 5);
    const { weight } = termMoments(learnAll(faded));
    expect(termMoments(regression).weight * regression.unit).toBeCloseTo(weight, 9);
    const remembered = simulated.reduce((sum, _, i) => sum + Math.exp(-0.1 * i), 0);
    expect(regression.rows).toBeCloseTo(remembered, 9);
  });

  test.each([0.5, 1e-3, 1e-9])(
    'all but %f counts as so many times fewer rows against the beliefs',
    (share) => {
      const regression = learnAll(simulated);
      forget(regression, Math.sqrt(share));
      forget(regression, Math.sqrt(share));
      expectClose(solve(regression, 20, 10), solve(learnAll(simulated), 20 / share, 10 / share), 9);
    },
  );

  test('goes on for ever', () => {
    const regression = learnAll(simulated);
    for (let k = 0; k < 3000; k++) {
      forget(regression, 0.5);
      learnOne(regression, simulated[k % simulated.length]);
    }
    expect(solve(regression, 1e-3).every(Number.isFinite)).toBe(true);
    expect(regression.rows).toBeCloseTo(2, 9);
  });
});

test('the moments of the terms are weighted means over the rows, wherever they lie between knots', () => {
  const { weight, mean, product } = termMoments(learnAll(simulated));
  const total = simulated.reduce((sum, row) => sum + row.weight, 0);
  const meanOf = (of: (row: Row) => number) =>
    simulated.reduce((sum, row) => sum + row.weight * of(row), 0) / total;
  const terms = [() => 1, ({ x }: Row) => x[0], ({ x }: Row) => x[1]];
  expect(weight).toBeCloseTo(total, 9);
  expectClose(mean, terms.map(meanOf));
  expectClose(
    product,
    terms.flatMap((one) => terms.map((other) => meanOf((row) => one(row) * other(row)))),
  );
});

test('the value between two knots is the mean of theirs, by share', () => {
  const coefficients = Float64Array.of(1, 2, 3, 10, 20, 30);
  const x = Float64Array.of(Number.NaN, 1, 0.5, 2);
  // At the knots 1 + 1 + 6 = 8 and 10 + 10 + 60 = 80.
  expect(valueAt(coefficients, 3, x, 1, { knot: 0, share: 0 })).toBe(8);
  expect(valueAt(coefficients, 3, x, 1, { knot: 1, share: 0 })).toBe(80);
  expect(valueAt(coefficients, 3, x, 1, { knot: 0, share: 0.25 })).toBe(26);
});
