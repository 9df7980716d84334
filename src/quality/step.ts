import { msPerHour } from '../weather/time.ts';
import { type Check, type CheckedSeries, type Inspector, isSound, shown } from './check.ts';
import { type Element, elementOf, isDaily } from './element.ts';
import { largestFew } from './largest-few.ts';
import { medianOf } from './robust.ts';

interface Limits {
  /** The largest jump of an hour, or a day, that is believed anywhere, in the variable's unit. */
  readonly anywhere: number;
  /** The place's own jumps may not push the limit below. */
  readonly floor: number;
  /** Over t hours, or days, the limit is t to this power as large. */
  readonly growth: number;
}

/**
 * From hour to hour. Anywhere: 35 °F and 15 hPa of MADIS, madis.ncep.noaa.gov/madis_sfc_qc_notes.shtml; wind 20 m/s of
 * WMO-No. 488, appendix VI.2 (of a minute; squalls reach it within an hour). Growth of temperatures and pressure after the
 * tolerances of WMO-No. 305 (1993), VI.21: 4, 7, 9, 15 and 25 K, 3, 6, 9, 18 and 36 hPa in 1, 2, 3, 6 and 12 h; fronts
 * break them, so that the floors are twice as high.
 */
const hourly: Partial<Record<Element, Limits>> = {
  'air temperature': { anywhere: 19.4, floor: 8, growth: 0.75 },
  'dew point': { anywhere: 19.4, floor: 10, growth: 0.65 },
  'felt temperature': { anywhere: 25, floor: 10, growth: 0.75 },
  'ground temperature': { anywhere: 25, floor: 10, growth: 0.75 },
  'soil temperature': { anywhere: 10, floor: 2, growth: 0.75 },
  humidity: { anywhere: 60, floor: 35, growth: 0.5 },
  'pressure at sea level': { anywhere: 15, floor: 6, growth: 1 },
  'pressure at the ground': { anywhere: 15, floor: 6, growth: 1 },
  wind: { anywhere: 20, floor: 10, growth: 0.5 },
  gust: { anywhere: 30, floor: 15, growth: 0.5 },
};

/** From day to day. Temperatures 25 K: Durre et al. 2010, doi 10.1175/2010JAMC2375.1. */
const daily: Partial<Record<Element, Limits>> = {
  'air temperature': { anywhere: 25, floor: 18, growth: 0.5 },
  'dew point': { anywhere: 25, floor: 18, growth: 0.5 },
  'felt temperature': { anywhere: 32, floor: 22, growth: 0.5 },
  'soil temperature': { anywhere: 12, floor: 5, growth: 0.5 },
  'pressure at sea level': { anywhere: 45, floor: 25, growth: 0.5 },
  'pressure at the ground': { anywhere: 45, floor: 25, growth: 0.5 },
  wind: { anywhere: 20, floor: 12, growth: 0.5 },
  gust: { anywhere: 35, floor: 20, growth: 0.5 },
};

/** A gap of more hours, or days, says nothing about how fast the weather changes. */
const LONGEST_GAP = { hourly: 6, daily: 3 };
/** So many steps make a place's own history of them. */
const ENOUGH = { hourly: 240, daily: 100 };
/** The limit is so many times the so-many-th largest of them. */
const FACTOR = { hourly: 1.6, daily: 2 };
const FEW = 8;
/** With neighbours to compare with, so much of the limit is enough. */
const TIGHTER = 0.7;
/** A new level that so many readings have kept to, for so many hours, is no spike. */
const HELD = { readings: 2, hours: 1 };

/**
 * Doubts a jump from the last sound value that is larger than weather makes.
 *
 * The limit is 1.6 times (of days, twice) the place's own eighth-largest sound jump, within the limits of the table, and
 * grows with the time between the readings. Where two or more neighbours have values, 0.7 of it is enough, but then the
 * jump must differ by as much from theirs: what they do too is weather.
 * A level that lasts is taken for true from its third reading on: what is left of a fault then is for other checks.
 */
export const step: Check = { name: 'step', open };

function open(series: CheckedSeries): Inspector | undefined {
  const { variable, times, values, flags, neighbours } = series;
  const element = elementOf(variable);
  const cadence = isDaily(variable) ? 'daily' : 'hourly';
  const limits = element && (cadence === 'daily' ? daily : hourly)[element];
  if (limits === undefined || variable.periodHours > 24) return undefined;
  const { anywhere, floor } = limits;
  const unitMs = cadence === 'daily' ? 24 * msPerHour : msPerHour;
  const own = largestFew(FEW);
  let last = -1;
  /** The doubted level that the readings now keep to. */
  let held = { since: 0, at: -1, readings: 0 };

  const growth = (from: number, to: number) =>
    Math.max(1, (times[to] - times[from]) / unitMs) ** limits.growth;
  const limit = () => {
    if (own.seen() < ENOUGH[cadence]) return anywhere;
    return Math.min(anywhere, Math.max(floor, FACTOR[cadence] * own.least()));
  };
  const keepsTo = (at: number) =>
    held.readings > 0 && Math.abs(values[at] - values[held.at]) <= (limit() / 2) * growth(held.at, at);

  /** By how much the neighbours' values have changed since the last sound one; NaN of fewer than two. */
  function jumpAround(at: number): number {
    const jumps = neighbours
      .map((one) => one.values[at] - one.values[last])
      .filter((jump) => !Number.isNaN(jump));
    return jumps.length < 2 ? Number.NaN : medianOf(jumps);
  }

  function judge(at: number): string {
    if (last < 0 || times[at] - times[last] > LONGEST_GAP[cadence] * unitMs) return '';
    const jump = values[at] - values[last];
    const around = jumpAround(at);
    const most = (Number.isNaN(around) ? 1 : TIGHTER) * limit() * growth(last, at);
    if (Math.abs(jump) <= most || Math.abs(jump - around) <= most) return '';
    const lasts = held.readings >= HELD.readings && times[at] - held.since >= HELD.hours * msPerHour;
    if (lasts && keepsTo(at)) return '';
    const gap = (times[at] - times[last]) / msPerHour;
    return (
      `step: ${shown(jump, variable.unit)} in ${Number(gap.toFixed(1))} h from ` +
      `${shown(values[last], variable.unit)}, more than ${shown(most, variable.unit)}`
    );
  }

  function learn(at: number): void {
    if (flags[at].startsWith('step')) {
      const more = keepsTo(at);
      held = {
        since: more ? held.since : times[at],
        at,
        readings: more ? held.readings + 1 : 1,
      };
    }
    if (!isSound(series, at)) return;
    const gap = last < 0 ? Infinity : (times[at] - times[last]) / unitMs;
    // After a level was accepted, the way to it is no step that the place has made.
    if (gap <= LONGEST_GAP[cadence] && held.readings === 0)
      own.add(Math.abs(values[at] - values[last]) / growth(last, at));
    held = { since: 0, at: -1, readings: 0 };
    last = at;
  }

  return { judge, learn };
}
