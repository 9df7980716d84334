import { describe, expect, it } from 'vitest';
import { parseEvent } from '../forecast/event.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { questionOutcome, questionTargets } from './question-targets.ts';

const variables = ['temperature_2m', 'precipitation', 'precipitation_sum'].map((name) => findVariable(name));
const start = Date.UTC(2025, 0, 1);
const hours = (...times: readonly number[]) => Float64Array.from(times, (hour) => start + hour * msPerHour);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k);
const always = { from: -Infinity, until: Infinity };

/** End and decision in hours. */
function targets(text: string, times: Float64Array, lead: number, period = always) {
  return questionTargets(parseEvent(text, variables), times, 'UTC', lead, period).map((one) => [
    (one.end - start) / msPerHour,
    (one.decidedAt - start) / msPerHour,
  ]);
}

describe('questionTargets', () => {
  it('has periods one after the other, from full days on', () => {
    expect(targets('precipitation_sum_6h>5', hours(...range(2, 20)), 12)).toEqual([
      [12, 0],
      [18, 6],
    ]);
    expect(targets('precipitation_sum<0.1 for 48h', hours(8, 32, 56, 80, 104), 48)).toEqual([
      [32, -16],
      [80, 32],
    ]);
  });

  it('has every value, and decides at the lead, but not after the start', () => {
    expect(targets('temperature_2m<0', hours(3, 4), 24)).toEqual([
      [3, -21],
      [4, -20],
    ]);
    expect(targets('precipitation>1', hours(3), 0)).toEqual([[3, 2]]);
    expect(targets('temperature_2m_min<0', hours(...range(0, 24)), 12)).toEqual([[24, 0]]);
  });

  it('has those that end in the period asked for', () => {
    const period = { from: start + 4 * msPerHour, until: start + 6 * msPerHour };
    expect(targets('temperature_2m<0', hours(3, 4, 5, 6), 24, period).map(([end]) => end)).toEqual([4, 5]);
  });
});

describe('questionOutcome', () => {
  const event = parseEvent('precipitation_sum_2h>5', variables);
  const observed = (last: readonly number[], flagged: readonly boolean[] = last.map(() => false)) => {
    const validTime = [...hours(...range(1, last.length))];
    return {
      validTime,
      firstKnownAt: validTime,
      first: last,
      last,
      flagged,
      indexOf: new Map(validTime.map((time, k) => [time, k])),
    };
  };

  it('is the latest version, a value that is not trusted included', () => {
    expect(questionOutcome(event, hours(1, 2), observed([2, 4]))).toEqual({ happened: 1, flagged: false });
    expect(questionOutcome(event, hours(1, 2), observed([2, 99], [false, true]))).toEqual({
      happened: 1,
      flagged: true,
    });
    expect(questionOutcome(event, hours(1, 2), observed([2, 3])).happened).toBe(0);
  });

  it('is missing where an hour is', () => {
    expect(questionOutcome(event, hours(1, 2), observed([9])).happened).toBeNaN();
    expect(questionOutcome(event, hours(1, 2), observed([9, Number.NaN])).happened).toBeNaN();
  });
});
