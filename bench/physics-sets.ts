import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { QuantileTable } from '../src/forecast/physics.ts';
import { issuedLevels } from '../src/pipeline/issue-chunk.ts';
import { seededRandom } from '../src/scores/random.ts';
import { sampleQuantile } from '../src/scores/sample-quantile.ts';
import type { Location } from '../src/weather/location.ts';
import { solarElevation } from '../src/weather/solar.ts';
import { msPerDay, msPerHour, parseInstant } from '../src/weather/time.ts';
import { findVariable, type Variable } from '../src/weather/variable.ts';
import { solarPower } from './solar-power.ts';
import { developmentData } from './trajectory-sets.ts';

/** Quantiles of several variables that were each learned apart, and what came. */
export interface PhysicsSet {
  readonly name: string;
  readonly places: readonly Location[];
  readonly tables: readonly (QuantileTable & { readonly outcome: Float64Array })[];
}

/** A value by time; NaN where it is missing. */
type At = (time: number) => number;

/** What a margin is learned from: values that it could take, were the past to repeat itself. */
type Learn = (at: At, time: number) => number[];

interface Told {
  readonly variable: Variable;
  readonly place: number;
  readonly at: At;
  readonly times: readonly number[];
  readonly learn: Learn;
}

/** Past days that a margin is learned from; so few that chance leaves its mark, as it does with every new place. */
const PAST_DAYS = 30;
const LEAST_KNOWN = 15;
const earlier = Array.from({ length: PAST_DAYS }, (_, k) => (k + 1) * msPerDay);

/** The value a day before, dressed with the past errors of this rule: in an unbounded way, as a normal law would be. */
const persistence: Learn = (at, time) =>
  earlier.map((ago) => at(time - msPerDay) + at(time - ago) - at(time - ago - msPerDay));
/** What was measured at about this hour. */
const climatology: Learn = (at, time) =>
  earlier.flatMap((ago) => [-1, 0, 1].map((hour) => at(time - ago + hour * msPerHour)));

function setOf(name: string, places: readonly Location[], told: readonly Told[]): PhysicsSet {
  const tables = [...Map.groupBy(told, ({ variable }) => variable.name).values()].map((some) => {
    const place: number[] = [];
    const validTime: number[] = [];
    const outcome: number[] = [];
    const quantiles: number[] = [];
    for (const one of some)
      for (const time of one.times) {
        const came = one.at(time);
        const known = Float64Array.from(one.learn(one.at, time).filter((value) => !Number.isNaN(value)));
        if (Number.isNaN(came) || known.length < LEAST_KNOWN) continue;
        known.sort();
        place.push(one.place);
        validTime.push(time);
        outcome.push(came);
        for (const level of issuedLevels) quantiles.push(sampleQuantile(known, level));
      }
    return {
      variable: some[0].variable,
      place,
      initTime: validTime,
      validTime,
      outcome: Float64Array.from(outcome),
      quantiles: Float64Array.from(quantiles),
    };
  });
  return { name, places, tables };
}

/**
 * Radiation at Berlin below clouds that come and go, with a clear sky of Haurwitz's, which is another than the limit's:
 * 1098 W/m² sin h exp(−0.059 / sin h), of which 0.15 to 1.1 arrive.
 */
export function simulatedRadiation(days: number): PhysicsSet {
  const random = seededRandom('bench/physics');
  const berlin = { latitude: 52.52, longitude: 13.41, elevation: 34 };
  const begin = Date.UTC(2023, 0, 1);
  const hours = new Map<number, number>();
  let clearness = 0.7;
  for (let k = 0; k < (days + PAST_DAYS + 1) * 24; k++) {
    const end = begin + k * msPerHour;
    clearness = Math.max(0.15, Math.min(1.1, clearness + 0.5 * (random() - 0.5)));
    let clear = 0;
    for (let minute = 0; minute < 60; minute += 5) {
      const sine = Math.sin((solarElevation(berlin, end - (minute + 2.5) * 60_000) * Math.PI) / 180);
      if (sine > 0) clear += (1098 * sine * Math.exp(-0.059 / sine)) / 12;
    }
    hours.set(end, clearness * clear);
  }
  const at: At = (time) => hours.get(time) ?? Number.NaN;
  const variable = findVariable('shortwave_radiation');
  const times = [...hours.keys()].filter((time) => time >= begin + (PAST_DAYS + 1) * msPerDay);
  return setOf('simulated radiation', [berlin], [{ variable, place: 0, at, times, learn: climatology }]);
}

