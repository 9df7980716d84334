import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { dlyLine, ghcnhText, isdLiteLine } from '../src/tables/hand-made-archives.ts';
import { weatherglass } from './command-line.ts';

/** `weatherglass import` of files as public archives offer them; the files are made by hand in the documented layouts. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-cli-archives-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
});

const station = 'USW00024233';
const run = (...args: string[]) => weatherglass(args, { cwd: folder });
const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);

/** What the store has: place, variable, count, times of the first and the last, and origins. */
async function stored() {
  const { exitCode, stdout, stderr } = await run('observations', '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const tallies: unknown = JSON.parse(stdout);
  return tallies;
}

const tally = (
  place: string,
  variable: string,
  count: number,
  first: string,
  newest: string,
  origin: string,
) => ({
  place,
  variable,
  count,
  flagged: 0,
  first,
  newest,
  origins: [origin],
});

it('reads GHCNh of both layouts into one series, and again changes nothing', async () => {
  const reports = ['00:53', '01:53', '02:53'].map((time, i) => ({
    time: `2024-01-01T${time}`,
    values: { temperature: [String(8 + i), '', i === 2 ? '3' : '1'] as const, precipitation: '0.3' },
  }));
  write(`GHCNh_${station}_2024.psv`, ghcnhText('by year', reports.slice(0, 2)));
  write(`GHCNh_${station}_por.psv.gz`, gzipSync(ghcnhText('by station', reports)));
  const first = await run('import', `GHCNh_${station}_2024.psv`);
  expect(first).toEqual({
    exitCode: 0,
    stdout: `GHCNh_${station}_2024.psv: 1 places, 0 runs and 4 observations are new\n`,
    stderr: `GHCNh_${station}_2024.psv: 2 reports at any minute became 2 full hours.\n`,
  });
  const second = await run('import', `GHCNh_${station}_por.psv.gz`);
  expect(second.stdout).toBe(`GHCNh_${station}_por.psv.gz: 0 places, 0 runs and 1 observations are new\n`);
  expect(second.stderr).toContain('Left out: 1 value, which failed quality control');
  expect((await run('import', `GHCNh_${station}_por.psv.gz`)).stdout).toContain('and 0 observations are new');
  const origin = `GHCNh_${station}_2024`;
  expect(await stored()).toMatchObject([
    tally(station, 'temperature_2m', 2, '2024-01-01T01:00Z', '2024-01-01T02:00Z', origin),
    {
      place: station,
      variable: 'precipitation',
      count: 3,
      first: '2024-01-01T01:00Z',
      newest: '2024-01-01T03:00Z',
    },
  ]);
  const places = await run('place', 'list', '--json');
  expect(places.stdout).toContain(
    '"latitude":47.4447,"longitude":-122.3144,"elevation":112.5,"zone":"America/Los_Angeles"',
  );
});

it('reads ISD-Lite and Meteostat', async () => {
  write(
    '727930-24233-2020.gz',
    gzipSync(isdLiteLine('2020 01 01 00', [-50, -9999, 10130, -9999, -9999, -9999, -1, -9999])),
  );
  write(
    '10637.csv.gz',
    gzipSync(
      'year,month,day,hour,temp,temp_source\n2024,1,1,0,-1.5,dwd_hourly\n2024,1,1,1,-2,dwd_mosmix\n2124,1,1,1,-2,metar\n',
    ),
  );
  const { exitCode, stderr } = await run('import', '727930-24233-2020.gz', '10637.csv.gz');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr:
      '727930-24233-2020.gz: 1 traces of rain (-1) count as 0 mm.\n' +
      '10637.csv.gz: Left out: 1 value, filled in by a weather model (10637.csv.gz, line 3).\n' +
      '10637.csv.gz: Left out: 1 value, dated in the future (10637.csv.gz, line 4).\n',
  });
  const [midnight, newYear] = ['2020-01-01T00:00Z', '2024-01-01T00:00Z'];
  const isd = (variable: string) =>
    tally('727930-24233', variable, 1, midnight, midnight, '727930-24233-2020');
  expect(await stored()).toEqual([
    isd('temperature_2m'),
    isd('pressure_msl'),
    isd('precipitation'),
    tally('10637', 'temperature_2m', 1, newYear, newYear, '10637'),
  ]);
});

it('reads GHCN-Daily by the days of a place that is known, and else says that it is not', async () => {
  write(`${station}.dly`, dlyLine(station, '202302', 'TMAX', { 1: [83], 28: [100] }));
  const unknown = await run('import', `${station}.dly`, '--store', 'other.db');
  expect(unknown.stderr).toContain(`The time zone of ${station} is not known`);
  await run('place', 'add', station, '--latitude', '47.44', '--longitude', '-122.31');
  const { stderr, stdout } = await run('import', `${station}.dly`);
  expect({ stderr, stdout }).toEqual({
    stderr: '',
    stdout: `${station}.dly: 0 places, 0 runs and 2 observations are new\n`,
  });
  expect(await stored()).toEqual([
    tally(station, 'temperature_2m_max', 2, '2023-02-02T08:00Z', '2023-03-01T08:00Z', station),
  ]);
});

it('imports nothing of a file that is cut off', async () => {
  const lines =
    dlyLine(station, '202302', 'TMAX', { 1: [83] }) + dlyLine(station, '202303', 'TMAX', { 1: [83] });
  write(`${station}.dly`, lines.slice(0, -50));
  const { exitCode, stdout, stderr } = await run('import', `${station}.dly`);
  expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: '' });
  expect(stderr).toContain(`${station}.dly, line 2: the line has 220 characters`);
  expect(await stored()).toEqual([]);
});
