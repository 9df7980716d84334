import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binRows } from './bins.ts';
import { type BoostSettings, boost, boostDefaults } from './boost.ts';
import { binnedMatrix, drawing, noChance, normal, rowsFrom, unstopped } from './hand-made.ts';
import { squaredError } from './objectives.ts';
import { openPredictor } from './predict.ts';

/** One round of one full step, so that leaves are the means of their rows. */
const oneTree: BoostSettings = {
  ...boostDefaults,
  rounds: 1,
  learningRate: 1,
  leaves: 2,
  minRows: 1,
  categorySmoothing: 0,
};

function fitted(
  x: number[],
  features: number,
  y: number[],
  settings: BoostSettings,
  categorical: number[] = [],
) {
  const { bins, binned } = binnedMatrix(Float64Array.from(x), features, { categorical });
  const rows = { bins, binned, train: rowsFrom(0, y.length) };
  const model = boost(rows, squaredError(Float64Array.from(y)), settings, noChance, unstopped);
  const answer = (fresh: number[]) => {
    const some = binRows(bins, Float64Array.from(fresh), unstopped);
    const scores = new Float64Array(some.rows).fill(model.start[0]);
    openPredictor(model.trees[0], bins).add(some, scores, unstopped);
    return [...scores].map((score) => Number(score.toFixed(6)));
  };
  return { model, answer };
}

describe('one tree', () => {
  test('parts where the squares fall most', () => {
    // Means 0 and 10: of the four thresholds only 2.5 leaves no error.
    const { model, answer } = fitted([1, 2, 3, 4, 5], 1, [0, 0, 10, 10, 10], oneTree);
    expect(model.start[0]).toBe(6);
    expect(model.trees[0].threshold[0]).toBe(2);
    expect(answer([1, 2.4, 2.6, 9])).toEqual([0, 0, 10, 10]);
    // ½(12²/2 + 12²/3): gradients are 6 at two rows, −4 at three.
    expect(model.importance[0][0]).toBeCloseTo(60, 3);
  });

  test('grows the leaf that gains most first', () => {
    const y = [0, 1, 100, 200, 200, 200];
    const { answer } = fitted([1, 2, 3, 4, 5, 6], 1, y, { ...oneTree, leaves: 3 });
    expect(answer([1, 2, 3, 4, 5, 6])).toEqual([0.5, 0.5, 100, 200, 200, 200]);
  });

  test('keeps minRows in each leaf', () => {
    const { answer } = fitted([1, 2, 3, 4], 1, [9, 0, 0, 0], { ...oneTree, minRows: 2 });
    expect(answer([1, 2, 3, 4])).toEqual([4.5, 4.5, 0, 0]);
  });

  test('λ draws the leaves to the mean', () => {
    // Gradients 5, 5, −5, −5; each leaf moves by 10 / (2 + 2).
    const { answer } = fitted([1, 1, 2, 2], 1, [0, 0, 10, 10], { ...oneTree, l2: 2 });
    expect(answer([1, 2])).toEqual([2.5, 7.5]);
  });

  test('sends missing values where they belong', () => {
    const nan = Number.NaN;
    const left = fitted([1, nan, 2, nan], 1, [0, 0, 10, 0], oneTree);
    expect(left.answer([1, 2, nan])).toEqual([0, 10, 0]);
    const right = fitted([1, nan, 2, nan], 1, [0, 10, 10, 10], oneTree);
    expect(right.answer([1, 2, nan])).toEqual([0, 10, 10]);
    const alone = fitted([1, nan, 2, nan], 1, [0, 10, 0, 10], oneTree);
    expect(alone.answer([1, 2, nan])).toEqual([0, 0, 10]);
  });

  test('missing values that it has not seen follow the more rows', () => {
    const few = fitted([1, 2, 2, 2], 1, [0, 10, 10, 10], oneTree);
    expect(few.answer([Number.NaN])).toEqual([10]);
    const many = fitted([1, 1, 1, 2], 1, [0, 0, 0, 10], oneTree);
    expect(many.answer([Number.NaN])).toEqual([0]);
  });

  test('parts categories by their means, not by their codes', () => {
    const codes = [0, 1, 2, 3, 0, 1, 2, 3, 1];
    const y = codes.map((code) => (code % 2) * 10);
    const { model, answer } = fitted(codes, 1, y, oneTree, [0]);
    expect(model.trees[0].left.length).toBe(3);
    expect(answer([0, 1, 2, 3])).toEqual([0, 10, 0, 10]);
    // A category never seen is missing, and goes with the five rows of 1 and 3.
    expect(answer([8, Number.NaN])).toEqual([10, 10]);
  });

  test('a category may be told from missing ones', () => {
    const nan = Number.NaN;
    const { answer } = fitted([0, 0, nan, nan, 1], 1, [0, 0, 10, 10, 0], oneTree, [0]);
    expect(answer([0, 1, nan])).toEqual([0, 0, 10]);
  });

  test('weights count as that many rows', () => {
    const { bins, binned } = binnedMatrix(Float64Array.of(1, 1, 2), 1);
    const objective = squaredError(Float64Array.of(0, 4, 9), { weights: Float64Array.of(3, 1, 2) });
    const model = boost({ bins, binned, train: rowsFrom(0, 3) }, objective, oneTree, noChance, unstopped);
    expect(model.start[0]).toBeCloseTo(22 / 6, 12);
    expect(model.trees[0].value[1] + model.start[0]).toBeCloseTo(1, 9);
    expect(model.trees[0].value[2] + model.start[0]).toBeCloseTo(9, 9);
  });

  test('offsets are where each row starts', () => {
    const { bins, binned } = binnedMatrix(Float64Array.of(1, 2, 3, 4), 1);
    const offset = Float64Array.of(10, 20, 30, 40);
    const objective = squaredError(Float64Array.of(11, 21, 33, 43), { offset });
    const model = boost({ bins, binned, train: rowsFrom(0, 4) }, objective, oneTree, noChance, unstopped);
    expect(model.start[0]).toBe(2);
    expect([...model.trees[0].value]).toEqual([0, -1, 1]);
  });
});

