import { WeatherglassError } from '../errors.ts';
import type { Connection } from './sqlite-connection.ts';
import type { Names } from './sqlite-names.ts';
import type { StoredReading } from './store.ts';

type ReadingRow = readonly [
  place: string,
  variable: string,
  time: number,
  periodHours: number,
  value: number | null,
  receivedAt: number,
];

export interface Readings {
  since(from: number): readonly StoredReading[];
  put(readings: readonly StoredReading[]): void;
  forget(before: number): void;
}

export function sqliteReadings(connection: Connection, places: Names): Readings {
  const since = connection.statement<ReadingRow>(`
    SELECT place.name, variable, time, period_hours, value, received_at
    FROM reading JOIN place ON place.id = place WHERE received_at >= ? ORDER BY place.id, time, variable, period_hours`);
  const put = connection.statement('INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?)');
  const forget = connection.statement('DELETE FROM reading WHERE received_at < ?');
  return {
    since: (from) =>
      since.all(from).map(([place, variable, time, periodHours, value, receivedAt]) => ({
        place,
        variable,
        time,
        periodHours,
        value: value ?? Number.NaN,
        receivedAt,
      })),
    put(readings) {
      for (const { place, variable, time, periodHours, value, receivedAt } of readings) {
        if (!Number.isFinite(time) || !Number.isFinite(receivedAt))
          throw new WeatherglassError('InvalidData', `A reading of ${variable} at ${place} has no time.`);
        put.run(places.need(place), time, variable, periodHours, value, receivedAt);
      }
    },
    forget(before) {
      forget.run(before);
    },
  };
}
