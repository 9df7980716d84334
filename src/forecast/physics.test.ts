import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { relativeHumidity } from '../weather/humidity.ts';
import { declareVariable, findVariable } from '../weather/variable.ts';
import {
  obeyMembers,
  obeyPhysics,
  physicsRules,
  planPhysics,
  plusChanges,
  type QuantileTable,
} from './physics.ts';

const levels = Float64Array.of(0.1, 0.5, 0.9);
const berlin = { latitude: 52.52, longitude: 13.41, elevation: 34 };
const noon = Date.UTC(2024, 5, 21, 12);
const midnight = Date.UTC(2024, 11, 21, 23);

/** One row of one variable, or several after each other. */
const table = (name: string, quantiles: readonly number[], validTime = noon): QuantileTable => ({
  variable: findVariable(name, [plant]),
  place: new Int32Array(quantiles.length / levels.length),
  initTime: new Float64Array(quantiles.length / levels.length),
  validTime: new Float64Array(quantiles.length / levels.length).fill(validTime),
  quantiles: Float64Array.from(quantiles),
});
const plant = declareVariable({
  name: 'roof_power',
  unit: 'kW',
  lower: 0,
  upper: 8.4,
  kind: 'mean',
  periodHours: 1,
  law: 'censored-normal',
});

describe('by hand', () => {
  const numbers = ({ quantiles }: QuantileTable) => [...quantiles];

  test('bounds: no negative rain, no more power than is installed', () => {
    const rain = table('precipitation', [-0.2, -0.1, 3]);
    const power = table('roof_power', [7, 8.5, 9]);
    expect(obeyPhysics([rain, power], [berlin], levels)).toEqual({ bounds: { values: 2, quantiles: 4 } });
    expect([numbers(rain), numbers(power)]).toEqual([
      [0, 0, 3],
      [7, 8.4, 8.4],
    ]);
  });

  test('sunlight: none at night, where it is, and without a place nothing is changed', () => {
    const dark = table('shortwave_radiation', [0, 3, 40], midnight);
    expect(obeyPhysics([dark], [berlin], levels)).toEqual({ sunlight: { values: 1, quantiles: 2 } });
    expect(numbers(dark)).toEqual([0, 0, 0]);

    const nowhere = { latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN };
    const unknown = table('shortwave_radiation', [0, 3, 40], midnight);
    expect(obeyPhysics([unknown], [nowhere], levels)).toEqual({});
    expect(numbers(unknown)).toEqual([0, 3, 40]);
  });

  test('range: extremes that cross meet halfway, the mean is brought between them', () => {
    const min = table('temperature_2m_min', [1, 5, 8]);
    const mean = table('temperature_2m_mean', [0, 4.5, 20]);
    const max = table('temperature_2m_max', [4, 4, 15]);
    expect(obeyPhysics([mean, max, min], [berlin], levels)).toEqual({ range: { values: 3, quantiles: 4 } });
    expect([min, mean, max].map(numbers)).toEqual([
      [1, 4.5, 8],
      [1, 4.5, 15],
      [4, 4.5, 15],
    ]);
  });

  test('dew point below, gusts above, of a day as of an hour', () => {
    const dew = table('dew_point_2m_max', [8, 11, 14]);
    const temperature = table('temperature_2m_max', [9, 10, 15]);
    const gusts = table('wind_gusts_10m', [2, 5, 9]);
    const wind = table('wind_speed_10m', [3, 4, 5]);
    expect(obeyPhysics([dew, temperature, gusts, wind], [berlin], levels)).toEqual({
      'dew-point': { values: 1, quantiles: 1 },
      gusts: { values: 2, quantiles: 2 },
    });
    expect([dew, temperature, gusts, wind].map(numbers)).toEqual([
      [8, 10, 14],
      [9, 10, 15],
      [2.5, 5, 9],
      [2.5, 4, 5],
    ]);
  });

  test('humidity: temperature and dew point that are known exactly leave little choice', () => {
    const told = (row: readonly number[]) => {
      const humidity = table('relative_humidity_2m', row);
      const temperature = table('temperature_2m', [20, 20, 20]);
      obeyPhysics([humidity, table('dew_point_2m', [10, 10, 10]), temperature], [berlin], levels);
      return [...humidity.quantiles].map((value) => Math.round(10 * value) / 10);
    };
    // RH(0.1) ≤ RH(T(0.5 − 0.1 → 0.1), Td(0.5)), RH(0.5) ≤ RH(T(0.9 − 0.5 → 0.1), Td(0.9)); above 0.9 no level is left.
    expect(told([60, 70, 90])).toEqual([52.5, 52.5, 90]);
    // RH(0.5) ≥ RH(T(1 + 0.1 − 0.5 → 0.9), Td(0.1)), RH(0.9) ≥ RH(T(1 + 0.1 − 0.9 → 0.5), Td(0.1)); below 0.1 none.
    expect(told([20, 40, 50])).toEqual([20, 52.5, 52.5]);
  });

  test('what is of another place, issue or time is left alone', () => {
    const at = (one: QuantileTable, part: Partial<QuantileTable>) => ({ ...one, ...part });
    const wind = table('wind_speed_10m', [3, 4, 5]);
    for (const other of [{ place: [1] }, { initTime: [1] }, { validTime: [noon + 1] }])
      expect(
        obeyPhysics([wind, at(table('wind_gusts_10m', [2, 3, 4]), other)], [berlin, berlin], levels),
      ).toEqual({});
  });
});

