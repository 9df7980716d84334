import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { solveLeastSquares, solvePositiveDefinite } from './least-squares.ts';

const none = (rows: number) => new Float64Array(rows);

describe('least squares', () => {
  // y = 1, 3, 4, 4 at x = 0, 1, 2, 3: slope = Σ(x − 1.5)(y − 3)/Σ(x − 1.5)² = 5/5 = 1, intercept 3 − 1.5 = 1.5,
  // residuals −0.5, 0.5, 0.5, −0.5, whose root mean square is 0.5.
  test('a line worked by hand', () => {
    const columns = Float64Array.of(1, 0, 1, 1, 1, 2, 1, 3);
    const { coefficients, residualSd } = solveLeastSquares(columns, Float64Array.of(1, 3, 4, 4), none(4), 2);
    expect(coefficients[0]).toBeCloseTo(1.5, 6);
    expect(coefficients[1]).toBeCloseTo(1, 6);
    expect(residualSd).toBeCloseTo(0.5, 10);
  });

  test('an offset is taken off first', () => {
    const columns = Float64Array.of(1, 1, 1, 1);
    const y = Float64Array.of(3, 5, 7, 9);
    const { coefficients, residualSd } = solveLeastSquares(columns, y, Float64Array.of(1, 3, 5, 7), 1);
    expect(coefficients[0]).toBeCloseTo(2, 6);
    expect(residualSd).toBeCloseTo(0, 6);
  });

  test('two columns that say the same share the slope', () => {
    const columns = Float64Array.from([-1, 0, 1].flatMap((x) => [1, x, x]));
    const { coefficients } = solveLeastSquares(columns, Float64Array.of(-3, 1, 5), none(3), 3);
    // 1 + 4x
    expect(coefficients[0]).toBeCloseTo(1, 6);
    expect(coefficients[1]).toBeCloseTo(2, 5);
    expect(coefficients[2]).toBeCloseTo(2, 5);
  });

  test('a column that says nothing gets nothing', () => {
    const columns = Float64Array.from([-1, 0, 1].flatMap((x) => [1, 0, x]));
    const { coefficients } = solveLeastSquares(columns, Float64Array.of(-3, 1, 5), none(3), 3);
    expect(coefficients[1]).toBe(0);
    expect(coefficients[2]).toBeCloseTo(4, 6);
  });

  test('more columns than rows stays finite and fits', () => {
    const columns = Float64Array.of(1, 2, -1, 1, -2, 0.5);
    const { coefficients, residualSd } = solveLeastSquares(columns, Float64Array.of(1, 2), none(2), 3);
    expect(coefficients.every(Number.isFinite)).toBe(true);
    expect(residualSd).toBeLessThan(1e-6);
  });

  it('leaves residuals that are at right angles to every column', () => {
    const cell = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 5, maxLength: 30 }), (rows) => {
        const columns = Float64Array.from(rows.flatMap(([a, b]) => [1, a, b]));
        const y = Float64Array.from(rows, ([, , y]) => y);
        const offset = Float64Array.from(rows, ([, , , offset]) => offset);
        const { coefficients, residualSd } = solveLeastSquares(columns, y, offset, 3);
        const residuals = rows.map(
          ([a, b, y, offset]) => y - offset - coefficients[0] - a * coefficients[1] - b * coefficients[2],
        );
        expect(residualSd ** 2).toBeCloseTo(residuals.reduce((sum, r) => sum + r * r, 0) / rows.length, 9);
        const scale = rows.length * (1 + coefficients.reduce((sum, b) => sum + Math.abs(b), 0));
        for (let j = 0; j < 3; j++) {
          const product = residuals.reduce((sum, r, i) => sum + r * columns[3 * i + j], 0);
          expect(Math.abs(product)).toBeLessThan(1e-6 * scale);
        }
      }),
    );
  });
});

// [4 2; 2 3] x = (8, 7): from 4x + 2y = 8 and 2x + 3y = 7 follows x = 1.25, y = 1.5.
test('solves by hand, reading the lower triangle alone', () => {
  const x = solvePositiveDefinite(Float64Array.of(4, 99, 2, 3), Float64Array.of(8, 7), 2);
  expect(x[0]).toBeCloseTo(1.25, 12);
  expect(x[1]).toBeCloseTo(1.5, 12);
});
