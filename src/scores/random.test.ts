import { describe, expect, test } from 'vitest';
import { seededRandom, xoshiro128 } from './random.ts';

describe('xoshiro128', () => {
  test('gives what the reference implementation in C gives', () => {
    // xoshiro128starstar.c compiled and run with the state 1, 2, 3, 4.
    const next = xoshiro128(1, 2, 3, 4);
    expect(Array.from({ length: 10 }, next)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('gives the published values for a state with all bits in use', () => {
    // test-rom/testdata.asm of github.com/edorfaus/xoshiro-6502, made with the reference implementation.
    const next = xoshiro128(0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0);
    expect(Array.from({ length: 4 }, next)).toEqual([0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70]);
  });
});

describe('seededRandom', () => {
  const take = (seed: number | string, count = 20) => Array.from({ length: count }, seededRandom(seed));

  test('repeats with the seed and differs without', () => {
    expect(take('a/1')).toEqual(take('a/1'));
    expect(take(1)).toEqual(take('1'));
    const seeds = ['', 'a', 'b', 'ab', 'ba', 'a/1', 'a/2', 0, 1, 2, 10, 0.5, -1];
    expect(new Set(seeds.map((seed) => take(seed, 1)[0])).size).toBe(seeds.length);
  });

  test('never changes: results of earlier versions can be repeated', () => {
    expect(take('weatherglass', 3)).toEqual([0.4644145558589492, 0.6933761275998285, 0.6901089572721308]);
  });

  test('is uniform in [0, 1) and the draws of a pair are unrelated', () => {
    const random = seededRandom('uniform');
    const bins = new Float64Array(10);
    const pairs = new Float64Array(16);
    for (let i = 0; i < 100_000; i++) {
      const a = random();
      const b = random();
      expect(a >= 0 && a < 1).toBe(true);
      bins[Math.floor(a * 10)]++;
      pairs[Math.floor(a * 4) * 4 + Math.floor(b * 4)]++;
    }
    // χ² above 33.7 (9 degrees of freedom) or 44.3 (15) has a chance of 1 in 10,000.
    const chiSquare = (counts: Float64Array) =>
      counts.reduce((sum, n) => sum + (n - 100_000 / counts.length) ** 2 / (100_000 / counts.length), 0);
    expect(chiSquare(bins)).toBeLessThan(33.7);
    expect(chiSquare(pairs)).toBeLessThan(44.3);
  });

  test('neighbouring seeds give unrelated numbers', () => {
    const bins = new Float64Array(10);
    for (let seed = 0; seed < 10_000; seed++) bins[Math.floor(seededRandom(seed)() * 10)]++;
    expect(bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(33.7);
  });
});
