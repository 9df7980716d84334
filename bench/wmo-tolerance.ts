import type { SeriesToCheck } from '../src/quality/check-series.ts';
import { msPerHour } from '../src/weather/time.ts';

/** Kelvins that air temperature may change in so many hours. */
const tolerances = [
  [1, 4],
  [2, 7],
  [3, 9],
  [6, 15],
  [12, 25],
] as const;

/**
 * The peer of the bench: flags temperatures that changed since the last unflagged value by more than WMO tolerates.
 *
 * Source: WMO-No. 305 (1993), Guide on the Global Data-processing System, VI.21.
 */
export function wmoTolerance({ times, values }: SeriesToCheck): string[] {
  let last = -1;
  return Array.from(values, (value, i) => {
    if (Number.isNaN(value)) return '';
    const hours = last < 0 ? Infinity : (times[i] - times[last]) / msPerHour;
    const most = tolerances.find(([longest]) => hours <= longest)?.[1] ?? Infinity;
    if (last >= 0 && Math.abs(value - values[last]) > most) return 'tolerance';
    last = i;
    return '';
  });
}
