import { WeatherglassError } from '../errors.ts';
import { inOrder, type Measured } from './measured.ts';
import { rainIncrements, rainRate } from './rain-gauge.ts';
import { msPerHour, type Period } from './time.ts';
import type { Variable } from './variable.ts';

/** How near and how dense readings must be to stand for an hour. */
export interface HourlySettings {
  /** Minutes from the full hour within which a reading can stand for it. */
  readonly toleranceMinutes: number;
  /** Readings that an hour needs for its mean, extreme or sum. */
  readonly leastReadings: number;
  /** Minutes of an hour, at its ends too, that may pass without a reading. */
  readonly longestGapMinutes: number;
}

/** For airports, which report at minutes 50 to 56. */
export const airportHours: HourlySettings = { toleranceMinutes: 20, leastReadings: 3, longestGapMinutes: 25 };

/** For sensors that report every few minutes. */
export const sensorHours: HourlySettings = { toleranceMinutes: 10, leastReadings: 3, longestGapMinutes: 25 };

/** Whether a routine report of that time closes an hour, so that the hour's rain in it is that of the full hour: minutes 45 to 59, and 0. */
export function closesHour(time: number): boolean {
  const minute = Math.floor(time / 60_000) % 60;
  return minute >= 45 || minute === 0;
}

export interface HourlyValue {
  /** The full hour: the instant, or the end of the hour that it sums up. */
  readonly time: number;
  /** In the variable's unit; never NaN. */
  readonly value: number;
  /** When the last reading it is made of was received, `time` at the earliest; NaN where that is not known. */
  readonly receivedAt: number;
}

/** What readings say of an hour; undefined where they do not say enough. */
type HourlyRule = (hour: number) => Omit<HourlyValue, 'time'> | undefined;

/**
 * What readings at odd minutes say of full hours, so that forecasts, which are valid on the hour, can be held against
 * them. Hours of which the readings do not say enough are left out: nothing is guessed.
 *
 * - **Instant** (temperature): linear between the last reading before the hour and the first after it where both lie
 *   within the tolerance, else the nearer one within it. A direction or code (law `none`) is never mixed: the nearest,
 *   the earlier of two as near; if that one is NaN (calm, variable), there is none.
 * - **Mean, maximum, minimum of the preceding hour**: of the readings in (hour − 1 h, hour], if there are enough of them
 *   without a long gap. In the mean each counts for the time to which it is nearest.
 * - **Sum over the preceding hour**: of readings that each carry the period they cover, spread evenly over it, if they
 *   cover the hour once, wholly, and with no period longer than the longest gap. For `precipitation` these may be
 *   increments of a counter ({@link rainIncrements}), and, failing them, the mean of intensities.
 * - A reading that carries the variable's own period (an airport's hourly rain) is such a value already: the one nearest
 *   to the hour, within the tolerance.
 *
 * What comes late can change an hour until the tolerance or the longest gap has passed. Everything is UTC: local time
 * and its changes do not matter. Repeated readings count once ({@link inOrder}); the order of readings does not matter.
 *
 * @param readings of one station or sensor, of any variables, in their variables' units; those from one hour before
 *   `period` to one hour after it matter
 * @param period hours from `from`, inclusive, to `until`, exclusive; both finite
 * @throws WeatherglassError InvalidData for a variable of a longer period than an hour
 *
 * @example
 * // 10.4 °C at 10:53 and 11.0 °C at 11:08: 10.68 °C at 11:00
 */
export function hourlyValues(
  readings: readonly Measured[],
  variable: Variable,
  { from, until }: Period,
  settings: HourlySettings,
): readonly HourlyValue[] {
  const ruleOf = hourlyRule(readings, variable, settings);
  const values: HourlyValue[] = [];
  for (let hour = Math.ceil(from / msPerHour) * msPerHour; hour < until; hour += msPerHour) {
    const said = ruleOf(hour);
    if (said === undefined || Number.isNaN(said.value)) continue;
    values.push({ time: hour, value: said.value, receivedAt: Math.max(hour, said.receivedAt) });
  }
  return values;
}

function hourlyRule(readings: readonly Measured[], variable: Variable, settings: HourlySettings): HourlyRule {
  const own = inOrder(readings, variable.name);
  if (variable.kind === 'instant')
    return variable.law === 'none' ? nearest(own, settings) : between(present(own), settings);
  if (variable.periodHours !== 1)
    throw new WeatherglassError(
      'InvalidData',
      `${variable.name} covers ${variable.periodHours} hours; readings become values of one hour, which can then be summed up.`,
    );
  const whole = nearest(present(own).filter(isWholeHour), settings);
  const parts = present(own).filter((one) => !isWholeHour(one));
  if (variable.kind !== 'sum') return firstOf(whole, overHour(parts, statistics[variable.kind], settings));
  const sum = sumOverHour(parts, settings);
  if (variable.name !== 'precipitation') return firstOf(whole, sum);
  const counted = sumOverHour(rainIncrements(readings), settings);
  // The mean intensity in mm/h is what fell in the hour in mm.
  const rated = overHour(present(inOrder(readings, rainRate)), statistics.mean, settings);
  return firstOf(whole, sum, counted, rated);
}

