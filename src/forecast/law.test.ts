import { describe, expect, test } from 'vitest';
import { lawNames } from '../weather/variable.ts';
import { crpsOf, lawCdf, lawCdfBelow, lawMean, lawQuantile, logScoreOf, makeLaw } from './law.ts';

const gradient = new Float64Array(2);
const ignored = new Float64Array(2);

// Values of the tests of R's scoringRules (tests/testthat/test-crps_norm.R, test-crps_logis.R) and of Python's
// scoringrules (tests/test_crps.py, tests/test_logs.py), which takes most of its own from R.
test.each([
  ['normal', -3, 0, 1, -Infinity, Infinity, 2.43657473],
  ['logistic', -3, 0, 1, -Infinity, Infinity, 2.0971747],
  ['truncated-logistic', -1, 0, 1, -3, 2, 0.513787837],
  ['truncated-logistic', 1.8, -3, 3.3, -5, 4.7, 1.72305],
  ['truncated-logistic', -5.8, -3, 3.3, -5, 4.7, 3.395149],
  ['truncated-logistic', 7.8, -3, 3.3, -5, 4.7, 7.254933],
  ['truncated-logistic', -2.3, 9.1, 11.1, -4, Infinity, 11.320006],
  ['censored-logistic', 1.8, -3, 3.3, -5, 4.7, 2.599499],
  ['censored-logistic', -5.8, -3, 3.3, -5, 4.7, 2.087692],
  ['censored-logistic', 7.8, -3, 3.3, -5, 4.7, 7.825271],
  ['censored-logistic', -2.3, 9.1, 11.1, -4, Infinity, 6.729603],
  ['truncated-normal', 1.8, -3, 3.3, -5, 4.7, 2.326391],
  ['truncated-normal', -5.8, -3, 3.3, -5, 4.7, 2.948674],
  ['truncated-normal', 7.8, -3, 3.3, -5, 4.7, 8.137612],
  ['truncated-normal', -2.3, 9.1, 11.1, -4, Infinity, 8.787913],
  ['truncated-normal', -1, 2.9, 2.2, 1.5, 17.3, 3.982434],
  ['censored-normal', 1.8, 0.4, 1.1, 0, 2, 0.8296078],
  ['censored-normal', -5.8, -3, 3.3, -5, 4.7, 1.956462],
  ['censored-normal', 7.8, -3, 3.3, -5, 4.7, 8.87606],
  ['censored-normal', -2.3, 9.1, 11.1, -4, Infinity, 6.851981],
] as const)(
  'CRPS as published: %s, outcome %d under (%d, %d) in [%d, %d]',
  (name, y, location, scale, lower, upper, expected) => {
    expect(crpsOf(makeLaw(name, lower, upper))(y, location, scale, ignored)).toBeCloseTo(expected, 5);
  },
);

test.each([
  ['truncated-normal', 4.2, 2.9, 2.2, 1.5, 17.3, 1.577806],
  ['truncated-normal', -1, 2.9, 2.2, 1.5, 17.3, Infinity],
  ['truncated-logistic', 4.9, 3.5, 2.3, 0, 20, 2.11202],
] as const)(
  'log score as published: %s, outcome %d under (%d, %d) in [%d, %d]',
  (name, y, location, scale, lower, upper, expected) => {
    expect(logScoreOf(makeLaw(name, lower, upper))(y, location, scale, ignored)).toBeCloseTo(expected, 5);
  },
);

test('an outcome on either end of a censored law has the probability of that end', () => {
  const score = logScoreOf(makeLaw('censored-normal', 0, 1));
  const half = [0, 1].map((bound) => score(bound, bound, 2, gradient));
  expect(half).toEqual([expect.closeTo(Math.LN2, 14), expect.closeTo(Math.LN2, 14)]);
  expect(score(1, 0, 1, gradient)).toBeCloseTo(-Math.log(0.158655253931457), 13);
  expect(score(0, 1, 1, gradient)).toBeCloseTo(-Math.log(0.158655253931457), 13);
});

