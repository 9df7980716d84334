import type { TablePlace } from '../weather/pairs.ts';
import { solarElevation, sunPosition } from '../weather/solar.ts';
import { msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { type Check, type CheckedSeries, learnsNothing, shown } from './check.ts';
import { type Element, elementOf } from './element.ts';

/** An end of a range, and what it is, for the flag. */
type Limit = readonly [value: number, what: string];

/**
 * Refuses what was never measured anywhere, or what physics rules out.
 *
 * Source of records: WMO World Weather and Climate Extremes Archive, wmo.asu.edu (now wmo.int), as of 2024; what it
 * does not keep is said in docs/quality.md.
 */
export const range: Check = {
  name: 'range',
  open: (series) => {
    const element = elementOf(series.variable);
    return { judge: (at) => judge(series, element, at), learn: learnsNothing };
  },
};

function judge(
  { variable, place, times, values }: CheckedSeries,
  element: Element | undefined,
  at: number,
): string {
  const value = values[at];
  const limit = (own: LimitOf | undefined, bound: number): Limit =>
    own?.(variable, place, times[at]) ?? [bound, 'the bound of the variable'];
  const [least, whatLeast] = limit(element && leasts[element], variable.lower);
  if (value < least)
    return `range: ${shown(value, variable.unit)} is below ${shown(least, variable.unit)}, ${whatLeast}`;
  const [most, whatMost] = limit(element && mosts[element], variable.upper);
  if (value > most)
    return `range: ${shown(value, variable.unit)} is above ${shown(most, variable.unit)}, ${whatMost}`;
  return '';
}

type LimitOf = (variable: Variable, place: TablePlace, time: number) => Limit;

const coldest: LimitOf = () => [-100, 'colder than any air or ground'];
const strongest: LimitOf = () => [113.2, 'the strongest gust ever measured'];
const hottestGround: LimitOf = () => [93.9, 'the hottest ground ever measured'];

/** Where an element has no limit here, the variable's own bound counts. */
const leasts: Partial<Record<Element, LimitOf>> = {
  'air temperature': (_, { latitude }) => {
    if (latitude >= 0) return [-69.6, 'the lowest ever measured in the Northern Hemisphere'];
    if (latitude > -60) return [-32.8, 'the lowest ever measured between the equator and 60° S'];
    return [-89.2, 'the lowest ever measured'];
  },
  'dew point': coldest,
  'ground temperature': coldest,
  'soil temperature': coldest,
  'felt temperature': () => [-120, 'colder than any wind makes any air feel'],
  'pressure at sea level': () => [870, 'the lowest ever measured'],
  'pressure at the ground': (_, { elevation }) =>
    Number.isNaN(elevation)
      ? [300, 'less than on any mountain']
      : [0.84 * standardPressure(elevation), `the least at ${elevation} m`],
};

const mosts: Partial<Record<Element, LimitOf>> = {
  'air temperature': (_, { latitude }) => {
    if (latitude <= -60) return [19.8, 'the highest ever measured beyond 60° S'];
    if (latitude >= 66.57) return [38, 'the highest ever measured beyond the Arctic Circle'];
    return [56.7, 'the highest ever measured'];
  },
  'dew point': () => [36, 'more than the moistest air ever reported'],
  'ground temperature': hottestGround,
  'soil temperature': hottestGround,
  'felt temperature': () => [85, 'hotter than any air feels'],
  'pressure at sea level': () => [1084.8, 'the highest ever measured'],
  'pressure at the ground': (_, { elevation }) =>
    Number.isNaN(elevation)
      ? [1110, 'more than at the Dead Sea']
      : [1.08 * standardPressure(elevation), `the most at ${elevation} m`],
  wind: strongest,
  gust: strongest,
  rain: ({ periodHours }) => mostRain(periodHours),
  'fresh snow': ({ periodHours }) => {
    if (periodHours <= 1) return [31, 'the most ever reported in an hour'];
    if (periodHours <= 24) return [256, 'the most ever reported in a day'];
    return [Infinity, 'more than any'];
  },
  'snow depth': () => [11.82, 'the deepest ever measured'],
  'global radiation': (_, place, time) => brightest(place, time, 1.5, 1.2, 100),
  'diffuse radiation': (_, place, time) => brightest(place, time, 0.95, 1.2, 50),
  // Of a sum, as a rate times some hours, the hour's limit says nothing: elementOf knows the hourly ones alone.
  'direct radiation': (_, place, time) => brightest(place, time, 1, 1, 0),
  'direct beam': (_, place, time) => brightest(place, time, 1, 0, 0),
  'radiant energy': ({ periodHours }, place, time) => sunniest(place, time, periodHours),
  visibility: () => [350_000, 'farther than the cleanest air lets one see'],
};

/** The greatest sums of rain, mm, over periods of so many hours. */
const rainRecords = [
  [1, 305],
  [12, 1144],
  [24, 1825],
  [48, 2493],
  [72, 3930],
  [96, 4869],
] as const;

function mostRain(hours: number): Limit {
  const record = rainRecords.find(([period]) => hours <= period);
  const [period, most] = record ?? [hours, (4869 * hours) / 96];
  return [most, `the most ever measured in ${period} h`];
}

/**
 * Pressure of the standard atmosphere in hPa at a height in metres: 1013.25 (1 − 0.0065 h / 288.15)^5.2559.
 *
 * Source: ISO 2533:1975.
 */
function standardPressure(height: number): number {
  return 1013.25 * (1 - (0.0065 * height) / 288.15) ** 5.2559;
}

/** The sun's power outside the atmosphere at 1 astronomical unit, W/m². Source: Kopp & Lean 2011, doi 10.1029/2010GL045777. */
const SOLAR_CONSTANT = 1361;

/**
 * The most that BSRN holds possible, S a μ^b + c, with μ the sine of the sun's highest elevation in the hour that ends at
 * the time, and S the solar constant at the sun's distance.
 *
 * Source: Long & Dutton 2010, BSRN Global Network recommended QC tests, V2.0, hdl.handle.net/10013/epic.38770.
 */
function brightest(place: TablePlace, time: number, a: number, b: number, c: number): Limit {
  const sun = SOLAR_CONSTANT / sunPosition(time).distance ** 2;
  let highest = -90;
  for (let quarter = 0; quarter <= 4; quarter++)
    highest = Math.max(highest, solarElevation(place, time - (quarter * msPerHour) / 4));
  // Without coordinates the sun may stand overhead.
  const sine = Number.isNaN(highest) ? 1 : Math.max(0, Math.sin((highest * Math.PI) / 180));
  if (sine === 0) return [c === 0 ? 10 : c, 'the most while the sun is down'];
  return [sun * a * sine ** b + c, 'the most that the sun gives at that hour'];
}

/** What comes to the top of the atmosphere over the place in so many hours before the time, MJ/m². */
function sunniest(place: TablePlace, time: number, hours: number): Limit {
  const sun = SOLAR_CONSTANT / sunPosition(time).distance ** 2;
  let joules = 0;
  for (let step = 0.5; step < 2 * hours; step++) {
    const elevation = solarElevation(place, time - (step * msPerHour) / 2);
    if (Number.isNaN(elevation)) return [50 * Math.ceil(hours / 24), 'more than the sun gives anywhere'];
    joules += (sun * Math.max(0, Math.sin((elevation * Math.PI) / 180)) * msPerHour) / 2000;
  }
  return [joules / 1e6 + 0.5, 'all that the sun sends there'];
}