interface Table {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A file of the development data; undefined where there is none. */
function readTable(...path: readonly string[]): Table | undefined {
  const file = join(developmentData, ...path);
  if (!existsSync(file)) return undefined;
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  return { names: header.split(','), rows: lines.map((line) => line.split(',')) };
}

/** A famous wind of 468 m/s is left out. */
function numberOf(field: string | undefined): number {
  const value = field === undefined || field === '' ? Number.NaN : Number(field);
  return value > 100 ? Number.NaN : value;
}

/** What stations measured, hour by hour, each variable predicted on its own. */
function stationSet(
  name: string,
  { names, rows }: Table,
  time: string,
  columns: readonly (readonly [column: string, variable: string, learn: Learn])[],
): PhysicsSet {
  const column = (row: readonly string[], wanted: string) => row[names.indexOf(wanted)];
  const stations = [...Map.groupBy(rows, (row) => column(row, 'station')).values()];
  const places = stations.map(([first]) => ({
    latitude: Number(column(first, 'lat')),
    longitude: Number(column(first, 'lon')),
    elevation: Number(column(first, 'elevation_m')),
  }));
  const told: Told[] = [];
  stations.forEach((own, place) => {
    for (const [wanted, variable, learn] of columns) {
      // Reports are made some minutes before the hour that they are of.
      const hours = new Map(
        own.map((row) => [
          Math.round(parseInstant(column(row, time)) / msPerHour) * msPerHour,
          numberOf(column(row, wanted)),
        ]),
      );
      const at: At = (when) => hours.get(when) ?? Number.NaN;
      told.push({ variable: findVariable(variable), place, at, times: [...hours.keys()], learn });
      if (variable === 'temperature_2m') told.push(...daysOf(place, hours));
    }
  });
  return setOf(name, places, told);
}

/** Daily minimum, mean and maximum of an hourly temperature, of UTC days that have at least 22 hours. */
function daysOf(place: number, hours: ReadonlyMap<number, number>): Told[] {
  const known = [...hours].filter(([, value]) => !Number.isNaN(value));
  const days = [...Map.groupBy(known, ([time]) => Math.floor(time / msPerDay))].filter(
    ([, own]) => own.length >= 22,
  );
  const statistics = {
    min: (values: readonly number[]) => Math.min(...values),
    mean: (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length,
    max: (values: readonly number[]) => Math.max(...values),
  };
  return Object.entries(statistics).map(([kind, statistic]) => {
    const values = new Map(
      days.map(([day, own]) => [(day + 1) * msPerDay, statistic(own.map(([, value]) => value))]),
    );
    return {
      variable: findVariable(`temperature_2m_${kind}`),
      place,
      at: (time) => values.get(time) ?? Number.NaN,
      times: [...values.keys()],
      // Each statistic by another rule, so that they may cross.
      learn: kind === 'mean' ? climatology : persistence,
    };
  });
}

/** Every set of the development data that is there, and the names of those that are not. */
export function realSets(): { readonly sets: readonly PhysicsSet[]; readonly missing: readonly string[] } {
  const made: Readonly<Record<string, PhysicsSet | undefined>> = {
    'New York airports': airports(),
    'METAR stations': metars(),
    Ireland: ireland(),
    'solar plants': plants(),
  };
  return {
    sets: Object.values(made).filter((one) => one !== undefined),
    missing: Object.keys(made).filter((name) => made[name] === undefined),
  };
}

function airports(): PhysicsSet | undefined {
  const table = readTable('observations', 'new-york-airports-hourly-2013.csv.gz');
  return (
    table &&
    stationSet('New York airports', table, 'time_utc', [
      ['temp_degC', 'temperature_2m', persistence],
      ['dewpoint_degC', 'dew_point_2m', climatology],
      ['rh_pct', 'relative_humidity_2m', persistence],
      ['wind_speed_m_s', 'wind_speed_10m', persistence],
      ['wind_gust_m_s', 'wind_gusts_10m', climatology],
      ['precip_mm', 'precipitation', persistence],
    ])
  );
}

function metars(): PhysicsSet | undefined {
  const table = readTable('observations', 'metar-12-stations-2020-01.csv.gz');
  return (
    table &&
    stationSet('METAR stations', table, 'time_nominal_utc', [
      ['temp_degC', 'temperature_2m', persistence],
      ['dewpoint_degC', 'dew_point_2m', climatology],
      ['wind_speed_m_s', 'wind_speed_10m', persistence],
    ])
  );
}

function ireland(): PhysicsSet | undefined {
  const table = readTable('observations', 'ireland-wind-daily-1961-1978.csv.gz');
  if (table === undefined) return undefined;
  const [, ...stations] = table.names;
  const nowhere = { latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN };
  const told = stations.map((_, place): Told => {
    const days = new Map(table.rows.map((row) => [Date.parse(row[0]), numberOf(row[place + 1])]));
    const at: At = (time) => days.get(time) ?? Number.NaN;
    // Every fifth day says as much.
    const times = [...days.keys()].filter((_, k) => k % 5 === 0);
    return { variable: findVariable('wind_speed_10m_mean'), place, at, times, learn: persistence };
  });
  return setOf(
    'Ireland',
    stations.map(() => nowhere),
    told,
  );
}

function plants(): PhysicsSet | undefined {
  const table = readTable('pairs', 'gefcom2014-solar.csv.gz');
  if (table === undefined) return undefined;
  const variable = solarPower;
  const column = (name: string) => table.names.indexOf(name);
  const plantsOf = [...Map.groupBy(table.rows, (row) => row[0]).values()];
  const nowhere = { latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN };
  const told = plantsOf.map((own, place): Told => {
    const hours = new Map(
      own.map((row) => [parseInstant(row[column('valid_time')]), numberOf(row[column('observation')])]),
    );
    const at: At = (time) => hours.get(time) ?? Number.NaN;
    return { variable, place, at, times: [...hours.keys()], learn: persistence };
  });
  return setOf(
    'solar plants',
    plantsOf.map(() => nowhere),
    told,
  );
}
