/** Most names that a message lists. */
const MOST_NAMED = 5;

/** Names of places for a message, of which there may be many. */
export function namePlaces(places: readonly string[]): string {
  const named = places.slice(0, MOST_NAMED).join(', ');
  return places.length > MOST_NAMED ? `${named} and ${places.length - MOST_NAMED} more places` : named;
}
