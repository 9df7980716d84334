import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { formatInstant } from '../weather/time.ts';
import { orderForecastColumns } from './forecast-columns.ts';
import { readPairs } from './pairs-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-roundtrip-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A value as in a temperature column: missing, or a number as a program would write it. */
const value = fc.option(fc.double({ min: -200, max: 200, noNaN: true }), { nil: Number.NaN, freq: 5 });
const minutes = (most: number) => fc.nat(most).map((n) => n * 60_000);
const placeName = fc
  .string({ unit: fc.constantFrom('a', 'B', '7', ' ', ',', '"', 'é', '富', '🌦'), minLength: 1, maxLength: 6 })
  .map((text) => text.trim())
  .filter((text) => text !== '');
const place = fc.record({
  name: placeName,
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  elevation: fc.option(fc.integer({ min: -400, max: 8000 }), { nil: Number.NaN }),
});

const table = fc
  .record({
    columns: fc.uniqueArray(
      fc.constantFrom('member_1', 'member_2', 'member_10', 'model_gfs', 'model_b', 'x_1', 'x_wind'),
      { minLength: 1 },
    ),
    places: fc.uniqueArray(place, { minLength: 1, maxLength: 4, selector: ({ name }) => name }),
  })
  .chain(({ columns, places }) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.uniqueArray(
        fc.record({
          place: fc.constantFrom(...places),
          variable: fc.constantFrom('temperature_2m', 'dew_point_2m'),
          init: minutes(40_000_000),
          lead: minutes(20_000),
          latency: minutes(600),
          delay: minutes(600),
          forecasts: fc.array(value, { minLength: columns.length, maxLength: columns.length }),
          observation: value,
        }),
        {
          minLength: 1,
          maxLength: 30,
          selector: (row) => `${row.place.name}|${row.variable}|${row.init}|${row.lead}`,
        },
      ),
    }),
  );

const style = fc.record({
  newline: fc.constantFrom('\n', '\r\n'),
  byteOrderMark: fc.boolean(),
  gzip: fc.boolean(),
  quoteAll: fc.boolean(),
  lastNewlines: fc.nat(3),
  knownTimes: fc.boolean(),
  /** Sorts the columns in some order. */
  shuffle: fc
    .infiniteStream(fc.nat(1_000_000))
    .map((stream) => Array.from({ length: 30 }, () => stream.next().value as number)),
});

it('what was written is read back, in whatever order and dress', async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(table, style, async ({ columns, rows }, { shuffle, ...dress }) => {
      const number = (x: number) => (Number.isNaN(x) ? '' : String(x));
      const fields: [string, (row: (typeof rows)[number]) => string][] = [
        ['place', (row) => row.place.name],
        ['latitude', (row) => number(row.place.latitude)],
        ['longitude', (row) => number(row.place.longitude)],
        ['elevation', (row) => number(row.place.elevation)],
        ['init_time', (row) => formatInstant(row.init)],
        ['valid_time', (row) => formatInstant(row.init + row.lead)],
        ['variable', (row) => row.variable],
        ['unit', () => '°C'],
        ['observation', (row) => number(row.observation)],
        ...columns.map((name, i): (typeof fields)[number] => [name, (row) => number(row.forecasts[i])]),
      ];
      if (dress.knownTimes) {
        fields.push(['available_time', (row) => formatInstant(row.init + row.latency)]);
        fields.push(['outcome_known_time', (row) => formatInstant(row.init + row.lead + row.delay)]);
      }
      const shuffled = fields
        .map((field, i) => ({ field, key: shuffle[i] }))
        .toSorted((a, b) => a.key - b.key);
      const cell = (text: string) =>
        dress.quoteAll || /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
      const lines = [
        shuffled.map(({ field: [name] }) => cell(name)).join(','),
        ...rows.map((row) => shuffled.map(({ field: [, text] }) => cell(text(row))).join(',')),
      ];
      const text =
        (dress.byteOrderMark ? '\ufeff' : '') +
        lines.join(dress.newline) +
        dress.newline.repeat(dress.lastNewlines);
      const file = join(folder, `${files++}.csv${dress.gzip ? '.gz' : ''}`);
      writeFileSync(file, dress.gzip ? gzipSync(text) : text);

      const { pairs, counts } = await readPairs([file]);
      rmSync(file);

      const ordered = orderForecastColumns(columns).columns as typeof columns;
      expect(pairs.columns).toEqual(ordered);
      expect(pairs.rows).toBe(rows.length);
      for (const [i, row] of rows.entries()) {
        const { latitude, longitude } = row.place;
        // + 0 because -0 is written as 0.
        const place = { ...row.place, latitude: latitude + 0, longitude: longitude + 0 };
        expect(pairs.places[pairs.place[i]]).toEqual(place);
        expect(pairs.variables[pairs.variable[i]].name).toBe(row.variable);
        expect(pairs.initTime[i]).toBe(row.init);
        expect(pairs.validTime[i]).toBe(row.init + row.lead);
        expect(pairs.lead[i]).toBe(Math.fround(row.lead / 3_600_000));
        expect(pairs.availableTime[i]).toBe(row.init + (dress.knownTimes ? row.latency : 0));
        expect(pairs.outcomeKnownTime[i]).toBe(row.init + row.lead + (dress.knownTimes ? row.delay : 0));
        expect(pairs.observation[i] + 0).toBe(row.observation + 0);
        const forecasts = ordered.map((name) => row.forecasts[columns.indexOf(name)] + 0);
        const start = i * ordered.length;
        expect(Array.from(pairs.forecasts.subarray(start, start + ordered.length), (x) => x + 0)).toEqual(
          forecasts,
        );
      }
      expect(counts).toMatchObject({ rows: rows.length, identicalDuplicates: 0, movedPlaces: [] });
      expect(counts.missingOutcomes).toBe(rows.filter((row) => Number.isNaN(row.observation)).length);
    }),
    { numRuns: 200 },
  );
});
