import { describe, expect, it } from 'vitest';
import { seededRandom } from '../scores/random.ts';
import { msPerDay } from '../weather/time.ts';
import { type Decided, valueOf } from './question-value.ts';

/** A decision a day: probability and whether it happened. */
function decided(...rows: readonly (readonly [probability: number, happened: 0 | 1])[]): Decided[] {
  return rows.map(([probability, happened], day) => ({
    end: day * msPerDay,
    decidedAt: (day - 1) * msPerDay,
    issuedAt: (day - 1) * msPerDay,
    probability,
    raw: Number.NaN,
    happened,
    flagged: false,
  }));
}

const worth = (rows: readonly Decided[], costLoss: number) =>
  valueOf(rows, ({ probability }) => probability, costLoss, 24, seededRandom('test'));

describe('valueOf', () => {
  it('hand-worked: acts from the ratio on, and counts what came of it', () => {
    const rows = decided(
      [0.9, 1],
      [0.2, 1],
      [0.1, 1],
      [0.5, 0],
      [0, 0],
      [0.19, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    );
    const { decisions, expenses, value, saving } = worth(rows, 0.2);
    expect(decisions).toEqual({ right: 2, missed: 1, falseAlarms: 1, correctRejections: 6 });
    expect(expenses.forecast).toBeCloseTo(0.16, 12);
    // Always acting costs 0.2 a decision, never 0.3, perfect knowledge 0.06.
    expect(value.estimate).toBeCloseTo(0.04 / 0.14, 12);
    expect(saving.estimate).toBeCloseTo(0.04, 12);
    expect(saving.lower).toBeLessThan(saving.estimate);
    expect(saving.upper).toBeGreaterThan(saving.estimate);
  });

  it('has a saving but no value where nothing ever happened', () => {
    const { value, saving } = worth(decided([0.3, 0], [0, 0], [0, 0], [0, 0]), 0.2);
    expect(value.estimate).toBeNaN();
    expect(saving.estimate).toBeCloseTo(-0.05, 12);
  });

  it('is sure where every day was alike', () => {
    const rows = decided(...Array.from({ length: 40 }, (_, k) => [k % 2, k % 2] as [number, 0 | 1]));
    const { value } = worth(rows, 0.4);
    expect([value.estimate, value.lower, value.upper]).toEqual([1, 1, 1]);
  });
});
