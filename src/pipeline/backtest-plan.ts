import { WeatherglassError } from '../errors.ts';
import type { Cases } from '../models/model.ts';
import { msPerDay } from '../weather/time.ts';

/** Which outcomes train a target: all known, those of the N latest dates, and perhaps only those known by a day. */
export interface Window {
  /** Latest distinct valid dates whose outcomes are known; undefined for all. */
  readonly dates?: number | undefined;
  /** Fit once on what was known at this time, inclusive, and score what was available later. */
  readonly trainUntil?: number | undefined;
  /** Fit again only every so many days, as of the start of each such stretch; by default whenever more is known. */
  readonly refitDays?: number | undefined;
}

/** Period of valid times that targets come from; start inclusive, end exclusive. */
export interface TargetPeriod {
  readonly from: number;
  readonly until: number;
}

/** The time that the fit for a row is made as of. */
function fitTime({ trainUntil, refitDays }: Window, available: number): number {
  if (trainUntil !== undefined) return trainUntil;
  if (refitDays === undefined) return available;
  return Math.floor(available / (refitDays * msPerDay)) * refitDays * msPerDay;
}

/** When to fit, on what, and for which targets: the schedule of one block of cases. */
export interface GroupPlan {
  /** Times a fit is made as of, ascending. */
  readonly asOf: Float64Array;
  /** Earliest valid time that may train each fit. */
  readonly trainFrom: Float64Array;
  /** Rows fitted together: every row, or one list a place; by rising valid time. */
  readonly units: readonly Int32Array[];
  /** For each row the index of the fit that serves it; −1 for a row that is no target. */
  readonly fitOf: Int32Array;
  readonly targets: number;
}

/** Rows that are no targets, by reason. */
export interface Skipped {
  incompleteForecast: number;
  noOutcome: number;
  outsideTargets: number;
  windowNotFull: number;
  nothingKnown: number;
}

export function nothingSkipped(): Skipped {
  return { incompleteForecast: 0, noOutcome: 0, outsideTargets: 0, windowNotFull: 0, nothingKnown: 0 };
}

/**
 * Schedules the fits of a block.
 *
 * A target is a row with an outcome, in the period, whose training window is full. With `trainUntil` there is one
 * fit and its targets are the rows available later; without, one fit for each distinct time of availability.
 * Which rows are targets depends on the table, the window and the period only, never on the model.
 *
 * @param knownTime when each row's outcome became known
 * @param skipped counts are added here
 */
export function planGroup(
  cases: Cases,
  knownTime: Float64Array,
  window: Window,
  period: TargetPeriod,
  pool: 'all' | 'place',
  skipped: Skipped,
): GroupPlan {
  if (window.refitDays !== undefined && !(window.refitDays > 0))
    throw new WeatherglassError(
      'Usage',
      `a model is refitted every so many days, not every ${window.refitDays}`,
    );
  const { size, validTime, availableTime, outcome } = cases;
  const candidates: number[] = [];
  for (let row = 0; row < size; row++) {
    if (Number.isNaN(outcome[row])) skipped.noOutcome++;
    else if (!(validTime[row] >= period.from && validTime[row] < period.until)) skipped.outsideTargets++;
    else if (window.trainUntil !== undefined && availableTime[row] <= window.trainUntil)
      skipped.outsideTargets++;
    else candidates.push(row);
  }
  const asOf = Float64Array.from(
    new Set(candidates.map((row) => fitTime(window, availableTime[row]))),
  ).sort();
  const trainFrom =
    window.dates === undefined
      ? new Float64Array(asOf.length).fill(-Infinity)
      : startOfLatestDates(cases, knownTime, asOf, window.dates);

  const indexOfTime = new Map(Array.from(asOf, (time, index) => [time, index]));
  const fitOf = new Int32Array(size).fill(-1);
  let targets = 0;
  for (const row of candidates) {
    const index = indexOfTime.get(fitTime(window, availableTime[row]))!;
    if (Number.isNaN(trainFrom[index])) skipped.windowNotFull++;
    else {
      fitOf[row] = index;
      targets++;
    }
  }
  return { asOf, trainFrom, units: unitsOf(cases, pool), fitOf, targets };
}

/**
 * Start of the N-th latest valid date with an outcome known at each time; NaN where fewer dates are known.
 *
 * Dates are days by coordinated time, over all places of the block together.
 */
function startOfLatestDates(
  cases: Cases,
  knownTime: Float64Array,
  asOf: Float64Array,
  dates: number,
): Float64Array {
  if (!(Number.isInteger(dates) && dates >= 1))
    throw new WeatherglassError('Usage', `a window is a whole number of dates from 1, not ${dates}`);
  const firstKnown = new Map<number, number>();
  for (let row = 0; row < cases.size; row++) {
    if (Number.isNaN(cases.outcome[row])) continue;
    const date = Math.floor(cases.validTime[row] / msPerDay);
    firstKnown.set(date, Math.min(firstKnown.get(date) ?? Infinity, knownTime[row]));
  }
  const latestFirst = [...firstKnown].sort(([a], [b]) => b - a);
  return asOf.map((time) => {
    let missing = dates;
    for (const [date, known] of latestFirst) if (known <= time && --missing === 0) return date * msPerDay;
    return Number.NaN;
  });
}

/** Rows fitted together, each list by rising valid time: all of the block, or those of each place. */
export function unitsOf({ size, place, places }: Cases, pool: 'all' | 'place'): Int32Array[] {
  if (pool === 'all') return [Int32Array.from({ length: size }, (_, row) => row)];
  const byPlace: number[][] = places.map(() => []);
  for (let row = 0; row < size; row++) byPlace[place[row]].push(row);
  return byPlace.filter((rows) => rows.length > 0).map((rows) => Int32Array.from(rows));
}

/**
 * Rows of a unit that may train a fit as of a time: valid from `trainFrom` on, with an outcome known by then.
 *
 * Their forecasts must have been available before, or a forecast that came late would train fits made without it, and
 * a target whose outcome was already known would train its own.
 */
export function trainingRows(
  unit: Int32Array,
  cases: Cases,
  knownTime: Float64Array,
  asOf: number,
  trainFrom: number,
): Int32Array {
  const rows = new Int32Array(unit.length);
  let count = 0;
  for (const row of unit) {
    const valid = cases.validTime[row];
    // Nothing is known before it is over, and rows come by rising valid time.
    if (valid > asOf) break;
    if (
      valid >= trainFrom &&
      knownTime[row] <= asOf &&
      cases.availableTime[row] < asOf &&
      !Number.isNaN(cases.outcome[row])
    )
      rows[count++] = row;
  }
  return rows.subarray(0, count);
}
