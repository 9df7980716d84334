import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BacktestOptions, backtest } from '../src/pipeline/backtest.ts';
import { openComputePool } from '../src/runtime/compute-pool.ts';
import { seededRandom } from '../src/scores/random.ts';
import { readPairs } from '../src/tables/pairs-csv.ts';
import type { Pairs } from '../src/weather/pairs.ts';
import { describeWithData } from './development-data.ts';

/** Numbers that were published for real records, or reached with other programs, to be met or bettered. */

const DAY = 86_400_000;

const pool = openComputePool(new URL('../src/pipeline/jobs.ts', import.meta.url));
afterAll(() => pool[Symbol.asyncDispose]());

const score = (pairs: Pairs, options: BacktestOptions) => backtest(pairs, options, pool);

/** The rows that fulfil a condition, as a table of their own. */
function only(pairs: Pairs, condition: (row: number) => boolean): Pairs {
  const rows = Int32Array.from(pairs.validTime.keys().filter(condition));
  const width = pairs.columns.length;
  const float64 = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]);
  return {
    ...pairs,
    rows: rows.length,
    place: rows.map((row) => pairs.place[row]),
    variable: rows.map((row) => pairs.variable[row]),
    lead: Float32Array.from(rows, (row) => pairs.lead[row]),
    initTime: float64(pairs.initTime),
    validTime: float64(pairs.validTime),
    availableTime: float64(pairs.availableTime),
    outcomeKnownTime: float64(pairs.outcomeKnownTime),
    forecasts: Float64Array.from(
      { length: rows.length * width },
      (_, i) => pairs.forecasts[rows[Math.floor(i / width)] * width + (i % width)],
    ),
    observation: float64(pairs.observation),
  };
}

describeWithData('Pacific Northwest, eight models', ['pairs/pacific-northwest-t2m.csv.gz'], ([file]) => {
  let pairs: Pairs;
  beforeAll(async () => void ({ pairs } = await readPairs([file])));
  const window = { dates: 25 };

  // 1.590730 was published for this day of the data set `srft` of the R package ensembleBMA, in the plain form.
  it('the raw ensemble scores what was published for 2004-01-31, and 2.1696 over all rows', async () => {
    const from = Date.UTC(2004, 0, 31);
    const day = await score(pairs, { model: 'raw', targets: { from, until: from + DAY } });
    expect(day.targets).toBe(712);
    expect(day.scores.crps).toBeCloseTo(1.59073, 6);
    expect(day.scores.crps_fair).toBeCloseTo(1.5196, 4);
    const all = await score(pairs, { model: 'raw' });
    expect(all.targets).toBe(36_826);
    expect(all.scores.crps).toBeCloseTo(2.1696, 4);
  });

  it('regional EMOS with 25 dates', async () => {
    const { targets, scores, references } = await score(pairs, { model: 'emos', window });
    expect(targets).toBe(18_387);
    expect(references.raw.crps).toBeCloseTo(2.2939, 4);
    expect(scores.crps).toBeLessThanOrEqual(1.775);
  });

  it('regional EMOS with a weight for each model', async () => {
    const { targets, scores } = await score(pairs, { model: 'emos', predictors: 'weights', window });
    expect(targets).toBe(18_387);
    expect(scores.crps).toBeLessThanOrEqual(1.778);
  });

  it('EMOS with the shrunken residual of each station', async () => {
    const { targets, scores } = await score(pairs, { model: 'emos-station', window });
    expect(targets).toBe(18_387);
    expect(scores.crps).toBeLessThanOrEqual(1.512);
  });
});

describeWithData('Magdeburg, 50 members a day ahead', ['pairs/magdeburg-t2m-24h.csv.gz'], ([file]) => {
  let pairs: Pairs;
  beforeAll(async () => void ({ pairs } = await readPairs([file])));

  it('EMOS with 30 dates', async () => {
    const { targets, scores, references } = await score(pairs, { model: 'emos', window: { dates: 30 } });
    expect(targets).toBe(4424);
    expect(references.raw.crps).toBeCloseTo(0.9895, 4);
    expect(scores.crps).toBeLessThanOrEqual(0.848);
  });

  it('EMOS with seasons and recent errors on all that is known', async () => {
    const { scores } = await score(pairs, { model: 'emos-season' });
    expect(scores.crps).toBeLessThanOrEqual(0.8);
  });
});

