import { describe, expect, it } from 'vitest';
import { handMadeCases } from '../models/hand-made-cases.ts';
import type { Cases } from '../models/model.ts';
import { msPerDay } from '../weather/time.ts';
import { isComplete, lastingColumns, withColumns } from './case-columns.ts';

const days = 40;
const columns = ['member_1', 'model_a', 'model_b', 'x_sun'];

/** A forecast a day; a value where a column's period holds the day. */
function casesOf(periods: readonly (readonly [from: number, until: number])[]): Cases {
  const forecasts = new Float64Array(days * columns.length);
  for (let day = 0; day < days; day++)
    periods.forEach(([from, until], k) => {
      forecasts[day * columns.length + k] = day >= from && day < until ? 100 * k + day : Number.NaN;
    });
  const validTime = Float64Array.from({ length: days }, (_, day) => day * msPerDay);
  return handMadeCases({ size: days, validTime, columns, forecasts });
}

const rowsUntil = (day: number) => Int32Array.from({ length: day }, (_, row) => row);
const always = [0, days] as const;

describe('columns to learn from', () => {
  it('are all where all are there', () => {
    expect(lastingColumns(casesOf([always, always, always, always]), rowsUntil(days))).toEqual(columns);
  });

  it('leave out one that began lately, until half of the rows have it', () => {
    const cases = casesOf([always, always, [15, days], always]);
    expect(lastingColumns(cases, rowsUntil(29))).toEqual(['member_1', 'model_a', 'x_sun']);
    expect(lastingColumns(cases, rowsUntil(30))).toEqual(columns);
  });

  it('leave out one that ended, once half of the last week is without it', () => {
    const cases = casesOf([always, [0, 30], always, always]);
    expect(lastingColumns(cases, rowsUntil(33))).toContain('model_a');
    expect(lastingColumns(cases, rowsUntil(34))).not.toContain('model_a');
  });

  it('are the new ones where a source changed all at once', () => {
    const cases = casesOf([
      [0, 30],
      [0, 30],
      [30, days],
      [0, 0],
    ]);
    expect(lastingColumns(cases, rowsUntil(38))).toEqual(['model_b']);
  });
});

describe('a block with some of its columns', () => {
  const cases = casesOf([always, [5, days], always, always]);

  it('has their values and counts, and is one object however often it is asked for', () => {
    const own = withColumns(cases, ['member_1', 'model_b'])!;
    expect(own).toMatchObject({ columns: ['member_1', 'model_b'], members: 1, models: 1, predictors: 0 });
    expect([...own.forecasts.subarray(0, 4)]).toEqual([0, 200, 1, 201]);
    expect(withColumns(cases, ['member_1', 'model_b'])).toBe(own);
    expect(withColumns(cases, columns)).toBe(cases);
  });

  it('is none where it lacks one', () => {
    expect(withColumns(cases, ['member_1', 'model_c'])).toBeUndefined();
  });

  it('knows which rows are complete', () => {
    expect([isComplete(cases, 4), isComplete(cases, 5)]).toEqual([false, true]);
    expect(isComplete(withColumns(cases, ['model_b'])!, 4)).toBe(true);
  });
});
