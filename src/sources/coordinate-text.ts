/**
 * A latitude or longitude for an address: at most three decimals (about 100 m), without trailing zeros.
 *
 * Providers refuse more than four decimals, and redirect or refuse needless zeros. Three are enough for any grid we ask,
 * share the provider's cache with neighbours, and tell nobody which house is meant.
 *
 * @example coordinateText(-77.09449); // '-77.094'
 */
export function coordinateText(degrees: number): string {
  return String(Number(degrees.toFixed(3)));
}
