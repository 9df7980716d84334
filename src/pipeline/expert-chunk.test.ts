import { describe, expect, test } from 'vitest';
import { handMadeCases } from '../models/hand-made-cases.ts';
import type { Cases, Control } from '../models/model.ts';
import { settingsFor } from '../models/settings.ts';
import { msPerDay } from '../weather/time.ts';
import { fitTimes } from './backtest-plan.ts';
import { runExpertChunk } from './expert-chunk.ts';

const control: Control = { checkpoint() {} };
const levels = Float64Array.of(0.05, 0.5, 0.95);
const days = (...of: readonly number[]) => Float64Array.from(of, (day) => day * msPerDay);

/** Outcomes of two places; the last two rows are asked about. */
const outcomes = handMadeCases({
  size: 7,
  places: ['shore', 'peak'],
  place: Int32Array.of(0, 0, 0, 0, 1, 0, 1),
  validTime: days(1, 2, 3, 4, 4, 10, 10),
  outcome: Float64Array.of(10, 11, 12, 13, -40, NaN, NaN),
});

/** Medians of climatology, fitted as of each of some days. */
function said(cases: Cases, asOf: readonly number[], fitOf: readonly number[], byPlace: boolean) {
  const out = new Float32Array(cases.size * levels.length).fill(Number.NaN);
  const { refusals } = runExpertChunk(
    {
      cases,
      model: 'climatology',
      settings: settingsFor(cases.variable),
      byPlace,
      times: fitTimes(cases, days(...asOf), undefined),
      fitOf: Int32Array.from(fitOf),
      from: 0,
      until: asOf.length,
      levels,
      // Slots need not be in the order of the rows.
      slot: Int32Array.from({ length: cases.size }, (_, row) => cases.size - 1 - row),
      out,
    },
    control,
  );
  const median = (row: number) => out[(cases.size - 1 - row) * levels.length + 1];
  return { median, refusals, out };
}

const none = [-1, -1, -1, -1, -1];

describe('where there are outcomes alone', () => {
  test('a place is answered by its own, and one with too few not at all', () => {
    const { median } = said(outcomes, [9], [...none, 0, 0], true);
    expect(median(5)).toBe(11.5);
    expect(median(6)).toBeNaN();
  });

  test('with predictors a place with too few is given those of all', () => {
    const { median } = said(outcomes, [9], [...none, 0, 0], false);
    expect(median(5)).toBe(11.5);
    // −40, 10, 11, 12, 13.
    expect(median(6)).toBe(11);
  });
});

test('each row is answered by its own fit, as of that time', () => {
  const { median } = said(outcomes, [2, 9], [...none, 0, 1], false);
  // On day 2 the outcomes 10 and 11 are known.
  expect(median(5)).toBe(10.5);
  expect(median(6)).toBe(11);
});

test('where nothing can be fitted an expert is silent, and says why', () => {
  const { out, refusals } = said(outcomes, [0, 9], [...none, 0, 1], true);
  expect(refusals).toEqual(['0 outcomes are known; a distribution needs 2']);
  expect([...out]).toEqual(Array.from(out, () => Number.NaN));
});

test('can be stopped', () => {
  const cancelled = new Error('stop');
  const chunk = {
    cases: outcomes,
    model: 'climatology',
    settings: settingsFor(outcomes.variable),
    byPlace: true,
    times: fitTimes(outcomes, days(9), undefined),
    fitOf: Int32Array.of(...none, 0, 0),
    from: 0,
    until: 1,
    levels,
    slot: Int32Array.from(outcomes.place.keys()),
    out: new Float32Array(outcomes.size * levels.length),
  };
  const stop: Control = {
    checkpoint() {
      throw cancelled;
    },
  };
  expect(() => runExpertChunk(chunk, stop)).toThrow(cancelled);
});
