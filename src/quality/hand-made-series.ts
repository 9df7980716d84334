import { msPerHour } from '../weather/time.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import type { ObservedSeries } from './check.ts';
import { checkSeries } from './check-series.ts';

/** For tests: series made by hand. Their first time is 2024-06-01T00:00Z. */
export const start = Date.UTC(2024, 5, 1);

export const garden = { name: 'Garden', latitude: 52.1, longitude: 11.6, elevation: 80 };

/** A place so many km east of the garden and so many metres above it. */
export function placeBeside(name: string, km: number, higher = 0): ObservedSeries['place'] {
  return { ...garden, name, longitude: garden.longitude + km / 68.3, elevation: garden.elevation + higher };
}

/** Values at every hour, or every so many hours. */
export function everyHours(
  values: readonly number[],
  hours = 1,
  place: ObservedSeries['place'] = garden,
): ObservedSeries {
  return {
    place,
    times: Float64Array.from(values, (_, i) => start + i * hours * msPerHour),
    values: Float64Array.from(values),
    flags: [],
  };
}

/** Hours of days with a warm afternoon and a weather that wanders, to the tenth of a degree; the same at every call. */
export function mildDays(days: number, phase = 0): number[] {
  return Array.from({ length: 24 * days }, (_, i) => {
    const day = -5 * Math.cos((2 * Math.PI * (i - 3)) / 24);
    const weather = 3 * Math.sin(i / 37 + phase) + 0.8 * Math.sin(i / 5.3 + 2 * phase);
    return Math.round(10 * (15 + day + weather)) / 10;
  });
}

/** The flags of a whole series of a variable, known by its name. */
export function flagsOf(
  variable: string | Variable,
  series: ObservedSeries,
  neighbours: readonly ObservedSeries[] = [],
): string[] {
  const found = typeof variable === 'string' ? findVariable(variable) : variable;
  return checkSeries({ variable: found, ...series, from: 0, neighbours });
}

/** The indices that are flagged. */
export function flaggedAt(flags: readonly string[]): number[] {
  return flags.flatMap((flag, i) => (flag === '' ? [] : [i]));
}
