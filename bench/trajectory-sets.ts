import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Distributions } from '../src/forecast/distributions.ts';
import { fillHours } from '../src/forecast/fill-hours.ts';
import { quantileDistributions } from '../src/forecast/quantile-distributions.ts';
import { issuedLevels } from '../src/pipeline/issue-chunk.ts';
import { sampleQuantile } from '../src/scores/sample-quantile.ts';
import { parseInstant } from '../src/weather/time.ts';
import { gaussian } from './simulated.ts';

/** Hours of a day: what trajectories are of. */
export const HOURS = 24;
/** Days that margins and templates are taken from. */
export const PAST_DAYS = 60;
const HOUR = 3_600_000;

export const developmentData =
  process.env.DEVELOPMENT_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));

/** One day: what came, the distributions of its hours, and templates to order them by. */
export interface TrajectoryCase {
  readonly outcome: Float64Array;
  readonly margins: Distributions;
  /** The same where only every third hour is predicted, and those between are filled in. */
  readonly filled: Distributions;
  /** Past days, each of {@link HOURS} numbers without gaps. */
  readonly past: Float64Array;
  /** Members of an ensemble, likewise; missing where nobody forecast. */
  readonly ensemble?: Float64Array;
}

export interface TrajectorySet {
  readonly name: string;
  readonly cases: readonly TrajectoryCase[];
  readonly events: readonly { readonly name: string; readonly event: BenchEvent }[];
}

/** What is asked of a whole day. */
export interface BenchEvent {
  readonly statistic: 'sum' | 'min' | 'max' | 'spell';
  readonly comparison: '<' | '>';
  readonly threshold: number;
  /** Hours in a row, anywhere in the day; the whole day by default. */
  readonly hours?: number;
}

/**
 * An anomaly that forgets a tenth an hour. The forecast sees it with an error that forgets a twentieth; margins are the true
 * ones, the ensemble has the true dependence, but half the spread and a bias.
 */
export function simulatedDays(days: number): TrajectorySet {
  const draw = gaussian('bench/trajectories');
  const walk = (memory: number, length = HOURS) => {
    let state = draw();
    return Float64Array.from(
      { length },
      () => (state = memory * state + Math.sqrt(1 - memory * memory) * draw()),
    );
  };
  const history = walk(0.95, HOURS * PAST_DAYS);
  const cases = Array.from({ length: days }, (): TrajectoryCase => {
    const seen = walk(0.9);
    const error = walk(0.95);
    const ensemble = new Float64Array(20 * HOURS);
    for (let k = 0; k < 20; k++) {
      const own = walk(0.95);
      for (let h = 0; h < HOURS; h++) ensemble[k * HOURS + h] = seen[h] + 0.7 + 0.5 * own[h];
    }
    const draws = gaussianLevels();
    const quantiles = new Float64Array(HOURS * issuedLevels.length);
    for (let h = 0; h < HOURS; h++)
      quantiles.set(
        draws.map((z) => seen[h] + z),
        h * issuedLevels.length,
      );
    return {
      outcome: seen.map((value, h) => value + error[h]),
      ...marginsOf(quantiles, -Infinity),
      past: history,
      ensemble,
    };
  });
  return {
    name: 'simulated',
    cases,
    events: [
      { name: 'sum', event: { statistic: 'sum', comparison: '>', threshold: 24 } },
      { name: 'minimum', event: { statistic: 'min', comparison: '<', threshold: -1.5 } },
      { name: 'spell of 6 h', event: { statistic: 'spell', comparison: '<', threshold: -0.5, hours: 6 } },
    ],
  };
}

/** The distributions of the hours of a day, and the same from every third hour; the last hour is there in both. */
function marginsOf(quantiles: Float64Array, lower: number): Pick<TrajectoryCase, 'margins' | 'filled'> {
  const levels = Float64Array.from(issuedLevels);
  const hours = Array.from({ length: HOURS }, (_, h) => h).filter((h) => h % 3 === 0 || h === HOURS - 1);
  const thinned = {
    validTimes: Float64Array.from(hours, (h) => h * HOUR),
    quantiles: Float64Array.from(
      hours.flatMap((h) => [...quantiles.subarray(h * levels.length, (h + 1) * levels.length)]),
    ),
  };
  return {
    margins: quantileDistributions(levels, quantiles, lower),
    filled: quantileDistributions(levels, fillHours(thinned, levels.length).quantiles, lower),
  };
}

