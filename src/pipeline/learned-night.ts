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

/**
 * Which rows fall into the night, as outcomes tell it where no coordinates do: those of an hour of the day at which the
 * place's outcomes of the last 14 days, at least 10, were all at the variable's least value, while at some other hour
 * hardly any was. Rain has no such hours; what lives on sunlight has.
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
    const { lower } = variable;
    const outcomes = outcomesOf(pairs, rows);
    const times = Float64Array.from(outcomes, (row) => pairs.validTime[row]);
    const dark = new Map<number, ReadonlySet<number>>();
    for (const row of rows) {
      const time = pairs.availableTime[row];
      if (pairs.validTime[row] <= time) continue;
      let hours = dark.get(time);
      if (hours === undefined) dark.set(time, (hours = darkHours(pairs, outcomes, times, lower, time)));
      if (hours.has(hourOfDay(pairs.validTime[row]))) night[row] = 1;
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

/** Hours of the day, by coordinated time, that were always at the bound while another hardly ever was. */
function darkHours(
  pairs: Pairs,
  outcomes: readonly number[],
  times: Float64Array,
  lower: number,
  time: number,
): ReadonlySet<number> {
  const counts = new Map<number, { all: number; least: number }>();
  const until = firstAt(times, time + 1);
  for (let k = firstAt(times, time + 1 - WINDOW_DAYS * msPerDay); k < until; k++) {
    const row = outcomes[k];
    if (pairs.outcomeKnownTime[row] > time) continue;
    const hour = hourOfDay(pairs.validTime[row]);
    const count = counts.get(hour) ?? { all: 0, least: 0 };
    counts.set(hour, count);
    count.all++;
    if (pairs.observation[row] <= lower) count.least++;
  }
  const hours = [...counts].filter(([, { all }]) => all >= LEAST_OUTCOMES);
  if (!hours.some(([, { all, least }]) => least <= MOST_BY_DAY * all)) return new Set();
  return new Set(hours.filter(([, { all, least }]) => least === all).map(([hour]) => hour));
}
