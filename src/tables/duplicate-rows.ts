type KeyColumn = Int32Array | Float64Array;

/**
 * Calls `visit` for every row whose key stood in an earlier row, with the first row of that key.
 *
 * The key is the row's value in each of `keys` (no NaN). An open-addressing hash table of row numbers: 6 to 12 bytes
 * a row, where a Map of texts would take some 150.
 *
 * Source: Knuth 1998, The Art of Computer Programming 3, section 6.4, algorithm L.
 */
export function visitDuplicates(
  rows: number,
  keys: readonly KeyColumn[],
  visit: (first: number, again: number) => void,
): void {
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, rows * 1.5)))).fill(-1);
  const mask = slots.length - 1;
  for (let row = 0; row < rows; row++) {
    let slot = hash(keys, row) & mask;
    while (slots[slot] >= 0 && !sameKey(keys, slots[slot], row)) slot = (slot + 1) & mask;
    if (slots[slot] < 0) slots[slot] = row;
    else visit(slots[slot], row);
  }
}

/** Mixes as MurmurHash3 does; times enter with their lowest 32 bits, which differ for all within 49 days. */
function hash(keys: readonly KeyColumn[], row: number): number {
  let h = 0;
  for (let k = 0; k < keys.length; k++) {
    h = Math.imul(h ^ Math.imul(keys[k][row] | 0, 0xcc9e2d51), 0x1b873593);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function sameKey(keys: readonly KeyColumn[], a: number, b: number): boolean {
  for (let k = 0; k < keys.length; k++) if (keys[k][a] !== keys[k][b]) return false;
  return true;
}
