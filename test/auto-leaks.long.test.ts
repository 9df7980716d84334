import { afterAll, describe, expect, it } from 'vitest';
import { type BacktestOptions, backtest } from '../src/pipeline/backtest.ts';
import { predict } from '../src/pipeline/predict.ts';
import { type ComputePool, openComputePool } from '../src/runtime/compute-pool.ts';
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

/** What experts say together knows nothing of what came later, whoever of them is believed. */

const jobs = new URL('../src/pipeline/jobs.ts', import.meta.url);
const pool = openComputePool(jobs, { threads: 2 });
afterAll(() => pool[Symbol.asyncDispose]());

const DATES = 60;
const day = (number: number) => firstDate + number * msPerDay;
/** What comes after it is corrupted. */
const now = day(53);

/** The table as if everything later had been otherwise: outcomes that became known, forecasts that arrived. */
function otherFuture(pairs: Pairs): Pairs {
  const unknown = rowsOf(pairs, (row) => pairs.outcomeKnownTime[row] > now);
  const notThere = rowsOf(pairs, (row) => pairs.availableTime[row] > now);
  return withForecasts(corrupted(pairs, unknown, 'wild', 'outcomes'), notThere, 'forecasts');
}

const tables = [
  {
    table: 'of an ensemble',
    columns: ['member_1', 'member_2', 'member_3', 'model_a', 'x_humidity'],
    window: {},
  },
  { table: 'of one forecast', columns: ['model_a'], window: { dates: 30, refitDays: 10 } },
  { table: 'of outcomes alone', columns: [], window: { trainUntil: day(46), refitDays: 10 } },
];

describe.each(tables)('auto in a back-test $table', ({ columns, window }) => {
  const pairs = outOfOrderPairs(columns, 'auto', DATES);
  const options = {
    model: 'auto',
    window,
    targets: { from: day(48), until: day(58) },
  } satisfies BacktestOptions;

  it('does not know the future', async () => {
    const honest = await predictionsIn(pool, pairs, options);
    const other = await predictionsIn(pool, otherFuture(pairs), options);
    const available = new Map(
      rowsOf(pairs, () => true).map((row) => [nameOf(pairs, row), pairs.availableTime[row]]),
    );
    const [before, after] = [true, false].map((early) =>
      [...honest.keys()].filter((name) => available.get(name)! <= now === early),
    );
    expect(before.length).toBeGreaterThan(20);
    for (const name of before) expect(other.get(name), name).toBe(honest.get(name));
    // It would be seen if it did.
    expect(after.length).toBeGreaterThan(10);
    const changed = after.filter((name) => other.get(name) !== honest.get(name));
    expect(changed.length).toBeGreaterThan(after.length / 2);
  });

  it('predicts the same from a table that goes on, and from one whose future is another', async () => {
    const asOf = { model: 'auto', asOf: now, thresholds: { temperature_2m: [0] } };
    const honest = await predict(pairs, asOf, pool);
    expect(honest.predictions.length).toBeGreaterThan(5);
    for (const { model, law, quantiles, probabilities, trainedOn } of honest.predictions) {
      expect([model, law]).toEqual(['auto', 'quantiles']);
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
      expect(probabilities[0] >= 0.5).toBe(quantiles[2] >= 0);
      expect(trainedOn.rows).toBeGreaterThan(100);
      expect(trainedOn.until).toBeLessThanOrEqual(now);
    }
    expect(await predict(otherFuture(pairs), asOf, pool)).toEqual(honest);
  });
});

describe('auto', () => {
  const pairs = outOfOrderPairs(['model_a'], 'small', 40);

  it('says the same on one thread and on two', async () => {
    await using alone = openComputePool(jobs, { threads: 1 });
    const scored = async (own: ComputePool) => {
      let text = '';
      const onExport = (block: string) => void (text += block);
      const result = await backtest(pairs, { model: 'auto', by: ['place', 'lead'], onExport }, own);
      return { result, text };
    };
    expect(await scored(alone)).toEqual(await scored(pool));
  });

  it('does learn from the past when it predicts', async () => {
    const asOf = { model: 'auto', asOf: day(36) };
    const known = rowsOf(pairs, (row) => pairs.outcomeKnownTime[row] <= asOf.asOf);
    const other = corrupted(pairs, known, 'shuffled', 'past');
    expect(await predict(other, asOf, pool)).not.toEqual(await predict(pairs, asOf, pool));
  });

  it('goes on in its progress to the end, and never back', async () => {
    const told: number[] = [];
    const options: BacktestOptions = {
      model: 'auto',
      onProgress(done, total) {
        expect(total).toBe(100);
        told.push(done);
      },
    };
    await backtest(pairs, options, pool);
    expect(told.length).toBeGreaterThan(10);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(100);
  });

  it.each([1, 93])(
    'is stopped by an abort after %d parts in a hundred: Cancelled, and the pool is free for the next',
    async (at) => {
      const controller = new AbortController();
      let last = 0;
      const options: BacktestOptions = {
        model: 'auto',
        signal: controller.signal,
        onProgress(done) {
          last = done;
          if (done >= at) controller.abort();
        },
      };
      await expect(backtest(pairs, options, pool)).rejects.toMatchObject({ name: 'Cancelled' });
      expect(last).toBeLessThan(100);
      expect((await backtest(pairs, { model: 'raw' }, pool)).targets).toBe(240);
    },
  );
});
