import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantileDistributions } from './quantile-distributions.ts';
import { rankOrder } from './rank-order.ts';
import { coupleMargins } from './trajectories.ts';

/** Uniform on [start, start + 1] for each start. */
function uniforms(...starts: readonly number[]) {
  const quantiles = starts.flatMap((start) => [start + 0.25, start + 0.75]);
  return quantileDistributions(Float64Array.of(0.25, 0.75), Float64Array.from(quantiles));
}

describe('coupleMargins', () => {
  it('puts the quantiles of each hour in the order of the template', () => {
    // Middle of three equal shares: 1/6, 3/6, 5/6.
    const order = rankOrder(Float64Array.of(7, 1, 9, 3, 8, 2), 2, Math.random);
    const { values } = coupleMargins(uniforms(0, 10), order);
    const expected = [1 / 6, 10 + 1 / 6, 5 / 6, 10 + 5 / 6, 3 / 6, 10 + 3 / 6];
    expect([...values].map((value) => Number(value.toFixed(12)))).toEqual(
      expected.map((value) => Number(value.toFixed(12))),
    );
  });

  it('keeps every margin exactly, whatever the template', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 12, maxLength: 12 }),
        fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        (template, starts, copies) => {
          const margins = uniforms(...starts);
          const { values, count } = coupleMargins(
            margins,
            rankOrder(Float64Array.from(template), 3, Math.random, copies),
          );
          for (let d = 0; d < 3; d++) {
            const own = values.filter((_, at) => at % 3 === d).sort();
            expect([...own]).toEqual(
              Array.from({ length: count }, (_, rank) => margins.quantile(d, (rank + 0.5) / count)),
            );
          }
        },
      ),
    );
  });

  it('is missing where a margin is', () => {
    const margins = quantileDistributions(
      Float64Array.of(0.25, 0.75),
      Float64Array.of(1, 2, Number.NaN, Number.NaN),
    );
    const { values } = coupleMargins(margins, rankOrder(Float64Array.of(1, 1, 2, 2), 2, Math.random));
    expect([...values]).toEqual([1, Number.NaN, 2, Number.NaN]);
  });
});
