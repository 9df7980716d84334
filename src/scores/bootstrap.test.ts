import { describe, expect, test } from 'vitest';
import { bootstrapSkill, type DateSums, defaultBlockLength } from './bootstrap.ts';
import { seededRandom } from './random.ts';

const sums = (score: number[], reference: number[], count = score.map(() => 1)): DateSums => ({
  score: Float64Array.from(score),
  reference: Float64Array.from(reference),
  count: Float64Array.from(count),
});

/** A source that gives the numbers it is told, then fails. */
function scripted(...numbers: number[]) {
  const left = [...numbers];
  return () => left.shift() ?? expect.fail('drew more often than expected');
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * In how many of 300 simulated series of daily score differences the 95 % interval holds the true difference, 0.3.
 * Each day's difference is `persistence` of the day before's plus noise.
 */
function simulatedCoverage(dates: number, persistence: number, blockLength?: number): number {
  const random = seededRandom(`coverage/${dates}/${persistence}/${blockLength}`);
  let covered = 0;
  for (let series = 0; series < 300; series++) {
    const reference = Array.from({ length: dates }, () => 5);
    let deviation = normal(random) / Math.sqrt(1 - persistence ** 2);
    const score = reference.map((r) => {
      deviation = persistence * deviation + normal(random);
      return r + 0.3 + deviation;
    });
    const options = { random, resamples: 300, ...(blockLength !== undefined && { blockLength }) };
    const { lower, upper } = bootstrapSkill(sums(score, reference), options).difference;
    if (lower <= 0.3 && 0.3 <= upper) covered++;
  }
  return covered / 300;
}

describe('defaultBlockLength', () => {
  test('is the cube root rounded up, or the minimum', () => {
    expect([1, 8, 9, 27, 28, 200, 1000].map((n) => defaultBlockLength(n))).toEqual([1, 2, 3, 3, 4, 6, 10]);
    expect(defaultBlockLength(200, 8)).toBe(8);
    expect(defaultBlockLength(200, 2)).toBe(6);
  });
});

describe('bootstrapSkill', () => {
  test('the estimates need no chance', () => {
    const result = bootstrapSkill(sums([1, 2, 1, 2], [2, 3, 2, 3], [1, 1, 2, 1]), {
      random: seededRandom(1),
    });
    expect(result.skill.estimate).toBeCloseTo(0.4, 14);
    expect(result.difference.estimate).toBeCloseTo(-4 / 5, 14);
    expect(result.dates).toBe(4);
  });

  test('hand-worked: two dates resample to one of them twice, or both', () => {
    // Differences −1 and 1, skills 1/2 and −1/2; a quarter of the resamples has the first twice.
    const result = bootstrapSkill(sums([1, 3], [2, 2]), { random: seededRandom(2) });
    expect(result.difference).toEqual({ estimate: 0, lower: -1, upper: 1 });
    expect(result.skill).toEqual({ estimate: 0, lower: -0.5, upper: 0.5 });
    expect(result.blockLength).toBe(1);
  });

  test('blocks are of neighbouring dates, wrap around, and the last is cut short', () => {
    const five = sums([1, 2, 4, 8, 16], [100, 100, 100, 100, 100]);
    // Starts 4, 1 and 3: dates 4, 0 · 1, 2 · 3.
    const all = bootstrapSkill(five, { random: scripted(0.8, 0.2, 0.6), resamples: 1, blockLength: 2 });
    expect(all.skill.lower).toBeCloseTo(1 - 31 / 500, 14);
    // Starts 4, 4 and 4: dates 4, 0 · 4, 0 · 4, so 16 + 1 + 16 + 1 + 16.
    const wrapped = bootstrapSkill(five, {
      random: scripted(0.99, 0.99, 0.99),
      resamples: 1,
      blockLength: 2,
    });
    expect(wrapped.skill.lower).toBeCloseTo(1 - 50 / 500, 14);
    expect(wrapped.difference.upper).toBeCloseTo((50 - 500) / 5, 12);
  });

  test('the mean difference is over the targets that were drawn', () => {
    // Starts 1 and 1: that date twice, so (2 · 6 − 2 · 9)/(2 · 3).
    const uneven = sums([1, 6], [3, 9], [1, 3]);
    const twice = bootstrapSkill(uneven, { random: scripted(0.5, 0.5), resamples: 1 });
    expect(twice.difference).toEqual({ estimate: -5 / 4, lower: -1, upper: -1 });
    // Starts 0 and 1: both dates, (7 − 12)/4.
    const both = bootstrapSkill(uneven, { random: scripted(0, 0.7), resamples: 1 });
    expect(both.difference).toEqual({ estimate: -5 / 4, lower: -5 / 4, upper: -5 / 4 });
  });

  test('dates without targets are left out', () => {
    const gaps = sums([0, 1, 0, 3], [0, 2, 0, 2], [0, 1, 0, 1]);
    const result = bootstrapSkill(gaps, { random: seededRandom(3) });
    expect(result).toEqual(bootstrapSkill(sums([1, 3], [2, 2]), { random: seededRandom(3) }));
    expect(result.dates).toBe(2);
  });

  test('the same seed gives the same interval', () => {
    const data = sums([1, 2, 1, 4, 2, 3], [2, 3, 2, 3, 2, 2]);
    const run = (seed: number) => bootstrapSkill(data, { random: seededRandom(seed), resamples: 50 });
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  test('equal scores have no skill, for certain', () => {
    const { skill, difference } = bootstrapSkill(sums([1, 2, 3, 4], [1, 2, 3, 4]), {
      random: seededRandom(1),
    });
    expect(skill).toEqual({ estimate: 0, lower: 0, upper: 0 });
    expect(difference).toEqual({ estimate: 0, lower: 0, upper: 0 });
  });

  test('fewer than two dates: an estimate, but no interval', () => {
    const random = seededRandom(1);
    const none = { estimate: Number.NaN, lower: Number.NaN, upper: Number.NaN };
    expect(bootstrapSkill(sums([], []), { random })).toEqual({
      skill: none,
      difference: none,
      dates: 0,
      blockLength: 0,
    });
    expect(bootstrapSkill(sums([1], [2]), { random })).toEqual({
      skill: { estimate: 0.5, lower: Number.NaN, upper: Number.NaN },
      difference: { estimate: -1, lower: Number.NaN, upper: Number.NaN },
      dates: 1,
      blockLength: 0,
    });
  });

  test('a missing sum leaves nothing; a reference of 0 leaves the difference', () => {
    const random = seededRandom(1);
    const missing = bootstrapSkill(sums([1, Number.NaN, 2], [2, 2, 2]), { random });
    expect(missing.skill).toEqual({ estimate: Number.NaN, lower: Number.NaN, upper: Number.NaN });
    const perfect = bootstrapSkill(sums([1, 0], [0, 0]), { random });
    expect(perfect.skill).toEqual({ estimate: Number.NaN, lower: Number.NaN, upper: Number.NaN });
    expect(perfect.difference).toEqual({ estimate: 0.5, lower: 0, upper: 1 });
  });

  test('blocks are never longer than half the dates: the interval does not shrink to a point', () => {
    const data = sums([1, 5, 2, 8, 3, 9], [4, 4, 4, 4, 4, 4]);
    const result = bootstrapSkill(data, { random: seededRandom(1), blockLength: 6 });
    expect(result.blockLength).toBe(3);
    expect(result.difference.upper).toBeGreaterThan(result.difference.lower + 0.1);
    expect(bootstrapSkill(data, { random: seededRandom(1), minimumBlockLength: 3 }).blockLength).toBe(3);
  });

  test('a higher level is wider', () => {
    const data = sums([1, 5, 2, 8, 3, 9], [4, 4, 4, 4, 4, 4]);
    const at = (level: number) => bootstrapSkill(data, { random: seededRandom(1), level }).difference;
    expect(at(0.99).lower).toBeLessThan(at(0.5).lower);
    expect(at(0.99).upper).toBeGreaterThan(at(0.5).upper);
  });

  test('simulated: independent days are covered about as often as promised', () => {
    const share = simulatedCoverage(100, 0, 1);
    expect(share).toBeGreaterThan(0.91);
    expect(share).toBeLessThan(0.98);
  });

  test('simulated: days that resemble their neighbours need blocks', () => {
    const blocks = simulatedCoverage(200, 0.6, 15);
    const singly = simulatedCoverage(200, 0.6, 1);
    expect(blocks).toBeGreaterThan(0.86);
    expect(singly).toBeLessThan(0.75);
  });

  test('refuses what it cannot use', () => {
    const random = seededRandom(1);
    expect(() => bootstrapSkill(sums([1, 2], [1]), { random })).toThrow(
      '2 scores, 1 references and 2 counts',
    );
    const data = sums([1, 2], [1, 2]);
    expect(() => bootstrapSkill(data, { random, resamples: 0 })).toThrow('resamples must be');
    expect(() => bootstrapSkill(data, { random, blockLength: 1.5 })).toThrow('blockLength must be');
    expect(() => bootstrapSkill(data, { random, minimumBlockLength: 0 })).toThrow(
      'minimumBlockLength must be',
    );
    expect(() => bootstrapSkill(data, { random, level: 1 })).toThrow('level must lie');
  });
});