describe('where no probability is left to divide by', () => {
  // log Φ(−100), from the continued fraction of Mills' ratio with 30 digits.
  test('the log score of a dry outcome goes on', () => {
    const score = logScoreOf(makeLaw('censored-normal'));
    expect(score(0, 100, 1, gradient)).toBeCloseTo(5005.524208694205, 9);
    expect(gradient[0]).toBeCloseTo(100.01, 3);
    expect(logScoreOf(makeLaw('censored-logistic'))(0, 1e4, 1, gradient)).toBe(1e4);
    expect(gradient[0]).toBe(1);
  });

  // The tail beyond the bound is exponential: with rate 1 for the logistic, |l| + 1/|l| for the normal law. Its CRPS
  // is y − 2(1 − e⁻ʸ) + 1/2 in units of the mean (Jordan, Krüger & Lerch 2019, doi 10.18637/jss.v090.i12).
  test.each([
    ['truncated-logistic', 1000, 1],
    ['truncated-logistic', 1e9, 1],
    ['truncated-normal', 1000, 1000.001],
    ['truncated-normal', 1e5, 1e5],
  ] as const)('%s is exponential %d scales beyond its bound', (name, away, rate) => {
    for (const [lower, upper, side] of [
      [0, Infinity, 1],
      [-Infinity, 0, -1],
      [0, 1e9, 1],
    ] as const) {
      const law = makeLaw(name, lower, upper);
      const [y, location] = [(side * 0.7) / rate, -side * away];
      expect(crpsOf(law)(y, location, 1, gradient) * rate).toBeCloseTo(
        0.7 - 2 * (1 - Math.exp(-0.7)) + 0.5,
        5,
      );
      expect(lawMean(law, location, 1) * rate * side).toBeCloseTo(1, 1);
      expect(lawQuantile(law, 0.5, location, 1) * rate * side).toBeCloseTo(Math.LN2, 1);
      expect(lawCdf(law, (0.7 * side) / rate, location, 1)).toBeCloseTo(
        side > 0 ? 1 - Math.exp(-0.7) : Math.exp(-0.7),
        5,
      );
      expect(logScoreOf(law)(y, location, 1, ignored)).toBeCloseTo(0.7 - Math.log(rate), 0);
      expect(Number.isFinite(gradient[0] + gradient[1])).toBe(true);
    }
  });
});

test('NaN in, NaN out', () => {
  for (const name of lawNames) {
    const law = makeLaw(name, 0, 10);
    for (const [location, scale] of [
      [Number.NaN, 1],
      [1, Number.NaN],
    ] as const) {
      for (const x of [-1, 0, 5, 10, 11]) {
        expect(lawCdf(law, x, location, scale)).toBeNaN();
        expect(lawCdfBelow(law, x, location, scale)).toBeNaN();
        expect(crpsOf(law)(x, location, scale, gradient)).toBeNaN();
      }
      expect(lawQuantile(law, 0.5, location, scale)).toBeNaN();
      expect(lawMean(law, location, scale)).toBeNaN();
      expect(logScoreOf(law)(5, location, scale, gradient)).toBeNaN();
    }
    expect(lawCdf(law, Number.NaN, 1, 1)).toBeNaN();
    expect(lawCdfBelow(law, Number.NaN, 1, 1)).toBeNaN();
    expect(crpsOf(law)(Number.NaN, 1, 1, gradient)).toBeNaN();
    expect(logScoreOf(law)(Number.NaN, 1, 1, gradient)).toBeNaN();
  }
});

test('an empty interval is refused', () => {
  expect(() => makeLaw('truncated-normal', 1, 1)).toThrow(expect.objectContaining({ name: 'Usage' }));
  expect(() => makeLaw('censored-logistic', 0, Number.NaN)).toThrow(
    'law censored-logistic needs lower < upper',
  );
});
