import type { Cases } from '../models/model.ts';
import { namePlaces } from '../weather/name-places.ts';

/** What some rows of a block are about, for a message. */
export function nameCases({ variable, lead, place, places }: Cases, units: readonly Int32Array[]): string {
  const found = new Set<number>();
  for (const rows of units) for (const row of rows) found.add(place[row]);
  const ahead = Number.isNaN(lead) ? 'all leads' : `${lead} h`;
  return `${variable.name}, ${ahead}, at ${namePlaces([...found].map((index) => places[index]))}`;
}
