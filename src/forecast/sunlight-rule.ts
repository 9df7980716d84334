import type { Location } from '../weather/location.ts';
import { clipRow, type PhysicsRule } from './physics-rule.ts';
import { isSunlit, type SunlightLimit, sunlightLimit } from './sunlight-limit.ts';

/**
 * No radiation while the sun is down, and at most 1.2 times that of a clear sky over its period: {@link sunlightLimit}. Where
 * coordinates are unknown nothing is changed.
 */
export const sunlightRule: PhysicsRule = {
  name: 'sunlight',
  reads: 'radiation and sunshine, the place and the time',
  changes: 'radiation and sunshine',
  why: 'there is none at night, and by day 1.2 times that of a clear sky at most',
  prepare(series, levels) {
    const width = levels?.length ?? 1;
    const rows = series
      .filter(({ variable }) => isSunlit(variable))
      .flatMap(({ variable, first, validTimes }) => {
        // The sun of an hour is the same for all places of a table.
        const limits = new Map<number, SunlightLimit>();
        return Array.from(validTimes, (time, i) => {
          const limitAt = limits.get(time) ?? sunlightLimit(variable, time)!;
          limits.set(time, limitAt);
          return { row: first + i, limitAt };
        });
      });
    if (rows.length === 0) return undefined;
    // Members of one place follow each other: what the sun allows there is worked out once.
    const places: (Location | undefined)[] = rows.map(() => undefined);
    const limits = new Float64Array(rows.length);
    return (numbers, at, placeOf) => {
      let [values, quantiles] = [0, 0];
      rows.forEach(({ row, limitAt }, k) => {
        const from = at + row * width;
        // Most nights say 0 already.
        if (!(numbers[from + width - 1] > 0)) return;
        const place = placeOf(row);
        if (places[k] !== place) {
          places[k] = place;
          limits[k] = limitAt(place);
        }
        const changed = clipRow(numbers, from, width, Number.NaN, limits[k]);
        if (changed > 0) values++;
        quantiles += changed;
      });
      return { values, quantiles };
    };
  },
};