/** Standard normal quantiles at the issued levels. */
function gaussianLevels(): Float64Array {
  return Float64Array.of(
    -2.326348,
    -1.959964,
    -1.644854,
    -1.281552,
    -0.841621,
    -0.67449,
    -0.524401,
    -0.253347,
    0,
    0.253347,
    0.524401,
    0.67449,
    0.841621,
    1.281552,
    1.644854,
    1.959964,
    2.326348,
  );
}

/** A file of the development data; undefined where there is none. */
export function airportsFile(): string | undefined {
  const file = join(developmentData, 'observations', 'new-york-airports-hourly-2013.csv.gz');
  return existsSync(file) ? file : undefined;
}

const airportEvents: Readonly<Record<'temp_degC' | 'precip_mm' | 'wind_speed_m_s', TrajectorySet['events']>> =
  {
    temp_degC: [
      { name: 'minimum < 0 °C', event: { statistic: 'min', comparison: '<', threshold: 0 } },
      { name: 'maximum > 25 °C', event: { statistic: 'max', comparison: '>', threshold: 25 } },
      { name: '6 h < 5 °C', event: { statistic: 'spell', comparison: '<', threshold: 5, hours: 6 } },
    ],
    precip_mm: [
      { name: 'sum > 1 mm', event: { statistic: 'sum', comparison: '>', threshold: 1 } },
      { name: 'sum > 10 mm', event: { statistic: 'sum', comparison: '>', threshold: 10 } },
      { name: 'dry all day', event: { statistic: 'spell', comparison: '<', threshold: 0.1 } },
    ],
    wind_speed_m_s: [
      { name: 'maximum > 10 m/s', event: { statistic: 'max', comparison: '>', threshold: 10 } },
      { name: '6 h < 3 m/s', event: { statistic: 'spell', comparison: '<', threshold: 3, hours: 6 } },
    ],
  };

/**
 * The hours of the New York airports, day by day, each predicted from the {@link PAST_DAYS} before: of temperature and wind
 * the value a day before with the past errors of this rule, of rain what fell in that hour.
 */
export function airportDays(file: string): TrajectorySet[] {
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  const names = header.split(',');
  const rows = lines.map((line) => line.split(','));
  const stations = Map.groupBy(rows, (row) => row[names.indexOf('station')]);
  return (Object.keys(airportEvents) as (keyof typeof airportEvents)[]).map((column) => ({
    name: column.split('_')[0],
    events: airportEvents[column],
    cases: [...stations.values()].flatMap((own) =>
      casesOf(
        new Map(
          own.map((row) => [
            parseInstant(row[names.indexOf('time_utc')]),
            numberOf(row[names.indexOf(column)]),
          ]),
        ),
        column !== 'precip_mm',
      ),
    ),
  }));
}

/** A famous wind of 468 m/s is left out. */
function numberOf(field: string): number {
  const value = field === '' ? Number.NaN : Number(field);
  return value > 100 ? Number.NaN : value;
}

function casesOf(hours: ReadonlyMap<number, number>, persists: boolean): TrajectoryCase[] {
  const at = (time: number) => hours.get(time) ?? Number.NaN;
  const first = Date.UTC(2013, 0, 2) + PAST_DAYS * HOURS * HOUR;
  const cases: TrajectoryCase[] = [];
  for (let start = first; start < Date.UTC(2013, 11, 30); start += HOURS * HOUR) {
    const dayBefore = (days: number, h: number) => at(start + (h - HOURS * days) * HOUR);
    const outcome = Float64Array.from({ length: HOURS }, (_, h) => dayBefore(0, h));
    const past: number[] = [];
    for (let days = 1; days <= PAST_DAYS; days++) {
      const row = Array.from({ length: HOURS }, (_, h) => dayBefore(days, h));
      if (!row.some(Number.isNaN)) past.push(...row);
    }
    const quantiles: number[] = [];
    for (let h = 0; h < HOURS; h++) {
      const told: number[] = [];
      for (let days = 1; days <= PAST_DAYS; days++)
        told.push(
          persists ? dayBefore(1, h) + dayBefore(days, h) - dayBefore(days + 1, h) : dayBefore(days, h),
        );
      const known = Float64Array.from(told.filter((value) => !Number.isNaN(value))).sort();
      for (const level of issuedLevels) quantiles.push(sampleQuantile(known, level));
    }
    if (outcome.some(Number.isNaN) || quantiles.some(Number.isNaN) || past.length < 20 * HOURS) continue;
    const margins = marginsOf(Float64Array.from(quantiles), persists ? -Infinity : 0);
    cases.push({ outcome, ...margins, past: Float64Array.from(past) });
  }
  return cases;
}
