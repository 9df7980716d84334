import { isSunlit } from '../forecast/sunlight-limit.ts';
import { firstAt } from '../weather/first-at.ts';
import type { Pairs } from '../weather/pairs.ts';
import { hourOfDay, msPerDay } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';

/** Days looked back on. */
const WINDOW_DAYS = 14;
/** Fewer outcomes of an hour than these do not say that it is always dark. */
const LEAST_OUTCOMES = 10;
/** In some other hour at most this share may be at the bound: so a dry month is no night. */
const MOST_BY_DAY = 0.1;
/** Of the range between the bounds; less is the last of the twilight. */
const FAINT = 0.001;
/** In so many days the sun rises and sets at another hour: so much farther ahead night is an hour shorter on both sides. */
const DAYS_AN_HOUR = 3;

/**
 * Which rows fall into the night, as outcomes tell it where no coordinates do: those of an hour of the day at which the
 * place's outcomes of the last 14 days, at least 10, were all at the variable's least value, or no more above it than a
 * thousandth of what is possible, while at some other hour hardly any was. Rain has no such hours; what lives on sunlight has.
 *
 * Of the days ahead less is sure, for nights grow shorter: from the third day on the hours beside an hour must be dark, too,
 * from the sixth on those two hours off, and so on.
 *
 * Only what was known when a row's forecast was available counts. A forecast that came after its own valid time is never
 * taken for one at night: its outcome may be among those known.
 *
 * @returns 1 for a row at night, by row of the table
 */
export function nightRows(pairs: Pairs): Uint8Array {
  const night = new Uint8Array(pairs.rows);
  for (const rows of rowsBySeries(pairs)) {
    const variable = pairs.variables[pairs.variable[rows[0]]];
    if (!livesOnSunlight(variable)) continue;
    const faint = faintestOf(variable);
    const outcomes = outcomesOf(pairs, rows);
    const times = Float64Array.from(outcomes, (row) => pairs.validTime[row]);
    const known = new Map<number, Hours>();
    for (const row of rows) {
      const time = pairs.availableTime[row];
      if (pairs.validTime[row] <= time) continue;
      let hours = known.get(time);
      if (hours === undefined) known.set(time, (hours = hoursOf(pairs, outcomes, times, faint, time)));
      const hour = hourOfDay(pairs.validTime[row]);
      const ahead = (pairs.validTime[row] - time) / msPerDay;
      const off = Math.floor(ahead / DAYS_AN_HOUR);
      if (hours.dark.has(hour) && hours.lit.every((other) => hoursBetween(hour, other) > off)) night[row] = 1;
    }
  }
  return night;
}

/** Radiation and sunshine, and what is produced within an installed capacity. Calm nights are not the sun's. */
function livesOnSunlight(variable: Variable): boolean {
  if (variable.periodHours >= 24) return false;
  const isPower = variable.lower === 0 && variable.upper < Infinity && variable.unit !== '%';
  return isSunlit(variable) || isPower;
}

/** The greatest value that counts as none. */
function faintestOf({ lower, upper }: Variable): number {
  return upper < Infinity ? lower + FAINT * (upper - lower) : lower;
}

/** Hours between two hours of the day, the shorter way round. */
function hoursBetween(one: number, other: number): number {
  const apart = Math.abs(one - other);
  return Math.min(apart, 24 - apart);
}

function rowsBySeries({ rows, variable, place }: Pairs): Iterable<number[]> {
  const series = new Map<string, number[]>();
  for (let row = 0; row < rows; row++) {
    const key = `${variable[row]} ${place[row]}`;
    const own = series.get(key);
    if (own === undefined) series.set(key, [row]);
    else own.push(row);
  }
  return series.values();
}

/** Rows with an outcome by rising valid time, each valid time once. */
function outcomesOf({ validTime, observation, outcomeKnownTime }: Pairs, rows: readonly number[]): number[] {
  return rows
    .filter((row) => !Number.isNaN(observation[row]))
    .sort((a, b) => validTime[a] - validTime[b] || outcomeKnownTime[a] - outcomeKnownTime[b])
    .filter((row, k, all) => k === 0 || validTime[row] !== validTime[all[k - 1]]);
}

/** Hours of the day by coordinated time. */
interface Hours {
  /** Always dark, while another hardly ever was. */
  readonly dark: ReadonlySet<number>;
  /** All others that had outcomes. */
  readonly lit: readonly number[];
}

function hoursOf(
  pairs: Pairs,
  outcomes: readonly number[],
  times: Float64Array,
  faint: number,
  time: number,
): Hours {
  const counts = new Map<number, { all: number; faint: number }>();
  const until = firstAt(times, time + 1);
  for (let k = firstAt(times, time + 1 - WINDOW_DAYS * msPerDay); k < until; k++) {
    const row = outcomes[k];
    if (pairs.outcomeKnownTime[row] > time) continue;
    const hour = hourOfDay(pairs.validTime[row]);
    const count = counts.get(hour) ?? { all: 0, faint: 0 };
    counts.set(hour, count);
    count.all++;
    if (pairs.observation[row] <= faint) count.faint++;
  }
  const isKnown = ({ all }: { all: number }) => all >= LEAST_OUTCOMES;
  const hasDay = [...counts.values()].some(
    (count) => isKnown(count) && count.faint <= MOST_BY_DAY * count.all,
  );
  const isDark = (count: { all: number; faint: number }) =>
    hasDay && isKnown(count) && count.faint === count.all;
  return {
    dark: new Set([...counts].filter(([, count]) => isDark(count)).map(([hour]) => hour)),
    lit: [...counts].filter(([, count]) => !isDark(count)).map(([hour]) => hour),
  };
}
