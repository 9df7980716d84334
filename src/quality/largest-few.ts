/** Keeps the largest few of all numbers it is given; O(1) each. */
export function largestFew(few: number) {
  const kept: number[] = [];
  let seen = 0;
  return {
    add(value: number): void {
      seen++;
      if (kept.length === few && value <= kept[few - 1]) return;
      if (kept.length === few) kept.pop();
      let slot = kept.length;
      while (slot > 0 && kept[slot - 1] < value) slot--;
      kept.splice(slot, 0, value);
    },
    /** The least of the largest few: one or two freaks among the numbers do not move it. NaN before there are as many. */
    least: () => (kept.length === few ? kept[few - 1] : Number.NaN),
    seen: () => seen,
  };
}
