import type { ObservedSeries } from '../src/quality/check.ts';
import { seededRandom } from '../src/scores/random.ts';
import { solarElevation } from '../src/weather/solar.ts';
import { msPerHour } from '../src/weather/time.ts';

/** A kind of fault that a sensor or its software can have, and how it changes values. */
export interface Fault {
  /** As figures name it, such as `spike of 8`. */
  readonly name: string;
  /** How long one lasts, hours; 0 for a single value. */
  readonly hours: number;
  /** Hours from the beginning of one to that of the next. */
  readonly apart: number;
  /**
   * The faulty value.
   *
   * @param sinceHours since the fault began
   * @param first the value with which it began
   * @param sign 1 or −1, drawn for each fault
   */
  readonly apply: (value: number, context: FaultContext) => number;
}

export interface FaultContext {
  readonly sinceHours: number;
  readonly first: number;
  readonly sign: 1 | -1;
  readonly elevation: number;
}

export const spike = (size: number): Fault => ({
  name: `spike of ${size}`,
  hours: 0,
  apart: 300,
  apply: (value, { sign }) => value + sign * size,
});

export const gustOf = (size: number): Fault => ({ ...spike(size), apply: (value) => value + size });

export const stuckFor = (hours: number, period = 1): Fault => ({
  name: period === 1 ? `stuck for ${hours} h` : `stuck for ${hours / period} days`,
  hours,
  apart: Math.max(6 * hours, 240),
  apply: (_, { first }) => first,
});

export const wrongUnit = (unit: string, hours: number, apply: (value: number) => number): Fault => ({
  name: hours === 0 ? `one in ${unit}` : `${hours / 24} days in ${unit}`,
  hours,
  apart: hours === 0 ? 300 : 4 * hours,
  apply,
});

/** Heating by so many kelvins with the sun overhead, in proportion to the sine of its elevation. */
export const heated = (kelvins: number): Fault => ({
  name: `sun heats by ${kelvins}`,
  hours: 40 * 24,
  apart: 80 * 24,
  apply: (value, { elevation }) => value + kelvins * Math.max(0, Math.sin((elevation * Math.PI) / 180)),
});

export const drift = (perDay: number): Fault => ({
  name: `drift of ${perDay} a day`,
  hours: 60 * 24,
  apart: 120 * 24,
  apply: (value, { sinceHours, sign }) => value + (sign * perDay * sinceHours) / 24,
});

export const swappedSign: Fault = { name: 'sign swapped', hours: 0, apart: 300, apply: (value) => -value };

/** A series with faults in it. */
export interface FaultySeries {
  readonly series: ObservedSeries;
  /** For every value the number of the fault that changed it, −1 for none; from the fault's second value on if it is stuck. */
  readonly fault: Int32Array;
  /** When each fault began. */
  readonly began: readonly number[];
}

/**
 * Puts faults into a copy of a series, the first after a third of it, so that there is a past to know it by.
 *
 * Values that the fault leaves as they were, as heating does by night, are not counted as faulty. Values are brought to the
 * bounds, and keep the decimals that the series has.
 */
export function injectFaults(
  { place, times, values }: ObservedSeries,
  fault: Fault,
  lower: number,
  decimals: number,
): FaultySeries {
  const random = seededRandom(`bench/quality/${place.name}/${fault.name}`);
  const faulty = values.slice();
  const numbers = new Int32Array(values.length).fill(-1);
  const began: number[] = [];
  let start = times[0] + (times[times.length - 1] - times[0]) / 3 + random() * fault.apart * msPerHour;
  for (let i = 0; i < times.length; i++) {
    if (times[i] < start || Number.isNaN(values[i])) continue;
    const first = values[i];
    const sign = random() < 0.5 ? 1 : -1;
    const from = times[i];
    for (; i < times.length && times[i] - from <= fault.hours * msPerHour; i++) {
      if (Number.isNaN(values[i])) continue;
      const context = {
        sinceHours: (times[i] - from) / msPerHour,
        first,
        sign,
        elevation: solarElevation(place, times[i]),
      } as const;
      const changed = Math.max(lower, fault.apply(values[i], context));
      faulty[i] = Number(changed.toFixed(decimals));
      if (faulty[i] !== values[i] || fault.name.startsWith('stuck')) numbers[i] = began.length;
    }
    began.push(from);
    start = from + fault.apart * msPerHour * (0.75 + 0.5 * random());
    i--;
  }
  return { series: { place, times, values: faulty, flags: [] }, fault: numbers, began };
}
