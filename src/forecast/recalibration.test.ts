import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryPerDay } from './aggregate.ts';
import { conformalWidth, pitBins, recalibrated, recalibration, widened } from './recalibration.ts';

const uniformPit = recalibration([], 0);
const closeTo = (values: readonly number[], digits = 9) =>
  values.map((value) => expect.closeTo(value, digits) as number);

describe('recalibration', () => {
  const counts = (of: (bin: number) => number) => Float64Array.from({ length: pitBins }, (_, k) => of(k));

  test('changes nothing where nothing is known, or the PIT is even', () => {
    const even = recalibration([{ day: 0, targets: 400, counts: counts(() => 20) }], 0);
    for (const map of [uniformPit, even])
      expect([...map]).toEqual(
        closeTo(
          Array.from({ length: pitBins + 1 }, (_, k) => k / pitBins),
          12,
        ),
      );
    for (const p of [0, 0.013, 0.35, 0.5, 0.999, 1]) expect(recalibrated(uniformPit, p)).toBeCloseTo(p, 12);
  });

  // A hundred outcomes of one day count ten times, all in the eleventh bin: 60 of 1010 there, 50 elsewhere.
  test('by hand', () => {
    const days = [{ day: 3, targets: 100, counts: counts((bin) => (bin === 10 ? 100 : 0)) }];
    const map = recalibration(days, 3);
    expect(map[10]).toBeCloseTo(500 / 1010, 12);
    expect(map[11]).toBeCloseTo(560 / 1010, 12);
    expect(recalibrated(map, 0.525)).toBeCloseTo(530 / 1010, 12);
    // A day later a little is forgotten; a day before nothing was known.
    expect(recalibration(days, 4)[11]).toBeCloseTo(
      (550 + 10 * memoryPerDay) / (1000 + 10 * memoryPerDay),
      12,
    );
    expect([...recalibration(days, 2)]).toEqual([...uniformPit]);
    expect([...recalibration([{ ...days[0], targets: 0 }], 3)]).toEqual([...uniformPit]);
  });

  test('ascends from 0 to 1', () => {
    const anyCounts = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
      minLength: pitBins,
      maxLength: pitBins,
    });
    fc.assert(
      fc.property(anyCounts, fc.integer({ min: 1, max: 1e6 }), (given, targets) => {
        const map = recalibration([{ day: 0, targets, counts: Float64Array.from(given) }], 0);
        expect([map[0], map[pitBins]]).toEqual([0, 1]);
        for (let k = 0; k < pitBins; k++) expect(map[k + 1]).toBeGreaterThan(map[k]);
        expect(recalibrated(map, 1)).toBe(1);
      }),
    );
  });

  // The pool says N(0, 2²), the outcomes are N(0, 1): its PIT is Φ(2 Φ⁻¹(u)).
});

describe('the conformal width', () => {
  const day = (number: number, covered: number, targets = 1) => ({ day: number, targets, covered });

  test('by hand: a day of misses, one of hits, one half and half, and one that is yet to come', () => {
    const days = [day(0, 0, 4), day(1, 3, 3), day(2, 1, 2), day(9, 0, 1)];
    expect(conformalWidth(days, 2)).toBeCloseTo(0.02 * (0.9 - 0.1 + 0.4), 12);
    expect(conformalWidth([], 2)).toBe(0);
    expect(conformalWidth([day(0, 0, 0)], 2)).toBe(0);
  });

  test('stays within a factor of e', () => {
    const misses = Array.from({ length: 500 }, (_, k) => day(k, 0));
    expect(conformalWidth(misses, 499)).toBe(1);
    const hits = Array.from({ length: 5000 }, (_, k) => day(k, 1));
    expect(conformalWidth(hits, 4999)).toBe(-1);
  });

  // A law that is too narrow by a factor, against outcomes spread evenly: coverage is what the width makes of it.
  test.each([0.5, 0.8, 1.5])('brings the coverage of laws that are %d times as wide to 90 %%', (narrow) => {
    const days: { day: number; targets: number; covered: number }[] = [];
    let covered = 0;
    for (let k = 0; k < 2000; k++) {
      const half = 0.45 * narrow * Math.exp(conformalWidth(days, k));
      // A low-discrepancy walk through 0 … 1 in place of chance.
      const hit = Math.abs(((k * 0.618033988749895) % 1) - 0.5) <= half ? 1 : 0;
      covered += hit;
      days.push(day(k, hit));
    }
    // |mean − 0.9| ≤ 2 / (0.02 · T) while the width is inside its bounds.
    expect(Math.abs(covered / 2000 - 0.9)).toBeLessThan(2 / (0.02 * 2000));
  });
});

describe('a widened recalibration', () => {
  test('by hand: e to the power of the width divides the odds exponent', () => {
    const wide = widened(Float64Array.of(0, 0.1, 0.5, 0.9, 1), Math.LN2);
    expect([...wide]).toEqual([0, 0.25, 0.5, 0.75, 1].map((p) => expect.closeTo(p, 12) as number));
  });

  test('ascends, keeps its ends, and is undone by the opposite width', () => {
    const probabilities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(probabilities, fc.double({ min: -1, max: 1, noNaN: true }), (some, width) => {
        const map = Float64Array.from([0, ...some.toSorted((a, b) => a - b), 1]);
        const wide = widened(map, width);
        expect([wide[0], wide.at(-1)]).toEqual([0, 1]);
        for (let k = 1; k < wide.length; k++) expect(wide[k]).toBeGreaterThanOrEqual(wide[k - 1]);
        const back = widened(wide, -width);
        back.forEach((p, k) => expect(p).toBeCloseTo(map[k], 6));
      }),
    );
  });
});
