import { WeatherglassError } from '../errors.ts';
import type { Variable } from '../weather/variable.ts';
import { alignNeighbours } from './aligned-neighbours.ts';
import type { Check, ObservedSeries } from './check.ts';
import { climatology } from './climatology.ts';
import { neighbours } from './neighbours.ts';
import { range } from './range.ts';
import { step } from './step.ts';
import { stuck } from './stuck.ts';
import { sunHeated } from './sun-heated.ts';
import { unitLevel } from './unit-level.ts';
import { unitMistake } from './unit-mistake.ts';

/** Every check, in the order in which they are asked; the first that doubts gives the flag. What explains more comes first. */
export const checks: readonly Check[] = [
  unitMistake,
  range,
  stuck,
  step,
  neighbours,
  climatology,
  unitLevel,
  sunHeated,
];

/** A series whose last values are new, and what is known around it. */
export interface SeriesToCheck extends ObservedSeries {
  readonly variable: Variable;
  /** Index of the first new value; `flags` of those before it are known, and are not looked at again. */
  readonly from: number;
  /** Other places' series of the same variable over the last weeks, near ones or not; the place itself is left out. */
  readonly neighbours: readonly ObservedSeries[];
}

/**
 * Which of the new values of a series are not to be trusted, and why.
 *
 * A value at time t is judged by values at or before t alone, and by no forecast, so that it makes no difference whether
 * values come one by one or all at once. Give a window of up to 400 days; what a check has too little of it leaves out.
 *
 * @returns a flag for each value from `from` on: a sentence that begins with the name of its check, such as
 *   `stuck: 12.3 °C for 14 h`; '' where the value is sound, and where it is NaN
 * @throws WeatherglassError InvalidData for times that do not ascend, values or flags that are too few, and a `from`
 *   outside of the series
 *
 * @example
 * checkSeries({ variable, place, times, values, flags: [], from: 0, neighbours: [] }); // ['', '', 'range: …']
 */
export function checkSeries(given: SeriesToCheck): string[] {
  const { variable, place, times, values, from } = given;
  refuseCrooked(given);
  const flags = given.flags.slice(0, from);
  const series = {
    variable,
    place,
    times,
    values,
    flags,
    neighbours: alignNeighbours(place, times, variable, given.neighbours),
  };
  const inspectors = checks.map(({ open }) => open(series)).filter((one) => one !== undefined);
  for (let at = 0; at < times.length; at++) {
    if (at >= from) {
      flags[at] = '';
      if (!Number.isNaN(values[at]))
        for (const { judge } of inspectors) {
          flags[at] = judge(at);
          if (flags[at] !== '') break;
        }
    }
    for (const { learn } of inspectors) learn(at);
  }
  return flags.slice(from);
}

function refuseCrooked({ place, variable, times, values, flags, from }: SeriesToCheck): void {
  const what = `Observations of ${variable.name} at ${place.name}`;
  if (!(Number.isInteger(from) && from >= 0 && from <= times.length))
    throw new WeatherglassError(
      'InvalidData',
      `${what}: the first new one must be one of 0 to ${times.length}, not ${from}.`,
    );
  if (values.length !== times.length || flags.length < from)
    throw new WeatherglassError(
      'InvalidData',
      `${what}: ${times.length} times need as many values, not ${values.length}, and ${from} flags, not ${flags.length}.`,
    );
  for (let i = 0; i < times.length; i++)
    if (Number.isNaN(times[i]) || times[i] <= times[i - 1])
      throw new WeatherglassError(
        'InvalidData',
        `${what}: time ${i} is ${times[i]} after ${times[i - 1]}; sort them, and leave out repeats.`,
      );
}
