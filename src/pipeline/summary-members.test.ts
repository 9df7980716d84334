import { describe, expect, it } from 'vitest';
import { reducedLayout, reducedValues } from '../store/reduce-run.ts';
import { packValues, unpackValues } from '../store/run-values.ts';
import type { Run } from '../store/store.ts';
import { summaryMembers } from './summary-members.ts';

const layout = {
  columns: [...Array.from({ length: 9 }, (_, k) => `member_${k + 1}`), 'model_high', 'x_sun'],
  series: [{ variable: 'temperature_2m', leads: [24, 48] }],
};
const members = [-3, -1, 0, 1, 1, 2, 3, 5, 10];
const run: Run = {
  place: 'A',
  source: 's',
  issuedAt: 0,
  knownAt: 0,
  layout,
  values: packValues(Float64Array.from([...members, 4, 7, ...Array<number>(9).fill(Number.NaN), 5, 8])),
};

function numbersOf({ values }: Run): number[] {
  const out = new Float64Array(values.stored.length);
  unpackValues(values, 0, out.length, out, 0);
  return [...out];
}

describe('an ensemble read as its summary', () => {
  it('has five members with the mean and the spread of all, and its other columns', () => {
    const read = summaryMembers(run);
    expect(read.layout.columns).toEqual([
      'member_1',
      'member_2',
      'member_3',
      'member_4',
      'member_5',
      'model_high',
      'x_sun',
    ]);
    const [first, second] = [numbersOf(read).slice(0, 7), numbersOf(read).slice(7)];
    const five = first.slice(0, 5);
    // The nine members add up to 18; their squares about the mean of 2 to 114.
    expect(five.reduce((a, b) => a + b) / 5).toBeCloseTo(2, 9);
    expect(five.reduce((sum, value) => sum + (value - 2) ** 2, 0) / 4).toBeCloseTo(114 / 8, 9);
    expect(five).toEqual([...five].sort((a, b) => a - b));
    expect(first.slice(5)).toEqual([4, 7]);
    expect(second).toEqual([...Array<number>(5).fill(Number.NaN), 5, 8]);
  });

  it('is the same, but for rounding, whether the run was made smaller before or not', () => {
    const reduced = { ...run, layout: reducedLayout(layout), values: reducedValues(run) };
    const [before, after] = [summaryMembers(run), summaryMembers(reduced)];
    expect(after.layout.columns).toEqual(before.layout.columns);
    numbersOf(before).forEach((value, k) => {
      if (Number.isNaN(value)) expect(numbersOf(after)[k]).toBeNaN();
      else expect(Math.abs(numbersOf(after)[k] - value)).toBeLessThan(0.02);
    });
  });

  it('has no rain below zero', () => {
    const rain = packValues(Float64Array.from([0, 0, 0, 0, 0, 0, 0, 1, 40, 4, 7]));
    const read = summaryMembers({
      ...run,
      layout: { ...layout, series: [{ variable: 'precipitation', leads: [24] }] },
      values: rain,
    });
    expect(Math.min(...numbersOf(read))).toBeGreaterThanOrEqual(0);
  });

  it('is left alone where the members are few', () => {
    const few = {
      ...run,
      layout: { ...layout, columns: ['member_1', 'member_2'] },
      values: packValues(Float64Array.of(1, 2, 3, 4)),
    };
    expect(summaryMembers(few)).toBe(few);
  });
});
