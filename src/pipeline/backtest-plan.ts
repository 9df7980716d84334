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
export function fitTime({ trainUntil, refitDays }: Window, available: number): number {
  if (trainUntil !== undefined) return trainUntil;
  if (refitDays === undefined) return available;
  return Math.floor(available / (refitDays * msPerDay)) * refitDays * msPerDay;
}

/** When to fit, and on outcomes from when on. */
export interface FitTimes {
  /** Times a fit is made as of, ascending. */
  readonly asOf: Float64Array;
  /** Earliest valid time that may train each fit: fits x leads, row by row. */
  readonly trainFrom: Float64Array;
  /** For each row the number of its lead, from 0 for the shortest. */
  readonly leadOf: Int32Array;
  readonly leads: number;
}

/** When to fit, on what, and for which targets: the schedule of one block of cases. */
export interface GroupPlan extends FitTimes {
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
 * @param skipped counts are added here
 */
export function planGroup(
  cases: Cases,
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
  const times = fitTimes(cases, asOf, window.dates);

  const indexOfTime = new Map(Array.from(asOf, (time, index) => [time, index]));
  const fitOf = new Int32Array(size).fill(-1);
  let targets = 0;
  for (const row of candidates) {
    const index = indexOfTime.get(fitTime(window, availableTime[row]))!;
    if (Number.isNaN(times.trainFrom[index * times.leads + times.leadOf[row]])) skipped.windowNotFull++;
    else {
      fitOf[row] = index;
      targets++;
    }
  }
  return { ...times, units: unitsOf(cases, pool), fitOf, targets };
}

/** @param dates a window's; undefined for all */
export function fitTimes(cases: Cases, asOf: Float64Array, dates: number | undefined): FitTimes {
  const { leadOf, leads } = numberLeads(cases);
  const trainFrom =
    dates === undefined
      ? new Float64Array(asOf.length * leads).fill(-Infinity)
      : startsOfLatestDates(cases, leadOf, leads, asOf, dates);
  return { asOf, trainFrom, leadOf, leads };
}

function numberLeads({ leads }: Cases): { readonly leadOf: Int32Array; readonly leads: number } {
  const numbers = new Map([...new Set(leads)].sort((a, b) => a - b).map((lead, number) => [lead, number]));
  return { leadOf: Int32Array.from(leads, (lead) => numbers.get(lead)!), leads: numbers.size };
}

/**
 * Start of the N-th latest valid date of each lead with an outcome known at each time, fits x leads; NaN where fewer
 * dates are known.
 *
 * Dates are days by coordinated time, over all places of the block together.
 */
function startsOfLatestDates(
  cases: Cases,
  leadOf: Int32Array,
  leads: number,
  asOf: Float64Array,
  dates: number,
): Float64Array {
  if (!(Number.isInteger(dates) && dates >= 1))
    throw new WeatherglassError('Usage', `a window is a whole number of dates from 1, not ${dates}`);
  const firstKnown = Array.from({ length: leads }, () => new Map<number, number>());
  for (let row = 0; row < cases.size; row++) {
    if (Number.isNaN(cases.outcome[row])) continue;
    const date = Math.floor(cases.validTime[row] / msPerDay);
    const known = firstKnown[leadOf[row]];
    known.set(date, Math.min(known.get(date) ?? Infinity, cases.knownTime[row]));
  }
  const starts = new Float64Array(asOf.length * leads).fill(Number.NaN);
  firstKnown.forEach((known, lead) => {
    const latestFirst = [...known].sort(([a], [b]) => b - a);
    asOf.forEach((time, fit) => {
      let missing = dates;
      const nth = latestFirst.find(([, from]) => from <= time && --missing === 0);
      if (nth !== undefined) starts[fit * leads + lead] = nth[0] * msPerDay;
    });
  });
  return starts;
}

/** Rows fitted together, each list by rising valid time: all of the block, or those of each place. */
export function unitsOf({ size, place, places }: Cases, pool: 'all' | 'place'): Int32Array[] {
  if (pool === 'all') return [Int32Array.from({ length: size }, (_, row) => row)];
  const byPlace: number[][] = places.map(() => []);
  for (let row = 0; row < size; row++) byPlace[place[row]].push(row);
  return byPlace.filter((rows) => rows.length > 0).map((rows) => Int32Array.from(rows));
}

/** Rows of a unit that train one of the planned fits. */
export function trainingRowsOf(
  { asOf, trainFrom, leadOf, leads }: FitTimes,
  unit: Int32Array,
  cases: Cases,
  fit: number,
): Int32Array {
  const rows = trainingRows(unit, cases, asOf[fit]);
  const from = trainFrom.subarray(fit * leads, (fit + 1) * leads);
  return from.every((start) => start === -Infinity)
    ? rows
    : rows.filter((row) => !(cases.validTime[row] < from[leadOf[row]]));
}

/**
 * Rows of a unit that may train a fit as of a time: with an outcome known by then.
 *
 * Their forecasts must have been available before, or a forecast that came late would train fits made without it, and
 * a target whose outcome was already known would train its own.
 */
export function trainingRows(unit: Int32Array, cases: Cases, asOf: number): Int32Array {
  const { validTime, knownTime, availableTime, outcome } = cases;
  const rows = new Int32Array(unit.length);
  let count = 0;
  for (const row of unit) {
    // Nothing is known before it is over, and rows come by rising valid time.
    if (validTime[row] > asOf) break;
    if (knownTime[row] <= asOf && availableTime[row] < asOf && !Number.isNaN(outcome[row]))
      rows[count++] = row;
  }
  return rows.subarray(0, count);
}
