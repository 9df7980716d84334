import { checkLocation } from '../weather/location.ts';
import type { TablePlace } from '../weather/pairs.ts';
import { decimalField } from './decimal-field.ts';
import { ownText } from './own-text.ts';
import { located, type RowPosition, tableError } from './table-error.ts';

/** A place whose coordinates differ between rows. */
export interface MovedPlace {
  /** The place with the coordinates that were kept: its first. */
  readonly kept: TablePlace;
  /** The first coordinates that differ, and where they stand. */
  readonly found: TablePlace;
  readonly file: string;
  readonly line: number;
}

/** The places that the tables of one reading name. */
export interface PlaceList {
  /** In the order of their first rows. A coordinate that a first row leaves out is taken from a later one. */
  readonly places: () => readonly TablePlace[];
  /** At most one entry a place. */
  readonly moved: () => readonly MovedPlace[];
  /**
   * Reads `place,latitude,longitude,elevation` of one row and answers the place's index.
   *
   * @throws WeatherglassError InvalidData for an empty name, a coordinate that is no number or outside its range, and
   *   a latitude without a longitude or the reverse.
   */
  readonly reader: (
    position: RowPosition,
    columns: ReadonlyMap<string, number>,
  ) => (cells: readonly string[]) => number;
}

interface Entry {
  readonly index: number;
  place: TablePlace;
  /** The texts of the coordinates read last: equal texts need no second look. */
  texts: readonly [string, string, string];
  moved: MovedPlace | undefined;
}

const unknown = { latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN };

export function placeList(): PlaceList {
  const byName = new Map<string, Entry>();

  const reader: PlaceList['reader'] = (position, columns) => {
    const [name, latitude, longitude, elevation] = ['place', 'latitude', 'longitude', 'elevation'].map(
      (column) => columns.get(column) ?? -1,
    );
    let lastName: string | undefined;
    let last: Entry;
    return (cells) => {
      if (cells[name] !== lastName) {
        last = entryOf(cells[name], position);
        lastName = cells[name];
      }
      const [a, b, c] = last.texts;
      if (cells[latitude] !== a || cells[longitude] !== b || cells[elevation] !== c) {
        locate(last, [cells[latitude], cells[longitude], cells[elevation]], position);
      }
      return last.index;
    };
  };

  function entryOf(text: string, position: RowPosition): Entry {
    const name = text.trim();
    const known = byName.get(name);
    if (known !== undefined) return known;
    if (name === '')
      throw tableError({ ...position, column: 'place' }, 'every row needs the name of its place.');
    const own = ownText(name);
    const entry: Entry = {
      index: byName.size,
      place: { name: own, ...unknown },
      texts: ['', '', ''],
      moved: undefined,
    };
    byName.set(own, entry);
    return entry;
  }

  const entries = () => [...byName.values()];
  return {
    places: () => entries().map((entry) => entry.place),
    moved: () => entries().flatMap((entry) => entry.moved ?? []),
    reader,
  };
}

function locate(entry: Entry, texts: readonly [string, string, string], position: RowPosition): void {
  const found = parseLocation(texts, position);
  entry.texts = [ownText(texts[0]), ownText(texts[1]), ownText(texts[2])];
  const { place } = entry;
  const differs =
    differ(place.latitude, found.latitude) ||
    differ(place.longitude, found.longitude) ||
    differ(place.elevation, found.elevation);
  if (differs) entry.moved ??= { kept: place, found: { name: place.name, ...found }, ...position };
  entry.place = {
    name: place.name,
    latitude: firstKnown(place.latitude, found.latitude),
    longitude: firstKnown(place.longitude, found.longitude),
    elevation: firstKnown(place.elevation, found.elevation),
  };
}

function parseLocation(texts: readonly [string, string, string], position: RowPosition) {
  const [latitude, longitude, elevation] = (['latitude', 'longitude', 'elevation'] as const).map(
    (column, i) => {
      const value = decimalField(texts[i], position, column);
      // Each is checked alone, beside harmless others, so that the message can name its column.
      if (!Number.isNaN(value)) {
        const alone = { latitude: 0, longitude: 0, elevation: 0, [column]: value };
        located({ ...position, column }, () => checkLocation(alone));
      }
      return value;
    },
  );
  if (Number.isNaN(latitude) !== Number.isNaN(longitude)) {
    const column = Number.isNaN(latitude) ? 'latitude' : 'longitude';
    throw tableError({ ...position, column }, 'give latitude and longitude both, or neither.');
  }
  return { latitude, longitude, elevation };
}

function differ(a: number, b: number): boolean {
  return a !== b && !Number.isNaN(a) && !Number.isNaN(b);
}

function firstKnown(a: number, b: number): number {
  return Number.isNaN(a) ? b : a;
}
