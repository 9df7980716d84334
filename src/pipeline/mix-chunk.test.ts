import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryPerDay } from '../forecast/aggregate.ts';
import type { Control } from '../models/model.ts';
import { msPerDay } from '../weather/time.ts';
import { type MixedChunk, runMixChunk } from './mix-chunk.ts';

const levels = [0.05, 0.25, 0.5, 0.75, 0.95];
const control: Control = { checkpoint() {} };

/** What an expert says: a uniform law between two values, or nothing. */
type Said = readonly [number, number] | undefined;

/** Times in days; a row is valid a day after its forecast was available, and known then, unless it says otherwise. */
interface Row {
  readonly available: number;
  readonly valid?: number;
  readonly known?: number;
  readonly outcome?: number;
  readonly said: readonly Said[];
  readonly night?: boolean;
  readonly isTarget?: boolean;
}

/** Mixes rows; `quantiles` of each row in the order given. */
function mixed(rows: readonly Row[]): MixedChunk & { readonly quantiles: readonly (readonly number[])[] } {
  const out = new Float32Array(rows.length * levels.length).fill(Number.NaN);
  const days = (of: (row: Row) => number) => Float64Array.from(rows, (row) => of(row) * msPerDay);
  const validOf = ({ available, valid = available + 1 }: Row) => valid;
  const result = runMixChunk(
    {
      slots: Int32Array.from(rows.keys()),
      validTime: days(validOf),
      availableTime: days(({ available }) => available),
      knownTime: days((row) => row.known ?? validOf(row)),
      outcome: Float64Array.from(rows, ({ outcome = Number.NaN }) => outcome),
      night: Uint8Array.from(rows, ({ night = false }) => Number(night)),
      isTarget: Uint8Array.from(rows, ({ isTarget = true }) => Number(isTarget)),
      daysAhead: 1,
      lower: -10,
      upper: 10,
      levels,
      experts: rows[0].said.map((_, e) =>
        Float32Array.from(
          rows.flatMap(({ said }) => {
            const [from, to] = said[e] ?? [Number.NaN, Number.NaN];
            return levels.map((level) => from + (to - from) * level);
          }),
        ),
      ),
      out,
    },
    control,
  );
  return {
    ...result,
    quantiles: rows.map((_, i) => Array.from(out.subarray(i * levels.length, (i + 1) * levels.length))),
  };
}

const closeTo = (...values: readonly number[]) => values.map((value) => expect.closeTo(value, 6) as number);
const low: Said = [0, 1];
const high: Said = [1, 2];

describe('weights', () => {
  test('are equal where nothing is known, however much was said', () => {
    const { lastWeights, meanWeights, lastWidth, quantiles } = mixed([
      { available: 0, said: [low, high, low] },
      { available: 1, said: [low, high, low] },
    ]);
    expect([...lastWeights]).toEqual(closeTo(1 / 3, 1 / 3, 1 / 3));
    expect([...meanWeights]).toEqual(closeTo(1 / 3, 1 / 3, 1 / 3));
    expect(lastWidth).toBe(0);
    expect(quantiles[1]).toEqual(quantiles[0]);
  });

  // The laws differ over 0.05 … 1.95, so R = 1.9. At 0.5 the first scores ∫₀^½ x² + ∫_½¹ (1 − x)² = 1/12, the second ½ + 1/3
  // = 5/6: the loss of the second is 2 · (5/6 − 1/12)/1.9 greater.
  const ahead = (2 * (5 / 6 - 1 / 12)) / 1.9;

  test('follow the better expert when its outcome is known, and not before', () => {
    const said = [low, high];
    const { lastWeights, meanWeights, quantiles } = mixed([
      { available: 0, known: 3, outcome: 0.5, said },
      // Valid is not known.
      { available: 2, said },
      { available: 3, said },
    ]);
    // Day 1 is looked back on from day 4, that on day 3 is predicted.
    const weight = 1 / (1 + Math.exp(-ahead * memoryPerDay ** 3));
    expect([...lastWeights]).toEqual(closeTo(weight, 1 - weight));
    expect([...meanWeights]).toEqual(closeTo((1 + weight) / 3, (2 - weight) / 3));
    expect(quantiles[1]).toEqual(quantiles[0]);
    // Half of both were at or below 1; more of it is now.
    expect(quantiles[2][3]).toBeLessThan(quantiles[1][3]);
  });

  test('count four targets of a day as two', () => {
    const said = [low, high];
    const day = [0, 0.1, 0.2, 0.3].map(
      (hour): Row => ({ available: hour, valid: 1, known: 1, outcome: 0.5, said }),
    );
    const { lastWeights } = mixed([...day, { available: 1, said }]);
    expect(lastWeights[0]).toBeCloseTo(1 / (1 + Math.exp(-2 * ahead * memoryPerDay)), 6);
  });

  test('look at the evidence of 730 days', () => {
    const said = [low, high];
    const later: Row = { available: 700, known: 730, outcome: 1.5, said: [low, low] };
    const until = (day: number) =>
      mixed([
        { available: 0, outcome: 0.5, said },
        { ...later, known: day },
        { available: day, said },
      ]).lastWeights[0];
    expect(until(730)).toBeCloseTo(1 / (1 + Math.exp(-ahead * memoryPerDay ** 730)), 6);
    expect(until(732)).toBe(0.5);
  });
});

