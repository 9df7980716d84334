/**
 * The quantile of an ascending sample, linear between order statistics (type 7 of Hyndman & Fan).
 *
 * With h = (n − 1) · level: `x_⌊h⌋ + (h − ⌊h⌋) · (x_⌊h⌋₊₁ − x_⌊h⌋)`, counted from 0.
 *
 * No value, or NaN among the values: NaN. A sorted typed array holds NaN last, so that end is looked at.
 *
 * Source: Hyndman & Fan 1996, doi 10.1080/00031305.1996.10473566.
 *
 * @param level 0 … 1
 *
 * @example
 * sampleQuantile(new Float64Array([1, 2, 4]), 0.75); // 3
 */
export function sampleQuantile(sorted: Float64Array, level: number): number {
  const last = sorted.length - 1;
  if (last < 0 || Number.isNaN(sorted[last])) return Number.NaN;
  const position = last * level;
  const below = Math.floor(position);
  if (below >= last) return sorted[last];
  return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
}