function present(readings: readonly Measured[]): readonly Measured[] {
  return readings.filter(({ value }) => !Number.isNaN(value));
}

function isWholeHour({ periodHours }: Measured): boolean {
  return periodHours === 1;
}

function firstOf(...rules: readonly HourlyRule[]): HourlyRule {
  return (hour) => {
    for (const rule of rules) {
      const said = rule(hour);
      if (said !== undefined) return said;
    }
    return undefined;
  };
}

function nearest(readings: readonly Measured[], settings: HourlySettings): HourlyRule {
  const tolerance = settings.toleranceMinutes * 60_000;
  return (hour) => {
    const near = readings.slice(
      indexFrom(readings, hour - tolerance),
      indexFrom(readings, hour + tolerance + 1),
    );
    const distance = Math.min(...near.map(({ time }) => Math.abs(time - hour)));
    return near.find(({ time }) => Math.abs(time - hour) === distance);
  };
}

function between(readings: readonly Measured[], settings: HourlySettings): HourlyRule {
  const tolerance = settings.toleranceMinutes * 60_000;
  return (hour) => {
    const index = indexFrom(readings, hour);
    const [before, after] = [readings[index - 1], readings[index]];
    const earlier = before !== undefined && before.time >= hour - tolerance ? before : undefined;
    const later = after !== undefined && after.time <= hour + tolerance ? after : undefined;
    if (earlier === undefined || later === undefined || later.time === hour) return later ?? earlier;
    const share = (hour - earlier.time) / (later.time - earlier.time);
    return {
      value: earlier.value + share * (later.value - earlier.value),
      receivedAt: Math.max(earlier.receivedAt, later.receivedAt),
    };
  };
}

type Statistic = (readings: readonly Measured[], hour: number) => number;

const statistics: Readonly<Record<'mean' | 'max' | 'min', Statistic>> = {
  mean: timeWeightedMean,
  max: (readings) => Math.max(...readings.map(({ value }) => value)),
  min: (readings) => Math.min(...readings.map(({ value }) => value)),
};

function timeWeightedMean(readings: readonly Measured[], hour: number): number {
  let sum = 0;
  let start = hour - msPerHour;
  for (const [index, { time, value }] of readings.entries()) {
    const next = readings[index + 1];
    const end = next === undefined ? hour : (time + next.time) / 2;
    sum += value * ((end - start) / msPerHour);
    start = end;
  }
  return sum;
}

function overHour(readings: readonly Measured[], statistic: Statistic, settings: HourlySettings): HourlyRule {
  const longestGap = settings.longestGapMinutes * 60_000;
  return (hour) => {
    const start = hour - msPerHour;
    const within = readings.slice(indexFrom(readings, start + 1), indexFrom(readings, hour + 1));
    const times = [start, ...within.map(({ time }) => time), hour];
    const hasGap = times.some((time, index) => time - (times[index - 1] ?? start) > longestGap);
    if (within.length < settings.leastReadings || hasGap) return undefined;
    return {
      value: statistic(within, hour),
      receivedAt: Math.max(...within.map(({ receivedAt }) => receivedAt)),
    };
  };
}

function sumOverHour(readings: readonly Measured[], settings: HourlySettings): HourlyRule {
  const longestGap = settings.longestGapMinutes * 60_000;
  return (hour) => {
    const start = hour - msPerHour;
    // A period that ends after the hour, at most the longest one later, can reach back into it.
    const near = readings.slice(indexFrom(readings, start + 1), indexFrom(readings, hour + longestGap + 1));
    let covered = 0;
    let sum = 0;
    let receivedAt = -Infinity;
    let count = 0;
    for (const reading of near) {
      const length = (reading.periodHours ?? 0) * msPerHour;
      const overlap = Math.min(hour, reading.time) - Math.max(start, reading.time - length);
      if (overlap <= 0) continue;
      if (length > longestGap) return undefined;
      covered += overlap;
      sum += reading.value * (overlap / length);
      receivedAt = Math.max(receivedAt, reading.receivedAt);
      count++;
    }
    const isCoveredOnce = Math.abs(covered - msPerHour) <= 1000;
    return isCoveredOnce && count >= settings.leastReadings ? { value: sum, receivedAt } : undefined;
  };
}

/** Index of the first reading at or after a time. */
function indexFrom(readings: readonly Measured[], time: number): number {
  let low = 0;
  let high = readings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((readings[middle]?.time ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
