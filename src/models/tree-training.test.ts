import { describe, expect, test } from 'vitest';
import { msPerDay } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { handMadeRegion, normalNumbers, type RegionRow } from './hand-made-region.ts';
import type { Control } from './model.ts';
import { settingsFor } from './settings.ts';
import { treeTraining } from './tree-training.ts';

const control: Control = { checkpoint() {} };
const settings = settingsFor(findVariable('temperature_2m'));
const normal = normalNumbers('tree training');
const rows = Array.from({ length: 1000 }, (_, i): RegionRow => {
  const forecast = 10 + normal();
  return { place: `p${i % 10}`, day: Math.floor(i / 10), forecast, outcome: forecast + 1 + 2 * normal() };
});
const all = handMadeRegion(rows);

describe('what trees are grown from', () => {
  const training = treeTraining(all, settings, 90 * msPerDay, control);

  test('is the rows that were known by then, but for the first 200', () => {
    // Of day 89 all outcomes are known an hour after it begins; of each date all are learned at once.
    expect(training.binned.rows).toBeGreaterThanOrEqual(900 - 230);
    expect(training.binned.rows).toBeLessThanOrEqual(900 - 200);
    const last = [...training.order].slice(-10).map((i) => training.outcome[i]);
    expect(last).toEqual(rows.filter(({ day }) => day === 89).map(({ outcome }) => outcome));
  });

  test('is errors of predictions, in standard deviations of what was said', () => {
    const { error } = training;
    const squares = error.reduce((sum, one) => sum + one * one, 0) / error.length;
    const mean = error.reduce((sum, one) => sum + one, 0) / error.length;
    expect(Math.abs(mean)).toBeLessThan(0.15);
    expect(squares).toBeGreaterThan(0.85);
    expect(squares).toBeLessThan(1.2);
  });

  test('is cut at five of them', () => {
    const outcome = all.cases.outcome.with(800, 1e6).with(801, -1e6);
    const { error, outcome: kept } = treeTraining(
      { ...all, cases: { ...all.cases, outcome } },
      settings,
      90 * msPerDay,
      control,
    );
    expect(error[kept.indexOf(1e6)]).toBe(5);
    expect(error[kept.indexOf(-1e6)]).toBe(-5);
  });

  test('is 60 dates or more, and 100 outcomes', () => {
    const grow = (until: number) => () => treeTraining(all, settings, until * msPerDay, control);
    expect(grow(82)).not.toThrow();
    expect(grow(70)).toThrow(
      /^by \S+ the region had predicted \d+ outcomes on 4\d dates, after 200 to begin with; trees are grown from 100 on 60$/,
    );
    expect(grow(0)).toThrow(
      'by 1970-01-01T00:00Z the region had predicted 0 outcomes on 0 dates, after 200 to begin with; trees are grown from 100 on 60',
    );
  });
});
