/**
 * Numbers of a run as they are kept: Float32 where the issued decimals can be restored from them, else doubles.
 *
 * A forecast of 10.7 is no Float32, but its nearest Float32, rounded to one decimal, is 10.7 again. `decimals` says how
 * many to round to; NaN says that `stored` holds the values themselves.
 */
export interface RunValues {
  readonly stored: Float32Array | Float64Array;
  readonly decimals: number;
}

/** Powers of ten as divisors: n / 10^d is the double nearest to that decimal, n · 10^−d is not always. */
const divisors = Float64Array.from({ length: 7 }, (_, decimals) => 10 ** decimals);

/** Packs values; missing ones are NaN. What {@link unpackValues} gives back is equal to the last bit. */
export function packValues(values: Float64Array): RunValues {
  const stored = new Float32Array(values.length);
  for (let decimals = 0; ; ) {
    const divisor = divisors[decimals];
    const failed = narrow(values, stored, divisor);
    if (failed === values.length) return { stored, decimals };
    // A value that few decimals restored might not survive more, so narrowing begins again.
    while (++decimals < divisors.length)
      if (restore(stored[failed], divisors[decimals]) === values[failed]) break;
    if (decimals === divisors.length) return { stored: values, decimals: Number.NaN };
  }
}

/** Puts the nearest Float32s into `stored`, up to the first value that they do not restore; its position. */
function narrow(values: Float64Array, stored: Float32Array, divisor: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const near = Math.fround(value);
    stored[i] = near;
    // Only NaN differs from itself.
    if (restore(near, divisor) !== value && value === value) return i;
  }
  return values.length;
}

/** Values `from` … `until` − 1 as they were issued, into `out` at `at`. */
export function unpackValues(
  { stored, decimals }: RunValues,
  from: number,
  until: number,
  out: Float64Array,
  at: number,
): void {
  if (Number.isNaN(decimals)) {
    for (let i = from; i < until; i++) out[at + i - from] = stored[i];
    return;
  }
  const divisor = divisors[decimals];
  for (let i = from; i < until; i++) out[at + i - from] = restore(stored[i], divisor);
}

function restore(near: number, divisor: number): number {
  return Math.round(near * divisor) / divisor;
}
