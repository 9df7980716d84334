import { afterAll, describe, expect, test } from 'vitest';
import { openComputePool } from '../runtime/compute-pool.ts';
import { seededRandom } from '../scores/random.ts';
import type { Pairs } from '../weather/pairs.ts';
import { msPerDay } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { autoAnswers } from './auto.ts';
import { backtest } from './backtest.ts';
import { emptyPairs } from './empty-pairs.ts';
import { fit } from './fit.ts';
import { type HandMadeRow, handMadePairs } from './hand-made-pairs.ts';
import { predict } from './predict.ts';

const pool = openComputePool(new URL('jobs.ts', import.meta.url), { threads: 2 });
afterAll(() => pool[Symbol.asyncDispose]());

/** A forecast a day; of every fifth the error is 8 degrees, of the others small. */
function forecastRows(days: number, lead = 24): HandMadeRow[] {
  const random = seededRandom('auto');
  return Array.from({ length: days }, (_, day) => {
    const outcome = 10 * random();
    return { valid: day + 1, lead, outcome, forecasts: [outcome + (day % 5 === 0 ? 8 : random())] };
  });
}

/** Dew points of each day, and temperatures of the same issues, which came later. */
function lateTemperatures(later: (day: number) => number): Pairs {
  const random = seededRandom('late temperatures');
  const days = 60;
  const places = [{ name: 'a', latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN }];
  const variables = ['dew_point_2m', 'temperature_2m'].map((name) => findVariable(name));
  const pairs = emptyPairs(2 * days, places, variables, ['model_a'], 0, 1);
  for (let row = 0; row < 2 * days; row++) {
    const day = Math.floor(row / 2);
    const isLate = row % 2 === 1;
    pairs.variable[row] = isLate ? 1 : 0;
    pairs.lead[row] = 24;
    pairs.initTime[row] = day * msPerDay;
    pairs.availableTime[row] = (day + (isLate ? 0.5 : 0)) * msPerDay;
    pairs.validTime[row] = (day + 1) * msPerDay;
    pairs.outcomeKnownTime[row] = (day + 1) * msPerDay;
    pairs.observation[row] = 10 + random();
    pairs.forecasts[row] = isLate ? later(day) : 10 + random();
  }
  return pairs;
}

