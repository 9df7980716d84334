import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openStore } from '../src/store/sqlite-store.ts';
import { weatherglass } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bulletins-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function print(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await weatherglass(args, { cwd: folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

// Made by hand in the documented layout.
writeFileSync(
  join(folder, 'short.txt'),
  `\
KAAA   GFS MOS GUIDANCE    2/28/2024  1800 UTC
HR   00 03 06
TMP  32 23999
WSP  00 10 36
`,
);
writeFileSync(
  join(folder, 'hourly.mos'),
  ['KAAA', 'KBBB']
    .map(
      (station) =>
        `${station}   NBM V4.1 NBH GUIDANCE   2/28/2024  1800 UTC\nUTC  19 20\nTMP  50 41\nTSD   9  0\n\n`,
    )
    .join(''),
);

it('Bulletins are imported as runs of their kind; again changes nothing', async () => {
  await print('place', 'add', 'KAAA', '--latitude', '40.64', '--longitude', '-73.78');
  expect(await print('import', 'short.txt', 'hourly.mos')).toBe(
    'short.txt: 0 places, 1 runs and 0 observations are new\n' +
      'hourly.mos: 1 places, 2 runs and 0 observations are new\n',
  );
  expect(await print('import', 'short.txt', 'hourly.mos')).toBe(
    'short.txt: 0 places, 0 runs and 0 observations are new\n' +
      'hourly.mos: 0 places, 0 runs and 0 observations are new\n',
  );
  expect(await print('import', 'short.txt', '--source', 'own')).toContain('1 runs');

  await using store = await openStore(join(folder, 'weatherglass.db'));
  expect([...(await store.sources())].sort()).toEqual(['mos-mav', 'nbm-nbh', 'own']);
  const places = await store.places();
  expect(places.map(({ name, latitude, zone }) => [name, latitude, zone])).toEqual([
    ['KAAA', 40.64, 'America/New_York'],
    ['KBBB', NaN, 'UTC'],
  ]);
});
