/** Rows of text in columns; the first row is the header. Columns of numbers are aligned to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  const numeric = rows[0].map((_, k) => rows.slice(1).every((row) => /^[-+–]?[\d.,%\s…-]*$/.test(row[k])));
  return rows
    .map((row) =>
      row
        .map((cell, k) => (numeric[k] ? cell.padStart(widths[k]) : cell.padEnd(widths[k])))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** A number with so many decimals; – where there is none. */
export function decimals(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

/** A share as a percentage. */
export function percent(share: number, digits = 0): string {
  return Number.isFinite(share) ? `${percentage(share, digits)}%` : '–';
}

/** An interval of shares, such as `3.1…12.0%`. */
export function percentInterval([lower, upper]: readonly [number, number], digits = 1): string {
  return Number.isFinite(lower + upper) ? `${percentage(lower, digits)}…${percentage(upper, digits)}%` : '–';
}

/** Rounded so that nothing is called −0. */
function percentage(share: number, digits: number): string {
  const text = (100 * share).toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}
