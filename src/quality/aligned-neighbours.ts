import { distanceKm, type Location } from '../weather/location.ts';
import { msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import type { AlignedNeighbour, ObservedSeries } from './check.ts';
import { isDaily } from './element.ts';

/** Farther away is other weather. */
const FARTHEST_KM = 100;
/** More of them cost time and add little. */
const MOST = 6;
/** A value may be older than the time by so many hours. */
const OLDEST = { hourly: 1, daily: 6 };

/** The nearest neighbours with values at the times of a series, nearest first. A place itself is none of them. */
export function alignNeighbours(
  place: Location & { readonly name: string },
  times: Float64Array,
  variable: Variable,
  neighbours: readonly ObservedSeries[],
): AlignedNeighbour[] {
  const oldestMs = OLDEST[isDaily(variable) ? 'daily' : 'hourly'] * msPerHour;
  return neighbours
    .map((neighbour) => ({ neighbour, distance: distanceKm(place, neighbour.place) }))
    .filter(({ neighbour, distance }) => distance <= FARTHEST_KM && neighbour.place.name !== place.name)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ neighbour, distance }) => ({
      distanceKm: distance,
      higher: place.elevation - neighbour.place.elevation,
      values: align(times, neighbour, oldestMs),
    }));
}

function align(times: Float64Array, neighbour: ObservedSeries, oldestMs: number): Float64Array {
  const aligned = new Float64Array(times.length);
  let next = 0;
  let latest = -1;
  for (let i = 0; i < times.length; i++) {
    for (; next < neighbour.times.length && neighbour.times[next] <= times[i]; next++)
      if (!Number.isNaN(neighbour.values[next]) && (neighbour.flags[next] ?? '') === '') latest = next;
    const fresh = latest >= 0 && times[i] - neighbour.times[latest] <= oldestMs;
    aligned[i] = fresh ? neighbour.values[latest] : Number.NaN;
  }
  return aligned;
}
