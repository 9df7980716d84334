import { WeatherglassError } from '../errors.ts';

/**
 * The Brier score of one probability: `(p − o)²`.
 *
 * p is the forecast probability of an event, o is 1 where it happened and 0 where not; the score lies in 0 … 1.
 * This is half of Brier's original, which sums over both classes. NaN in, NaN out.
 *
 * Source: Brier 1950, doi 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
 *
 * @example
 * brierScore(0.8, 1); // 0.04 (rounded)
 */
export function brierScore(probability: number, outcome: number): number {
  return (probability - outcome) * (probability - outcome);
}

/**
 * The mean {@link brierScore} of pairs; a pair with a missing half (NaN) is left out, no pair at all: NaN.
 *
 * @throws WeatherglassError `Usage` if the two differ in length
 *
 * @example
 * meanBrier([0.8, 0.1, NaN], [1, 0, 1]); // (0.04 + 0.01) / 2 = 0.025
 */
export function meanBrier(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  if (probabilities.length !== outcomes.length) {
    throw new WeatherglassError(
      'Usage',
      `A Brier score needs pairs, but there are ${probabilities.length} probabilities and ${outcomes.length} outcomes.`,
    );
  }
  let sum = 0;
  let count = 0;
  for (let i = 0; i < outcomes.length; i++) {
    const score = brierScore(probabilities[i], outcomes[i]);
    if (Number.isNaN(score)) continue;
    sum += score;
    count++;
  }
  return sum / count;
}