const numberOf = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rowOf = (min: number, max: number) =>
  fc
    .array(numberOf(min, max), { minLength: levels.length, maxLength: levels.length })
    .map((row) => row.toSorted((a, b) => a - b));
const names = ['', '_min', '_mean', '_max']
  .flatMap((ending) =>
    ['temperature_2m', 'dew_point_2m', 'wind_speed_10m', 'wind_gusts_10m'].map((name) => name + ending),
  )
  .concat('relative_humidity_2m', 'relative_humidity_2m_min', 'relative_humidity_2m_max')
  .concat('shortwave_radiation', 'direct_normal_irradiance')
  .concat('sunshine_duration', 'shortwave_radiation_sum');

it('obeys after one turn, keeps what is missing, and no quantiles cross that did not', () => {
  const row = fc.oneof(
    { weight: 5, arbitrary: rowOf(-30, 120) },
    { weight: 1, arbitrary: fc.constant([Number.NaN, Number.NaN, Number.NaN]) },
  );
  fc.assert(
    fc.property(
      fc.array(row, { minLength: names.length, maxLength: names.length }),
      fc.integer({ min: 0, max: 23 }),
      fc.boolean(),
      (rows, hour, single) => {
        const tables = rows.map((quantiles, k) => {
          const one = table(names[k], quantiles, noon + hour * 3_600_000);
          return single ? { ...one, quantiles: Float32Array.from(quantiles) } : one;
        });
        obeyPhysics(tables, [berlin], levels);
        const once = tables.map(({ quantiles }) => [...quantiles]);
        once.forEach((quantiles, k) => {
          expect(quantiles.map(Number.isNaN), names[k]).toEqual(rows[k].map(Number.isNaN));
          for (let j = 1; j < quantiles.length; j++)
            if (!Number.isNaN(quantiles[0])) expect(quantiles[j]).toBeGreaterThanOrEqual(quantiles[j - 1]);
        });
        // No rule has anything left to do, in whatever order they are asked.
        for (const rule of physicsRules.toReversed())
          expect(obeyPhysics(tables, [berlin], levels, [rule])).toEqual({});
        expect(tables.map(({ quantiles }) => [...quantiles])).toEqual(once);
      },
    ),
  );
});

