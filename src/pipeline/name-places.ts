import type { Cases } from '../models/model.ts';

/** Most names that a message lists. */
const MOST_NAMED = 5;

/** Names of places for a message, of which there may be many. */
export function namePlaces(places: readonly string[]): string {
  const named = places.slice(0, MOST_NAMED).join(', ');
  return places.length > MOST_NAMED ? `${named} and ${places.length - MOST_NAMED} more places` : named;
}

/** What some rows of a block are about, for a message. */
export function nameCases({ variable, lead, place, places }: Cases, units: readonly Int32Array[]): string {
  const found = new Set<number>();
  for (const rows of units) for (const row of rows) found.add(place[row]);
  return `${variable.name}, ${lead} h, at ${namePlaces([...found].map((index) => places[index]))}`;
}
