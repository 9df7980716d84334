import fc from 'fast-check';
import { expect, it } from 'vitest';
import { visitDuplicates } from './duplicate-rows.ts';

it('finds what a map of texts finds', () => {
  const row = fc.tuple(
    fc.nat(3),
    fc.integer({ min: -2, max: 2 }).map((days) => days * 2 ** 32 + 1e12),
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
      const expected: [number, number][] = [];
      const seen = new Map<string, number>();
      for (const [i, one] of rows.entries()) {
        const key = one.join();
        const first = seen.get(key);
        if (first === undefined) seen.set(key, i);
        else expected.push([first, i]);
      }
      const found: [number, number][] = [];
      const keys = [Int32Array.from(rows, ([a]) => a), Float64Array.from(rows, ([, b]) => b)];
      visitDuplicates(rows.length, keys, (first, again) => found.push([first, again]));
      expect(found).toEqual(expected);
    }),
  );
});

it('stays fast where keys differ in a regular way', () => {
  // 300,000 hourly rows of 30 places; a hash that clusters would take minutes.
  const rows = 300_000;
  const place = new Int32Array(rows);
  const time = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    place[i] = i % 30;
    time[i] = Math.floor(i / 30) * 3_600_000;
  }
  let found = 0;
  const start = performance.now();
  visitDuplicates(rows, [place, time], () => found++);
  expect(found).toBe(0);
  expect(performance.now() - start).toBeLessThan(2000);
});
