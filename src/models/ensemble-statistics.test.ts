import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Transform } from '../weather/variable.ts';
import { findVariable } from '../weather/variable.ts';
import { ensembleStatistics, rawColumns } from './ensemble-statistics.ts';
import { handMadeCases } from './hand-made-cases.ts';
import type { Cases } from './model.ts';

/** Cases with the given forecasts: so many members, models and other predictors a row. */
function casesOf(members: number, models: number, predictors: number, rows: readonly number[][]): Cases {
  return handMadeCases({
    size: rows.length,
    variable: findVariable('precipitation'),
    columns: [
      ...Array.from({ length: members }, (_, k) => `member_${k + 1}`),
      ...Array.from({ length: models }, (_, k) => `model_${k + 1}`),
      ...Array.from({ length: predictors }, (_, k) => `x_${k + 1}`),
    ],
    forecasts: Float64Array.from(rows.flat()),
  });
}

function statisticsOf(
  members: number,
  models: number,
  predictors: number,
  row: number[],
  transform: Transform = 'none',
) {
  const { mean, variance } = ensembleStatistics(casesOf(members, models, predictors, [row]), transform);
  return [mean[0], variance[0]];
}

describe('whose mean and whose variance', () => {
  // Variances with divisor m − 1: of 1, 2, 6 it is ((−2)² + (−1)² + 3²)/2 = 7; of 10, 14 it is 2·2²/1 = 8.
  test('the members, where there are several', () => {
    expect(statisticsOf(3, 2, 1, [1, 2, 6, 10, 14, 99])).toEqual([3, 7]);
  });

  test('the mean of a single member, but the variance of the models beside it', () => {
    expect(statisticsOf(1, 2, 1, [5, 10, 14, 99])).toEqual([5, 8]);
  });

  test('the models, where there are no members', () => {
    expect(statisticsOf(0, 2, 1, [10, 14, 99])).toEqual([12, 8]);
  });

  test('a single forecast of either kind has no variance', () => {
    expect(statisticsOf(1, 0, 1, [5, 99])).toEqual([5, Number.NaN]);
    expect(statisticsOf(0, 1, 1, [5, 99])).toEqual([5, Number.NaN]);
    expect(statisticsOf(1, 1, 0, [5, 7])).toEqual([5, Number.NaN]);
  });

  test('predictors alone are no forecast', () => {
    expect(statisticsOf(0, 0, 2, [1, 2])).toEqual([Number.NaN, Number.NaN]);
  });

  test('the raw forecast is the members, else the models', () => {
    expect(rawColumns(casesOf(3, 2, 1, []))).toEqual([0, 3]);
    expect(rawColumns(casesOf(0, 2, 1, []))).toEqual([0, 2]);
    expect(rawColumns(casesOf(0, 0, 1, []))).toEqual([0, 0]);
  });
});

describe('missing members', () => {
  test('are left out, and one that is left has no variance', () => {
    expect(statisticsOf(4, 0, 0, [Number.NaN, 2, 6, Number.NaN])).toEqual([4, 8]);
    expect(statisticsOf(3, 0, 0, [Number.NaN, Number.NaN, 6])).toEqual([6, Number.NaN]);
    expect(statisticsOf(2, 0, 0, [Number.NaN, Number.NaN])).toEqual([Number.NaN, Number.NaN]);
  });

  test('are not replaced by models', () => {
    expect(statisticsOf(2, 2, 0, [Number.NaN, Number.NaN, 10, 14])).toEqual([Number.NaN, Number.NaN]);
  });
});

// Roots of 1, 4, 9 are 1, 2, 3: mean 2, variance 1. Plain: mean 14/3, variance (121 + 4 + 169)/9/2 = 49/3.
test('statistics are those of the transformed members, and each scale has its own', () => {
  const cases = casesOf(3, 0, 0, [[1, 4, 9]]);
  const plain = ensembleStatistics(cases, 'none');
  const roots = ensembleStatistics(cases, 'sqrt');
  expect([roots.mean[0], roots.variance[0]]).toEqual([2, 1]);
  expect(plain.mean[0]).toBeCloseTo(14 / 3, 12);
  expect(plain.variance[0]).toBeCloseTo(49 / 3, 12);
  expect(ensembleStatistics(cases, 'sqrt')).toBe(roots);
});

// Subtracting squares of sums would leave nothing of a variance of 1 beside 100,000.
test('a small spread around a large mean survives', () => {
  const [mean, variance] = statisticsOf(3, 0, 0, [99_999, 100_000, 100_001]);
  expect(mean).toBe(100_000);
  expect(variance).toBe(1);
});

it('does not depend on the order of members, nor on other rows', () => {
  const member = fc.oneof(
    { weight: 5, arbitrary: fc.float({ min: 0, max: 80, noNaN: true }) },
    fc.constant(Number.NaN),
  );
  const row = fc.array(member, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.nat(3), (rows, turn) => {
      const turned = rows.map((values) => [...values.slice(turn), ...values.slice(0, turn)]);
      for (const transform of ['none', 'sqrt'] as const) {
        const all = ensembleStatistics(casesOf(4, 0, 0, turned), transform);
        rows.forEach((values, i) => {
          const [mean, variance] = statisticsOf(4, 0, 0, values, transform);
          if (Number.isNaN(mean)) expect(all.mean[i]).toBeNaN();
          else expect(all.mean[i]).toBeCloseTo(mean, 9);
          if (Number.isNaN(variance)) expect(all.variance[i]).toBeNaN();
          else expect(all.variance[i]).toBeCloseTo(variance, 9);
        });
      }
    }),
  );
});
