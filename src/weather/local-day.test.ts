import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkZone, localDay, localDays } from './local-day.ts';
import { formatInstant, msPerHour, parseInstant } from './time.ts';

function day(instant: string, zone: string) {
  const { date, start, end } = localDay(parseInstant(instant), zone);
  return { date, start: formatInstant(start), end: formatInstant(end), hours: (end - start) / msPerHour };
}

// Transitions of the IANA time zone database, as `zdump -v` prints them.
describe('localDay', () => {
  test.each([
    ['Europe/Berlin', '2021-01-15T12:00Z', '2021-01-15', '2021-01-14T23:00Z', '2021-01-15T23:00Z', 24],
    ['Europe/Berlin', '2021-03-28T12:00Z', '2021-03-28', '2021-03-27T23:00Z', '2021-03-28T22:00Z', 23],
    ['Europe/Berlin', '2021-10-31T12:00Z', '2021-10-31', '2021-10-30T22:00Z', '2021-10-31T23:00Z', 25],
    ['America/New_York', '2021-03-14T12:00Z', '2021-03-14', '2021-03-14T05:00Z', '2021-03-15T04:00Z', 23],
    ['America/New_York', '2021-11-07T12:00Z', '2021-11-07', '2021-11-07T04:00Z', '2021-11-08T05:00Z', 25],
    // Clocks move by half an hour.
    [
      'Australia/Lord_Howe',
      '2021-04-04T00:00Z',
      '2021-04-04',
      '2021-04-03T13:00Z',
      '2021-04-04T13:30Z',
      24.5,
    ],
    [
      'Australia/Lord_Howe',
      '2021-10-03T00:00Z',
      '2021-10-03',
      '2021-10-02T13:30Z',
      '2021-10-03T13:00Z',
      23.5,
    ],
    // Clocks went from midnight to 1 o'clock: the day has no midnight.
    ['America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-04', '2018-11-04T03:00Z', '2018-11-05T02:00Z', 23],
    // Samoa left 2011-12-30 out: 29 December ends where 31 December begins.
    ['Pacific/Apia', '2011-12-30T09:59Z', '2011-12-29', '2011-12-29T10:00Z', '2011-12-30T10:00Z', 24],
    ['Pacific/Apia', '2011-12-30T10:00Z', '2011-12-31', '2011-12-30T10:00Z', '2011-12-31T10:00Z', 24],
    ['Asia/Kathmandu', '2021-01-01T18:15Z', '2021-01-02', '2021-01-01T18:15Z', '2021-01-02T18:15Z', 24],
    ['UTC', '1969-12-31T23:59Z', '1969-12-31', '1969-12-31T00:00Z', '1970-01-01T00:00Z', 24],
  ])('of %s at %s is %s', (zone, instant, date, start, end, hours) => {
    expect(day(instant, zone)).toEqual({ date, start, end, hours });
  });

  test('does not return to a day that is over, where clocks go back over midnight', () => {
    // In Newfoundland clocks went from 00:01 back to 23:01: 23:30 of 28 October came a second time at 03:00 UTC.
    expect(day('2006-10-29T02:29Z', 'America/St_Johns').date).toBe('2006-10-28');
    const expected = { date: '2006-10-29', start: '2006-10-29T02:30Z', end: '2006-10-30T03:30Z', hours: 25 };
    expect(day('2006-10-29T02:30Z', 'America/St_Johns')).toEqual(expected);
    expect(day('2006-10-29T03:00Z', 'America/St_Johns')).toEqual(expected);
  });

  test('holds its instant, and meets its neighbours', () => {
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Cairo',
    );
    const instant = fc.integer({
      min: parseInstant('1980-01-01T00:00Z'),
      max: parseInstant('2030-01-01T00:00Z'),
    });
    fc.assert(
      fc.property(instant, zone, (ms, name) => {
        const { date, start, end } = localDay(ms, name);
        expect(start).toBeLessThanOrEqual(ms);
        expect(ms).toBeLessThan(end);
        expect(localDay(start, name)).toEqual({ date, start, end });
        expect(localDay(end, name).start).toBe(end);
        expect(localDay(start - 1, name).end).toBe(start);
      }),
    );
  });

  test('takes fractions of a millisecond', () => {
    expect(localDay(-0.5, 'UTC').date).toBe('1969-12-31');
  });

  test.each([NaN, Infinity])('refuses %d', (ms) => {
    expect(() => localDay(ms, 'UTC')).toThrow(
      expect.objectContaining({
        name: 'InvalidData',
        message: `${ms} is not an instant; give epoch milliseconds.`,
      }),
    );
  });
});

