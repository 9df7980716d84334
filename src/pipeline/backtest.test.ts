import { afterAll, describe, expect, test } from 'vitest';
import { models } from '../models/registry.ts';
import { openComputePool } from '../runtime/compute-pool.ts';
import { seededRandom } from '../scores/random.ts';
import type { Pairs } from '../weather/pairs.ts';
import { findVariable } from '../weather/variable.ts';
import { type BacktestOptions, backtest } from './backtest.ts';

const DAY = 86_400_000;
const jobs = new URL('../pipeline/jobs.ts', import.meta.url);
const pool = openComputePool(jobs);
afterAll(() => pool[Symbol.asyncDispose]());

/** Times are in days; the forecast is available as it is issued, the outcome known when it is valid. */
interface Row {
  readonly valid: number;
  readonly lead?: number;
  readonly place?: number;
  readonly variable?: number;
  readonly forecasts: readonly number[];
  readonly outcome: number;
}

function tableOf(columns: readonly string[], rows: readonly Row[], variables = ['temperature_2m']): Pairs {
  const count = (prefix: string) => columns.filter((name) => name.startsWith(prefix)).length;
  const days = (of: (row: Row) => number) => Float64Array.from(rows, (row) => DAY * of(row));
  return {
    rows: rows.length,
    places: ['hill', 'plain', 'coast'].map((name) => ({
      name,
      latitude: NaN,
      longitude: NaN,
      elevation: NaN,
    })),
    variables: variables.map((name) => findVariable(name)),
    columns,
    members: count('member_'),
    models: count('model_'),
    predictors: count('x_'),
    place: Int32Array.from(rows, ({ place = 0 }) => place),
    variable: Int32Array.from(rows, ({ variable = 0 }) => variable),
    initTime: days(({ valid, lead = 1 }) => valid - lead),
    validTime: days(({ valid }) => valid),
    lead: Float32Array.from(rows, ({ lead = 1 }) => 24 * lead),
    availableTime: days(({ valid, lead = 1 }) => valid - lead),
    outcomeKnownTime: days(({ valid }) => valid),
    forecasts: Float64Array.from(rows.flatMap(({ forecasts }) => forecasts)),
    observation: Float64Array.from(rows, ({ outcome }) => outcome),
  };
}

/** Simulated: three places, two leads, four members and a model, with a bias that depends on the place. */
function simulatedRows(seed: string, dates: number, columns: number, variables = 1): Row[] {
  const random = seededRandom(seed);
  const noise = () => random() + random() + random() - 1.5;
  return Array.from({ length: dates }, (_, day) =>
    [0, 1, 2].flatMap((place) =>
      Array.from({ length: variables }, (__, variable) => {
        const outcome = 8 + 6 * Math.sin(day / 30) + 5 * noise();
        return [1, 3].map((lead): Row => {
          const centre = outcome + place - 0.5 + lead * noise();
          return {
            valid: 15_000 + day,
            lead,
            place,
            variable,
            outcome,
            forecasts: Array.from({ length: columns }, () => centre + 0.7 * noise()),
          };
        });
      }).flat(),
    ),
  ).flat();
}

const ensemble = ['member_1', 'member_2', 'member_3', 'member_4', 'model_a'];

/** A result with the exported text. */
async function scored(pairs: Pairs, options: BacktestOptions, own = pool) {
  let text = '';
  const result = await backtest(pairs, { ...options, onExport: (block) => void (text += block) }, own);
  const [header, ...lines] = text.trimEnd().split('\n');
  return { result, header, lines };
}

