import { airportHours, hourlyValues } from '../weather/hourly-values.ts';
import type { Measured } from '../weather/measured.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { float64Column } from './growable-column.ts';

/** Reports at odd minutes, gathered to become full hours. */
export interface ReportHours {
  /**
   * @param place index of the place
   * @param value NaN says that there was none, such as a direction of a calm
   * @param periodHours hours that the value covers; 0 for what the instrument showed at that time
   */
  readonly add: (
    place: number,
    variable: Variable,
    time: number,
    value: number,
    periodHours: number,
    line: number,
  ) => void;
  /** Calls `take` for each value of a full hour, by place, variable and time; `line` is near where it was read. */
  readonly each: (
    take: (place: number, variable: Variable, time: number, value: number, line: number) => void,
  ) => void;
}

interface Series {
  readonly place: number;
  readonly variable: Variable;
  readonly readings: ReturnType<typeof readingColumns>;
}

/** Readings become objects only so many days at a time. */
const daysAtOnce = 30;
/** More reports than these, a routine one and a gauge of its own, in the quarter that closes an hour are of minutes. */
const mostClosing = 2;

/**
 * Gathers readings as 32 bytes each, in any order, and makes hours of them as {@link hourlyValues} does for airports.
 *
 * Rain that is reported several times in the quarter of an hour before a full hour is of minutes, whatever it says of
 * itself: such hours are left out.
 */
export function reportHours(): ReportHours {
  const bySeries = new Map<string, Series>();

  function seriesOf(place: number, variable: Variable): Series {
    const key = `${place} ${variable.name}`;
    const known = bySeries.get(key);
    if (known !== undefined) return known;
    const series = { place, variable, readings: readingColumns() };
    bySeries.set(key, series);
    return series;
  }

  return {
    add: (place, variable, time, value, periodHours, line) =>
      seriesOf(place, variable).readings.add(time, value, periodHours, line),
    each: (take) => {
      for (const { place, variable, readings } of bySeries.values())
        eachHour(readings.inOrder(), variable, (time, value, line) =>
          take(place, variable, time, value, line),
        );
    },
  };
}

/** Columns of one series, by time. */
interface Readings {
  readonly count: number;
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly periodHours: Float64Array;
  readonly line: Float64Array;
}

function eachHour(
  readings: Readings,
  variable: Variable,
  take: (time: number, value: number, line: number) => void,
): void {
  const { count, time, line } = readings;
  if (count === 0) return;
  const last = time[count - 1] + msPerHour;
  let begin = 0;
  for (let from = Math.floor(time[0] / msPerHour) * msPerHour; from < last; ) {
    const until = Math.min(from + daysAtOnce * msPerDay, last);
    // What is up to an hour outside of the days matters to their first and last hours.
    while (begin < count && time[begin] < from - msPerHour) begin++;
    let end = begin;
    while (end < count && time[end] < until + msPerHour) end++;
    if (end > begin) {
      let at = begin;
      for (const hour of hourlyValues(
        measured(readings, variable, begin, end),
        variable,
        { from, until },
        airportHours,
      )) {
        while (at < end - 1 && time[at] < hour.time) at++;
        take(hour.time, hour.value, line[at]);
      }
    }
    // Years without reports cost nothing.
    const next = end < count ? Math.floor(time[end] / msPerHour) * msPerHour - msPerHour : last;
    from = end === begin ? Math.max(until, next) : until;
  }
}

function measured(readings: Readings, variable: Variable, begin: number, end: number): readonly Measured[] {
  const { time, value, periodHours } = readings;
  const found: Measured[] = [];
  for (let i = begin; i < end; i++) {
    if (variable.kind === 'sum' && isOfMinutes(readings, i)) continue;
    found.push({
      variable: variable.name,
      time: time[i],
      value: value[i],
      receivedAt: time[i],
      ...(periodHours[i] > 0 && { periodHours: periodHours[i] }),
    });
  }
  return found;
}

/** Whether a reading is one of more than two, at different minutes, that close the same hour. */
function isOfMinutes({ count, time }: Readings, index: number): boolean {
  const closed = Math.ceil(time[index] / msPerHour);
  let first = index;
  while (first > 0 && Math.ceil(time[first - 1] / msPerHour) === closed) first--;
  const minutes = new Set<number>();
  for (let i = first; i < count && Math.ceil(time[i] / msPerHour) === closed; i++) minutes.add(time[i]);
  return minutes.size > mostClosing;
}

function readingColumns() {
  const columns = [float64Column(), float64Column(), float64Column(), float64Column()] as const;
  const [times, values, periods, lines] = columns;
  let count = 0;
  let isSorted = true;
  return {
    add(time: number, value: number, periodHours: number, line: number): void {
      for (const column of columns) column.reserve(count + 1);
      if (count > 0 && time < times.values[count - 1]) isSorted = false;
      times.values[count] = time;
      values.values[count] = value;
      periods.values[count] = periodHours;
      lines.values[count] = line;
      count++;
    },
    inOrder(): Readings {
      const [time, value, periodHours, line] = columns.map((column) => column.first(count));
      if (isSorted) return { count, time, value, periodHours, line };
      const order = Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => time[a] - time[b]);
      const sorted = (column: Float64Array) => Float64Array.from(order, (i) => column[i]);
      return {
        count,
        time: sorted(time),
        value: sorted(value),
        periodHours: sorted(periodHours),
        line: sorted(line),
      };
    },
  };
}
