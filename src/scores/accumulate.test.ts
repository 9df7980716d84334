import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addTarget,
  columnOf,
  finish,
  plus,
  recordOf,
  sumNames,
  sumsPerRecord,
  type TargetScores,
  totalOf,
  zero,
} from './accumulate.ts';

const target = (values: Partial<TargetScores>): TargetScores => ({
  crps: 0,
  crps_fair: 0,
  absolute_error: 0,
  squared_error: 0,
  error: 0,
  coverage90: 0,
  width90: 0,
  pinball: 0,
  ...values,
});

const records = 3;

/** Some targets, each with the record it belongs to and the part (worker) that sees it. */
function targets(statistic: fc.Arbitrary<number>) {
  const scores = fc.record({
    crps: statistic,
    crps_fair: statistic,
    absolute_error: statistic,
    squared_error: statistic,
    error: statistic,
    coverage90: statistic,
    width90: statistic,
    pinball: statistic,
  });
  return fc.array(fc.tuple(scores, fc.nat(records - 1), fc.nat(3)), { maxLength: 40 });
}

const parts = (rows: readonly (readonly [TargetScores, number, number])[]) =>
  [0, 1, 2, 3].map((part) => {
    const sums = zero(records);
    for (const [scores, record, by] of rows) if (by === part) addTarget(sums, record, scores);
    return sums;
  });

// Sums of whole numbers are exact, so that equality can be asked for.
const whole = targets(fc.integer({ min: -1000, max: 1000 }));

describe('accumulating scores', () => {
  test('hand-worked: two targets', () => {
    const sums = zero();
    addTarget(
      sums,
      0,
      target({
        crps: 1,
        crps_fair: 0.5,
        absolute_error: 2,
        squared_error: 9,
        error: -3,
        coverage90: 1,
        width90: 5,
        pinball: 0.4,
      }),
    );
    addTarget(
      sums,
      0,
      target({
        crps: 2,
        crps_fair: 1.5,
        absolute_error: 0,
        squared_error: 1,
        error: 1,
        coverage90: 0.5,
        width90: 7,
        pinball: 1,
      }),
    );
    expect(finish(sums)).toEqual({
      crps: 1.5,
      crps_fair: 1,
      mae: 1,
      rmse: Math.sqrt(5),
      bias: -1,
      coverage90: 0.75,
      width90: 6,
      pinball: 0.7,
      targets: 2,
    });
  });

  test('no target: every average is missing', () => {
    const { targets: count, ...averages } = finish(zero());
    expect(count).toBe(0);
    expect(Object.values(averages)).toHaveLength(sumsPerRecord - 1);
    for (const average of Object.values(averages)) expect(average).toBeNaN();
  });

  test('a missing statistic stays missing and spoils no other', () => {
    const sums = zero(2);
    addTarget(sums, 1, target({ crps: 2, crps_fair: Number.NaN }));
    addTarget(sums, 1, target({ crps: 4, crps_fair: 1 }));
    expect(finish(sums, 1).crps_fair).toBeNaN();
    expect(finish(sums, 1).crps).toBe(3);
    expect(finish(sums, 0).targets).toBe(0);
  });

  test('however targets are split among parts, the sums are the same', () => {
    fc.assert(
      fc.property(whole, (rows) => {
        const together = zero(records);
        for (const [scores, record] of rows) addTarget(together, record, scores);
        const added = parts(rows).reduce((sum, part) => plus(sum, part), zero(records));
        expect([...added]).toEqual([...together]);
        expect(added[0] + added[sumsPerRecord] + added[2 * sumsPerRecord]).toBe(rows.length);
      }),
    );
  });

  test('so they are, up to rounding, for broken numbers', () => {
    fc.assert(
      fc.property(targets(fc.double({ min: -1000, max: 1000, noNaN: true })), (rows) => {
        const together = zero(records);
        for (const [scores, record] of rows) addTarget(together, record, scores);
        const added = parts(rows).reduceRight((sum, part) => plus(sum, part), zero(records));
        added.forEach((sum, i) => {
          expect(sum).toBeCloseTo(together[i], 8);
        });
      }),
    );
  });

  test('plus is commutative and associative, and zero is neutral', () => {
    fc.assert(
      fc.property(whole, (rows) => {
        const [a, b, c] = parts(rows);
        const sum = (x: Float64Array, y: Float64Array) => plus(x.slice(), y);
        expect(sum(a, b)).toEqual(sum(b, a));
        expect(sum(sum(a, b), c)).toEqual(sum(a, sum(b, c)));
        expect(sum(a, zero(records))).toEqual(a);
        expect(sum(zero(records), a)).toEqual(a);
      }),
    );
  });

  test('plus adds in place, and refuses other records', () => {
    const into = zero(2);
    const part = zero(2);
    addTarget(part, 1, target({ crps: 3 }));
    expect(plus(into, part)).toBe(into);
    expect(finish(into, 1).crps).toBe(3);
    expect(() => plus(into, zero(3))).toThrow('2 and of 3 records');
  });

  test('totals and columns over the dates of a group', () => {
    const sums = zero(4);
    [10, 20, 30, 40].forEach((crps, record) => {
      addTarget(sums, record, target({ crps, error: record }));
    });
    expect(finish(totalOf(sums, 1, 2))).toMatchObject({ crps: 25, bias: 1.5, targets: 2 });
    expect([...columnOf(sums, 'crps', 1, 3)]).toEqual([20, 30, 40]);
    expect([...columnOf(sums, 'count', 0, 4)]).toEqual([1, 1, 1, 1]);
    expect(finish(recordOf(sums, 3)).crps).toBe(40);
    // Nothing above has changed the sums themselves.
    expect(finish(sums, 1).crps).toBe(20);
  });

  test('each field is named once, the count first', () => {
    expect(sumNames[0]).toBe('count');
    expect(new Set(sumNames).size).toBe(sumsPerRecord);
  });
});