describe('a table worked by hand', () => {
  // Errors (outcome − forecast) 1, −1, 2, 0 on four days; each target knows those before it.
  const pairs = tableOf(
    ['model_a'],
    [
      { valid: 0, forecasts: [10], outcome: 11 },
      { valid: 1, forecasts: [20], outcome: 19 },
      { valid: 2, forecasts: [10], outcome: 12 },
      { valid: 3, forecasts: [30], outcome: 30 },
    ],
  );

  test('raw: a point scores its absolute error', async () => {
    const { result, lines } = await scored(pairs, { model: 'raw' });
    expect(result).toMatchObject({ rows: 4, targets: 4, fallbacks: 0, fallbackModels: {}, model: 'raw' });
    expect(result.scores).toMatchObject({ crps: 1, mae: 1, bias: -0.5, width90: 0, targets: 4 });
    expect(result.scores.rmse).toBeCloseTo(Math.sqrt(6 / 4), 12);
    expect(result.scores.crps_fair).toBeNaN();
    expect(result.references.raw).toEqual(result.scores);
    expect(lines[2]).toMatch(
      /^hill,1970-01-02T00:00Z,1970-01-03T00:00Z,temperature_2m,raw,ensemble,10,10,.*,2,12$/,
    );
  });

  // Day 0 knows nothing, day 1 one outcome, which is no distribution: raw, 1 and 1. Day 2 wears the errors 1 and
  // −1, so 11 and 9 against 12: 2 − ½ · 2·2/4 = 1.5. Day 3 wears 1, −1 and 2, so 31, 29 and 32 against 30:
  // (1 + 1 + 2)/3 − ½ · 2(2 + 1 + 3)/9 = 4/3 − 2/3 = 2/3.
  test('dressed: falls back while too little is known, and says so', async () => {
    const { result, lines } = await scored(pairs, { model: 'dressed' });
    const crps = [1, 1, 1.5, 2 / 3];
    expect(lines.map((line) => Number(line.split(',').at(-2)))).toEqual(
      crps.map((score) => expect.closeTo(score, 9)),
    );
    expect(lines.map((line) => line.split(',')[4])).toEqual(['raw', 'raw', 'dressed', 'dressed']);
    expect(result.scores.crps).toBeCloseTo((1 + 1 + 1.5 + 2 / 3) / 4, 12);
    expect(result).toMatchObject({ fallbacks: 2, fallbackModels: { raw: 2 } });
    // The reference has no stand-ins: it is scored where it could be fitted, and there it is the model itself.
    expect(result.references.dressed.targets).toBe(2);
    expect(result.references.dressed.crps).toBeCloseTo((1.5 + 2 / 3) / 2, 12);
    expect(result.skill.dressed).toBe(0);
    expect(result.skillInterval.dressed).toEqual([0, 0]);
    expect(result.references.climatology.targets).toBe(2);
  });

  test('skill compares the targets that the reference answered', async () => {
    const { result } = await scored(pairs, { model: 'raw' });
    expect(result.skill.dressed).toBeCloseTo(1 - (2 + 0) / (1.5 + 2 / 3), 12);
    // Climatology: 11 and 19 against 12: 4 − 2 = 2; 11, 19 and 12 against 30: 16 − 16/9.
    expect(result.skill.climatology).toBeCloseTo(1 - (2 + 0) / (2 + (16 - 16 / 9)), 12);
  });

  // A forecast and an outcome written alike are equal: half the point forecasts hit, and a hit lies anywhere in the
  // point's PIT of 0 … 1, so nine tenths of it within 0.05 … 0.95.
  test('a forecast that equals its outcome to the last digit is a hit', async () => {
    const rows = [10.7, 11.3, 9.9, 8.1].map((outcome, day) => ({
      valid: day,
      outcome,
      forecasts: [day % 2 === 0 ? outcome : outcome + 1],
    }));
    const { result } = await scored(tableOf(['model_a'], rows), { model: 'raw' });
    expect(result.scores.coverage90).toBeCloseTo(0.45, 12);
  });

  test('what cannot be asked of a table, or together, is refused', async () => {
    const outcomes = tableOf(['x_a'], [{ valid: 1, outcome: 1, forecasts: [2] }]);
    await expect(backtest(outcomes, { model: 'raw' }, pool)).rejects.toThrow(
      /no member_\* or model_\* columns/,
    );
    const both = { model: 'emos', window: { trainUntil: 0, refitDays: 30 } };
    await expect(backtest(pairs, both, pool)).rejects.toThrow(/cannot also be made again/);
    const pooled = { model: 'emos', pool: 'plaec' } as unknown as BacktestOptions;
    await expect(backtest(pairs, pooled, pool)).rejects.toThrow(/pool is one of all, place, not "plaec"/);
    const broken = { model: 'emos', by: ['hour'] } as unknown as BacktestOptions;
    await expect(backtest(pairs, broken, pool)).rejects.toThrow(/by is one of lead, place, variable/);
  });

  test('a window that is never full leaves no target, and the message says why', async () => {
    const options = { model: 'raw', window: { dates: 5 } };
    await expect(backtest(pairs, options, pool)).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(/none of the 4 rows .* 4 windowNotFull/),
    });
  });
});

