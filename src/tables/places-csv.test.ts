import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { readAskedPlaces } from './places-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-places-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string) {
  const file = join(folder, 'places.csv');
  writeFileSync(file, text);
  return readAskedPlaces(file);
}

const byName = (line: number, place: string) => ({
  line,
  place,
  latitude: Number.NaN,
  longitude: Number.NaN,
});
const at = (line: number, latitude: number, longitude: number) => ({ line, place: '', latitude, longitude });

it('reads names and locations, and leaves other columns alone', async () => {
  expect(await read('place\nOslo\n"Hill, upper"\n')).toEqual({
    asked: [byName(2, 'Oslo'), byName(3, 'Hill, upper')],
    malformed: [],
  });
  expect((await read('id,longitude,latitude\nx,10.7,59.9\n\n y ,-180,-90\n')).asked).toEqual([
    at(2, 59.9, 10.7),
    at(4, -90, -180),
  ]);
});

it('goes by the name where there is one, whatever the coordinates', async () => {
  const { asked, malformed } = await read('latitude,place,longitude\n95, Oslo ,x\n47.5,,8\n');
  expect(asked).toEqual([byName(2, 'Oslo'), at(3, 47.5, 8)]);
  expect(malformed).toEqual([]);
});

it('reads what is compressed', async () => {
  const file = join(folder, 'places.csv.gz');
  writeFileSync(file, gzipSync('place\r\nOslo\r\n'));
  expect((await readAskedPlaces(file)).asked).toEqual([byName(2, 'Oslo')]);
});

it('keeps malformed rows apart, as they stand', async () => {
  const { asked, malformed } = await read(
    'place,latitude,longitude\n,95,8\n,"47,5",8\n,,\n,47.5,\nOslo\n,47.5,8\n',
  );
  expect(asked).toEqual([at(7, 47.5, 8)]);
  expect(malformed).toMatchObject([
    { line: 2, place: '', latitude: '95', longitude: '8' },
    { line: 3, place: '', latitude: '47,5', longitude: '8' },
    { line: 4, place: '', latitude: '', longitude: '' },
    { line: 5, place: '', latitude: '47.5', longitude: '' },
    { line: 6, place: 'Oslo', latitude: '', longitude: '' },
  ]);
  const patterns = [
    /places\.csv, line 2: Latitude must be from -90 to 90 degrees north, not 95\./,
    /line 3, column "latitude": "47,5": write the number with a decimal point/,
    /line 4: the row asks for no place: give its name, or its latitude and longitude\./,
    /line 5: the row asks for no place/,
    /line 6: the row has 1 fields?, the header 3 columns\./,
  ];
  malformed.forEach(({ error }, k) => {
    expect(error.name).toBe('InvalidData');
    expect(error.message).toMatch(patterns[k]);
  });
});

it.each<[string, string, RegExp]>([
  ['no file', '', /names no places\. Its first line must name the column place, or latitude and longitude/],
  ['no rows', 'place\n\n', /names no places/],
  [
    'no columns of places',
    'name,latitude\nOslo,59\n',
    /line 1: there are no places in the columns name, latit/,
  ],
  ['a column twice', 'place,place\na,b\n', /line 1, column "place": there are two columns of this name/],
])('refuses %s', async (_, text, why) => {
  await expect(read(text)).rejects.toMatchObject({
    name: 'InvalidData',
    message: expect.stringMatching(why),
  });
});
