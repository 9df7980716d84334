/**
 * Puts the rows that go left before the others, both in the order they had, and returns where the others begin.
 *
 * Rows thus stay ascending within a leaf, which the caches like.
 */
export function partition(
  rows: Int32Array,
  start: number,
  end: number,
  bytes: Uint8Array,
  offset: number,
  goesLeft: Uint8Array,
  scratch: Int32Array,
): number {
  let left = start;
  let right = 0;
  for (let i = start; i < end; i++) {
    const row = rows[i];
    const goes = goesLeft[bytes[(row << 2) + offset]];
    // Written to both sides, kept on one: a branch here would be mispredicted half of the time.
    rows[left] = row;
    scratch[right] = row;
    left += goes;
    right += 1 - goes;
  }
  rows.set(scratch.subarray(0, right), left);
  return left;
}
