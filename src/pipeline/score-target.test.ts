import { expect, test } from 'vitest';
import { ensembles } from '../forecast/empirical.ts';
import { parametric } from '../forecast/parametric.ts';
import { scoredTarget, scoreTarget } from './score-target.ts';

// Members 1, 2, 6 against 3: mean distance (2 + 1 + 3)/3 = 2; half the mean difference of all nine ordered pairs is
// (1 + 5 + 4)/9 = 10/9, of the six of different members 10/6. The median is 2, the mean 3, the central 90 % 1 … 6.
test('an ensemble, worked by hand', () => {
  const target = scoredTarget();
  expect(scoreTarget(ensembles([6, 1, 2], 1, 3), 0, 3, target)).toBe(true);
  expect(target.mean).toBe(3);
  expect(target.quantiles).toHaveLength(99);
  expect([0, 49, 98].map((k) => target.quantiles[k])).toEqual([1, 2, 6]);
  const { scores } = target;
  expect(scores.crps).toBeCloseTo(8 / 9, 12);
  expect(scores.crps_fair).toBeCloseTo(1 / 3, 12);
  expect(scores).toMatchObject({
    absolute_error: 1,
    error: 0,
    squared_error: 0,
    coverage90: 1,
    width90: 5,
  });
  // Levels up to 0.33 have 1, up to 0.66 have 2, the rest 6: Σ p (3 − 1) over 33 levels, Σ p (3 − 2) over 33 levels,
  // Σ (1 − p)(6 − 3) over 33 levels; Σ p = 5.61, 16.5 and Σ (1 − p) = 5.61.
  expect(scores.pinball).toBeCloseTo((2 * 5.61 + 16.5 + 3 * 5.61) / 99, 12);
});

test('an outcome below all members is not covered, and the error is forecast minus outcome', () => {
  const target = scoredTarget();
  scoreTarget(ensembles([6, 1, 2], 1, 3), 0, -7, target);
  expect(target.scores).toMatchObject({ coverage90: 0, error: 10, squared_error: 100, absolute_error: 9 });
});

// Of a dry day forecast dry with 60 %, the randomised PIT is uniform in 0 … 0.6, of which 0.05 … 0.6 counts.
test('where the law has an atom, coverage is what a randomised PIT would give on average', () => {
  const dry = Array.from({ length: 10 }, (_, k) => (k < 6 ? 0 : k));
  const target = scoredTarget();
  scoreTarget(ensembles(dry, 1, 10), 0, 0, target);
  expect(target.scores.coverage90).toBeCloseTo(0.55 / 0.6, 12);
});

// N(1, 2²) against 4: z = 1.5; CRPS = 2 (1.5 (2Φ(1.5) − 1) + 2φ(1.5) − 1/√π) = 2 (1.29957840 + 0.25903519 − 0.56418958);
// the 5 % and 95 % quantiles are 3.28970725 apart in units of the scale.
test('a normal law, worked by hand', () => {
  const law = { law: 'normal', transform: 'none', lower: -Infinity, upper: Infinity } as const;
  const target = scoredTarget();
  scoreTarget(parametric(law, Float64Array.of(1), Float64Array.of(2)), 0, 4, target);
  expect(target.scores.crps).toBeCloseTo(1.98884801, 7);
  expect(target.scores.crps_fair).toBe(target.scores.crps);
  expect(target.scores.width90).toBeCloseTo(2 * 3.28970725, 6);
  expect(target.scores.absolute_error).toBeCloseTo(3, 9);
  expect(target.scores.coverage90).toBe(1);
});

test('without an answer nothing is touched', () => {
  const target = scoredTarget();
  scoreTarget(ensembles([1, 2, 6], 1, 3), 0, 3, target);
  const before = structuredClone(target);
  expect(scoreTarget(ensembles([NaN, NaN, NaN], 1, 3), 0, 3, target)).toBe(false);
  expect(target).toEqual(before);
});
