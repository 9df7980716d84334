/** Median and robust standard deviation of some numbers. */
export interface Robust {
  readonly count: number;
  readonly median: number;
  /** 1.4826 times the median distance from the median, which is the standard deviation of a normal law. */
  readonly sd: number;
}

const nothing: Robust = { count: 0, median: Number.NaN, sd: Number.NaN };

/**
 * Median and scaled median absolute deviation of the first `count` numbers, none of them NaN; sorts `scratch` in place.
 *
 * Source: Rousseeuw & Croux 1993, doi 10.1080/01621459.1993.10476408.
 */
export function robust(scratch: Float64Array, count: number): Robust {
  if (count === 0) return nothing;
  const used = scratch.subarray(0, count);
  const median = middle(used.sort());
  for (let i = 0; i < count; i++) used[i] = Math.abs(used[i] - median);
  return { count, median, sd: 1.4826 * middle(used.sort()) };
}

/** The median of a few numbers, in any order; NaN of none. */
export function medianOf(values: readonly number[]): number {
  return middle(Float64Array.from(values).sort());
}

/** The median of sorted numbers; NaN of none. */
export function middle(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