describe('targets', () => {
  const gaps = simulatedRows('gaps', 60, 5).map((row, i) => ({
    ...row,
    outcome: i % 11 === 0 ? NaN : row.outcome,
    forecasts: row.forecasts.map((value, k) => (i % 17 === 0 && k === 2 ? NaN : value)),
  }));

  test.each([{ window: {} }, { window: { dates: 10 } }, { window: { trainUntil: 15_030 * DAY } }])(
    'are the same for every model: %j',
    async ({ window }) => {
      const keys: string[][] = [];
      for (const { name } of models) {
        const { result, lines } = await scored(tableOf(ensemble, gaps), { model: name, window });
        keys.push(lines.map((line) => line.split(',').slice(0, 4).join()).sort());
        const { incompleteForecast, noOutcome, outsideTargets, windowNotFull, nothingKnown } = result.skipped;
        expect(incompleteForecast).toBe(gaps.filter((_, i) => i % 17 === 0).length);
        expect(noOutcome).toBe(gaps.filter((_, i) => i % 11 === 0 && i % 17 !== 0).length);
        expect(nothingKnown).toBe(0);
        expect(result.targets + incompleteForecast + noOutcome + outsideTargets + windowNotFull).toBe(
          gaps.length,
        );
        expect(lines).toHaveLength(result.targets);
      }
      expect(keys[0].length).toBeGreaterThan(100);
      for (const other of keys) expect(other).toEqual(keys[0]);
    },
  );

  test('that no model can answer are counted apart', async () => {
    const rows = simulatedRows('predictors', 30, 1);
    const { result } = await scored(tableOf(['x_1'], rows), { model: 'emos' });
    // Of the first day at lead 1, and the first three at lead 3, nothing is known and there is no forecast.
    expect(result.skipped.nothingKnown).toBe(3 * (1 + 3));
    expect(result.targets).toBe(rows.length - 12);
    expect(result.references.raw.targets).toBe(0);
  });

  test('may be a period; training goes back behind it', async () => {
    const period = { from: 15_040 * DAY, until: 15_045 * DAY };
    const pairs = tableOf(ensemble, simulatedRows('period', 60, 5));
    const { lines: all } = await scored(pairs, { model: 'emos' });
    const { result, lines } = await scored(pairs, { model: 'emos', targets: period });
    expect(result.targets).toBe(30);
    const numbers = (line: string) => line.split(',').slice(6).map(Number);
    for (const line of lines) {
      const name = line.split(',').slice(0, 4).join();
      const same = all.find((other) => other.startsWith(name))!;
      // Fits begin from other earlier ones, so they agree to the optimiser's tolerance.
      numbers(line).forEach((value, k) => expect(Math.abs(value - numbers(same)[k])).toBeLessThan(1e-4));
    }
  });
});

describe('the order of things does not matter', () => {
  const rows = simulatedRows('order', 50, 5, 2);
  const variables = ['temperature_2m', 'dew_point_2m'];
  const pairs = tableOf(ensemble, rows, variables);
  const by = ['place', 'lead', 'variable'] as const;

  test.each(['emos', 'emos-station', 'idr', 'harmonic'])('one thread or three: %s', async (model) => {
    await using one = openComputePool(jobs, { threads: 1 });
    await using three = openComputePool(jobs, { threads: 3 });
    const options: BacktestOptions = { model, by, window: { dates: 20 } };
    const alone = await scored(pairs, options, one);
    const together = await scored(pairs, options, three);
    expect(together).toEqual(alone);
    expect(alone.result.groups).toHaveLength(12);
  });

  test('of rows in the table', async () => {
    const turned = tableOf(ensemble, [...rows.slice(77), ...rows.slice(0, 77)].reverse(), variables);
    const options: BacktestOptions = { model: 'emos', by, pool: 'place' };
    expect(await scored(turned, options)).toEqual(await scored(pairs, options));
  });

  test('of members', async () => {
    const swapped = tableOf(
      ensemble,
      rows.map((row) => {
        const [a, b, c, d, model] = row.forecasts;
        return { ...row, forecasts: [d, b, a, c, model] };
      }),
      variables,
    );
    for (const model of ['raw', 'dressed', 'climatology', 'persistence', 'harmonic'])
      expect(await scored(swapped, { model })).toEqual(await scored(pairs, { model }));
    for (const model of ['emos', 'emos-season', 'emos-station', 'idr']) {
      const [before, after] = [await scored(pairs, { model }), await scored(swapped, { model })];
      // Sums of members round by their order, and the optimiser stops within its tolerance.
      expect(after.result.scores.crps).toBeCloseTo(before.result.scores.crps, 5);
    }
  });
});

