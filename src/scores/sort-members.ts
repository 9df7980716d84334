/** From this many members on, the runtime's own sort beats insertion (measured on Node 26). */
const insertionLimit = 80;

/**
 * Copies one row of ensemble members into `scratch`, ascending, leaving missing ones out.
 *
 * The row itself is not changed. Nothing is allocated up to 80 members; beyond, one view of `scratch`.
 *
 * @param members any number of rows, one after the other; NaN is a missing member
 * @param from index of the row's first member
 * @param count members in the row, missing ones included
 * @param scratch at least `count` long; its first entries are overwritten
 * @returns how many members are there (0 … `count`); `scratch` holds them from index 0
 *
 * @example
 * const scratch = new Float64Array(3);
 * sortMembers(new Float32Array([4, NaN, 1]), 0, 3, scratch); // 2; scratch starts 1, 4
 */
export function sortMembers(
  members: Float32Array | Float64Array,
  from: number,
  count: number,
  scratch: Float64Array,
): number {
  let present = 0;
  for (let i = from; i < from + count; i++) {
    const member = members[i];
    // NaN alone differs from itself.
    if (member === member) scratch[present++] = member;
  }
  if (present > insertionLimit) {
    scratch.subarray(0, present).sort();
    return present;
  }
  for (let i = 1; i < present; i++) {
    const value = scratch[i];
    let slot = i - 1;
    while (slot >= 0 && scratch[slot] > value) {
      scratch[slot + 1] = scratch[slot];
      slot--;
    }
    scratch[slot + 1] = value;
  }
  return present;
}
