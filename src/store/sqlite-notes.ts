import type { Connection } from './sqlite-connection.ts';
import type { Names } from './sqlite-names.ts';
import type { PlaceNote } from './store.ts';

/** Small values under names: of the store, and of its places. */
export interface Notes {
  read(name: string): string | undefined;
  put(notes: Readonly<Record<string, string>>): void;
  ofPlaces(name: string): ReadonlyMap<string, string>;
  putOfPlaces(notes: readonly PlaceNote[]): void;
}

export function sqliteNotes(connection: Connection, places: Names): Notes {
  const one = connection.statement<readonly [string]>('SELECT value FROM note WHERE name = ?');
  const put = connection.statement(`
    INSERT INTO note VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`);
  const ofPlaces = connection.statement<readonly [place: string, value: string]>(`
    SELECT place.name, value FROM place_note JOIN place ON place.id = place WHERE place_note.name = ? ORDER BY place.id`);
  const putOfPlace = connection.statement(`
    INSERT INTO place_note (name, place, value) VALUES (?, ?, ?)
    ON CONFLICT (name, place) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`);
  return {
    read: (name) => one.get(name)?.[0],
    put(notes) {
      for (const [name, value] of Object.entries(notes)) put.run(name, value);
    },
    ofPlaces: (name) => new Map(ofPlaces.all(name)),
    putOfPlaces(notes) {
      for (const { place, name, value } of notes) putOfPlace.run(name, places.need(place), value);
    },
  };
}
