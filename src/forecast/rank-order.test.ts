import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from './normal.ts';
import { comonotoneOrder, completeMembers, independentOrder, rankOrder } from './rank-order.ts';

/** Not by chance: draws that go on by the golden ratio. */
function draws(): () => number {
  let state = 0;
  return () => (state = (state + 0.6180339887) % 1);
}

/** By chance, the same at every run: Park & Miller 1988, doi 10.1145/63039.63042. */
function lehmer(): () => number {
  let state = 42;
  return () => (state = (16_807 * state) % 2_147_483_647) / 2_147_483_647;
}

/** Ranks of one dimension. */
function column(ranks: Int32Array, dimension: number, d: number): number[] {
  return [...ranks].filter((_, at) => at % dimension === d);
}

describe('rankOrder', () => {
  it('tells the how-manieth each member is in each hour', () => {
    const template = Float64Array.of(3, 10, 1, 30, 2, 20);
    expect([...rankOrder(template, 2, draws()).ranks]).toEqual([2, 0, 0, 2, 1, 1]);
  });

  it('follows a template without equal values, and gives each rank once whatever the template', () => {
    const size = fc.tuple(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
    );
    fc.assert(
      fc.property(
        size.chain(([m, d, copies]) =>
          fc.tuple(
            fc.constant([m, d, copies]),
            fc.array(fc.integer({ min: 0, max: 4 }), { minLength: m * d, maxLength: m * d }),
          ),
        ),
        ([[members, dimension, copies], values]) => {
          const { ranks, count } = rankOrder(Float64Array.from(values), dimension, draws(), copies);
          expect(count).toBe(members * copies);
          for (let d = 0; d < dimension; d++) {
            const own = column(ranks, dimension, d);
            expect(own.toSorted((a, b) => a - b)).toEqual(own.map((_, rank) => rank));
            for (let a = 0; a < count; a++)
              for (let b = 0; b < count; b++)
                if (values[(a % members) * dimension + d] < values[(b % members) * dimension + d])
                  expect(own[a]).toBeLessThan(own[b]);
          }
        },
      ),
    );
  });

  it('orders dry hours by the rain beside them, and by chance where there is none', () => {
    // In the second hour all are dry: the second member was wet just before, the third two hours later.
    const template = Float64Array.of(0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 2);
    const { ranks } = rankOrder(template, 4, draws());
    expect(column(ranks, 4, 1)).toEqual([0, 2, 1]);
    const orders = new Set<string>();
    const random = draws();
    for (let k = 0; k < 20; k++) orders.add(rankOrder(new Float64Array(3), 1, random).ranks.join());
    expect(orders.size).toBeGreaterThan(2);
  });

  it('draws the same from the same seed', () => {
    const template = new Float64Array(60);
    expect(rankOrder(template, 6, draws(), 2)).toEqual(rankOrder(template, 6, draws(), 2));
  });

  it('keeps the members of several variables together', () => {
    // Trajectory k is of member k mod 2 in both: the warm one is the dry one.
    const warm = rankOrder(Float64Array.of(10, 20), 1, draws(), 3).ranks;
    const rain = rankOrder(Float64Array.of(5, 1), 1, draws(), 3).ranks;
    for (let k = 0; k < 6; k++) expect(warm[k] >= 3).toBe(rain[k] < 3);
  });
});

it('a member with a gap is left out whole', () => {
  const template = Float64Array.of(1, 2, 3, Number.NaN, 5, 6);
  expect([...completeMembers(template, 2)]).toEqual([1, 2, 5, 6]);
  expect([...completeMembers(template, 3)]).toEqual([1, 2, 3]);
  expect(completeMembers(Float64Array.of(Number.NaN), 1)).toHaveLength(0);
});

it('comonotone: one order for all hours; independent: one of its own for each', () => {
  expect([...comonotoneOrder(3, 2).ranks]).toEqual([0, 0, 1, 1, 2, 2]);
  const { ranks } = independentOrder(50, 2, draws());
  const [first, second] = [column(ranks, 2, 0), column(ranks, 2, 1)];
  expect(first).not.toEqual(second);
  expect(second.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, rank) => rank));
});

it('few members do not make the lowest hour of a night lower than it is', () => {
  // Hours of an autoregression with correlation 0.97: by 40,000 simulated days P(least of 24 hours < −1.645) is 0.166.
  const random = lehmer();
  const hours = 24;
  const below = normalCdf(-1.645);
  const share = (members: number) => {
    const days = 100;
    let sum = 0;
    for (let day = 0; day < days; day++) {
      const template = new Float64Array(members * hours);
      for (let m = 0; m < members; m++)
        for (let h = 0, last = 0; h < hours; h++) {
          const drawn = normalQuantile(random() + 2 ** -54);
          last = h === 0 ? drawn : 0.97 * last + Math.sqrt(1 - 0.97 ** 2) * drawn;
          template[m * hours + h] = last;
        }
      const { ranks, count } = rankOrder(template, hours, random, Math.ceil(400 / members));
      // Rank k of n margins is their quantile at (k + ½)/n.
      for (let k = 0; k < count; k++)
        if (ranks.subarray(k * hours, (k + 1) * hours).some((rank) => (rank + 0.5) / count < below))
          sum += 1 / count;
    }
    return sum / days;
  };
  expect(share(100)).toBeGreaterThan(0.15);
  expect(share(100)).toBeLessThan(0.19);
  // By independent hours within the share of a member it was 0.36.
  expect(share(5)).toBeLessThan(0.28);
});