describe('never costs', () => {
  const pinball = (level: number, quantile: number, outcome: number) =>
    (outcome - quantile) * (level - (outcome < quantile ? 1 : 0));
  /** Sum over levels: the CRPS from quantiles, up to a factor. */
  const loss = (quantiles: ArrayLike<number>, outcome: number) =>
    levels.reduce((sum, level, k) => sum + pinball(level, quantiles[k], outcome), 0);

  test('of an interval that holds the outcome each quantile is as near as it was, or nearer', () => {
    fc.assert(
      fc.property(rowOf(-20, 50), numberOf(0, 30), (row, outcome) => {
        const before = table('precipitation', row);
        const after = table('precipitation', row);
        obeyPhysics([after], [berlin], levels);
        levels.forEach((level, k) => {
          expect(pinball(level, after.quantiles[k], outcome)).toBeLessThanOrEqual(
            pinball(level, before.quantiles[k], outcome),
          );
        });
      }),
    );
  });

  test('of a night the outcome is 0', () => {
    fc.assert(
      fc.property(rowOf(-20, 50), (row) => {
        const night = table('shortwave_radiation', row, midnight);
        obeyPhysics([night], [berlin], levels);
        expect(loss(night.quantiles, 0)).toBe(0);
      }),
    );
  });

  test.each([
    ['temperature_2m_min', 'temperature_2m_max'],
    ['wind_speed_10m', 'wind_gusts_10m'],
  ])('%s and %s that meet halfway lose nothing together, whatever came', (below, above) => {
    fc.assert(
      fc.property(
        rowOf(0, 20),
        rowOf(0, 20),
        fc.tuple(numberOf(0, 20), numberOf(0, 20)),
        (low, high, outcomes) => {
          const [x, y] = outcomes.toSorted((a, b) => a - b);
          const min = table(below, low);
          const max = table(above, high);
          obeyPhysics([min, max], [berlin], levels);
          expect(loss(min.quantiles, x) + loss(max.quantiles, y)).toBeLessThanOrEqual(
            loss(low, x) + loss(high, y) + 1e-9,
          );
        },
      ),
    );
  });

  /** Days that are all as likely: temperature and how far below it the dew point is, or wind and how much a gust is above. */
  const days = fc.array(fc.tuple(numberOf(0, 30), numberOf(0, 15)), { minLength: 1, maxLength: 12 });
  const quantilesOf = (sample: readonly number[]) => {
    const sorted = sample.toSorted((a, b) => a - b);
    return Array.from(levels, (level) => sorted[Math.ceil(level * sorted.length - 1e-9) - 1]);
  };
  const expectedLoss = (quantiles: ArrayLike<number>, sample: readonly number[]) =>
    sample.reduce((sum, outcome) => sum + loss(quantiles, outcome), 0) / sample.length;

  test('a dew point below a temperature that is right, on average', () => {
    fc.assert(
      fc.property(days, rowOf(-20, 50), (pairs, row) => {
        const dew = table('dew_point_2m', row);
        obeyPhysics([dew, table('temperature_2m', quantilesOf(pairs.map(([t]) => t)))], [berlin], levels);
        const outcomes = pairs.map(([t, below]) => t - below);
        expect(expectedLoss(dew.quantiles, outcomes)).toBeLessThanOrEqual(expectedLoss(row, outcomes) + 1e-9);
      }),
    );
  });

  test('gusts above a mean wind of a day that is right, on average', () => {
    fc.assert(
      fc.property(days, rowOf(0, 50), (pairs, row) => {
        const gusts = table('wind_gusts_10m_max', row);
        const wind = table('wind_speed_10m_max', quantilesOf(pairs.map(([v]) => v)));
        obeyPhysics([gusts, wind], [berlin], levels);
        const outcomes = pairs.map(([v, more]) => v + more);
        expect(expectedLoss(gusts.quantiles, outcomes)).toBeLessThanOrEqual(
          expectedLoss(row, outcomes) + 1e-9,
        );
      }),
    );
  });

  test('humidity beside temperature and dew point that are right, on average, however they hang together', () => {
    fc.assert(
      fc.property(days, rowOf(0, 100), (pairs, row) => {
        const humidity = table('relative_humidity_2m', row);
        const temperature = table('temperature_2m', quantilesOf(pairs.map(([t]) => t)));
        const dew = table('dew_point_2m', quantilesOf(pairs.map(([t, below]) => t - below)));
        obeyPhysics([humidity, temperature, dew], [berlin], levels);
        const outcomes = pairs.map(([t, below]) => relativeHumidity(t, t - below));
        expect(expectedLoss(humidity.quantiles, outcomes)).toBeLessThanOrEqual(
          expectedLoss(row, outcomes) + 1e-9,
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('obeyMembers', () => {
  const course = (name: string, values: readonly number[]) => ({
    variable: findVariable(name),
    trajectories: { count: 2, dimension: values.length / 2, values: Float64Array.from(values) },
  });
  const times = Float64Array.of(noon, midnight);

  it('takes members one by one: humidity follows from temperature and dew point', () => {
    const temperature = course('temperature_2m', [20, 5, 25, Number.NaN]);
    const dew = course('dew_point_2m', [10, 7, 12, 3]);
    const humidity = course('relative_humidity_2m', [50, 60, 70, 80]);
    const changes = obeyMembers([temperature, dew, humidity], times, berlin);
    expect([...dew.trajectories.values]).toEqual([10, 5, 12, 3]);
    const [first, second, third, fourth] = humidity.trajectories.values;
    expect(first).toBeCloseTo(52.5, 1);
    expect(second).toBe(100);
    expect(third).toBeCloseTo(relativeHumidity(25, 12), 9);
    expect(fourth).toBe(80);
    expect(changes).toEqual({
      'dew-point': { values: 1, quantiles: 1 },
      humidity: { values: 3, quantiles: 3 },
    });
  });

  it('leaves no light at night', () => {
    const radiation = course('shortwave_radiation', [300, 5, 5000, -1]);
    expect(obeyMembers([radiation], times, berlin)).toEqual({
      bounds: { values: 1, quantiles: 1 },
      sunlight: { values: 2, quantiles: 2 },
    });
    const [day, night, brightest, dark] = radiation.trajectories.values;
    expect([day, night, dark]).toEqual([300, 0, 0]);
    // 1.2 · 0.75 · 1361 W/m² is less than the sun at 61° and a clear sky allow.
    expect(brightest).toBeGreaterThan(900);
    expect(brightest).toBeLessThan(1225);
  });

  it('has nothing to do where no rule is about the variable', () => {
    expect(obeyMembers([course('temperature_2m', [20, 5, 25, 3])], times, berlin)).toEqual({});
    expect(planPhysics([], levels)).toBeUndefined();
  });
});

test('changes add up rule by rule', () => {
  expect(
    plusChanges(
      { gusts: { values: 1, quantiles: 2 } },
      { gusts: { values: 3, quantiles: 4 }, bounds: { values: 1, quantiles: 1 } },
    ),
  ).toEqual({ gusts: { values: 4, quantiles: 6 }, bounds: { values: 1, quantiles: 1 } });
});

test('every rule says what it is about', () => {
  for (const { name, reads, changes, why } of physicsRules)
    for (const text of [name, reads, changes, why]) expect(text).not.toBe('');
  expect(new Set(physicsRules.map(({ name }) => name)).size).toBe(physicsRules.length);
});