describe('groups', () => {
  const pairs = tableOf(ensemble, simulatedRows('groups', 40, 5, 2), ['temperature_2m', 'dew_point_2m']);

  test('add up to the whole, with the names asked for', async () => {
    const { result } = await scored(pairs, { model: 'emos', by: ['place', 'lead'], window: { dates: 10 } });
    const { groups, targets, scores } = result;
    expect(groups.map(({ place, lead }) => [place, lead])).toEqual(
      ['coast', 'hill', 'plain'].flatMap((place) => [24, 72].map((lead) => [place, lead])),
    );
    expect(groups.reduce((sum, group) => sum + group.targets, 0)).toBe(targets);
    for (const field of ['crps', 'mae', 'bias', 'coverage90'] as const) {
      const total = groups.reduce((sum, group) => sum + group.scores[field] * group.targets, 0);
      expect(total / targets).toBeCloseTo(scores[field], 10);
    }
  });

  test('have intervals that come from the seed', async () => {
    const run = (seed?: number) =>
      scored(pairs, { model: 'emos', by: ['lead'], window: { dates: 10 }, seed });
    const [first, again, other] = [await run(1), await run(), await run(2)];
    expect(again.result).toEqual(first.result);
    expect(other.result.scores).toEqual(first.result.scores);
    expect(other.result.skillInterval).not.toEqual(first.result.skillInterval);
  });
});

describe('what was done is said', () => {
  const rain = tableOf(
    ['member_1', 'member_2'],
    simulatedRows('rain', 20, 2).map((row) => ({
      ...row,
      outcome: Math.max(0, row.outcome),
      forecasts: row.forecasts.map((value) => Math.max(0, value)),
    })),
    ['precipitation'],
  );

  test.each([
    [{}, 'censored-logistic(sqrt)', 'expanding'],
    [{ window: { dates: 5 } }, 'censored-logistic(sqrt)', '5d'],
    [{ law: 'normal' }, 'normal', 'expanding'],
    [
      { window: { trainUntil: 15_010 * DAY } },
      'censored-logistic(sqrt)',
      'expanding, once until 2011-02-05T00:00Z',
    ],
  ] as const)('%j', async (options, law, window) => {
    const { result } = await scored(rain, { model: 'emos', ...options });
    expect(result).toMatchObject({ model: 'emos', law, window });
  });

  test('a law of each variable', async () => {
    const pairs = tableOf(ensemble, simulatedRows('laws', 10, 5, 2), ['temperature_2m', 'wind_speed_10m']);
    const { result } = await scored(pairs, { model: 'raw' });
    expect(result.law).toBe('normal, truncated-normal');
  });

  test('progress goes up to its end', async () => {
    const progress: [number, number][] = [];
    await backtest(
      rain,
      { model: 'emos', onProgress: (done, total) => void progress.push([done, total]) },
      pool,
    );
    const total = progress.length;
    expect(progress).toEqual(Array.from({ length: total }, (_, i) => [i + 1, total]));
  });
});

describe('a back-test that ends early', () => {
  const pairs = tableOf(ensemble, simulatedRows('early', 200, 5));

  test('by abort in the midst: Cancelled, long before the end', async () => {
    const controller = new AbortController();
    let done = 0;
    let chunks = 0;
    const running = backtest(
      pairs,
      {
        model: 'emos-season',
        signal: controller.signal,
        onProgress: (count, total) => {
          done = count;
          chunks = total;
          controller.abort();
        },
      },
      pool,
    );
    await expect(running).rejects.toMatchObject({ name: 'Cancelled' });
    expect(chunks).toBeGreaterThan(30);
    // Those that had just ended when the first one was counted.
    expect(done).toBeLessThanOrEqual(pool.threads + 1);
    // The pool is free for the next.
    expect((await backtest(pairs, { model: 'raw' }, pool)).targets).toBe(1200);
  });

  test('before its start: Cancelled', async () => {
    const options = { model: 'emos', signal: AbortSignal.abort() };
    await expect(backtest(pairs, options, pool)).rejects.toMatchObject({ name: 'Cancelled' });
  });

  test('by a model that is not there: NotFound', async () => {
    await expect(backtest(pairs, { model: 'oracle' }, pool)).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('by an error in a thread, which keeps its name and words', async () => {
    const options: BacktestOptions = { model: 'emos', law: 'normal', transform: 'sqrt' };
    await expect(backtest(pairs, options, pool)).rejects.toMatchObject({
      name: 'Usage',
      message: expect.stringContaining('sqrt'),
    });
  });

  test('by an export that cannot be written', async () => {
    let blocks = 0;
    const full = new Error('no space left');
    const onExport = async () => {
      if (++blocks === 3) throw full;
    };
    await expect(backtest(pairs, { model: 'raw', onExport }, pool)).rejects.toBe(full);
    expect(blocks).toBe(3);
  });
});