describeWithData('Innsbruck, rain of 5 to 8 days ahead', ['pairs/innsbruck-rain-5-8d.csv.gz'], ([file]) => {
  it('censored logistic on roots, the last 30 % of the rows whose members differ', async () => {
    const { pairs: all } = await readPairs([file]);
    const width = all.columns.length;
    const pairs = only(
      all,
      (row) => new Set(all.forecasts.subarray(row * width, (row + 1) * width)).size > 1,
    );
    expect(pairs.rows).toBe(4959);
    const from = pairs.validTime.toSorted()[pairs.rows - 1488];
    // What was known when the first of them was issued: a fit a day changes nothing but the time it takes.
    const trainUntil = Math.min(...pairs.availableTime.filter((_, row) => pairs.validTime[row] >= from)) - 1;
    const { targets, law, scores, references } = await score(pairs, {
      model: 'emos',
      window: { trainUntil },
      targets: { from, until: Infinity },
    });
    expect(targets).toBe(1488);
    expect(law).toBe('censored-logistic(sqrt)');
    expect(references.raw.crps).toBeCloseTo(7.09, 3);
    expect(references.raw.crps_fair).toBeCloseTo(6.646, 3);
    expect(scores.crps).toBeLessThanOrEqual(4.74);
    expect(scores.coverage90).toBeGreaterThanOrEqual(0.87);
    expect(scores.coverage90).toBeLessThanOrEqual(0.93);
  });
});

describeWithData('US cities, temperatures by city', ['pairs/us-cities-a-tmax-tmin.csv.gz'], ([file]) => {
  let pairs: Pairs;
  beforeAll(async () => void ({ pairs } = await readPairs([file])));
  const once = { trainUntil: Date.UTC(2021, 11, 1) };

  it('EMOS of each city, learned until 2021-12-01', async () => {
    const { targets, scores, references, groups } = await score(pairs, {
      model: 'emos',
      pool: 'place',
      window: once,
      by: ['lead', 'variable'],
    });
    expect(targets).toBe(115_433);
    expect(references.raw.mae).toBeCloseTo(1.3566, 4);
    expect(scores.crps).toBeLessThanOrEqual(0.976);
    expect(scores.coverage90).toBeGreaterThanOrEqual(0.86);
    expect(scores.coverage90).toBeLessThanOrEqual(0.92);
    expect(groups).toHaveLength(8);
    expect(groups.reduce((sum, group) => sum + group.targets, 0)).toBe(targets);
    for (const { skill, skillInterval } of groups)
      for (const reference of ['dressed', 'climatology'] as const) {
        const [lower, upper] = skillInterval[reference];
        expect(lower).toBeLessThan(skill[reference]);
        expect(upper).toBeGreaterThan(skill[reference]);
      }
  });

  it('learning on every day is no worse than learning once, in ten cities', async () => {
    const random = seededRandom('ten cities');
    const drawn = pairs.places.map((_, place) => ({ place, lot: random() })).sort((a, b) => a.lot - b.lot);
    const ten = new Set(drawn.slice(0, 10).map(({ place }) => place));
    const some = only(pairs, (row) => ten.has(pairs.place[row]));
    const options = {
      model: 'emos',
      pool: 'place',
      targets: { from: Date.UTC(2021, 11, 3), until: Infinity },
    } as const;
    const learnedOnce = await score(some, { ...options, window: once });
    const everyDay = await score(some, options);
    expect(everyDay.targets).toBe(learnedOnce.targets);
    expect(everyDay.references.raw.mae).toBeCloseTo(learnedOnce.references.raw.mae, 10);
    expect(everyDay.scores.crps).toBeLessThanOrEqual(learnedOnce.scores.crps);
  });
});
