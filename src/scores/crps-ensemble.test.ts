import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crpsOfMembers, crpsOfSorted, fairCrpsOfMembers, fairCrpsOfSorted } from './crps-ensemble.ts';

/** The definition, written down as it is printed: O(m²), for m ≥ 1 finite members. */
function byDefinition(members: readonly number[], y: number, pairs: number): number {
  let error = 0;
  let spread = 0;
  for (const a of members) {
    error += Math.abs(a - y);
    for (const b of members) spread += Math.abs(a - b);
  }
  return error / members.length - spread / (2 * pairs);
}

const plain = (members: readonly number[], y: number) =>
  crpsOfMembers(Float64Array.from(members), 0, members.length, y, new Float64Array(members.length));
const fair = (members: readonly number[], y: number) =>
  fairCrpsOfMembers(Float64Array.from(members), 0, members.length, y, new Float64Array(members.length));

const value = fc.double({ min: -100, max: 100, noNaN: true });
const ensemble = fc.array(value, { minLength: 1, maxLength: 60 });
const several = fc.array(value, { minLength: 2, maxLength: 60 });

describe('CRPS of an ensemble', () => {
  test('hand-worked: members 1, 2, 4 and outcome 3', () => {
    // Mean |x − y| = (2 + 1 + 1)/3 = 4/3. ΣΣ|x_i − x_j| = 2 (1 + 3 + 2) = 12: plain 12/18 = 2/3, fair 12/12 = 1.
    const sorted = new Float64Array([-99, 1, 2, 4, 99]);
    expect(crpsOfSorted(sorted, 1, 3, 3)).toBeCloseTo(2 / 3, 14);
    expect(fairCrpsOfSorted(sorted, 1, 3, 3)).toBeCloseTo(1 / 3, 14);
  });

  test('hand-worked: outcome outside the ensemble and on a member', () => {
    // Members 0, 2: plain spread term 2·2/8 = 1/2, fair 2·2/4 = 1.
    expect(plain([0, 2], 5)).toBeCloseTo(4 - 0.5, 14);
    expect(fair([0, 2], 5)).toBeCloseTo(4 - 1, 14);
    expect(plain([0, 2], -1)).toBeCloseTo(2 - 0.5, 14);
    expect(plain([0, 2], 2)).toBeCloseTo(1 - 0.5, 14);
    expect(fair([0, 2], 2)).toBeCloseTo(0, 14);
  });

  test('one member: the absolute error; the fair form does not exist', () => {
    expect(plain([3], 5)).toBe(2);
    expect(fair([3], 5)).toBeNaN();
  });

  test('missing members are left out, and the row is not changed', () => {
    const row = new Float32Array([0, 4, Number.NaN, 1, 2, 0]);
    const scratch = new Float64Array(4);
    expect(crpsOfMembers(row, 1, 4, 3, scratch)).toBeCloseTo(2 / 3, 14);
    expect(fairCrpsOfMembers(row, 1, 4, 3, scratch)).toBeCloseTo(1 / 3, 14);
    expect([...row]).toEqual([0, 4, Number.NaN, 1, 2, 0]);
  });

  test('nothing but missing members, or no outcome: NaN', () => {
    expect(plain([Number.NaN, Number.NaN], 1)).toBeNaN();
    expect(fair([Number.NaN, Number.NaN], 1)).toBeNaN();
    expect(plain([], 1)).toBeNaN();
    expect(plain([1, 2], Number.NaN)).toBeNaN();
    expect(fair([1, 2], Number.NaN)).toBeNaN();
  });

  test('agrees with the definition', () => {
    fc.assert(
      fc.property(several, value, (members, y) => {
        const m = members.length;
        expect(plain(members, y)).toBeCloseTo(byDefinition(members, y, m * m), 9);
        expect(fair(members, y)).toBeCloseTo(byDefinition(members, y, m * (m - 1)), 9);
      }),
    );
  });

  test('agrees with the integral of (F(z) − 1{z ≥ y})² for a large ensemble', () => {
    const members = Array.from({ length: 200 }, (_, i) => (i * 37) % 200);
    const y = 63.25;
    let integral = 0;
    const step = 0.25;
    for (let z = step / 2; z < 200; z += step) {
      const belief = members.filter((x) => x <= z).length / members.length;
      integral += (belief - (z >= y ? 1 : 0)) ** 2 * step;
    }
    expect(plain(members, y)).toBeCloseTo(integral, 9);
  });

  test('the plain form is never negative, and the fair form never above it', () => {
    fc.assert(
      fc.property(several, value, (members, y) => {
        const score = plain(members, y);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(fair(members, y)).toBeLessThanOrEqual(score + 1e-12 * (1 + score));
      }),
    );
  });

  test('the order of members changes nothing', () => {
    const shuffled = ensemble.chain((members) =>
      fc.tuple(
        fc.constant(members),
        fc.shuffledSubarray(members, { minLength: members.length, maxLength: members.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, value, ([members, other], y) => {
        expect(plain(other, y)).toBe(plain(members, y));
        expect(fair(other, y)).toEqual(fair(members, y));
      }),
    );
  });

  test('shifting everything changes nothing; scaling everything scales the score', () => {
    fc.assert(
      fc.property(several, value, value, (members, y, c) => {
        for (const score of [plain, fair]) {
          const base = score(members, y);
          const shifted = members.map((x) => x + c);
          expect(score(shifted, y + c)).toBeCloseTo(base, 9);
          const scaled = members.map((x) => x * c);
          expect(score(scaled, y * c)).toBeCloseTo(base * Math.abs(c), 7);
        }
      }),
    );
  });

  test('the fair form of random parts of a population is right on average, the plain form too high', () => {
    // All 10 pairs out of five members; the population's own score is the target of the fair form.
    const population = [0, 1, 1.5, 4, 7];
    const y = 2.5;
    let fairSum = 0;
    let plainSum = 0;
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < i; j++) {
        fairSum += fair([population[i], population[j]], y);
        plainSum += plain([population[i], population[j]], y);
      }
    }
    expect(fairSum / 10).toBeCloseTo(fair(population, y), 12);
    expect(plainSum / 10).toBeGreaterThan(fair(population, y) + 0.1);
  });
});