describe('a back-test', () => {
  test('counts what nobody can answer, and names who answered', async () => {
    const { targets, skipped, auto, fallbacks } = await backtest(
      handMadePairs(forecastRows(40), ['model_a']),
      { model: 'auto' },
      pool,
    );
    // When the third forecast is made, two outcomes are known, from which it can be dressed.
    expect(skipped.nothingKnown).toBe(2);
    expect(targets).toBe(38);
    expect(fallbacks).toBe(0);
    const { bands } = auto!;
    expect(bands).toHaveLength(1);
    const [{ variable, band, experts, width }] = bands;
    expect([variable, band]).toEqual(['temperature_2m', 24]);
    const dressed = experts.find(({ name }) => name === 'dressed')!;
    expect(dressed.answered).toBe(38);
    expect(experts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(experts.reduce((sum, { lastWeight }) => sum + lastWeight, 0)).toBeCloseTo(1, 9);
    expect(width).toBeGreaterThan(0.5);
    // Whoever never spoke has no score.
    expect(experts.filter(({ answered }) => answered === 0).every(({ crps }) => Number.isNaN(crps))).toBe(
      true,
    );
  });

  test('knows whom to believe at the first target, from the days before', async () => {
    const { auto } = await backtest(
      handMadePairs(forecastRows(100), ['model_a']),
      { model: 'auto', targets: { from: 90 * msPerDay, until: 91 * msPerDay } },
      pool,
    );
    const [{ experts }] = auto!.bands;
    const weightOf = (name: string) => experts.find((one) => one.name === name)!.weight;
    // Errors of a degree against outcomes of 0 to 10.
    expect(weightOf('dressed')).toBeGreaterThan(10 * weightOf('climatology'));
  });

  test('gives who was silent no share of what was said', async () => {
    const { auto } = await backtest(
      handMadePairs(forecastRows(40), ['model_a']),
      { model: 'auto', targets: { from: 3 * msPerDay, until: 9 * msPerDay } },
      pool,
    );
    const [{ experts }] = auto!.bands;
    const silent = experts.filter(({ answered }) => answered === 0);
    expect(silent.map(({ name }) => name)).toEqual(expect.arrayContaining(['regional', 'trees', 'idr']));
    for (const { weight } of silent) expect(weight).toBe(0);
    for (const { weight, lastWeight } of experts.filter(({ answered }) => answered > 0)) {
      expect(weight).toBeGreaterThan(0);
      expect(lastWeight).toBeGreaterThan(0);
    }
    expect(experts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(auto!.silent.trees?.at(-1)).toMatch(/trees are grown from 100 on 60/);
  });

  test('holds to physics what became known together, and not what is told later', async () => {
    const dewPoints = async (later: (day: number) => number) => {
      const lines: string[] = [];
      const { auto } = await backtest(
        lateTemperatures(later),
        { model: 'auto', onExport: (text) => void lines.push(...text.split('\n')) },
        pool,
      );
      return { physics: auto!.physics, lines: lines.filter((line) => line.includes('dew_point_2m')) };
    };
    const mild = await dewPoints(() => 12);
    const cold = await dewPoints((day) => (day === 50 ? -30 : 12));
    expect(mild.lines).toHaveLength(58);
    expect(cold.lines).toEqual(mild.lines);
    expect(cold.physics['dew-point']).toBeUndefined();
  });

  test('reaches farther than the bands of the loop', async () => {
    const rows = [...forecastRows(30, 480), ...forecastRows(30, 800), ...forecastRows(30, -3)];
    const { auto, targets, skipped } = await backtest(
      handMadePairs(rows, ['model_a']),
      { model: 'auto' },
      pool,
    );
    expect(auto!.bands.map(({ band }) => band).sort((a, b) => a - b)).toEqual([6, 768, 1536]);
    expect(targets + skipped.nothingKnown).toBe(90);
    expect(targets).toBeGreaterThan(10);
  });

  test('begins to score where it is told, and goes on learning', async () => {
    const rows = forecastRows(60);
    const trainUntil = 40 * msPerDay;
    const scores = async (table: readonly HandMadeRow[]) => {
      let text = '';
      const onExport = (block: string) => void (text += block);
      const pairs = handMadePairs(table, ['model_a']);
      const result = await backtest(
        pairs,
        { model: 'auto', window: { trainUntil, refitDays: 5 }, onExport },
        pool,
      );
      expect(result.window).toBe('expanding, refitted every 5d, scored after 1970-02-10T00:00Z');
      expect(result.targets).toBe(19);
      return text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',').slice(0, -2).join());
    };
    const before = await scores(rows);
    const after = await scores(rows.map((row) => (row.valid === 45 ? { ...row, outcome: -40 } : row)));
    const same = before.filter((line, k) => line === after[k]);
    // The header, and what was available before the outcome of day 45 was known: day 41 … 44.
    expect(same).toEqual(before.slice(0, 5));
  });

  test('without a target says so', async () => {
    const rows = forecastRows(5).map((row) => ({ ...row, outcome: Number.NaN }));
    await expect(backtest(handMadePairs(rows, ['model_a']), { model: 'auto' }, pool)).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringContaining('5 noOutcome'),
    });
  });
});

