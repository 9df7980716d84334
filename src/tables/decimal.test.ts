import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainDecimal, parseDecimal } from './decimal.ts';

describe('parseDecimal', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['-8.300', -8.3],
    ['.5', 0.5],
    ['-.5', -0.5],
    ['5.', 5],
    ['+7', 7],
    ['2.57783e+06', 2577830],
    ['1E-3', 0.001],
    [' 12 ', 12],
    ['123456789012345', 123456789012345],
    ['1234567890123456789', 1234567890123456800],
    ['0.1000000000000000055511151231257827', 0.1],
  ])('reads %j', (text, value) => {
    expect(parseDecimal(text)).toBe(value);
  });

  it.each([
    ['', /not a number/],
    ['.', /empty/],
    ['-', /empty/],
    ['+', /not a number/],
    ['1,5', /decimal point/],
    ['1.234,5', /decimal point/],
    ['1.5abc', /not a number/],
    ['1.5.2', /not a number/],
    ['--1', /not a number/],
    ['0x10', /not a number/],
    ['1e', /not a number/],
    ['1_000', /not a number/],
    ['1 000', /not a number/],
    ['٣', /not a number/],
    ['NaN', /leave the field empty/],
    ['NA', /leave the field empty/],
    ['null', /leave the field empty/],
    ['Infinity', /finite/],
    ['-inf', /finite/],
    ['1e31', /too large/],
    ['1e999', /too large/],
  ])('refuses %j and says why', (text, why) => {
    expect(parseDecimal(text)).toBeNaN();
    expect(explainDecimal(text)).toMatch(why);
  });

  it('answers the nearest double, as Number does', () => {
    const anyDouble = fc.double({ noNaN: true, min: -1e30, max: 1e30 }).map(String);
    const shortDecimal = fc
      .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.nat(14))
      .map(([sign, digits, places]) => {
        const padded = String(digits).padStart(places + 1, '0');
        return `${sign}${padded.slice(0, padded.length - places)}.${padded.slice(padded.length - places)}`;
      });
    fc.assert(
      fc.property(fc.oneof(anyDouble, shortDecimal), (text) => {
        expect(parseDecimal(text)).toBe(Number(text));
      }),
      { numRuns: 3000 },
    );
  });
});
