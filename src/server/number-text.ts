/** A value of a variable for people to read; – where there is none. */
export function valueText(value: number, unit: string): string {
  // Shares need more decimals than degrees, and metres of visibility none.
  const decimals = unit === '1' ? 3 : Math.abs(value) < 1000 ? 1 : 0;
  return signed(value, decimals);
}

/** A share as a percentage; – where there is none. */
export function percentText(share: number, decimals = 0): string {
  return Number.isFinite(share) ? `${signed(100 * share, decimals)} %` : '–';
}

/** A whole number with its thousands apart. */
export function countText(count: number): string {
  return count.toLocaleString('en-GB');
}

/** An interval such as `−1.2 … 3.4`; – where there is none. */
export function intervalText(lower: string, upper: string): string {
  return lower === '–' || upper === '–' ? '–' : `${lower} … ${upper}`;
}

/** Hours as people say them: `2 h`, `3 days`. */
export function hoursText(hours: number): string {
  if (hours < 1) return 'less than an hour';
  return hours < 72 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}

/** With a minus that is as wide as a digit, and nothing that is called −0. */
function signed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return '–';
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text.replace('-', '−');
}