// By hand as above: 1/12 and 5/6.
test('experts are scored on the targets that they answered, learned from or not', () => {
  const { meanCrps, answered } = mixed([
    { available: 0, outcome: 0.5, said: [low, high] },
    // The first is wrong by 1, and nothing from the second.
    { available: 1, known: 99, outcome: 1, said: [[0, 0], undefined] },
    { available: 2, outcome: 0.5, said: [low, low], isTarget: false },
    { available: 3, said: [low, low] },
  ]);
  expect([...answered]).toEqual([2, 1]);
  expect([...meanCrps]).toEqual(closeTo((1 / 12 + 1) / 2, 5 / 6));
});

describe('a silent expert', () => {
  // Of the only one who speaks, the pool has the law, and so the loss.
  test('neither gains nor loses', () => {
    const { lastWeights, quantiles } = mixed([
      { available: 0, outcome: 9, said: [low, undefined] },
      { available: 1, said: [low, undefined] },
    ]);
    expect([...lastWeights]).toEqual(closeTo(0.5, 0.5));
    expect(quantiles[0]).toEqual(closeTo(...levels));
  });

  test('is left between the best and the worst who spoke, whatever happened', () => {
    const value = fc.double({ min: -5, max: 5, noNaN: true });
    const law = fc
      .tuple(value, fc.double({ min: 0.1, max: 5, noNaN: true }))
      .map(([a, width]): Said => [a, a + width]);
    fc.assert(
      fc.property(law, law, value, (one, other, outcome) => {
        const said = [one, other, undefined];
        const { lastWeights } = mixed([
          { available: 0, outcome, said },
          { available: 1, said },
        ]);
        const [a, b, silent] = lastWeights;
        // The mixture never loses more than the weighted mean; it may lose less than the best.
        expect(silent).toBeGreaterThan(Math.min(a, b) - 1e-6);
        expect(a + b + silent).toBeCloseTo(1, 12);
      }),
    );
  });

  test('does not silence the others; where all are silent there is no answer, and nothing is learned', () => {
    const { lastWeights, meanWeights, quantiles, lastWidth } = mixed([
      { available: 0, outcome: 0.5, said: [undefined, undefined] },
      { available: 2, said: [undefined, high] },
    ]);
    expect(quantiles[0]).toEqual(levels.map(() => Number.NaN));
    expect(quantiles[1]).toEqual(closeTo(...levels.map((level) => 1 + level)));
    expect([...lastWeights]).toEqual([0.5, 0.5]);
    expect([...meanWeights]).toEqual([0, 1]);
    expect(lastWidth).toBe(0);
  });
});

