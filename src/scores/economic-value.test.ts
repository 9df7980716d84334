import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCostLoss, decisionExpenses, relativeValue } from './economic-value.ts';

describe('economic value', () => {
  it('hand-worked', () => {
    // Ten decisions, the event came three times, acting costs a fifth: (0.2 · 3 + 1) / 10.
    const expenses = decisionExpenses({ right: 2, missed: 1, falseAlarms: 1, correctRejections: 6 }, 0.2);
    expect(expenses.forecast).toBeCloseTo(0.16, 12);
    expect(expenses.always).toBe(0.2);
    expect(expenses.never).toBeCloseTo(0.3, 12);
    expect(expenses.perfect).toBeCloseTo(0.06, 12);
    expect(relativeValue(expenses)).toBeCloseTo(0.04 / 0.14, 12);
  });

  it('is Richardson’s closed form: F, H, s and α', () => {
    const counts = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(
        fc.tuple(counts, counts, counts, counts),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        ([right, missed, falseAlarms, correctRejections], costLoss) => {
          const s = (right + missed) / (right + missed + falseAlarms + correctRejections);
          const hitRate = right / (right + missed);
          const falseRate = falseAlarms / (falseAlarms + correctRejections);
          const least = Math.min(costLoss, s);
          // Equation 8 of Richardson 2000.
          const published =
            (least - falseRate * costLoss * (1 - s) + hitRate * s * (1 - costLoss) - s) /
            (least - s * costLoss);
          const expenses = decisionExpenses({ right, missed, falseAlarms, correctRejections }, costLoss);
          expect(relativeValue(expenses)).toBeCloseTo(published, 8);
        },
      ),
    );
  });

  it('is 1 for perfect decisions, and nothing where there is nothing to gain', () => {
    const perfect = { right: 3, missed: 0, falseAlarms: 0, correctRejections: 7 };
    expect(relativeValue(decisionExpenses(perfect, 0.4))).toBeCloseTo(1, 12);
    const never = { right: 0, missed: 0, falseAlarms: 2, correctRejections: 8 };
    expect(relativeValue(decisionExpenses(never, 0.4))).toBeNaN();
    const none = { right: 0, missed: 0, falseAlarms: 0, correctRejections: 0 };
    expect(decisionExpenses(none, 0.4).forecast).toBeNaN();
  });

  it.each([0, 1, -0.2, Number.NaN])('refuses a ratio of %d', (ratio) => {
    expect(() => checkCostLoss(ratio)).toThrow(/must lie between 0 and 1/);
  });
});
