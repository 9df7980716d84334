import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crpsOfMembers } from './crps-ensemble.ts';
import { energyScore } from './energy.ts';

const value = fc.double({ min: -100, max: 100, noNaN: true });
const trajectories = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5 }))
  .chain(([m, d]) =>
    fc.record({
      members: fc.constant(m),
      dimension: fc.constant(d),
      rows: fc.array(value, { minLength: m * d, maxLength: m * d }),
      outcome: fc.array(value, { minLength: d, maxLength: d }),
    }),
  );

describe('energyScore', () => {
  test('hand-worked: distances 5 and 0 to the outcome, 5 between', () => {
    expect(energyScore(new Float64Array([3, 4, 0, 0]), 0, 2, 2, new Float64Array([0, 0]))).toBe(1.25);
  });

  test('hand-worked, three members in the second block, with the outcome further on', () => {
    // (0,0), (0,3), (4,0) against (0,0): (0 + 3 + 4)/3; between them 3, 4, 5: 2 · 12/(2 · 9).
    const rows = new Float32Array([9, 9, 9, 9, 9, 9, 0, 0, 0, 3, 4, 0]);
    expect(energyScore(rows, 6, 3, 2, new Float32Array([7, 0, 0]), 1)).toBeCloseTo(7 / 3 - 4 / 3, 14);
  });

  test('one trajectory: its distance', () => {
    expect(energyScore(new Float64Array([3, 4]), 0, 1, 2, new Float64Array([0, 0]))).toBe(5);
  });

  test('an incomplete trajectory is left out; without any, or with a gap in the outcome: NaN', () => {
    const gap = new Float64Array([3, 4, 1, Number.NaN, 0, 0]);
    const outcome = new Float64Array([0, 0]);
    expect(energyScore(gap, 0, 3, 2, outcome)).toBe(1.25);
    expect(energyScore(gap, 2, 1, 2, outcome)).toBeNaN();
    expect(energyScore(new Float64Array([3, 4, 0, 0]), 0, 2, 2, new Float64Array([0, Number.NaN]))).toBeNaN();
  });

  test('in one dimension it is the CRPS', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 30 }), value, (members, y) => {
        const row = Float64Array.from(members);
        const crps = crpsOfMembers(row, 0, row.length, y, new Float64Array(row.length));
        expect(energyScore(row, 0, row.length, 1, new Float64Array([y]))).toBeCloseTo(crps, 9);
      }),
    );
  });

  test('is not negative; shifting changes nothing; scaling scales; the order of members plays no part', () => {
    fc.assert(
      fc.property(trajectories, value, ({ members, dimension, rows, outcome }, c) => {
        const score = (x: readonly number[], y: readonly number[]) =>
          energyScore(Float64Array.from(x), 0, members, dimension, Float64Array.from(y));
        const base = score(rows, outcome);
        expect(base).toBeGreaterThanOrEqual(-1e-9);
        const shifted = score(
          rows.map((x) => x + c),
          outcome.map((y) => y + c),
        );
        expect(shifted).toBeCloseTo(base, 8);
        const scaled = score(
          rows.map((x) => x * c),
          outcome.map((y) => y * c),
        );
        expect(scaled).toBeCloseTo(base * Math.abs(c), 6);
        const rotated = [...rows.slice(dimension), ...rows.slice(0, dimension)];
        expect(score(rotated, outcome)).toBeCloseTo(base, 9);
      }),
    );
  });
});
