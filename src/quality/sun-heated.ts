import { firstAt } from '../weather/first-at.ts';
import { solarElevation } from '../weather/solar.ts';
import { msPerDay, utcDay } from '../weather/time.ts';
import { type Check, type CheckedSeries, type Inspector, learnsNothing, shown } from './check.ts';
import { elementOf, isDaily } from './element.ts';
import { middle } from './robust.ts';

/** Below this the sun is down, above that it heats; degrees. */
const NIGHT = -3;
const DAY = 15;
/** Days that are looked back at, and fewest readings of night and of day in them. */
const LATELY = 10;
const ENOUGH = 12;
/** Half of the readings by day must exceed the warmest neighbour by so much, and the doubted one by so much, K. */
const USUAL = 1.7;
const EXCESS = 1.7;

/**
 * Doubts temperatures by day of a sensor that the sun heats.
 *
 * By night each neighbour's usual difference is learned from the last 10 days. With the sun above 15° the excess is what
 * the place has more than the warmest neighbour so corrected. Where the median excess of these days' daytimes is above
 * 1.7 K, values are doubted that exceed it themselves. The warmest neighbour, because a place inland is truly warmer by
 * day than one by the sea, but seldom than all; places that differ much in height have none in common.
 */
export const sunHeated: Check = { name: 'sun', open };

function open(series: CheckedSeries): Inspector | undefined {
  const { variable, place, times, values, flags, neighbours } = series;
  if (elementOf(variable) !== 'air temperature' || isDaily(variable)) return undefined;
  if (neighbours.length < 2 || Number.isNaN(place.latitude + place.longitude)) return undefined;
  const elevation = times.map((time) => solarElevation(place, time));
  const scratch = new Float64Array(times.length);
  const counts = (at: number) =>
    !Number.isNaN(values[at]) && (flags[at] === '' || flags[at].startsWith('sun'));

  let today = Number.NaN;
  let nights: readonly number[] = [];
  let usualExcess = Number.NaN;

  /** Own temperature minus that of the warmest neighbour, each corrected by its nights; NaN with fewer than two. */
  function excess(at: number): number {
    let warmest = -Infinity;
    let present = 0;
    for (let k = 0; k < neighbours.length; k++) {
      const there = neighbours[k].values[at] + nights[k];
      if (Number.isNaN(there)) continue;
      present++;
      if (there > warmest) warmest = there;
    }
    return present < 2 ? Number.NaN : values[at] - warmest;
  }

  /** Looks back from the beginning of the UTC day. */
  function lookBack(start: number): void {
    const from = firstAt(times, start - LATELY * msPerDay);
    const until = firstAt(times, start);
    const medianOver = (value: (at: number) => number, isTime: (height: number) => boolean) => {
      let count = 0;
      for (let i = from; i < until; i++) {
        if (!isTime(elevation[i]) || !counts(i)) continue;
        const one = value(i);
        if (!Number.isNaN(one)) scratch[count++] = one;
      }
      return count < ENOUGH ? Number.NaN : middle(scratch.subarray(0, count).sort());
    };
    nights = neighbours.map((neighbour) =>
      medianOver(
        (i) => values[i] - neighbour.values[i],
        (height) => height < NIGHT,
      ),
    );
    usualExcess = medianOver(excess, (height) => height > DAY);
  }

  function judge(at: number): string {
    if (!(elevation[at] > DAY)) return '';
    if (utcDay(times[at]) !== today) {
      today = utcDay(times[at]);
      lookBack(today * msPerDay);
    }
    const more = excess(at);
    if (!(usualExcess > USUAL && more > EXCESS)) return '';
    return (
      `sun: ${shown(more, 'K')} above the warmest of ${neighbours.length} places around, and ` +
      `${shown(usualExcess, 'K')} on the days before, but not by night: the sun seems to heat the sensor`
    );
  }

  return { judge, learn: learnsNothing };
}
