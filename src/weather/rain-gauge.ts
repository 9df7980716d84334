import { inOrder, type Measured } from './measured.ts';
import { msPerHour } from './time.ts';

/**
 * Name under which the reading of a rain counter travels, in mm: what has fallen since some reset that nobody announces.
 * It is no variable that could be forecast, and so is not built in.
 */
export const rainCounter = 'precipitation_counter';

/** Name under which an intensity of rain travels, in mm/h. */
export const rainRate = 'precipitation_rate';

/** A counter that shows less than this share of what it had shown has begun anew; above, it wobbles. */
const resetBelow = 0.9;

/**
 * What fell between successive readings of a counter: one value less than there are readings, each with the period from
 * the reading before.
 *
 * A counter rises, and begins anew at 0 at midnight or when its battery is changed: after a fall all that it shows has
 * fallen since. A fall of up to a tenth is no reset but a wobble, of a number computed anew from rounded ones, and
 * nothing has fallen until the counter is above its highest. What fell between the last reading and a reset is lost.
 * Missing readings (NaN) and negative ones are left out; the order of readings does not matter.
 *
 * Source of the tenth: Home Assistant, which so tells resets of its `total_increasing` sensors.
 *
 * @example
 * // 1.2 mm at 23:55, 0.4 mm at 00:05: 0.4 mm in 10 minutes
 */
export function rainIncrements(readings: readonly Measured[]): readonly Measured[] {
  const counts = inOrder(readings, rainCounter).filter(({ value }) => value >= 0);
  let highest = counts[0]?.value ?? 0;
  return counts.slice(1).map((count, index) => {
    const before = counts[index] ?? count;
    const isReset = count.value < resetBelow * highest;
    const value = isReset ? count.value : Math.max(0, count.value - highest);
    highest = isReset ? count.value : Math.max(highest, count.value);
    return {
      variable: 'precipitation',
      time: count.time,
      value,
      receivedAt: Math.max(before.receivedAt, count.receivedAt),
      periodHours: (count.time - before.time) / msPerHour,
    };
  });
}