describe('a prediction', () => {
  const days = 20;
  const rows = forecastRows(days);
  const ahead: HandMadeRow = { valid: days + 1, outcome: Number.NaN, forecasts: [5] };

  test('is of the time asked for, however long ago the forecast was made', async () => {
    // Made fifteen days before, when five outcomes were known; since then all were known.
    const early: HandMadeRow = { ...ahead, available: 5, lead: 24 };
    const asOf = days * msPerDay;
    const pairs = handMadePairs([...rows, early], ['model_a']);
    const { predictions, unanswered } = await predict(pairs, { model: 'auto', asOf }, pool);
    expect(unanswered).toBe(0);
    expect(predictions).toHaveLength(1);
    const [{ trainedOn, quantiles }] = predictions;
    expect(trainedOn).toEqual({ rows: 20, from: msPerDay, until: 20 * msPerDay });
    const learned = rows.map((row) => (row.valid === 15 ? { ...row, outcome: -40 } : row));
    const other = await predict(
      handMadePairs([...learned, early], ['model_a']),
      { model: 'auto', asOf },
      pool,
    );
    expect(other.predictions[0].quantiles).not.toEqual(quantiles);
  });

  test('does not look at rows that came later, not even at their columns', async () => {
    const gap = (row: HandMadeRow): HandMadeRow => ({ ...row, forecasts: [...row.forecasts!, Number.NaN] });
    const later: HandMadeRow = { valid: days + 3, outcome: Number.NaN, forecasts: [5, 70] };
    const options = { model: 'auto', asOf: days * msPerDay };
    const alone = await predict(handMadePairs([...rows, ahead], ['model_a']), options, pool);
    expect(alone.predictions).toHaveLength(1);
    const goesOn = handMadePairs([...[...rows, ahead].map(gap), later], ['model_a', 'x_humidity']);
    expect(await predict(goesOn, options, pool)).toEqual(alone);
  });

  test('of a table where nothing is known is none, and is counted', async () => {
    const options = { model: 'auto' };
    const { predictions, unanswered } = await predict(handMadePairs([ahead], ['model_a']), options, pool);
    expect(predictions).toEqual([]);
    expect(unanswered).toBe(1);
  });

  test('is what those say who can: an ensemble its members, and what happened elsewhere', async () => {
    const ensemble = (rows: readonly HandMadeRow[]) => handMadePairs(rows, ['member_1', 'member_2']);
    const said = async (rows: readonly HandMadeRow[]) => {
      const { predictions } = await predict(ensemble(rows), { model: 'auto', levels: [0.05, 0.95] }, pool);
      return predictions.map(({ quantiles }) => quantiles);
    };
    const asked: HandMadeRow = { valid: 4, outcome: Number.NaN, forecasts: [3, 6], place: 2 };
    expect(await said([asked])).toEqual([[3, 6]]);
    // With 10 and 13 at other places there is a climatology too; both count the same.
    const others = [10, 13].map(
      (outcome, place): HandMadeRow => ({ valid: 1 + place, outcome, forecasts: [12, 12], place }),
    );
    expect(await said([...others, asked])).toEqual([[3, 13]]);
  });

  test('where nothing lies ahead is refused', async () => {
    await expect(
      predict(handMadePairs(rows, ['model_a']), { model: 'auto', asOf: 99 * msPerDay }, pool),
    ).rejects.toMatchObject({ name: 'InvalidData', message: expect.stringContaining('nothing lies ahead') });
  });
});

describe('what cannot be asked of auto', () => {
  const pairs = handMadePairs(forecastRows(10), ['model_a']);

  test.each([
    ['back-test', () => backtest(pairs, { model: 'auto', pool: 'place' }, pool)],
    ['predict', () => predict(pairs, { model: 'auto', pool: 'place', asOf: msPerDay }, pool)],
  ])('%s each place alone', async (_, run) => {
    await expect(run()).rejects.toMatchObject({
      name: 'Usage',
      message: expect.stringContaining('its own way'),
    });
  });

  test('a fit: it has no parameters', async () => {
    await expect(fit(pairs, { model: 'auto' }, pool)).rejects.toMatchObject({
      name: 'Usage',
      message: expect.stringContaining('no parameters'),
    });
  });

  test('nothing at all: then nothing is answered', async () => {
    const { bands, slotOf } = await autoAnswers(pairs, new Int32Array(), {}, pool);
    expect(bands).toEqual([]);
    expect([...slotOf]).toEqual(Array.from(slotOf, () => -1));
  });
});
