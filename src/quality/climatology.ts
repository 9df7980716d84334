import { firstAt } from '../weather/first-at.ts';
import { daysPerYear, hourOfDay, msPerDay, utcDay } from '../weather/time.ts';
import { type Check, type CheckedSeries, type Inspector, isSound, learnsNothing, shown } from './check.ts';
import { type Element, elementOf, isDaily } from './element.ts';
import { type Robust, robust } from './robust.ts';

/**
 * What is added to the robust standard deviations, in the variable's unit, for daily values twice that: the first cold
 * day of autumn is far from the days before. Wind is compared by its root, which is as
 * good as symmetric; what its law says stands in the roots' unit.
 */
const margins: Partial<Record<Element, number>> = {
  'air temperature': 3,
  'dew point': 4,
  'felt temperature': 4,
  'ground temperature': 5,
  'soil temperature': 3,
  'pressure at sea level': 10,
  'pressure at the ground': 10,
  wind: 0.7,
  gust: 0.7,
};

/** Beyond so many robust standard deviations of the season a value is doubted. */
const DEVIATIONS = 6;
/** Days before, and days around the same date of the years before, that are the season. */
const LATELY = 40;
const AROUND = 25;
/** Fewest values, on fewest days. */
const ENOUGH = { values: 30, days: 20 };
/** The season is looked at anew every so many days. */
const BLOCK_DAYS = 8;
/** More years than this tell little more. */
const YEARS = 3;

/**
 * Doubts what lies far outside of what the place has had at this season and time of day.
 *
 * Normal is the median of the place's own sound values of the last 40 days and of 50 days around the date in the three
 * years before, within three hours of the time; allowed are 6 robust standard deviations and a margin.
 */
export const climatology: Check = { name: 'climatology', open };

function open(series: CheckedSeries): Inspector | undefined {
  const { variable, times, values } = series;
  const element = elementOf(variable);
  const margin = element && margins[element];
  if (margin === undefined) return undefined;
  const rooted = element === 'wind' || element === 'gust';
  const scaled = (value: number) => (rooted ? Math.sqrt(Math.max(0, value)) : value);
  const known = new Map<number, Robust>();
  /** Which two hours of the day; a day has one such block where values stand for days. */
  const blocks = Uint8Array.from(times, (time) => (isDaily(variable) ? 0 : hourOfDay(time) / 2));
  let scratch = new Float64Array(256);

  function season(block: number, hours: number): Robust {
    const start = block * BLOCK_DAYS * msPerDay;
    let count = 0;
    let days = 0;
    let lastDay = Number.NaN;
    const gather = (from: number, until: number) => {
      for (let i = firstAt(times, from); i < times.length && times[i] < until; i++) {
        if (!isSound(series, i) || !beside(blocks[i], hours)) continue;
        if (count === scratch.length) scratch = doubled(scratch);
        scratch[count++] = scaled(values[i]);
        const day = utcDay(times[i]);
        if (day !== lastDay) days++;
        lastDay = day;
      }
    };
    for (let year = YEARS; year > 0; year--) {
      const date = start - year * daysPerYear * msPerDay;
      gather(date - AROUND * msPerDay, date + AROUND * msPerDay);
    }
    gather(start - LATELY * msPerDay, start);
    const found = robust(scratch, count);
    return count >= ENOUGH.values && days >= ENOUGH.days ? found : { ...found, count: 0 };
  }

  function judge(at: number): string {
    const block = Math.floor(utcDay(times[at]) / BLOCK_DAYS);
    const hours = blocks[at];
    const key = block * 12 + hours;
    let normal = known.get(key);
    if (normal === undefined) known.set(key, (normal = season(block, hours)));
    if (normal.count === 0) return '';
    const allowed = DEVIATIONS * normal.sd + margin! * (isDaily(variable) ? 2 : 1);
    const more = scaled(values[at]) - normal.median;
    // A calm is nothing strange, however windy the season.
    if (Math.abs(more) <= allowed || (rooted && more < 0)) return '';
    const back = (value: number) => shown(rooted ? Math.max(0, value) ** 2 : value, variable.unit);
    return (
      `climatology: ${shown(values[at], variable.unit)}, but at this season and hour the place has had ` +
      `${back(normal.median - allowed)} to ${back(normal.median + allowed)} at most`
    );
  }

  return { judge, learn: learnsNothing };
}

/** Whether two of the twelve blocks of a day are the same or next to each other. */
function beside(a: number, b: number): boolean {
  const apart = Math.abs(a - b);
  return apart <= 1 || apart === 11;
}

function doubled(full: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const more = new Float64Array(2 * full.length);
  more.set(full);
  return more;
}
