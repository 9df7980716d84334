import { WeatherglassError } from '../errors.ts';
import type { FollowedPlace } from '../weather/place.ts';
import type { Connection } from './sqlite-connection.ts';

type PlaceRow = readonly [
  name: string,
  latitude: number | null,
  longitude: number | null,
  elevation: number | null,
  zone: string,
];

export interface Places {
  list(): readonly FollowedPlace[];
  /** How many were added or changed. */
  put(places: readonly FollowedPlace[]): number;
  /** With all that is stored under them. */
  remove(names: readonly string[]): void;
}

export function sqlitePlaces(connection: Connection): Places {
  const all = connection.statement<PlaceRow>(
    'SELECT name, latitude, longitude, elevation, zone FROM place ORDER BY id',
  );
  const upsert = connection.statement(`
    INSERT INTO place (name, latitude, longitude, elevation, zone) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude,
      elevation = excluded.elevation, zone = excluded.zone
    WHERE (latitude, longitude, elevation, zone) IS NOT
      (excluded.latitude, excluded.longitude, excluded.elevation, excluded.zone)`);
  const removeScores = connection.statement(
    'DELETE FROM score WHERE place = (SELECT id FROM place WHERE name = ?)',
  );
  // The tables of what is stored under a place delete theirs with it.
  const remove = connection.statement('DELETE FROM place WHERE name = ?');

  return {
    list: () =>
      all.all().map(([name, latitude, longitude, elevation, zone]) => ({
        name,
        latitude: latitude ?? Number.NaN,
        longitude: longitude ?? Number.NaN,
        elevation: elevation ?? Number.NaN,
        zone,
      })),

    put(places) {
      let changed = 0;
      for (const { name, latitude, longitude, elevation, zone } of places) {
        if (name === '')
          throw new WeatherglassError('InvalidData', 'A place needs a name; its name is empty.');
        // A number that is NaN is stored as NULL.
        changed += upsert.run(name, latitude, longitude, elevation, zone);
      }
      return changed;
    },

    remove(names) {
      for (const name of names) {
        removeScores.run(name);
        if (remove.run(name) === 0)
          throw new WeatherglassError(
            'NotFound',
            `There is no place ${JSON.stringify(name)} in ${connection.file} to remove.`,
          );
      }
    },
  };
}
