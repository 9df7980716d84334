import { WeatherglassError } from '../errors.ts';
import { fitsUsual, refuseWrongUnit } from '../quality/wrong-unit.ts';
import { type ObservationRow, observationBlock } from '../store/observation-block.ts';
import type { ObservationBlock, Store } from '../store/store.ts';
import { possibleValues } from '../weather/possible-values.ts';
import { formatInstant, msPerDay, msPerHour } from '../weather/time.ts';
import { converter } from '../weather/units.ts';
import type { Variable } from '../weather/variable.ts';
import { checkPlaces, checkVariables } from './served.ts';

/** One value as a sensor or a program reports it. */
export interface ReportedObservation {
  readonly place: string;
  readonly variable: string;
  /** Of the value; the variable's own by default. */
  readonly unit?: string | undefined;
  /** End of the period the value stands for, epoch milliseconds. */
  readonly validTime: number;
  /** In `unit`; null takes an earlier value back. */
  readonly value: number | null;
}

export interface Acceptance {
  /** When the values became known. */
  readonly now: number;
  /** Who reports, such as `push`: shown as the truth's origin. */
  readonly origin: string;
}

/** What is to be written. */
export interface ObservationChanges {
  readonly observations: ObservationBlock;
}

/** Days that say what a place is used to. */
const USUAL_DAYS = 60;
/** Hours that are looked at first. */
const LATEST_HOURS = 12;
/** Clocks of sensors may be this far ahead. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Checks reported values, converts them to the variables' units, and makes of them what is to be written; known now.
 *
 * A value that is known already, and unchanged, is left out: reporting again changes nothing.
 *
 * @throws WeatherglassError NotFound: an unknown place or variable. InvalidData: a value that is impossible, from the
 *   future, reported twice in one batch, or that fits its place only in another unit than the one declared (a sensor
 *   reporting Fahrenheit as Celsius).
 */
export async function acceptObservations(
  store: Store,
  reported: readonly ReportedObservation[],
  { now, origin }: Acceptance,
): Promise<ObservationChanges> {
  const places = [...new Set(reported.map(({ place }) => place))];
  await checkPlaces(store, places);
  const variables = await checkVariables(store, [...new Set(reported.map(({ variable }) => variable))]);
  const known = await knownValues(store, reported, now);
  const seen = new Set<string>();
  const rows: ObservationRow[] = [];
  for (const one of reported) {
    const variable = variables.find(({ name }) => name === one.variable)!;
    const what = `${one.variable} of ${one.place} at ${formatInstant(one.validTime)}`;
    if (one.validTime > now + CLOCK_TOLERANCE_MS)
      throw new WeatherglassError(
        'InvalidData',
        `${what} is observed in the future: it is ${formatInstant(now)} now. Correct the time, or the clock.`,
      );
    const key = `${one.variable} ${one.validTime} ${one.place}`;
    if (seen.has(key))
      throw new WeatherglassError('InvalidData', `${what} is reported twice in one batch; report it once`);
    seen.add(key);
    const value = one.value === null ? Number.NaN : possibleValue(one.value, one.unit, variable, what);
    // What fits the last hours fits the weeks they belong to, which take a hundred times as long to read.
    if (!fitsUsual(value, variable, await known.since(one, LATEST_HOURS * msPerHour)))
      refuseWrongUnit(value, variable, await known.since(one, USUAL_DAYS * msPerDay), what);
    // A value that was never known cannot be taken back.
    const before = known.latest(key);
    if (Object.is(before?.value ?? Number.NaN, value)) continue;
    rows.push({
      place: one.place,
      variable: one.variable,
      origin,
      validTime: one.validTime,
      // Later than the version it revises, even within a millisecond; a clock that is ahead reports what is not over yet.
      knownAt: Math.max(now, one.validTime, (before?.knownAt ?? -Infinity) + 1),
      value,
    });
  }
  return { observations: observationBlock(rows) };
}

function possibleValue(given: number, unit: string | undefined, variable: Variable, what: string): number {
  const value = converter(unit ?? variable.unit, variable.unit)(given);
  const { least, lower, upper, most } = possibleValues(variable);
  if (!(Number.isFinite(value) && value >= least && value <= most))
    throw new WeatherglassError(
      'InvalidData',
      `${what} cannot be ${given} ${unit ?? variable.unit}: ${
        value < least ? `the least is ${Math.max(lower, least)}` : `the most is ${upper}`
      } ${variable.unit}. Send null for a value that is missing.`,
    );
  return Math.min(upper, Math.max(lower, value));
}

interface KnownValue {
  readonly value: number;
  readonly knownAt: number;
}

interface KnownValues {
  /** By `${variable} ${validTime} ${place}`; undefined where nothing is known. */
  readonly latest: (key: string) => KnownValue | undefined;
  /** Outcomes of an observation's series, from so many ms before the first that is reported until the last. */
  readonly since: (one: ReportedObservation, ms: number) => Promise<readonly number[]>;
}

/** What the store knows of the reported series around the reported times. */
async function knownValues(
  store: Store,
  reported: readonly ReportedObservation[],
  now: number,
): Promise<KnownValues> {
  const latest = new Map<string, KnownValue>();
  const bySeries = Map.groupBy(reported, seriesOf);
  const read = new Map<string, readonly number[]>();
  async function since(series: string, ms: number): Promise<readonly number[]> {
    const known = read.get(`${ms} ${series}`);
    if (known !== undefined) return known;
    const own = bySeries.get(series)!;
    const [{ place, variable }] = own;
    const times = own.map(({ validTime }) => validTime);
    const values: number[] = [];
    for await (const block of store.observations({
      places: [place],
      variables: [variable],
      validFrom: times.reduce((a, b) => Math.min(a, b)) - ms,
      validUntil: times.reduce((a, b) => Math.max(a, b)) + 1,
    }))
      for (let row = 0; row < block.rows; row++) {
        latest.set(`${variable} ${block.validTime[row]} ${place}`, {
          value: block.value[row],
          knownAt: block.knownAt[row],
        });
        const trusted = block.flag[row] === '' && block.knownAt[row] <= now;
        if (trusted && !Number.isNaN(block.value[row])) values.push(block.value[row]);
      }
    read.set(`${ms} ${series}`, values);
    return values;
  }
  for (const series of bySeries.keys()) await since(series, LATEST_HOURS * msPerHour);
  return { latest: (key) => latest.get(key), since: (one, ms) => since(seriesOf(one), ms) };
}

function seriesOf({ place, variable }: ReportedObservation): string {
  return JSON.stringify([place, variable]);
}
