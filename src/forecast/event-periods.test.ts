import { describe, expect, it } from 'vitest';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { parseEvent } from './event.ts';
import { eventPeriods, longestRow } from './event-periods.ts';

const names = ['temperature_2m', 'precipitation', 'precipitation_sum'];
const variables = names.map((name) => findVariable(name));
const start = Date.UTC(2025, 2, 29);

/** Valid times so many hours after 2025-03-29T00:00Z. */
function times(...hours: readonly number[]): Float64Array {
  return Float64Array.from(hours, (hour) => start + hour * msPerHour);
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k);

/** From and to as hours, of the periods of an event. */
function periods(text: string, validTimes: Float64Array, zone = 'UTC') {
  return eventPeriods(parseEvent(text, variables), validTimes, zone).map((one) => [
    (one.start - start) / msPerHour,
    (one.end - start) / msPerHour,
  ]);
}

describe('eventPeriods', () => {
  it('has one that ends at each time with all of its hours', () => {
    expect(periods('precipitation_sum_3h>5', times(1, 2, 3, 4, 6, 7, 8))).toEqual([
      [0, 3],
      [1, 4],
      [5, 8],
    ]);
    expect(periods('precipitation<0.1 for 2h', times(1, 2, 4))).toEqual([[0, 2]]);
  });

  it('needs no neighbours for single values', () => {
    expect(periods('temperature_2m<0', times(1, 2, 8))).toEqual([
      [1, 1],
      [2, 2],
      [8, 8],
    ]);
    expect(periods('precipitation>1', times(3))).toEqual([[2, 3]]);
    expect(periods('precipitation_sum>1', times(24, 96))).toEqual([
      [0, 24],
      [72, 96],
    ]);
  });

  it('has whole local days only: instants from midnight, sums up to the next', () => {
    expect(periods('temperature_2m_min<0', times(...range(-2, 24)))).toEqual([[0, 24]]);
    expect(periods('temperature_2m_min<0', times(...range(0, 22)))).toEqual([]);
    expect(periods('precipitation_sum_1h>0', times(1))).toEqual([[0, 1]]);
    expect(periods('precipitation_max>1', times(...range(1, 24)))).toEqual([[0, 24]]);
    expect(periods('precipitation_max>1', times(...range(0, 23)))).toEqual([]);
    expect(periods('temperature_2m_min<0', times(...range(0, 10), ...range(12, 24)))).toEqual([]);
  });

  it('has 23 hours on the day that clocks go forward', () => {
    // Berlin, 30 March 2025: from 23:00 UTC of the day before to 22:00 UTC.
    const [day] = eventPeriods(
      parseEvent('temperature_2m_min<0', variables),
      times(...range(23, 45)),
      'Europe/Berlin',
    );
    expect(day).toMatchObject({ from: 0, to: 23, date: '2025-03-30' });
  });

  it('lets a local day be an hour longer', () => {
    const days = times(24, 48, 73, 97);
    expect(periods('precipitation_sum<0.1 for 96h', days)).toEqual([[1, 97]]);
    expect(periods('precipitation_sum<0.1 for 48h', times(24, 50))).toEqual([]);
  });

  it('tells the longest row', () => {
    const event = parseEvent('precipitation_sum_9h>5', variables);
    expect(longestRow(event, times(1, 2, 3, 6, 7))).toBe(3);
    expect(eventPeriods(event, times(1, 2, 3, 6, 7), 'UTC')).toEqual([]);
  });
});