describe('an outcome that was there before the forecast', () => {
  const said = [low, high];

  test('does not teach its own row, nor those that came with it', () => {
    const late = (outcome: number) =>
      mixed([
        { available: 5, valid: 1, known: 2, outcome, said },
        { available: 5, said },
        { available: 6, said },
      ]);
    const [one, other] = [late(0.2), late(1.9)];
    expect(other.quantiles.slice(0, 2)).toEqual(one.quantiles.slice(0, 2));
    expect([...one.quantiles[0]].every(Number.isFinite)).toBe(true);
    expect(other.quantiles[2]).not.toEqual(one.quantiles[2]);
    // What it then teaches is what any other row of that day does.
    const punctual = mixed([
      { available: 0, outcome: 0.2, said },
      { available: 6, said },
    ]);
    expect([...one.lastWeights]).toEqual(closeTo(...punctual.lastWeights));
  });
});

test('where the sun is down the least value is served', () => {
  const { quantiles } = mixed([
    { available: 0, said: [low, high], night: true },
    { available: 0, said: [low, high] },
  ]);
  expect(quantiles[0]).toEqual(levels.map(() => -10));
  expect(quantiles[1][0]).toBeGreaterThanOrEqual(0);
});

test('nights teach nothing of the days', () => {
  const day = { available: 1, known: 3, outcome: 0.5, said: [low, high] };
  const next = { available: 4, said: [low, high] };
  const sure = { available: 0, known: 2, outcome: -10, said: [low, high], night: true };
  const {
    meanCrps: _with,
    mixedCrps: _all,
    answered,
    meanWeights: _mean,
    ...learned
  } = mixed([sure, day, next]);
  const {
    meanCrps: _alone,
    mixedCrps: _own,
    answered: _one,
    meanWeights: _other,
    ...alone
  } = mixed([day, next]);
  expect({ ...learned, quantiles: learned.quantiles.slice(1) }).toEqual(alone);
  // What experts said of it is told all the same.
  expect([...answered]).toEqual([2, 2]);
});

test('the width grows by what was missed and shrinks by what was not', () => {
  const said = [low, low];
  const width = (outcome: number) =>
    mixed([
      { available: 0, outcome, said },
      { available: 1, said },
    ]).lastWidth;
  expect(width(3)).toBeCloseTo(0.02 * 0.9, 12);
  expect(width(0.5)).toBeCloseTo(0.02 * (0.9 - 1), 12);
});

describe('whatever the rows', () => {
  const law = fc
    .tuple(fc.integer({ min: -50, max: 40 }), fc.integer({ min: 1, max: 30 }))
    .map(([from, width]): Said => [from / 10, (from + width) / 10]);
  const row = fc.record({
    available: fc.integer({ min: 0, max: 12 }),
    ahead: fc.integer({ min: -2, max: 3 }),
    delay: fc.integer({ min: 0, max: 4 }),
    outcome: fc.integer({ min: -60, max: 60 }).map((tenths) => tenths / 10),
    said: fc.tuple(law, fc.option(law, { nil: undefined })),
  });
  const rowsOf = fc.array(row, { minLength: 2, maxLength: 14 }).map((some) =>
    some.map(
      ({ available, ahead, delay, ...rest }): Row => ({
        ...rest,
        available,
        valid: available + ahead,
        known: available + ahead + delay,
      }),
    ),
  );

  test('nothing is changed by what becomes known later', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 0, max: 12 }), (rows, time) => {
        const changed = rows.map((one) => (one.known! > time ? { ...one, outcome: 10 - one.outcome! } : one));
        const [before, after] = [mixed(rows), mixed(changed)];
        rows.forEach(({ available }, i) => {
          if (available <= time) expect(after.quantiles[i]).toEqual(before.quantiles[i]);
        });
      }),
    );
  });

  test('quantiles ascend within the bounds', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        for (const quantiles of mixed(rows).quantiles)
          quantiles.forEach((value, k) => {
            expect(value).toBeGreaterThanOrEqual(k === 0 ? -10 : quantiles[k - 1]);
            expect(value).toBeLessThanOrEqual(10);
          });
      }),
    );
  });
});
