import { afterAll, describe, expect, it } from 'vitest';
import { findModel, models } from '../src/models/registry.ts';
import { type BacktestOptions, backtest } from '../src/pipeline/backtest.ts';
import type { Window } from '../src/pipeline/backtest-plan.ts';
import { openComputePool } from '../src/runtime/compute-pool.ts';
import { seededRandom } from '../src/scores/random.ts';
import type { Pairs } from '../src/weather/pairs.ts';
import { findVariable } from '../src/weather/variable.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const start = Date.UTC(2020, 10, 1);
const DATES = 150;
const places = ['harbour', 'hill', 'plain'];
const leads = [24, 72];

const pool = openComputePool(new URL('../src/pipeline/jobs.ts', import.meta.url));
afterAll(() => pool[Symbol.asyncDispose]());

/**
 * A simulated table in which nothing arrives in order: outcomes become known after hours or, one in four, after up to
 * 20 days, apart for each lead; forecasts come up to 9 hours late and now and then after the day they are for.
 */
function simulatedPairs(columns: readonly string[], seed: string): Pairs {
  const random = seededRandom(seed);
  const rows: {
    place: number;
    lead: number;
    valid: number;
    available: number;
    known: number;
    observation: number;
    forecasts: number[];
  }[] = [];
  for (let date = 0; date < DATES; date++)
    for (let place = 0; place < places.length; place++) {
      const valid = start + date * DAY + (random() < 0.5 ? 0 : 12 * HOUR);
      const truth = 10 * Math.cos(date / 58) + 2 * place + 4 * (random() - random());
      for (const lead of leads) {
        const late = random() < 0.15 ? DAY * (lead / 24 + 10 * random()) : 9 * HOUR * random();
        rows.push({
          place,
          lead,
          valid,
          available: Math.floor(valid - lead * HOUR + late),
          known: Math.floor(valid + (random() < 0.25 ? 20 * DAY : 6 * HOUR) * random()),
          observation: truth,
          forecasts: columns.map(() => truth + 1 + (lead / 24) * 2 * (random() - random())),
        });
      }
    }
  // Files need not be sorted.
  rows.sort((a, b) => ((a.valid * 7919) % 10007) - ((b.valid * 7919) % 10007));
  const float64 = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  return {
    rows: rows.length,
    places: places.map((name) => ({
      name,
      latitude: Number.NaN,
      longitude: Number.NaN,
      elevation: Number.NaN,
    })),
    variables: [findVariable('temperature_2m')],
    columns,
    members: columns.filter((name) => name.startsWith('member_')).length,
    models: columns.filter((name) => name.startsWith('model_')).length,
    predictors: columns.filter((name) => name.startsWith('x_')).length,
    place: Int32Array.from(rows, ({ place }) => place),
    variable: new Int32Array(rows.length),
    initTime: float64(({ valid, lead }) => valid - lead * HOUR),
    validTime: float64(({ valid }) => valid),
    lead: Float32Array.from(rows, ({ lead }) => lead),
    availableTime: float64(({ available }) => available),
    outcomeKnownTime: float64(({ known }) => known),
    forecasts: Float64Array.from(rows.flatMap(({ forecasts }) => forecasts)),
    observation: float64(({ observation }) => observation),
  };
}

const ensembleTable = simulatedPairs(
  ['member_1', 'member_2', 'member_3', 'model_a', 'x_humidity'],
  'ensemble',
);
const singleTable = simulatedPairs(['model_a'], 'single');

/** Rows by valid time from which targets are taken; long enough for a chain of fits, each begun from the one before. */
const targets = { from: start + 128 * DAY, until: start + 133 * DAY };
const trainUntil = start + 126 * DAY;
const windows: Readonly<Record<string, Window>> = {
  '40d': { dates: 40 },
  expanding: {},
  'train-until': { trainUntil },
};