describe('what cannot be parted', () => {
  test.each([
    ['constant outcomes', [1, 2, 3, 4], [7, 7, 7, 7]],
    ['one row', [1], [7]],
    ['only missing values', [Number.NaN, Number.NaN, Number.NaN], [5, 7, 9]],
    ['a constant feature', [3, 3, 3], [5, 7, 9]],
  ])('%s: the mean answers', (_, x, y) => {
    const { model, answer } = fitted(x, 1, y, { ...oneTree, rounds: 3 });
    expect(model.trees[0].left.length).toBe(3);
    expect(answer([1, Number.NaN])).toEqual([7, 7]);
  });

  test('no rows, NaN among the outcomes, settings out of range', () => {
    const { bins, binned } = binnedMatrix(Float64Array.of(1, 2), 1);
    const run = (y: number[], settings: Partial<BoostSettings>, count = 2) =>
      boost(
        { bins, binned, train: rowsFrom(0, count) },
        squaredError(Float64Array.from(y)),
        { ...oneTree, ...settings },
        noChance,
        unstopped,
      );
    expect(() => run([1, 2], {}, 0)).toThrow('no row to learn from');
    expect(() => run([1, Number.NaN], {})).toThrow('no number');
    expect(() => run([1, 2], { leaves: 257 })).toThrow('257');
    expect(() => run([1, 2], { minRows: 0 })).toThrow('minRows');
  });
});

/** Noise around a function of the first of `features` numbers. */
function simulated(rows: number, features: number, seed: number) {
  const random = drawing(seed);
  const x = Float64Array.from({ length: rows * features }, () => normal(random));
  const y = Float64Array.from({ length: rows }, (_, row) => 3 * Math.sin(x[row * features]) + normal(random));
  return { ...binnedMatrix(x, features), y };
}

