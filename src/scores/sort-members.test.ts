import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sortMembers } from './sort-members.ts';

describe('sortMembers', () => {
  test('sorts one row and leaves missing members out', () => {
    const members = new Float32Array([9, 4, Number.NaN, 1, 0]);
    const scratch = new Float64Array(3);
    expect(sortMembers(members, 1, 3, scratch)).toBe(2);
    expect([...scratch.subarray(0, 2)]).toEqual([1, 4]);
    expect([...members]).toEqual([9, 4, Number.NaN, 1, 0]);
  });

  test('agrees with a comparison sort on both sides of the size where the method changes', () => {
    const value = fc.oneof(fc.double({ min: -50, max: 50, noNaN: true }), fc.constant(Number.NaN));
    const row = fc.oneof(
      fc.array(value, { maxLength: 60 }),
      fc.array(value, { minLength: 100, maxLength: 200 }),
    );
    fc.assert(
      fc.property(row, (values) => {
        const scratch = new Float64Array(values.length + 1).fill(-77);
        const present = sortMembers(Float64Array.from(values), 0, values.length, scratch);
        const expected = values.filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
        // Adding 0 turns −0 into 0: their order is nobody's business.
        expect(Array.from(scratch.subarray(0, present), (v) => v + 0)).toEqual(expected.map((v) => v + 0));
        expect(scratch[values.length]).toBe(-77);
      }),
    );
  });

  test('an empty row and a row of missing members hold nothing', () => {
    expect(sortMembers(new Float32Array(0), 0, 0, new Float64Array(0))).toBe(0);
    expect(sortMembers(new Float32Array([Number.NaN, Number.NaN]), 0, 2, new Float64Array(2))).toBe(0);
  });
});
