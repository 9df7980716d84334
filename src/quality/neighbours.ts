import { firstAt } from '../weather/first-at.ts';
import { hourOfDay, msPerDay, utcDay } from '../weather/time.ts';
import { type Check, type CheckedSeries, type Inspector, isSound, learnsNothing, shown } from './check.ts';
import { type Element, elementOf, isDaily } from './element.ts';
import { medianOf, type Robust, robust } from './robust.ts';

interface Allowance {
  /** What is allowed in any case, in the variable's unit. */
  readonly base: number;
  /** More for each 100 km of distance. */
  readonly distance: number;
  /** How values change with height, a kilometre up; undefined where a difference must be learned before it is known. */
  readonly lapse?: number;
  /** More for each kilometre of height between places whose difference is not known yet. */
  readonly height?: number;
}

/** The lapse rate is that of the standard atmosphere, ISO 2533:1975. */
const allowances: Partial<Record<Element, Allowance>> = {
  'air temperature': { base: 3, distance: 2, lapse: -6.5, height: 8 },
  'dew point': { base: 4, distance: 3, lapse: -6.5, height: 10 },
  humidity: { base: 25, distance: 10 },
  'pressure at sea level': { base: 1.5, distance: 2, lapse: 0, height: 6 },
  'pressure at the ground': { base: 1.5, distance: 2 },
  wind: { base: 6, distance: 3 },
};

/** Robust standard deviations of the difference from a neighbour, and of the neighbours among each other. */
const DEVIATIONS = 4;
const SCATTERS = 1.5;
/** Days whose differences are remembered, renewed every so many days. */
const LATELY = 24;
const BLOCK_DAYS = 4;
/** Fewest values of the past that make a difference known. */
const ENOUGH = 10;
/** Fewest neighbours with a known difference, or else without. */
const NEIGHBOURS = 2;
const STRANGERS = 3;

/**
 * Doubts a value that none of the places around explains.
 *
 * Expected is the median of the neighbours' values at the time, each plus the median of what the place has had more than
 * it at that time of day in the last 24 days. Allowed are a base, 4 robust standard deviations of these differences,
 * 1.5 times the neighbours' scatter and something for the distance. Neighbours without common past count for temperature
 * and pressure at sea level, corrected for height, if there are three, and with a larger allowance.
 */
export const neighbours: Check = { name: 'neighbours', open };

function open(series: CheckedSeries): Inspector | undefined {
  const { variable, times, values, neighbours: around } = series;
  const element = elementOf(variable);
  const allowance = element && allowances[element];
  if (allowance === undefined || around.length < NEIGHBOURS) return undefined;
  /** Which three hours of the day; a day has one such block where values stand for days. */
  const hours = Uint8Array.from(times, (time) => (isDaily(variable) ? 0 : hourOfDay(time) / 3));
  const firstBlock = Math.floor(utcDay(times[0] ?? 0) / BLOCK_DAYS);
  const known = around.map((): (Robust | undefined)[] => []);
  const scratch = new Float64Array(times.length);
  const guesses = new Float64Array(around.length);

  /** Own minus the neighbour's values, of the days before the block, at that time of day. */
  function difference(index: number, at: number): Robust {
    const block = Math.floor(utcDay(times[at]) / BLOCK_DAYS);
    const key = (block - firstBlock) * 8 + hours[at];
    const found = known[index][key];
    if (found !== undefined) return found;
    const start = block * BLOCK_DAYS * msPerDay;
    let count = 0;
    for (let i = firstAt(times, start - LATELY * msPerDay); i < at && times[i] < start; i++) {
      if (hours[i] !== hours[at] || !isSound(series, i)) continue;
      const more = values[i] - around[index].values[i];
      if (!Number.isNaN(more)) scratch[count++] = more;
    }
    const learned = robust(scratch, count);
    known[index][key] = learned;
    return learned;
  }

  /** What each neighbour makes likely here, into `guesses`, from a common past or else from its height. */
  function guess(at: number, acquainted: boolean): number {
    let count = 0;
    around.forEach((neighbour, index) => {
      guesses[index] = Number.NaN;
      if (Number.isNaN(neighbour.values[at])) return;
      const more = difference(index, at);
      if (acquainted && more.count >= ENOUGH) guesses[index] = neighbour.values[at] + more.median;
      if (!acquainted && allowance!.lapse !== undefined)
        guesses[index] = neighbour.values[at] + (allowance!.lapse * neighbour.higher) / 1000;
      if (!Number.isNaN(guesses[index])) count++;
    });
    return count;
  }

  function judge(at: number): string {
    const { base, distance, height = 0 } = allowance!;
    const acquainted = guess(at, true) >= NEIGHBOURS;
    if (!acquainted && guess(at, false) < STRANGERS) return '';
    const value = values[at];
    let near = 0;
    let asked = 0;
    for (const one of guesses) {
      if (!Number.isNaN(one)) asked++;
      if (Math.abs(one - value) <= base) near++;
    }
    // Then the median of the guesses is near as well: most values end here.
    if (2 * near > asked) return '';

    const present = around.flatMap((neighbour, index) =>
      Number.isNaN(guesses[index]) ? [] : [{ neighbour, index, guess: guesses[index] }],
    );
    const expected = medianOf(present.map((one) => one.guess));
    const km = present.map(({ neighbour }) => neighbour.distanceKm);
    const uncertain = present.map(({ neighbour, index }) =>
      acquainted
        ? DEVIATIONS * difference(index, at).sd
        : base + (height * Math.abs(neighbour.higher)) / 1000,
    );
    const allowed =
      base +
      medianOf(uncertain) +
      SCATTERS *
        scatter(
          present.map((one) => one.guess),
          expected,
        ) +
      (distance * medianOf(km)) / 100;
    if (Math.abs(value - expected) <= allowed) return '';
    return (
      `neighbours: ${shown(value, variable.unit)}, but ${asked} places within ${Math.ceil(Math.max(...km))} km make ` +
      `${shown(expected, variable.unit)} likely here, give or take ${shown(allowed, variable.unit)}`
    );
  }

  return { judge, learn: learnsNothing };
}

/** How far the guesses are apart: of two, half their distance; of more, robustly. */
function scatter(guesses: readonly number[], expected: number): number {
  if (guesses.length === 2) return Math.abs(guesses[0] - guesses[1]) / 2;
  return 1.4826 * medianOf(guesses.map((one) => Math.abs(one - expected)));
}
