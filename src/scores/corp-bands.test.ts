import { describe, expect, test } from 'vitest';
import { corpReliability } from './corp.ts';
import { corpBands } from './corp-bands.ts';
import { seededRandom } from './random.ts';

/** Simulated: forecasts uniform in 0 … 1 (in steps), events as often as `truth` says for them. */
function simulated(seed: string, pairs: number, steps: number, truth: (p: number) => number) {
  const random = seededRandom(seed);
  const probabilities = Array.from({ length: pairs }, () => Math.round(random() * steps) / steps);
  return corpReliability(
    probabilities,
    probabilities.map((p) => (random() < truth(p) ? 1 : 0)),
  );
}

describe('corpBands', () => {
  test('hand-worked: one pair is drawn every time, and happens or not', () => {
    const single = corpReliability([0.5], [1]);
    const consistency = corpBands(single, { kind: 'consistency', random: seededRandom(1) });
    expect(consistency).toEqual({
      forecast: new Float64Array([0.5]),
      lower: new Float64Array([0]),
      upper: new Float64Array([1]),
    });
    // The estimate is 1, and outcomes drawn with probability 1 all happen.
    const confidence = corpBands(single, { kind: 'confidence', random: seededRandom(1) });
    expect([confidence.lower[0], confidence.upper[0]]).toEqual([1, 1]);
  });

  test('certain forecasts leave nothing to chance', () => {
    const sure = corpReliability(
      Array.from({ length: 100 }, (_, i) => i % 2),
      Array.from({ length: 100 }, (_, i) => (i % 7 === 0 ? 1 : 0)),
    );
    const { lower, upper } = corpBands(sure, { kind: 'consistency', random: seededRandom(1) });
    expect([...lower]).toEqual([0, 1]);
    expect([...upper]).toEqual([0, 1]);
  });

  test('a forecast that is not drawn takes the value of its lower neighbour, else of its higher one', () => {
    const two = corpReliability([0, 1], [0, 1]);
    const scripted = [
      // First resample: the pair with forecast 1 twice, each with a number for its outcome.
      0.9, 0.5, 0.9, 0.5,
    ];
    const high = corpBands(two, { kind: 'consistency', random: () => scripted.shift() ?? 0, resamples: 1 });
    expect([...high.lower]).toEqual([1, 1]);
    const low = corpBands(two, { kind: 'consistency', random: () => 0, resamples: 1 });
    expect([...low.upper]).toEqual([0, 0]);
  });

  test('hand-worked: a forecast drawn more often weighs more when neighbours are pooled', () => {
    const four = corpReliability([0.4, 0.4, 0.4, 0.6], [0, 1, 0, 1]);
    // Three draws of 0.4 with two events, one of 0.6 without: 2/3 and 0 pool to 2/4.
    const scripted = [0, 0.1, 0, 0.1, 0, 0.9, 0.9, 0.9];
    const random = () => scripted.shift() ?? expect.fail('drew more often than expected');
    const { lower } = corpBands(four, { kind: 'consistency', random, resamples: 1 });
    expect([...lower]).toEqual([0.5, 0.5]);
  });

  test('for one forecast the ends are binomial quantiles', () => {
    // Of 100 fair coins P(≤ 41) = 4.4 %, P(≤ 42) = 6.7 %, P(≤ 46) = 24.2 %, P(≤ 47) = 30.9 %.
    const coins = corpReliability(new Float64Array(100).fill(0.5), new Float64Array(100));
    const ends = (level: number) => {
      const random = seededRandom('coins');
      const { lower, upper } = corpBands(coins, { kind: 'consistency', random, level, resamples: 5000 });
      return [lower[0], upper[0]];
    };
    expect(ends(0.89)).toEqual([0.42, 0.58]);
    expect(ends(0.45)).toEqual([0.47, 0.53]);
  });

  test('simulated: the curve of calibrated forecasts stays inside about as often as promised', () => {
    let inside = 0;
    let points = 0;
    for (let run = 0; run < 100; run++) {
      const diagram = simulated(`calibrated ${run}`, 300, 20, (p) => p);
      const { lower, upper } = corpBands(diagram, {
        kind: 'consistency',
        random: seededRandom(run),
        resamples: 100,
      });
      lower.forEach((low, g) => {
        points++;
        if (diagram.recalibrated[g] >= low && diagram.recalibrated[g] <= upper[g]) inside++;
      });
    }
    expect(points).toBeGreaterThan(2000);
    expect(inside / points).toBeGreaterThan(0.85);
    expect(inside / points).toBeLessThan(0.96);
  });

  test('simulated: the curve of miscalibrated forecasts leaves the band', () => {
    const diagram = simulated('overconfident', 2000, 20, (p) => 0.3 + 0.4 * p);
    const { lower, upper } = corpBands(diagram, { kind: 'consistency', random: seededRandom(1) });
    const outside = lower.filter(
      (low, g) => diagram.recalibrated[g] < low || diagram.recalibrated[g] > upper[g],
    );
    expect(outside.length).toBeGreaterThan(14);
  });

  test('simulated: the confidence band holds the true curve about as often as promised', () => {
    let inside = 0;
    let points = 0;
    const truth = (p: number) => 0.3 + 0.4 * p;
    for (let run = 0; run < 100; run++) {
      const diagram = simulated(`overconfident ${run}`, 500, 10, truth);
      const bands = corpBands(diagram, { kind: 'confidence', random: seededRandom(run), resamples: 100 });
      bands.forecast.forEach((p, g) => {
        points++;
        if (truth(p) >= bands.lower[g] && truth(p) <= bands.upper[g]) inside++;
      });
    }
    expect(points).toBe(1100);
    expect(inside / points).toBeGreaterThan(0.8);
    expect(inside / points).toBeLessThan(0.97);
  });

  test('many distinct forecasts are told at some of them, both ends among them', () => {
    const diagram = simulated('many', 1000, 1_000_000, (p) => p);
    const { forecast, lower, upper } = corpBands(diagram, {
      kind: 'consistency',
      random: seededRandom(1),
      points: 11,
    });
    expect(forecast).toHaveLength(11);
    expect(forecast[0]).toBe(diagram.forecast[0]);
    expect(forecast[10]).toBe(diagram.forecast.at(-1));
    lower.forEach((low, k) => {
      expect(low).toBeLessThanOrEqual(upper[k]);
      expect(upper[k] - low).toBeLessThan(0.4);
    });
    expect([...lower]).toEqual([...lower].sort((a, b) => a - b));
  });

  test('without pairs there is no band', () => {
    const { forecast, lower } = corpBands(corpReliability([], []), {
      kind: 'confidence',
      random: seededRandom(1),
    });
    expect(forecast).toHaveLength(0);
    expect(lower).toHaveLength(0);
  });

  test('refuses what it cannot use', () => {
    const diagram = corpReliability([0.5], [1]);
    const options = { kind: 'consistency', random: seededRandom(1) } as const;
    expect(() => corpBands(diagram, { ...options, level: 0 })).toThrow('level must lie');
    expect(() => corpBands(diagram, { ...options, resamples: 0.5 })).toThrow('resamples must be');
    expect(() => corpBands(diagram, { ...options, points: 1 })).toThrow('points must be');
  });
});
