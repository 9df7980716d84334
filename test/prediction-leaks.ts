import { afterAll, describe, expect, it } from 'vitest';
import { findModel } from '../src/models/registry.ts';
import type { BacktestOptions } from '../src/pipeline/backtest.ts';
import type { Window } from '../src/pipeline/backtest-plan.ts';
import { openComputePool } from '../src/runtime/compute-pool.ts';
import { seededRandom } from '../src/scores/random.ts';
import type { Pairs } from '../src/weather/pairs.ts';
import { msPerDay } from '../src/weather/time.ts';
import {
  corrupted,
  firstDate,
  nameOf,
  outOfOrderPairs,
  predictionsIn,
  rowsOf,
  withForecasts,
} from './out-of-order-pairs.ts';

/** Models that take their time to be fitted again and again. */
export const grownModels: readonly string[] = ['trees', 'forest'];

const pool = openComputePool(new URL('../src/pipeline/jobs.ts', import.meta.url));
afterAll(() => pool[Symbol.asyncDispose]());

const ensembleTable = outOfOrderPairs(
  ['member_1', 'member_2', 'member_3', 'model_a', 'x_humidity'],
  'ensemble',
);
const singleTable = outOfOrderPairs(['model_a'], 'single');

/** Rows by valid time from which targets are taken; long enough for a chain of fits, each begun from the one before. */
const targets = { from: firstDate + 128 * msPerDay, until: firstDate + 133 * msPerDay };
const trainUntil = firstDate + 126 * msPerDay;
const windows: Readonly<Record<string, Window>> = {
  '40d': { dates: 40 },
  expanding: {},
  'train-until': { trainUntil },
};

/**
 * A target drawn by seed, whose outcome is not known yet when its forecast arrives, while other outcomes are known
 * whose forecasts have yet to arrive.
 */
function drawTarget(pairs: Pairs, seed: string): number {
  const { validTime, availableTime, outcomeKnownTime } = pairs;
  const candidates = rowsOf(
    pairs,
    (row) =>
      validTime[row] >= targets.from &&
      validTime[row] < targets.until &&
      availableTime[row] > trainUntil &&
      outcomeKnownTime[row] > availableTime[row] &&
      availableTime.some(
        (time, other) =>
          pairs.lead[other] === pairs.lead[row] &&
          pairs.place[other] === pairs.place[row] &&
          outcomeKnownTime[other] <= availableTime[row] &&
          time > availableTime[row] + 2 * msPerDay,
      ),
  );
  return candidates[Math.floor(seededRandom(seed)() * candidates.length)];
}

const combinationsOf = (names: readonly string[]) =>
  names.flatMap((name) =>
    (['all', 'place'] as const).flatMap((together) =>
      Object.entries(windows).map(([window, chosen]) => ({
        model: name,
        together,
        window,
        // An ensemble is its own dressing; only a single forecast has past errors to leak.
        pairs: name === 'dressed' ? singleTable : ensembleTable,
        options: { model: name, pool: together, window: chosen, targets } satisfies BacktestOptions,
      })),
    ),
  );

/** Tests that predictions of some models know nothing from after their time, and something from before it. */
export function testLeaks(names: readonly string[]): void {
  const combinations = combinationsOf(names);
  describe('a prediction from a simulated table', () => {
    it.each(combinations)(
      'knows no outcome from after its time: $model, $window, pool $together',
      async ({ model, together, window, pairs, options }) => {
        const target = drawTarget(pairs, `${model} ${together} ${window}`);
        const name = nameOf(pairs, target);
        const asOf = pairs.availableTime[target];
        const unknown = rowsOf(pairs, (row) => pairs.outcomeKnownTime[row] > asOf);
        expect(unknown).toContain(target);
        expect(unknown.some((row) => pairs.validTime[row] < asOf)).toBe(true);

        const honest = (await predictionsIn(pool, pairs, options)).get(name);
        expect(honest?.split(',')).toHaveLength(103);
        for (const how of ['wild', 'shuffled'] as const) {
          const other = corrupted(pairs, unknown, how, name);
          expect((await predictionsIn(pool, other, options)).get(name), how).toBe(honest);
        }
        const own = corrupted(pairs, [target], 'wild', name);
        expect((await predictionsIn(pool, own, options)).get(name), 'own outcome').toBe(honest);
        const late = rowsOf(pairs, (row) => pairs.availableTime[row] > asOf);
        const other = withForecasts(pairs, late, name);
        expect((await predictionsIn(pool, other, options)).get(name), 'forecasts that came later').toBe(
          honest,
        );
      },
    );

    // What is left out: models of recent outcomes, whose other training rows may have had this one as their predictor.
    it.each(combinations.filter(({ model }) => findModel(model).usesRecent !== true))(
      'does not know its own outcome even if that was there before the forecast: $model, $window, pool $together',
      async ({ pairs, options }) => {
        const { place, validTime, availableTime, outcomeKnownTime } = pairs;
        const isTarget = (row: number) => validTime[row] >= targets.from && validTime[row] < targets.until;
        const [target] = rowsOf(pairs, (row) => isTarget(row) && outcomeKnownTime[row] < availableTime[row]);
        const name = nameOf(pairs, target);
        const honest = (await predictionsIn(pool, pairs, options)).get(name);
        expect(honest?.split(',')).toHaveLength(103);
        // The other lead's row tells of the same outcome.
        const same = rowsOf(
          pairs,
          (row) => place[row] === place[target] && validTime[row] === validTime[target],
        );
        expect(same).toHaveLength(2);
        const other = corrupted(pairs, same, 'wild', name);
        expect((await predictionsIn(pool, other, options)).get(name)).toBe(honest);
      },
    );

    it.each(combinations.filter(({ model }) => model !== 'raw'))(
      'does learn from what was known: $model, $window, pool $together',
      async ({ pairs, options, model, together, window }) => {
        const target = drawTarget(pairs, `${model} ${together} ${window}`);
        const asOf = Math.min(pairs.availableTime[target], window === 'train-until' ? trainUntil : Infinity);
        const known = rowsOf(pairs, (row) => pairs.outcomeKnownTime[row] <= asOf);
        const name = nameOf(pairs, target);
        const honest = (await predictionsIn(pool, pairs, options)).get(name);
        const other = corrupted(pairs, known, 'shuffled', name);
        expect((await predictionsIn(pool, other, options)).get(name)).not.toBe(honest);
      },
    );
  });
}
