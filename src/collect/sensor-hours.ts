import type { Store, StoredReading } from '../store/store.ts';
import { hourlyValues, sensorHours } from '../weather/hourly-values.ts';
import { rainCounter, rainRate } from '../weather/rain-gauge.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { type HourlySeries, newObservations, observationsOf } from './hourly-observations.ts';

/** Hours within which what comes late can still change an hour that is known. */
const SETTLED_AFTER = 3;
/** Hours for which readings are kept, since they came: an hour needs those of the hour before it, too. */
const KEPT = 6;
/** Who is said to have observed what sensors push. */
export const sensorOrigin = 'own sensor';

/**
 * Makes hourly observations of what sensors pushed, for hours that are over, and forgets what is no longer needed.
 *
 * Readings may come days late, when a sensor has had no network: hours of which nothing is known are made of them, and made
 * anew as more of them arrive. Older hours that have been known for long stay as they are, for the other readings that they
 * were made of are gone.
 *
 * @returns how many observations were new
 */
export async function sensorObservations(store: Store, now: number): Promise<number> {
  const readings = await store.readings(now - KEPT * msPerHour);
  if (readings.length === 0) return 0;
  const until = now - sensorHours.toleranceMinutes * 60_000 + 1;
  const series: HourlySeries[] = [];
  for (const [place, own] of Map.groupBy(readings, (one) => one.place)) {
    const from = own.reduce((least, { time }) => Math.min(least, time), now);
    for (const variable of variablesOf(own))
      series.push({ place, variable, values: hourlyValues(own, variable, { from, until }, sensorHours) });
  }
  const { observations } = await store.write({
    variables: [...new Set(series.map(({ variable }) => variable))],
    observations: await newObservations(
      store,
      observationsOf(series, sensorOrigin, () => now),
      now - SETTLED_AFTER * msPerHour,
    ),
    forgetReadings: now - KEPT * msPerHour,
  });
  return observations;
}

function variablesOf(readings: readonly StoredReading[]): Variable[] {
  const names = readings.map(({ variable }) =>
    variable === rainCounter || variable === rainRate ? 'precipitation' : variable,
  );
  return [...new Set(names)].map((name) => findVariable(name));
}
