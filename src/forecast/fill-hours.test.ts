import { describe, expect, it } from 'vitest';
import { msPerHour } from '../weather/time.ts';
import { fillHours } from './fill-hours.ts';

const series = (hours: readonly number[], quantiles: readonly number[]) => ({
  validTimes: Float64Array.from(hours, (hour) => hour * msPerHour),
  quantiles: Float64Array.from(quantiles),
});

function filled(hours: readonly number[], quantiles: readonly number[], levels = 1) {
  const result = fillHours(series(hours, quantiles), levels);
  return { hours: [...result.validTimes].map((time) => time / msPerHour), quantiles: [...result.quantiles] };
}

describe('fillHours', () => {
  it('draws a straight line between hours up to three apart', () => {
    expect(filled([1, 2, 5, 7], [0, 3, 9, 5])).toEqual({
      hours: [1, 2, 3, 4, 5, 6, 7],
      quantiles: [0, 3, 5, 7, 9, 7, 5],
    });
  });

  it('for each level by itself', () => {
    expect(filled([0, 2], [1, 10, 3, 30], 2).quantiles).toEqual([1, 10, 2, 20, 3, 30]);
  });

  it('leaves longer gaps, and times between full hours, as they are', () => {
    expect(filled([0, 6, 7.5], [1, 2, 3])).toEqual({ hours: [0, 6, 7.5], quantiles: [1, 2, 3] });
    expect(filled([], [])).toEqual({ hours: [], quantiles: [] });
  });

  it('is missing beside what is missing', () => {
    expect(filled([0, 2], [Number.NaN, 4]).quantiles).toEqual([Number.NaN, Number.NaN, 4]);
  });
});
