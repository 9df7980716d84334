import { WeatherglassError } from '../errors.ts';
import type { Reliability } from './corp.ts';
import { pavSpace, poolAdjacentViolators } from './pool-adjacent-violators.ts';
import type { Random } from './random.ts';
import { sampleQuantile } from './sample-quantile.ts';

export interface BandOptions {
  /**
   * `consistency`: where the curve of calibrated forecasts would lie, around the diagonal; a curve that leaves it
   * is miscalibrated. `confidence`: where the true curve may lie, around the estimate.
   */
  readonly kind: 'consistency' | 'confidence';
  readonly random: Random;
  /** Probability within the band at each forecast by itself; 0.9 by default. */
  readonly level?: number;
  /** 200 by default. */
  readonly resamples?: number;
  /** The most forecasts at which the band is told; 200 by default. */
  readonly points?: number;
}

/** Ends of the band at some of the distinct forecasts, ascending. */
export interface Bands {
  readonly forecast: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * How far a CORP reliability curve may stray by chance, by resampling.
 *
 * Each resample draws n pairs' forecasts with replacement, draws each outcome anew with probability p_g (for
 * `consistency`) or c_g (for `confidence`), and recalibrates. The band runs between the (1 ∓ level)/2 quantiles of
 * the resampled curves. A forecast that was not drawn takes the value of the next lower drawn one, or, if there is
 * none, of the next higher one.
 *
 * Pairs are taken as independent: neighbouring days and places make the true band wider. O(resamples · n).
 * No pair: empty arrays.
 *
 * Source: Dimitriadis, Gneiting & Jordan 2021, doi 10.1073/pnas.2016191118 (its resampling method).
 *
 * @throws WeatherglassError `Usage` if an option is out of range
 *
 * @example
 * const diagram = corpReliability([0.2, 0.4, 0.6, 0.8], [0, 1, 0, 1]);
 * corpBands(diagram, { kind: 'consistency', random: seededRandom(1) }).forecast; // 0.2, 0.4, 0.6, 0.8
 */
export function corpBands(reliability: Reliability, options: BandOptions): Bands {
  const { kind, random, level = 0.9, resamples = 200, points = 200 } = options;
  checkOptions(level, resamples, points);
  const { forecast, recalibrated, count, targets } = reliability;
  const chances = kind === 'consistency' ? forecast : recalibrated;
  const told = evenly(forecast.length, points);
  const curves = told.map(() => new Float64Array(resamples));
  const groupOfPair = new Int32Array(targets);
  for (let g = 0, i = 0; g < forecast.length; g++) for (let k = 0; k < count[g]; k++) groupOfPair[i++] = g;

  const drawn = new Float64Array(forecast.length);
  const events = new Float64Array(forecast.length);
  const rates = new Float64Array(forecast.length);
  const weights = new Float64Array(forecast.length);
  const space = pavSpace(forecast.length);
  for (let r = 0; r < resamples && targets > 0; r++) {
    drawn.fill(0);
    events.fill(0);
    for (let i = 0; i < targets; i++) {
      const g = groupOfPair[Math.floor(random() * targets)];
      drawn[g]++;
      if (random() < chances[g]) events[g]++;
    }
    let present = 0;
    for (let g = 0; g < drawn.length; g++) {
      if (drawn[g] === 0) continue;
      rates[present] = events[g] / drawn[g];
      weights[present++] = drawn[g];
    }
    poolAdjacentViolators(rates, weights, present, space);
    let passed = 0;
    let point = 0;
    for (let g = 0; g < drawn.length; g++) {
      if (drawn[g] > 0) passed++;
      if (told[point] === g) curves[point++][r] = rates[Math.max(passed - 1, 0)];
    }
  }
  for (const curve of curves) curve.sort();
  return {
    forecast: Float64Array.from(told, (g) => forecast[g]),
    lower: Float64Array.from(curves, (curve) => sampleQuantile(curve, (1 - level) / 2)),
    upper: Float64Array.from(curves, (curve) => sampleQuantile(curve, (1 + level) / 2)),
  };
}

/** At most `points` of the indices 0 … size − 1, both ends among them, evenly spaced. */
function evenly(size: number, points: number): number[] {
  if (size <= points) return Array.from({ length: size }, (_, i) => i);
  return Array.from({ length: points }, (_, k) => Math.round((k * (size - 1)) / (points - 1)));
}

function checkOptions(level: number, resamples: number, points: number): void {
  if (!(level > 0 && level < 1)) {
    throw new WeatherglassError('Usage', `The band's level must lie between 0 and 1, not ${level}.`);
  }
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new WeatherglassError(
      'Usage',
      `The band's resamples must be a whole number from 1, not ${resamples}.`,
    );
  }
  if (!Number.isInteger(points) || points < 2) {
    throw new WeatherglassError('Usage', `The band's points must be a whole number from 2, not ${points}.`);
  }
}