describe('boosting', () => {
  test('the useful feature has the gain', () => {
    const { bins, binned, y } = simulated(1000, 5, 1);
    const settings = { ...boostDefaults, rounds: 10, leaves: 4 };
    const rows = { bins, binned, train: rowsFrom(0, 1000) };
    const { importance } = boost(rows, squaredError(y), settings, noChance, unstopped);
    const [useful, ...others] = importance[0];
    expect(useful).toBeGreaterThan(20 * Math.max(...others));
  });

  test('keeps the best round of the validation rows, and stops when none is better', () => {
    const { bins, binned, y } = simulated(600, 3, 2);
    const rows = { bins, binned, train: rowsFrom(0, 400), validation: rowsFrom(400, 200) };
    const settings = { ...boostDefaults, rounds: 400, minRows: 2, learningRate: 0.3, patience: 7 };
    const model = boost(rows, squaredError(y), settings, noChance, unstopped);
    const losses = [...model.validationLoss];
    expect(losses.length - 1).toBe(model.rounds + 7);
    expect(losses[model.rounds]).toBe(Math.min(...losses));
    expect(model.rounds).toBeGreaterThan(2);
    expect(model.trees[0].roots.length - 1).toBe(model.rounds);
    const scores = new Float64Array(600).fill(model.start[0]);
    openPredictor(model.trees[0], bins).add(binned, scores, unstopped);
    const loss = rows.validation.reduce((sum, row) => sum + (scores[row] - y[row]) ** 2, 0) / 200;
    expect(loss).toBeCloseTo(losses[model.rounds], 10);
    // What was not kept has no part in the importance.
    const again = boost(rows, squaredError(y), { ...settings, rounds: model.rounds }, noChance, unstopped);
    expect(again.importance).toEqual(model.importance);
  });

  test('equal seeds give equal bytes, others do not', () => {
    const { bins, binned, y } = simulated(300, 6, 3);
    const settings = { ...boostDefaults, rounds: 5, leaves: 5, featuresOfTree: 0.7, featuresOfNode: 0.5 };
    const run = (seed: number) =>
      boost({ bins, binned, train: rowsFrom(0, 300) }, squaredError(y), settings, drawing(seed), unstopped);
    expect(run(1)).toEqual(run(1));
    expect(run(1).trees).not.toEqual(run(2).trees);
  });

  test('a feature that the trees may not look at has no gain', () => {
    const { bins, binned, y } = simulated(300, 4, 4);
    const settings = { ...boostDefaults, rounds: 1, featuresOfTree: 0.25 };
    const rows = { bins, binned, train: rowsFrom(0, 300) };
    const { importance } = boost(rows, squaredError(y), settings, drawing(5), unstopped);
    expect([...importance[0]].filter((gain) => gain > 0)).toHaveLength(1);
  });

  test('the order in which rows are given changes the sums by rounding alone, and no tree', () => {
    const { bins, binned, y } = simulated(200, 3, 6);
    const settings = { ...boostDefaults, rounds: 1 };
    const run = (train: Int32Array) =>
      boost({ bins, binned, train }, squaredError(y), settings, noChance, unstopped).trees[0];
    const forwards = run(rowsFrom(0, 200));
    const backwards = run(rowsFrom(0, 200).reverse());
    expect(backwards.left).toEqual(forwards.left);
    expect(backwards.threshold).toEqual(forwards.threshold);
    backwards.value.forEach((value, node) => expect(value).toBeCloseTo(forwards.value[node], 10));
  });

  test('never makes the squares of its own rows larger', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -9, max: 9 }), fc.boolean()), {
          minLength: 2,
          maxLength: 60,
        }),
        (cases) => {
          const x = Float64Array.from(cases.flatMap(([a, , gone]) => [gone ? Number.NaN : a, a]));
          const y = Float64Array.from(cases, ([, outcome]) => outcome);
          const { bins, binned } = binnedMatrix(x, 2, { categorical: [1] });
          const rows = { bins, binned, train: rowsFrom(0, y.length), validation: rowsFrom(0, y.length) };
          const settings = { ...oneTree, leaves: 4, rounds: 6, patience: 6, learningRate: 0.5 };
          const { validationLoss } = boost(rows, squaredError(y), settings, noChance, unstopped);
          for (let k = 1; k < validationLoss.length; k++)
            expect(validationLoss[k]).toBeLessThanOrEqual(validationLoss[k - 1] + 1e-9);
        },
      ),
    );
  });

  test('stops where the checkpoint throws, having told how far it is', () => {
    const { bins, binned, y } = simulated(300, 3, 7);
    const seen: (readonly [number, number])[] = [];
    const control = {
      checkpoint(done: number, total: number) {
        seen.push([done, total]);
        if (done === 2) throw new Error('cancelled here');
      },
    };
    const rows = { bins, binned, train: rowsFrom(0, 300) };
    expect(() => boost(rows, squaredError(y), { ...boostDefaults, rounds: 9 }, noChance, control)).toThrow(
      'cancelled here',
    );
    expect(seen[0]).toEqual([0, 9]);
    expect(seen.filter(([done]) => done === 2)).toHaveLength(1);
    // Not only between rounds: a round may take long.
    expect(seen.length).toBeGreaterThan(10);
  });
});
