// Text of numbers and times by hand: a reply has thousands, and toFixed or JSON.stringify take several times as long.

const cachedUpTo = 20_000;
const tenths: string[] = [];
const hundredths: string[] = [];
for (let n = 0; n < cachedUpTo; n++) {
  tenths.push(`${Math.floor(n / 10)}.${n % 10}`);
  hundredths.push(`${Math.floor(n / 100)}.${String(n % 100).padStart(2, '0')}`);
}

/** A number with 0 to 3 decimals, `null` where it is none; never −0 with less than 3. */
export function fixedText(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return 'null';
  if (decimals === 0) return String(Math.round(value) + 0);
  if (decimals > 2) return value.toFixed(decimals);
  const scaled = Math.round(value * (decimals === 1 ? 10 : 100));
  const size = Math.abs(scaled);
  if (size >= cachedUpTo) return value.toFixed(decimals);
  const text = (decimals === 1 ? tenths : hundredths)[size];
  return scaled < 0 ? `-${text}` : text;
}

const listTexts = new Map<string, readonly string[]>();

/**
 * Texts of times `start`, `start + step`, … in the shape of toISOString cut off after `length` characters, with an ending.
 * Replies for many places share the lists.
 */
export function timeTexts(
  start: number,
  step: number,
  count: number,
  length: number,
  ending = '',
): readonly string[] {
  const key = `${start} ${step} ${count} ${length} ${ending}`;
  const known = listTexts.get(key);
  if (known !== undefined) return known;
  if (listTexts.size >= 200) listTexts.clear();
  const texts = Array.from(
    { length: count },
    (_, k) => new Date(start + k * step).toISOString().slice(0, length) + ending,
  );
  listTexts.set(key, texts);
  return texts;
}
