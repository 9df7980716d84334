import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import type { ForecastSeries } from './source.ts';

/**
 * Forecast values as they are gathered from a reply: by variable, then by valid time (epoch milliseconds, the end of the
 * period), one value for each column; NaN where missing.
 */
export type ValuesByTime = ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>;

/** Values that can still be added to. */
export interface GatheredValues {
  readonly values: ValuesByTime;
  /** Keeps a value; one that is told again takes the place of the first. */
  readonly set: (variable: string, validTime: number, column: number, value: number) => void;
}

/** Nothing yet, of so many columns. */
export function gatherValues(columns: number): GatheredValues {
  const values = new Map<string, Map<number, number[]>>();
  return {
    values,
    set(variable, validTime, column, value) {
      let times = values.get(variable);
      if (times === undefined) values.set(variable, (times = new Map()));
      let row = times.get(validTime);
      // Of a handful of columns: a typed array takes ten times as long to make, and a reply has thousands.
      if (row === undefined) times.set(validTime, (row = new Array<number>(columns).fill(Number.NaN)));
      row[column] = value;
    },
  };
}

export interface SeriesOptions {
  /** A whole hour, epoch milliseconds. */
  readonly issuedAt: number;
  /** The last valid time that is wanted. */
  readonly until: number;
  /** Names of the variables that are wanted. */
  readonly variables: readonly string[];
  /** How many of the columns are wanted, from the first; all where it is left out. */
  readonly columns?: number;
}

/**
 * What was gathered as series of leads, in the order of the wanted variables.
 *
 * A period that began before the issue is no forecast any more and is left out, and so is a series without any value.
 */
export function forecastSeries(
  values: ValuesByTime,
  { issuedAt, until, variables, columns }: SeriesOptions,
): ForecastSeries[] {
  const series: ForecastSeries[] = [];
  for (const variable of new Set(variables)) {
    const rows = values.get(variable);
    if (rows === undefined) continue;
    const earliest = issuedAt + findVariable(variable).periodHours * msPerHour;
    const times = [...rows.keys()].filter((time) => time >= earliest && time <= until).sort((a, b) => a - b);
    const width = columns ?? rows.get(times[0])?.length ?? 0;
    const numbers = new Float64Array(times.length * width);
    times.forEach((time, step) => {
      const row = rows.get(time)!;
      for (let column = 0; column < width; column++) numbers[step * width + column] = row[column];
    });
    if (numbers.every((value) => Number.isNaN(value))) continue;
    series.push({
      variable,
      leads: times.map((time) => (time - issuedAt) / msPerHour),
      values: numbers,
    });
  }
  return series;
}
