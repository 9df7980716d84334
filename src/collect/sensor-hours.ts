import type { Store, StoredReading } from '../store/store.ts';
import { hourlyValues, sensorHours } from '../weather/hourly-values.ts';
import { rainCounter, rainRate } from '../weather/rain-gauge.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { type HourlySeries, newObservations, observationsOf } from './hourly-observations.ts';

/** Hours that are looked at again: what comes late can still change them. */
const LOOK_BACK = 3;
/** Readings are kept as long, hours: an hour needs those of the hour before it, too. */
const KEPT = 6;
/** Who is said to have observed what sensors push. */
export const sensorOrigin = 'own sensor';

/**
 * Makes hourly observations of what sensors pushed, for hours that are over, and forgets what is no longer needed.
 *
 * @returns how many observations were new
 */
export async function sensorObservations(store: Store, now: number): Promise<number> {
  const readings = await store.readings(now - KEPT * msPerHour);
  if (readings.length === 0) return 0;
  const period = {
    from: now - LOOK_BACK * msPerHour,
    until: now - sensorHours.toleranceMinutes * 60_000 + 1,
  };
  const series: HourlySeries[] = [];
  for (const [place, own] of Map.groupBy(readings, (one) => one.place))
    for (const variable of variablesOf(own)) {
      const values = hourlyValues(own, variable, period, sensorHours);
      series.push({ place, variable, values });
    }
  const { observations } = await store.write({
    variables: [...new Set(series.map(({ variable }) => variable))],
    observations: await newObservations(
      store,
      observationsOf(series, sensorOrigin, () => now),
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
