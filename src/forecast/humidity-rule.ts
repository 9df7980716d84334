import { relativeHumidity, saturationExponent } from '../weather/humidity.ts';
import { type Obey, type PhysicsRule, type RowSeries, rowsTogether } from './physics-rule.ts';

/**
 * Relative humidity agrees with temperature and dew point.
 *
 * Of a member it follows from the two. Of quantiles it does not: RH = 100 e(T_d) / e(T) depends on how the two hang together,
 * which their distributions do not say. What they do say are limits that hold whatever hangs together how:
 *
 *   max over q ≤ p of RH( T(1 + q − p), T_d(q) )  ≤  RH(p)  ≤  min over q ≥ p of RH( T(q − p), T_d(q) )
 *
 * T(·), T_d(·), RH(·) quantile functions. They are taken over the given levels; where a level lies between, the next is used that
 * makes the limit wider. Where the two distributions are right, this never raises the expected CRPS.
 *
 * Source: Makarov 1982, doi 10.1137/1126086; Frank, Nelsen & Schweizer 1987, doi 10.1007/BF00569989, of the difference
 * ln e(T_d) − ln e(T). Saturation: {@link relativeHumidity}.
 */
export const humidityRule: PhysicsRule = {
  name: 'humidity',
  reads: 'relative humidity, temperature and dew point of the same time',
  changes: 'the humidity',
  why: 'it follows from the two; as quantiles it lies within what any joint distribution of the two allows',
  prepare(series, levels) {
    const of = (name: string) => series.find(({ variable }) => variable.name === name);
    const [humidity, temperature, dewPoint] = [
      of('relative_humidity_2m'),
      of('temperature_2m'),
      of('dew_point_2m'),
    ];
    if (humidity === undefined || temperature === undefined || dewPoint === undefined) return undefined;
    const rows = rowsOfThree(humidity, temperature, dewPoint);
    if (rows.length === 0) return undefined;
    return levels === undefined ? ofMembers(rows) : ofQuantiles(rows, levels);
  },
};

type Rows = readonly (readonly [humidity: number, temperature: number, dewPoint: number])[];

function rowsOfThree(humidity: RowSeries, temperature: RowSeries, dewPoint: RowSeries): Rows {
  const [own, warm] = rowsTogether(humidity, temperature);
  const moist = new Map<number, number>();
  const [again, dew] = rowsTogether(humidity, dewPoint);
  again.forEach((row, i) => moist.set(row, dew[i]));
  return Array.from(own, (row, i) => [row, warm[i], moist.get(row) ?? -1] as const).filter(
    ([, , row]) => row >= 0,
  );
}

function ofMembers(rows: Rows): Obey {
  return (numbers, at) => {
    let changed = 0;
    for (const [humidity, temperature, dewPoint] of rows) {
      const before = numbers[at + humidity];
      const follows = relativeHumidity(numbers[at + temperature], numbers[at + dewPoint]);
      if (Number.isNaN(before) || Number.isNaN(follows)) continue;
      numbers[at + humidity] = follows;
      if (numbers[at + humidity] !== before) changed++;
    }
    return { values: changed, quantiles: changed };
  };
}

function ofQuantiles(rows: Rows, levels: Float64Array): Obey {
  const { upper, lower } = limitingLevels(levels);
  const width = levels.length;
  const warm = new Float64Array(width);
  const moist = new Float64Array(width);
  return (numbers, at) => {
    let [values, quantiles] = [0, 0];
    for (const [humidity, temperature, dewPoint] of rows) {
      for (let k = 0; k < width; k++) {
        warm[k] = saturationExponent(numbers[at + temperature * width + k]);
        moist[k] = saturationExponent(numbers[at + dewPoint * width + k]);
      }
      let changed = 0;
      for (let k = 0; k < width; k++) {
        const i = at + humidity * width + k;
        const before = numbers[i];
        // Logarithms of the limits; those that are missing are NaN, and compare with nothing.
        let [least, most] = [-Infinity, Infinity];
        for (const [t, d] of upper[k]) most = Math.min(most, moist[d] - warm[t]);
        for (const [t, d] of lower[k]) least = Math.max(least, moist[d] - warm[t]);
        if (before > 100 * Math.exp(most)) numbers[i] = 100 * Math.exp(most);
        // Rounding may carry a limit past what the bounds allow.
        else if (before < 100 * Math.exp(least)) numbers[i] = Math.min(100 * Math.exp(least), 100);
        if (numbers[i] !== before && !Number.isNaN(before)) changed++;
      }
      if (changed > 0) values++;
      quantiles += changed;
    }
    return { values, quantiles };
  };
}

/** For each level the indices of levels of the temperature and the dew point whose humidity is a limit. */
function limitingLevels(levels: Float64Array) {
  const indices = Array.from(levels.keys());
  // 0.9 − 0.4 is a little less than 0.5.
  const slack = 1e-9;
  const upper = Array.from(levels, (p) =>
    indices.flatMap((moist) => {
      const warm = indices.findLast((k) => levels[k] <= levels[moist] - p + slack);
      return levels[moist] < p - slack || warm === undefined ? [] : [[warm, moist] as const];
    }),
  );
  const lower = Array.from(levels, (p) =>
    indices.flatMap((moist) => {
      const warm = indices.find((k) => levels[k] >= 1 + levels[moist] - p - slack);
      return levels[moist] > p + slack || warm === undefined ? [] : [[warm, moist] as const];
    }),
  );
  return { upper, lower };
}
