import { type BacktestOptions, backtest } from '../src/pipeline/backtest.ts';
import type { ComputePool } from '../src/runtime/compute-pool.ts';
import { seededRandom } from '../src/scores/random.ts';
import type { Pairs } from '../src/weather/pairs.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';

export const firstDate = Date.UTC(2020, 10, 1);
const places = ['harbour', 'hill', 'plain'];
const leads = [24, 72];

/**
 * A simulated table in which nothing arrives in order: outcomes become known after hours or, one in four, after up to
 * 20 days, apart for each lead; forecasts come up to 9 hours late and now and then after the day they are for.
 */
export function outOfOrderPairs(columns: readonly string[], seed: string, dates = 150): Pairs {
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
  for (let date = 0; date < dates; date++)
    for (let place = 0; place < places.length; place++) {
      const valid = firstDate + date * msPerDay + (random() < 0.5 ? 0 : 12 * msPerHour);
      const truth = 10 * Math.cos(date / 58) + 2 * place + 4 * (random() - random());
      for (const lead of leads) {
        const late = random() < 0.15 ? msPerDay * (lead / 24 + 10 * random()) : 9 * msPerHour * random();
        rows.push({
          place,
          lead,
          valid,
          available: Math.floor(valid - lead * msPerHour + late),
          known: Math.floor(valid + (random() < 0.25 ? 20 * msPerDay : 6 * msPerHour) * random()),
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
    initTime: float64(({ valid, lead }) => valid - lead * msPerHour),
    validTime: float64(({ valid }) => valid),
    lead: Float32Array.from(rows, ({ lead }) => lead),
    availableTime: float64(({ available }) => available),
    outcomeKnownTime: float64(({ known }) => known),
    forecasts: Float64Array.from(rows.flatMap(({ forecasts }) => forecasts)),
    observation: float64(({ observation }) => observation),
  };
}

/** What was predicted for each target: the exported line but for the outcome and the score that follows from it. */
export async function predictionsIn(
  pool: ComputePool,
  pairs: Pairs,
  options: BacktestOptions,
): Promise<ReadonlyMap<string, string>> {
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
export const nameOf = (pairs: Pairs, row: number) =>
  [places[pairs.place[row]], iso(pairs.initTime[row]), iso(pairs.validTime[row])].join();

/** The table with other outcomes in the chosen rows: wild numbers, or each other's. */
export function corrupted(
  pairs: Pairs,
  rows: readonly number[],
  how: 'wild' | 'shuffled',
  seed: string,
): Pairs {
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
export function withForecasts(pairs: Pairs, rows: readonly number[], seed: string): Pairs {
  const random = seededRandom(seed);
  const width = pairs.columns.length;
  const forecasts = pairs.forecasts.slice();
  for (const row of rows) for (let k = 0; k < width; k++) forecasts[row * width + k] = 200 * (random() - 0.5);
  return { ...pairs, forecasts };
}

/** The rows that fulfil a condition. */
export const rowsOf = (pairs: Pairs, condition: (row: number) => boolean) =>
  Array.from(pairs.observation.keys()).filter(condition);
