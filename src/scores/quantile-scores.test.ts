import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import { crpsOfQuantiles } from './pinball.ts';
import { openQuantileScorer } from './quantile-scores.ts';

const levels = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

describe('scores of quantiles', () => {
  it('are those worked by hand for a uniform law on [0, 1]', () => {
    const scorer = openQuantileScorer(levels);
    expect(scorer.score(Float64Array.from(levels), 0, -Infinity, Infinity, 0.25)).toBe(true);
    // ∫₀^¼ x² dx + ∫_¼^1 (1 − x)² dx = (1/64 + 27/64) / 3
    expect(scorer.scores.crps).toBeCloseTo(28 / 192, 12);
    expect(scorer.scores.error).toBeCloseTo(0.25, 12);
    expect(scorer.scores.squared_error).toBeCloseTo(0.0625, 12);
    expect(scorer.scores.absolute_error).toBeCloseTo(0.25, 12);
    expect(scorer.scores.width90).toBeCloseTo(0.9, 12);
    expect(scorer.scores.coverage90).toBe(1);
    expect([scorer.cdfBelow(), scorer.cdf()]).toEqual([0.25, 0.25]);
  });

  it('see an atom: rain that is 0 with probability one half', () => {
    const scorer = openQuantileScorer(levels);
    scorer.score(Float64Array.of(0, 0, 0, 0, 2, 6, 10), 0, 0, Infinity, 0);
    expect([scorer.cdfBelow(), scorer.cdf()]).toEqual([0, 0.5]);
    // Of the PIT, spread evenly over 0 … 0.5, nine tenths lie above 0.05.
    expect(scorer.scores.coverage90).toBeCloseTo(0.9, 12);
  });

  it('are missing where a quantile is', () => {
    const scorer = openQuantileScorer(levels);
    expect(scorer.score(Float64Array.of(1, 2, 3, Number.NaN, 5, 6, 7), 0, -Infinity, Infinity, 2)).toBe(
      false,
    );
  });

  it('equal those of the distributions with these quantiles', () => {
    const scorer = openQuantileScorer(levels);
    // Whole values make atoms.
    const value = fc.oneof(
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 900 }).map((n) => n / 100),
    );
    fc.assert(
      fc.property(
        fc.array(value, { minLength: levels.length, maxLength: levels.length }),
        value,
        (unsorted, y) => {
          const values = Float64Array.from(unsorted).sort();
          const laws = quantileDistributions(Float64Array.from(levels), values, 0, 8);
          expect(scorer.score(values, 0, 0, 8, y)).toBe(true);
          expect(scorer.scores.crps).toBeCloseTo(laws.crps(0, y), 9);
          expect(scorer.scores.error).toBeCloseTo(laws.mean(0) - y, 9);
          expect(scorer.cdf()).toBeCloseTo(laws.cdf(0, y), 9);
          expect(scorer.cdfBelow()).toBeCloseTo(laws.cdfBelow(0, y), 9);
          expect(scorer.scores.pinball).toBeCloseTo(
            crpsOfQuantiles(values, 0, Float64Array.from(levels), y) / 2,
            9,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
