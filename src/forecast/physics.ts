import type { Location } from '../weather/location.ts';
import type { Variable } from '../weather/variable.ts';
import { boundsRule } from './bounds-rule.ts';
import { humidityRule } from './humidity-rule.ts';
import { dewPointRule, gustsRule } from './orderings.ts';
import type { Obey, PhysicsChanges, PhysicsRule, RowSeries } from './physics-rule.ts';
import { rangeRule } from './range-rule.ts';
import { sunlightRule } from './sunlight-rule.ts';
import type { Trajectories } from './trajectories.ts';

/**
 * All rules, in the order in which they are applied. None undoes what those before have done, so that once is enough: limits of
 * one variable come first; what is brought between others of its kind next, as both stay within their limits; what follows from
 * other variables after them.
 */
export const physicsRules: readonly PhysicsRule[] = [
  boundsRule,
  sunlightRule,
  rangeRule,
  dewPointRule,
  gustsRule,
  humidityRule,
];

/** Makes rows obey physics, in place; answers what changed. */
export type ObeyAll = (
  values: Float32Array | Float64Array,
  at: number,
  placeOf: (row: number) => Location,
) => PhysicsChanges;

/**
 * Works out once what is to be done with rows of some variables, wherever they are of; undefined where there is nothing to do.
 *
 * @param levels of the quantiles of a row, ascending within (0, 1); none where a row is one number of one member
 */
export function planPhysics(
  series: readonly RowSeries[],
  levels: Float64Array | undefined,
  rules: readonly PhysicsRule[] = physicsRules,
): ObeyAll | undefined {
  const planned = rules.flatMap((rule): [string, Obey][] => {
    const obey = rule.prepare(series, levels);
    return obey === undefined ? [] : [[rule.name, obey]];
  });
  if (planned.length === 0) return undefined;
  return (values, at, placeOf) => {
    const changes: Record<string, PhysicsChanges[string]> = {};
    for (const [name, obey] of planned) {
      const changed = obey(values, at, placeOf);
      if (changed.quantiles > 0) changes[name] = changed;
    }
    return changes;
  };
}

/** Quantiles of one variable at many places and times, such as a back-test makes. */
export interface QuantileTable {
  readonly variable: Variable;
  /** Row by row: index into the places, the issue by its time or a number, and when it is for, epoch milliseconds. */
  readonly place: ArrayLike<number>;
  readonly initTime: ArrayLike<number>;
  readonly validTime: ArrayLike<number>;
  /** Rows x levels, each row ascending; NaN where missing. It is changed in place. */
  readonly quantiles: Float64Array | Float32Array;
}

/**
 * Makes the quantiles of tables obey physics, in place. Rows of several tables with the same place, issue and valid time are of
 * the same weather. Without coordinates (NaN) the sun sets no limit; a row with a NaN changes nothing.
 *
 * @param places the same for all tables
 * @param levels of the quantiles, ascending within (0, 1)
 * @returns how many quantiles of how many values each rule changed
 *
 * @example
 * const gusts = { variable: findVariable('wind_gusts_10m'), place: [0], initTime: [0], validTime: [0], quantiles: Float64Array.of(-1, 4) };
 * obeyPhysics([gusts], [berlin], Float64Array.of(0.1, 0.9)); // { bounds: { values: 1, quantiles: 1 } }
 */
export function obeyPhysics(
  tables: readonly QuantileTable[],
  places: readonly Location[],
  levels: Float64Array,
  rules: readonly PhysicsRule[] = physicsRules,
): PhysicsChanges {
  let first = 0;
  const series = tables.map(({ variable, place, initTime, validTime }): RowSeries => {
    const own = first;
    first += validTime.length;
    // Alone it needs no names for what belongs together.
    const keys =
      tables.length === 1
        ? validTime
        : Array.from(validTime, (time, row) => `${place[row]} ${initTime[row]} ${time}`);
    return { variable, first: own, validTimes: validTime, keys };
  });
  const obey = planPhysics(series, levels, rules);
  if (obey === undefined) return {};
  // In single precision a limit is rounded: what was brought to it must count as being there.
  const single = tables.every(({ quantiles }) => quantiles instanceof Float32Array);
  const all = new (single ? Float32Array : Float64Array)(first * levels.length);
  const placeOfRow = new Int32Array(first);
  tables.forEach(({ quantiles, place }, t) => {
    all.set(quantiles, series[t].first * levels.length);
    placeOfRow.set(place, series[t].first);
  });
  const changes = obey(all, 0, (row) => places[placeOfRow[row]]);
  tables.forEach(({ quantiles }, t) => {
    const from = series[t].first * levels.length;
    quantiles.set(all.subarray(from, from + quantiles.length));
  });
  return changes;
}

/** Trajectories of one variable; all of them have the same times and number. */
export interface Courses {
  readonly variable: Variable;
  readonly trajectories: Trajectories;
}

/**
 * Makes trajectories obey physics member by member, in place: member k of each variable is of the same weather. Relative
 * humidity then follows from temperature and dew point.
 *
 * @param validTimes of the dimensions, epoch milliseconds
 */
export function obeyMembers(
  courses: readonly Courses[],
  validTimes: Float64Array,
  place: Location,
): PhysicsChanges {
  const times = validTimes.length;
  const series = courses.map(
    ({ variable }, c): RowSeries => ({ variable, first: c * times, validTimes, keys: validTimes }),
  );
  const obey = planPhysics(series, undefined);
  if (obey === undefined) return {};
  let changes: PhysicsChanges = {};
  const member = new Float64Array(courses.length * times);
  for (let k = 0; k < courses[0].trajectories.count; k++) {
    const [from, to] = [k * times, (k + 1) * times];
    courses.forEach(({ trajectories }, c) => member.set(trajectories.values.subarray(from, to), c * times));
    const changed = obey(member, 0, () => place);
    if (Object.keys(changed).length === 0) continue;
    changes = plusChanges(changes, changed);
    courses.forEach(({ trajectories }, c) =>
      trajectories.values.set(member.subarray(c * times, (c + 1) * times), from),
    );
  }
  return changes;
}

/** What two lots of rows together had changed. */
export function plusChanges(one: PhysicsChanges, other: PhysicsChanges): PhysicsChanges {
  const sum: Record<string, PhysicsChanges[string]> = { ...one };
  for (const [name, added] of Object.entries(other)) {
    const { values, quantiles } = sum[name] ?? { values: 0, quantiles: 0 };
    if (added !== undefined)
      sum[name] = { values: values + added.values, quantiles: quantiles + added.quantiles };
  }
  return sum;
}
