import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dayOfYear,
  daysPerYear,
  formatInstant,
  hourOfDay,
  msPerDay,
  msPerHour,
  parseDay,
  parseInstant,
  parsePeriod,
  timeAxis,
  utcDay,
} from './time.ts';

const anyInstant = fc
  .date({
    min: new Date('0000-01-01T00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => date.getTime());

function invalid(message: string) {
  return expect.objectContaining({ name: 'InvalidData', message: expect.stringContaining(message) });
}

describe('parseInstant', () => {
  // 2004-01-31 is day 12,448: 34 x 365 + 8 leap days + 30.
  const start = 12_448 * msPerDay;

  test.each([
    ['1970-01-01T00:00Z', 0],
    ['2004-01-31T00:00Z', start],
    ['2004-01-31T12:34Z', start + (12 * 60 + 34) * 60_000],
    ['2004-01-31T12:34:56Z', start + ((12 * 60 + 34) * 60 + 56) * 1000],
    ['2004-01-31T12:34:56+00:00', start + ((12 * 60 + 34) * 60 + 56) * 1000],
    ['2004-01-31T00:00:00.5Z', start + 500],
    ['2004-01-31T00:00:00.123987Z', start + 123],
    ['2004-01-31T02:00+02:00', start],
    ['2004-01-30T19:00:00-05:00', start],
    ['2004-01-31T05:45+0545', start],
    ['2004-01-30T16:00-08', start],
    ['2004-02-29T00:00Z', start + 29 * msPerDay],
    ['0001-01-01T00:00Z', -62_135_596_800_000],
  ])('reads %s', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  test('agrees with Temporal on every instant, in UTC and with offsets', () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(anyInstant, offset, (ms, minutes) => {
        const instant = Temporal.Instant.fromEpochMilliseconds(ms);
        const zone = `${minutes < 0 ? '-' : '+'}${new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)}`;
        const local = instant.toString({ timeZone: zone, smallestUnit: 'millisecond' });
        fc.pre(/^\d{4}-/.test(local));
        expect(parseInstant(local)).toBe(ms);
        expect(parseInstant(instant.toString({ smallestUnit: 'second' }))).toBe(Math.floor(ms / 1000) * 1000);
        expect(parseInstant(instant.toString({ smallestUnit: 'minute' }))).toBe(
          Math.floor(ms / 60_000) * 60_000,
        );
      }),
    );
  });

  test.each([
    ['2004-01-31T00:00', 'says no zone; add Z for UTC'],
    ['2004-01-31T00:00:00', 'says no zone; add Z for UTC'],
    ['2021-02-30T00:00Z', 'is not a date and time that exists'],
    ['2021-02-29T00:00:00Z', 'is not a date and time that exists'],
    ['1900-02-29T00:00Z', 'is not a date and time that exists'],
    ['2021-04-31T00:00Z', 'is not a date and time that exists'],
    ['2021-13-01T00:00Z', 'is not a date and time that exists'],
    ['2021-00-01T00:00Z', 'is not a date and time that exists'],
    ['2021-01-00T00:00Z', 'is not a date and time that exists'],
    ['2021-01-01T24:00Z', 'is not a date and time that exists'],
    ['2021-01-01T00:60Z', 'is not a date and time that exists'],
    ['2016-12-31T23:59:60Z', 'is not a date and time that exists'],
    ['2021-01-01T00:00+24:00', 'is not a date and time that exists'],
    ['2021-01-01T00:00+00:60', 'is not a date and time that exists'],
    ['2021-02-30T00:00', 'is not a date and time that exists'],
    ['2004-01-31', 'is a date without a time; write it like 2004-01-31T00:00Z'],
    ['2004-01-31 00:00Z', 'is not an instant'],
    ['31.01.2004T00:00Z', 'is not an instant'],
    ['2004-1-31T00:00Z', 'is not an instant'],
    ['2004-01-30T16-08', 'is not an instant'],
    [' 2004-01-31T00:00Z', 'is not an instant'],
    ['2004-01-31T00:00Z ', 'is not an instant'],
    ['2004-01-31T0a:00Z', 'is not an instant'],
    ['2004-01-31T00:00:0:Z', 'is not an instant'],
    ['', 'is not an instant'],
  ])('refuses %o', (text, message) => {
    expect(() => parseInstant(text)).toThrow(invalid(`Time ${JSON.stringify(text)} ${message}`));
  });

  test('refuses an instant with any one character that is wrong', () => {
    const text = '2004-01-31T12:34:56Z';
    const character = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(fc.nat(text.length - 1), character, (at, wrong) => {
        fc.pre(!/\d/.test(wrong) && text[at] !== wrong);
        expect(() => parseInstant(text.slice(0, at) + wrong + text.slice(at + 1))).toThrow(invalid('Time'));
      }),
    );
  });
});

describe('formatInstant', () => {
  test.each([
    ['2004-01-31T00:00Z'],
    ['2004-01-31T12:34Z'],
    ['2004-01-31T12:34:56Z'],
    ['2004-01-31T12:34:00.007Z'],
    ['0001-01-01T00:00Z'],
  ])('writes %s', (text) => {
    expect(formatInstant(parseInstant(text))).toBe(text);
  });

  test('cuts a fraction of a millisecond off', () => {
    expect(formatInstant(-0.5)).toBe('1969-12-31T23:59:59.999Z');
  });

  test('is read back as the same instant', () => {
    fc.assert(
      fc.property(anyInstant, (ms) => {
        expect(parseInstant(formatInstant(ms))).toBe(ms);
      }),
    );
  });

  test.each([NaN, Infinity, -62_167_219_200_001, 253_402_300_800_000])('refuses %d', (ms) => {
    expect(() => formatInstant(ms)).toThrow(invalid(`${ms} is not an instant that can be written`));
  });
});

describe('parseDay', () => {
  test('answers the beginning of the UTC day', () => {
    expect(parseDay('2004-01-31')).toBe(12_448 * msPerDay);
  });

  test.each([
    ['2021-02-30', 'is not a date that exists'],
    ['2021-2-3', 'is not a date; write it like'],
    ['2021-02-03T00:00Z', 'is not a date; write it like'],
    ['', 'is not a date; write it like'],
  ])('refuses %o', (text, message) => {
    expect(() => parseDay(text)).toThrow(invalid(`${JSON.stringify(text)} ${message}`));
  });
});

describe('parsePeriod', () => {
  const first = parseDay('2004-01-01');
  const february = parseDay('2004-02-01');

  test.each([
    ['2004-01-01..2004-01-31', first, february],
    ['2004-01-01..', first, Infinity],
    ['..2004-01-31', -Infinity, february],
    ['..', -Infinity, Infinity],
    ['2004-01-31', february - msPerDay, february],
    ['2004-01-31..2004-01-31', february - msPerDay, february],
    ['2004-01-01T06:00Z..2004-01-31T12:00Z', first + 6 * msPerHour, february - 12 * msPerHour],
    ['2004-01-01..2004-01-01T01:00Z', first, first + msPerHour],
  ])('reads %s', (text, from, until) => {
    expect(parsePeriod(text)).toEqual({ from, until });
  });

  test.each([
    ['2004-02-01..2004-01-31', 'ends before it begins'],
    ['2004-01-01T00:00Z..2004-01-01T00:00Z', 'ends before it begins'],
    ['2004-01-01...2004-01-31', 'is not a date'],
    ['2004-01-01..2004-01-31..2004-02-01', 'is not a period'],
    ['2004-01-01T00:00Z', 'is not a period'],
    ['', 'is not a period'],
    ['2004-02-30..', 'is not a date that exists'],
    ['2004-01-01T00:00..', 'says no zone'],
  ])('refuses %o', (text, message) => {
    expect(() => parsePeriod(text)).toThrow(invalid(message));
  });
});

describe('timeAxis', () => {
  test('steps on from its start', () => {
    expect(timeAxis(msPerDay, msPerHour, 3)).toEqual(
      new Float64Array([msPerDay, msPerDay + msPerHour, msPerDay + 2 * msPerHour]),
    );
    expect(timeAxis(0, 1, 0)).toEqual(new Float64Array());
  });

  test.each([
    [NaN, 1, 1],
    [0, 0, 1],
    [0, -1, 1],
    [0, 1, 1.5],
    [0, 1, -1],
  ])('refuses start %d, step %d, count %d', (start, step, count) => {
    expect(() => timeAxis(start, step, count)).toThrow(invalid(`not ${start}, ${step} and ${count}`));
  });
});

describe('parts of a time', () => {
  test('the day of the year is a fraction of the calendar year on a scale of 365.2425', () => {
    expect(dayOfYear(parseInstant('2021-01-01T00:00Z'))).toBe(0);
    // The middle of 365 days is noon of the 183rd; of 366 days, the end of it.
    expect(dayOfYear(parseInstant('2021-07-02T12:00Z'))).toBeCloseTo(daysPerYear / 2, 10);
    expect(dayOfYear(parseInstant('2020-07-02T00:00Z'))).toBeCloseTo(daysPerYear / 2, 10);
    expect(dayOfYear(parseInstant('1969-12-31T12:00Z'))).toBeCloseTo((daysPerYear * 364.5) / 365, 10);
  });

  test('the day of the year turns without a jump', () => {
    fc.assert(
      fc.property(anyInstant, (ms) => {
        const phase = (time: number) => (2 * Math.PI * dayOfYear(time)) / daysPerYear;
        expect(dayOfYear(ms)).toBeGreaterThanOrEqual(0);
        expect(dayOfYear(ms)).toBeLessThan(daysPerYear);
        expect(Math.cos(phase(ms + msPerHour) - phase(ms))).toBeGreaterThan(1 - 1e-6);
        expect(Math.sin(phase(ms + msPerHour) - phase(ms))).toBeGreaterThan(0);
      }),
      { examples: [[parseInstant('2020-12-31T23:30Z')], [parseInstant('2021-12-31T23:59Z')]] },
    );
  });

  test('hours and days are counted in UTC, before 1970 too', () => {
    expect(hourOfDay(parseInstant('2021-07-02T18:45Z'))).toBe(18.75);
    expect(hourOfDay(parseInstant('1969-12-31T18:45Z'))).toBe(18.75);
    expect(utcDay(parseInstant('2004-01-31T23:59:59Z'))).toBe(12_448);
    expect(utcDay(parseInstant('1969-12-31T23:59Z'))).toBe(-1);
  });

  test('of a missing time are missing', () => {
    for (const part of [dayOfYear, hourOfDay, utcDay]) expect(part(NaN)).toBeNaN();
  });
});
