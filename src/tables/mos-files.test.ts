import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { isMosFile } from './mos-files.ts';
import { readTable } from './table.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-mos-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

// Made by hand in the documented layout.
const bulletin = (station: string, hour = '00', temperature = '50') => `\
${station}   NBM V4.1 NBH GUIDANCE   10/17/2023  ${hour}00 UTC
UTC  06 07
TMP  ${temperature} 41
TSD   9   
WSP   5 10

`;

const celsius = [10, 5, 5, NaN];
const speeds = (5 * 1852) / 3600;

it('Bulletins become pairs without observations, under the name of their kind', async () => {
  const text = bulletin('KAAA') + bulletin('KBBB') + bulletin('KAAA', '01');
  const table = await readTable([fileOf('several.txt.gz', gzipSync(text))]);
  if (table.kind !== 'pairs') throw new Error('not pairs');
  const { pairs, source, notices } = table;
  expect({ source, notices }).toEqual({ source: 'nbm-nbh', notices: [] });
  expect(pairs).toMatchObject({
    rows: 12,
    members: 0,
    models: 1,
    predictors: 1,
    columns: ['model_nbh', 'x_spread'],
  });
  expect(pairs.places).toEqual([
    { name: 'KAAA', latitude: NaN, longitude: NaN, elevation: NaN },
    { name: 'KBBB', latitude: NaN, longitude: NaN, elevation: NaN },
  ]);
  expect(pairs.variables.map(({ name }) => name)).toEqual(['temperature_2m', 'wind_speed_10m']);
  expect([...pairs.place]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]);
  expect([...pairs.variable]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
  expect([...pairs.lead]).toEqual([6, 7, 6, 7, 6, 7, 6, 7, 5, 6, 5, 6]);
  const at = (hour: number) => Date.UTC(2023, 9, 17, hour);
  expect([...pairs.initTime]).toEqual([...Array<number>(8).fill(at(0)), ...Array<number>(4).fill(at(1))]);
  expect(Array.from(pairs.validTime.subarray(0, 4))).toEqual([at(6), at(7), at(6), at(7)]);
  expect([...pairs.outcomeKnownTime]).toEqual([...pairs.validTime]);
  // An hour after its cycle it is out.
  expect([pairs.availableTime[0], pairs.availableTime[11]]).toEqual([at(1), at(2)]);
  expect(Array.from(pairs.forecasts.subarray(0, 8))).toEqual([...celsius, speeds, NaN, 2 * speeds, NaN]);
  expect([...pairs.observation].every((value) => Number.isNaN(value))).toBe(true);
});

it('A repeated bulletin is left out and counted, one that says otherwise is refused', async () => {
  const twice = [fileOf('one.mos', bulletin('KAAA')), fileOf('again.mos', bulletin('KAAA'))];
  const table = await readTable(twice);
  expect(table.notices).toEqual(['4 of 8 rows are repeated and were left out.']);
  expect(table.counts).toMatchObject({ rows: 8, identicalDuplicates: 4, missingOutcomes: 4 });
  const contrary = fileOf('contrary.mos', bulletin('KAAA') + bulletin('KAAA', '00', '51'));
  await expect(readTable([contrary])).rejects.toThrow(
    'contrary.mos, line 7: there are two different bulletins for KAAA, 2023-10-17T00:00Z',
  );
});

it('Kinds are read apart from each other, and from other tables', async () => {
  const mixed = fileOf('mixed.mos', bulletin('KAAA') + bulletin('KAAA').replace('NBH', 'NBS'));
  await expect(readTable([mixed])).rejects.toThrow(
    'mixed.mos, line 7: a bulletin of the kind NBS stands among those of NBH; give each kind a file of its own.',
  );
  const csv = fileOf('seen.csv', 'place,latitude,longitude,elevation,valid_time,variable,unit,observation\n');
  const one = fileOf('one.mos', bulletin('KAAA'));
  await expect(readTable([csv, one])).rejects.toThrow(/one\.mos holds bulletins, .*seen\.csv a table/);
});

it('A text is a file of bulletins if it begins with one, and a table otherwise', async () => {
  expect(await isMosFile(fileOf('any.mos', ''))).toBe(true);
  expect(await isMosFile(fileOf('a.txt', `FOUS21 KWNO 170000\n\n${bulletin('KAAA')}`))).toBe(true);
  expect(await isMosFile(fileOf('b.txt', 'place,init_time\n'))).toBe(false);
  expect(await isMosFile(fileOf('c.csv', bulletin('KAAA')))).toBe(false);
  expect(await isMosFile(fileOf('d.txt', ''))).toBe(false);
});
