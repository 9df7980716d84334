import { describe, expect, it } from 'vitest';
import { hourEndsIn, hoursIn, parseInterval } from './iso-interval.ts';

const at = (hour: number, minute = 0) => Date.UTC(2022, 1, 4, hour, minute);

describe('parseInterval reads', () => {
  it.each([
    ['2022-02-04T01:00:00+00:00/PT10H', at(1), at(11)],
    ['2022-02-04T01:00:00+00:00/P1DT6H', at(1), at(31)],
    ['2022-02-04T00:00Z/P1D', at(0), at(24)],
    ['2022-02-03T20:00:00-05:00/PT1H', at(1), at(2)],
    ['2022-02-04T01:00Z/PT1H30M', at(1), at(2, 30)],
    ['2022-02-04T01:00Z/PT90M0S', at(1), at(2, 30)],
    ['2022-02-04T01:00Z/2022-02-04T03:00Z', at(1), at(3)],
    ['PT2H/2022-02-04T03:00Z', at(1), at(3)],
  ])('%s', (text, start, end) => {
    expect(parseInterval(text)).toEqual({ start, end });
  });
});

describe('parseInterval refuses', () => {
  it.each([
    ['2022-02-04T01:00Z', 'has not two ends'],
    ['2022-02-04T01:00Z/P1M', 'has a duration that is not one of days'],
    ['2022-02-04T01:00Z/P', 'has a duration that is not one of days'],
    ['2022-02-04T01:00Z/P1DT', 'has a duration that is not one of days'],
    ['2022-02-04T01:00Z/PT1.5H', 'has a duration that is not one of days'],
    ['PT1H/PT2H', 'has no instant'],
    ['2022-02-04T01:00Z/PT0H', 'does not end after it begins'],
    ['2022-02-04T01:00Z/2022-02-04T00:00Z', 'does not end after it begins'],
    ['NOW/PT1H', 'not an instant'],
  ])('%s', (text, problem) => {
    expect(() => parseInterval(text)).toThrow(
      expect.objectContaining({ name: 'InvalidData', message: expect.stringContaining(problem) }),
    );
  });
});

describe('the hours of an interval', () => {
  const always = [-Infinity, Infinity] as const;

  it('begin with its start and end before its end', () => {
    expect(hoursIn({ start: at(1), end: at(4) }, ...always)).toEqual([at(1), at(2), at(3)]);
    expect(hourEndsIn({ start: at(1), end: at(4) }, ...always)).toEqual([at(2), at(3), at(4)]);
  });

  it('are whole where its ends are not', () => {
    expect(hoursIn({ start: at(1, 30), end: at(4, 30) }, ...always)).toEqual([at(2), at(3), at(4)]);
    expect(hourEndsIn({ start: at(1, 30), end: at(4, 30) }, ...always)).toEqual([at(3), at(4)]);
    expect(hourEndsIn({ start: at(1, 10), end: at(1, 50) }, ...always)).toEqual([]);
  });

  it('stop at what is wanted, so that centuries cost nothing', () => {
    const centuries = parseInterval('2022-02-04T00:00Z/P99999D');
    expect(hoursIn(centuries, at(5), at(6))).toEqual([at(5), at(6)]);
    expect(hourEndsIn(centuries, at(5), at(7))).toEqual([at(6), at(7)]);
  });
});