/** What was predicted for each target: the exported line but for the outcome and the score that follows from it. */
async function predictions(pairs: Pairs, options: BacktestOptions): Promise<ReadonlyMap<string, string>> {
  let text = '';
  await backtest(
    pairs,
    {
      ...options,
      onExport: (block) => {
        text += block;
      },
    },
    pool,
  );
  const lines = text.trimEnd().split('\n').slice(1);
  return new Map(
    lines.map((line) => {
      const fields = line.split(',');
      return [fields.slice(0, 3).join(), fields.slice(3, -2).join()];
    }),
  );
}

const iso = (time: number) => `${new Date(time).toISOString().slice(0, 16)}Z`;
const nameOf = (pairs: Pairs, row: number) =>
  [places[pairs.place[row]], iso(pairs.initTime[row]), iso(pairs.validTime[row])].join();

/** The table with other outcomes in the chosen rows: wild numbers, or each other's. */
function corrupted(pairs: Pairs, rows: readonly number[], how: 'wild' | 'shuffled', seed: string): Pairs {
  const random = seededRandom(seed);
  const observation = pairs.observation.slice();
  if (how === 'wild') for (const row of rows) observation[row] = 200 * (random() - 0.5);
  else
    rows.forEach((row, i) => {
      observation[row] = pairs.observation[rows[(i + Math.ceil(rows.length / 3)) % rows.length]];
    });
  return { ...pairs, observation };
}

/** The table with wild numbers for the forecasts of the chosen rows. */
function withForecasts(pairs: Pairs, rows: readonly number[], seed: string): Pairs {
  const random = seededRandom(seed);
  const width = pairs.columns.length;
  const forecasts = pairs.forecasts.slice();
  for (const row of rows) for (let k = 0; k < width; k++) forecasts[row * width + k] = 200 * (random() - 0.5);
  return { ...pairs, forecasts };
}

/** The rows that fulfil a condition. */
const rowsOf = (pairs: Pairs, condition: (row: number) => boolean) =>
  Array.from(pairs.observation.keys()).filter(condition);

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
          time > availableTime[row] + 2 * DAY,
      ),
  );
  return candidates[Math.floor(seededRandom(seed)() * candidates.length)];
}

const combinations = models.flatMap(({ name }) =>
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

      const honest = (await predictions(pairs, options)).get(name);
      expect(honest?.split(',')).toHaveLength(103);
      for (const how of ['wild', 'shuffled'] as const) {
        const other = corrupted(pairs, unknown, how, name);
        expect((await predictions(other, options)).get(name), how).toBe(honest);
      }
      const own = corrupted(pairs, [target], 'wild', name);
      expect((await predictions(own, options)).get(name), 'own outcome').toBe(honest);
      const late = rowsOf(pairs, (row) => pairs.availableTime[row] > asOf);
      const other = withForecasts(pairs, late, name);
      expect((await predictions(other, options)).get(name), 'forecasts that came later').toBe(honest);
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
      const honest = (await predictions(pairs, options)).get(name);
      expect(honest?.split(',')).toHaveLength(103);
      // The other lead's row tells of the same outcome.
      const same = rowsOf(
        pairs,
        (row) => place[row] === place[target] && validTime[row] === validTime[target],
      );
      expect(same).toHaveLength(2);
      const other = corrupted(pairs, same, 'wild', name);
      expect((await predictions(other, options)).get(name)).toBe(honest);
    },
  );

  it.each(combinations.filter(({ model }) => model !== 'raw'))(
    'does learn from what was known: $model, $window, pool $together',
    async ({ pairs, options, model, together, window }) => {
      const target = drawTarget(pairs, `${model} ${together} ${window}`);
      const asOf = Math.min(pairs.availableTime[target], window === 'train-until' ? trainUntil : Infinity);
      const known = rowsOf(pairs, (row) => pairs.outcomeKnownTime[row] <= asOf);
      const name = nameOf(pairs, target);
      const honest = (await predictions(pairs, options)).get(name);
      const other = corrupted(pairs, known, 'shuffled', name);
      expect((await predictions(other, options)).get(name)).not.toBe(honest);
    },
  );
});
