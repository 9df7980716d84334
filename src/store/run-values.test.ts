import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packValues, unpackValues } from './run-values.ts';

function roundTrip(values: readonly number[]): readonly number[] {
  const out = new Float64Array(values.length);
  unpackValues(packValues(Float64Array.from(values)), 0, values.length, out, 0);
  return [...out];
}

describe('packValues', () => {
  it.each<readonly [string, readonly number[], number]>([
    ['whole numbers', [0, -3, 1013, 16_777_216], 0],
    ['tenths', [10.7, -0.1, 0, 21], 1],
    // The second needs more decimals than the first, which needs none.
    ['hundredths behind whole numbers', [3, 1013.25], 2],
    ['six decimals', [0.000001, 0.5], 6],
    ['nothing but missing values', [Number.NaN, Number.NaN], 0],
    ['no values', [], 0],
    ['infinities', [Infinity, -Infinity], 0],
  ])('keeps %s as single precision', (_, values, decimals) => {
    const packed = packValues(Float64Array.from(values));
    expect(packed.stored).toEqual(Float32Array.from(values));
    expect(packed.decimals).toBe(decimals);
    expect(roundTrip(values)).toEqual(values);
  });

  it.each<readonly [string, readonly number[]]>([
    ['a third', [1 / 3]],
    ['seven decimals', [0.1234567]],
    // The nearest Float32 is 16,777,216: no rounding brings the last digit back.
    ['a whole number beyond 2²⁴', [16_777_217]],
    ['a tenth too far from its Float32', [10_000_000.1]],
    ['what overflows', [1e300]],
    ['one of them among tenths', [10.7, Number.NaN, 1 / 3]],
    // Each has a number of decimals that restores it, both together have none.
    ['large whole numbers beside small decimals', [16_777_215, 0.000001, 99_999.99]],
  ])('keeps %s as doubles', (_, values) => {
    const packed = packValues(Float64Array.from(values));
    expect(packed.stored).toBeInstanceOf(Float64Array);
    expect(packed.decimals).toBeNaN();
    expect(roundTrip(values)).toEqual(values);
  });

  it('tells the two zeros apart', () => {
    expect(Object.is(roundTrip([-0])[0], -0)).toBe(true);
    expect(Object.is(roundTrip([0, 0.1])[0], 0)).toBe(true);
  });

  it('gives back any decimals that providers issue', () => {
    const issued = fc
      .tuple(fc.array(fc.option(fc.integer({ min: -99_999, max: 99_999 }))), fc.integer({ min: 0, max: 4 }))
      .map(([all, decimals]) =>
        all.map((digits) => (digits === null ? Number.NaN : digits / 10 ** decimals)),
      );
    fc.assert(
      fc.property(issued, (values) => {
        const packed = packValues(Float64Array.from(values));
        expect(packed.stored).toBeInstanceOf(Float32Array);
        expect(roundTrip(values)).toEqual(values);
      }),
    );
  });

  it('gives back any doubles', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (values) => {
        expect(roundTrip(values)).toEqual(values);
      }),
    );
  });
});

describe('unpackValues', () => {
  it.each([
    ['single precision', [1.5, 10.7, -3]],
    ['doubles', [1 / 3, 10.7, -3]],
  ])('puts a range of %s where it is wanted', (_, values) => {
    const out = new Float64Array(4);
    unpackValues(packValues(Float64Array.from(values)), 1, 3, out, 2);
    expect([...out]).toEqual([0, 0, 10.7, -3]);
  });

  it('leaves single precision as it is where no decimals are known', () => {
    const out = new Float64Array(1);
    unpackValues({ stored: Float32Array.of(10.7), decimals: Number.NaN }, 0, 1, out, 0);
    expect(out[0]).toBe(Math.fround(10.7));
  });
});