describe('localDays', () => {
  test('follow one another through a change of clocks', () => {
    const days = localDays('2021-03-27', 3, 'Europe/Berlin');
    expect(days.map(({ date }) => date)).toEqual(['2021-03-27', '2021-03-28', '2021-03-29']);
    expect(days.map(({ start }) => formatInstant(start))).toEqual([
      '2021-03-26T23:00Z',
      '2021-03-27T23:00Z',
      '2021-03-28T22:00Z',
    ]);
    expect(days.map(({ start, end }) => (end - start) / msPerHour)).toEqual([24, 23, 24]);
  });

  test('leave out a date that the zone left out', () => {
    const dates = (from: string) => localDays(from, 2, 'Pacific/Apia').map(({ date }) => date);
    expect(dates('2011-12-29')).toEqual(['2011-12-29', '2011-12-31']);
    expect(dates('2011-12-30')).toEqual(['2011-12-31', '2012-01-01']);
  });

  test('are the days that localDay answers', () => {
    for (const one of localDays('2006-10-01', 60, 'America/St_Johns')) {
      expect(localDay(one.start, 'America/St_Johns')).toEqual(one);
      expect(localDay(one.end - 1, 'America/St_Johns')).toEqual(one);
    }
  });

  test('may be none', () => {
    expect(localDays('2021-03-27', 0, 'UTC')).toEqual([]);
  });

  test.each([
    ['2021-02-30', 1, 'UTC', '"2021-02-30" is not a date that exists'],
    ['2021-02-03T00:00', 1, 'UTC', 'is not a date'],
    ['2021-02-03', 1.5, 'UTC', 'must be a whole number, not 1.5'],
    ['2021-02-03', -1, 'UTC', 'must be a whole number, not -1'],
    ['2021-02-03', 0, 'Mars/Phobos', 'There is no time zone "Mars/Phobos"'],
  ])('refuses %s, %d, %s', (from, count, zone, message) => {
    expect(() => localDays(from, count, zone)).toThrow(
      expect.objectContaining({ name: 'InvalidData', message: expect.stringContaining(message) }),
    );
  });
});

describe('checkZone', () => {
  test.each([
    'Europe/Berlin',
    'America/Argentina/Buenos_Aires',
    'America/Port-au-Prince',
    'UTC',
    'Etc/GMT+5',
  ])('answers %s', (zone) => {
    expect(checkZone(zone)).toBe(zone);
  });

  // Temporal itself would take the offset and the timestamps for zones.
  test.each([
    'Europe/Atlantis',
    '+02:00',
    '+02',
    '2021-01-01T00:00Z',
    '2021-01-01T00:00[Europe/Berlin]',
    'Etc/GMT-20',
    '',
  ])('refuses %o', (zone) => {
    expect(() => checkZone(zone)).toThrow(
      expect.objectContaining({
        name: 'InvalidData',
        message: expect.stringContaining(`There is no time zone ${JSON.stringify(zone)}.`),
      }),
    );
  });

  test('proposes the nearest name', () => {
    expect(() => checkZone('Europe/Berln')).toThrow('Did you mean Europe/Berlin');
  });
});
