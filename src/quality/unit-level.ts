import { msPerDay, msPerHour, utcDay } from '../weather/time.ts';
import { type Check, type CheckedSeries, type Inspector, isSound, shown } from './check.ts';
import { elementOf, isDaily } from './element.ts';
import { medianOf } from './robust.ts';

/** How often the usual share of the neighbours' wind a place shows once its values come in another unit than m/s. */
const factors = [
  ['km/h', 3.6],
  ['mph', 1 / 0.44704],
  ['kn', 3600 / 1852],
] as const;

/** Hours that are compared, and days before them; fewest values in each. */
const HOURS = 48;
const DAYS = 20;
const ENOUGH = { now: 12, before: 120 };
/** The share must have become so many times the usual one, and in logarithms so many of its standard deviations. */
const CHANGE = 1.7;
const DEVIATIONS = 5;
/** Fewest days that make a standard deviation. */
const SAMPLE = 10;
/** The doubted value itself must be so many times its usual share. */
const ITSELF = 1.3;
/** Below this mean, m/s, ratios say nothing. */
const STIR = 1.5;
/**
 * Doubts wind whose share of the neighbours' wind has changed at once as if its unit had, over two days: from m/s to km/h,
 * mph or knots. A storm blows for the neighbours too.
 */
export const unitLevel: Check = { name: 'unit', open };

function open(series: CheckedSeries): Inspector | undefined {
  const { variable, times, values, flags, neighbours } = series;
  const element = elementOf(variable);
  if ((element !== 'wind' && element !== 'gust') || isDaily(variable) || neighbours.length < 2)
    return undefined;
  /** Sums over the last two days, and over the days before it, of all readings that have two neighbours beside them. */
  const now = pairedSums();
  const before = pairedSums();
  const around = new Float64Array(times.length).fill(Number.NaN);
  let dayStart = 0;
  let pastStart = 0;
  let today = Number.NaN;
  /** Distances from 0 of the logarithm of the share, one a day. */
  const swings: number[] = [];
  let threshold = Infinity;

  function judge(at: number): string {
    around[at] = beside(at);
    if (Number.isNaN(around[at])) return '';
    slide(at);
    const change = changeAt(at);
    const usual = before.own / before.theirs;
    if (!(change > threshold) || values[at] < ITSELF * usual * around[at]) return '';
    const near = ([, factor]: (typeof factors)[number]) => Math.abs(Math.log(change / factor));
    const [unit, factor] = factors.reduce((best, one) => (near(one) < near(best) ? one : best));
    return (
      `unit: for two days ${Number(change.toFixed(1))} times the usual share of the neighbours' wind; ` +
      `in ${unit} it would be ${shown(values[at] / factor, variable.unit)}`
    );
  }

  /** The share of the neighbours' wind over the last two days with this value, in usual shares; NaN for too little. */
  function changeAt(at: number): number {
    const own = now.own + values[at];
    const theirs = now.theirs + around[at];
    const count = now.count + 1;
    if (count < ENOUGH.now || before.count < ENOUGH.before) return Number.NaN;
    if (theirs < STIR * count || before.theirs < STIR * before.count || before.own <= 0) return Number.NaN;
    return own / theirs / (before.own / before.theirs);
  }

  function beside(at: number): number {
    const present = neighbours.map((one) => one.values[at]).filter((value) => !Number.isNaN(value));
    return present.length < 2 ? Number.NaN : medianOf(present);
  }

  function slide(at: number): void {
    for (; times[dayStart] <= times[at] - HOURS * msPerHour; dayStart++) {
      if (!counts(dayStart)) continue;
      now.take(values[dayStart], around[dayStart], -1);
      // What was doubted must not become the usual.
      if (isSound(series, dayStart)) before.take(values[dayStart], around[dayStart], 1);
    }
    for (; times[pastStart] < times[at] - DAYS * msPerDay; pastStart++)
      if (counts(pastStart) && isSound(series, pastStart))
        before.take(values[pastStart], around[pastStart], -1);
  }

  const counts = (at: number) =>
    !Number.isNaN(around[at]) && (flags[at] === '' || flags[at].startsWith('unit: for two days'));

  function learn(at: number): void {
    if (Number.isNaN(values[at])) return;
    if (Number.isNaN(around[at])) around[at] = beside(at);
    slide(at);
    if (!counts(at)) return;
    const change = changeAt(at);
    if (flags[at] === '' && !Number.isNaN(change) && utcDay(times[at]) !== today) {
      today = utcDay(times[at]);
      swings.push(Math.abs(Math.log(change)));
      if (swings.length >= SAMPLE)
        threshold = Math.max(CHANGE, Math.exp(DEVIATIONS * 1.4826 * medianOf(swings)));
    }
    now.take(values[at], around[at], 1);
  }

  return { judge, learn };
}

function pairedSums() {
  const sums = {
    own: 0,
    theirs: 0,
    count: 0,
    take(value: number, beside: number, sign: 1 | -1): void {
      sums.own += sign * value;
      sums.theirs += sign * beside;
      sums.count += sign;
    },
  };
  return sums;
}
