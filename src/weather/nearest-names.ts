/**
 * The known names that someone may have meant by a wrong one: at most `count`, nearest first, none farther than a
 * third of the name's length in edits (at least 2).
 */
export function nearestNames(wrong: string, known: Iterable<string>, count = 3): string[] {
  const most = Math.max(2, Math.floor(wrong.length / 3));
  return [...new Set(known)]
    .map((name) => ({ name, distance: editDistance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/** ` Did you mean a, b or c?` for the end of an error message; empty where nothing is near. */
export function didYouMean(wrong: string, known: Iterable<string>): string {
  const near = nearestNames(wrong, known);
  if (near.length === 0) return '';
  const last = near.length === 1 ? near[0] : `${near.slice(0, -1).join(', ')} or ${near.at(-1)}`;
  return ` Did you mean ${last}?`;
}

/**
 * How many characters must be put in, left out or replaced to turn one text into the other.
 *
 *   D(i, j) = min(D(i−1, j) + 1, D(i, j−1) + 1, D(i−1, j−1) + [aᵢ ≠ bⱼ])
 *
 * Source: Wagner & Fischer 1974, doi 10.1145/321796.321811.
 *
 * @example editDistance('windspeed', 'wind_speed'); // 1
 */
export function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(above[j] + 1, row[j - 1] + 1, replaced));
    }
    above = row;
  }
  return above[b.length];
}
