import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { formatInstant } from '../weather/time.ts';
import { dlyLine, ghcnhText, type HandMadeReport, isdLiteLine } from './hand-made-archives.ts';
import type { TableOptions } from './read-rows.ts';
import { readTable } from './table.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-archives-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** What a file holds: `place variable time` with its value, and the notices. */
async function read(name: string, content: string | Uint8Array, options: TableOptions = {}) {
  const table = await readTable([written(name, content)], options);
  if (table.kind !== 'observations') throw new Error('These are pairs.');
  const { rows, places, variables, place, variable, validTime, knownTime, value } = table.observations;
  expect(knownTime).toEqual(validTime);
  const values = Object.fromEntries(
    Array.from({ length: rows }, (_, row) => [
      `${places[place[row]].name} ${variables[variable[row]].name} ${formatInstant(validTime[row])}`,
      value[row],
    ]),
  );
  return {
    values,
    places,
    notices: table.notices.join('\n').replaceAll(`${folder}/`, ''),
    counts: table.counts,
  };
}

const station = 'USW00024233';
const psv = `GHCNh_${station}_por.psv`;
/** Values of one report of GHCNh at a time, and what becomes of them. */
const ghcnh = (reports: readonly HandMadeReport[], options?: TableOptions) =>
  read(psv, ghcnhText('by station', reports), options);

describe('GHCNh, files made by hand in the layouts that NOAA documents', () => {
  const reports: readonly HandMadeReport[] = [
    {
      time: '2024-01-31T23:53',
      values: {
        temperature: '8.3',
        dew_point_temperature: '-0.6',
        wet_bulb_temperature: ['4.4', 'D'],
        station_level_pressure: '1001.2',
        sea_level_pressure: '1015.3',
        wind_direction: '190',
        wind_speed: ['4.1', 'N'],
        precipitation: '0.3',
        relative_humidity: ['53', 'D'],
        snow_depth: '25',
        visibility: '16.093',
        altimeter: '1015.9',
        remarks: 'METAR KSEA 312353Z 19008KT 10SM BKN030 08/M01 A3000',
      },
    },
    { time: '2024-02-01T00:53', values: { temperature: '7.8', precipitation: ['', 'T'] } },
  ];

  it('have the same values in both layouts, at the full hours that forecasts are for', async () => {
    const at = '2024-02-01T00:00Z';
    const expected = {
      [`${station} temperature_2m ${at}`]: 8.3,
      [`${station} temperature_2m 2024-02-01T01:00Z`]: 7.8,
      [`${station} dew_point_2m ${at}`]: -0.6,
      [`${station} wet_bulb_temperature_2m ${at}`]: 4.4,
      [`${station} surface_pressure ${at}`]: 1001.2,
      [`${station} pressure_msl ${at}`]: 1015.3,
      [`${station} wind_direction_10m ${at}`]: 190,
      [`${station} wind_speed_10m ${at}`]: 4.1,
      [`${station} precipitation ${at}`]: 0.3,
      [`${station} precipitation 2024-02-01T01:00Z`]: 0,
      [`${station} relative_humidity_2m ${at}`]: 53,
      [`${station} snow_depth ${at}`]: 0.025,
    };
    const byStation = ghcnhText('by station', reports);
    const byYear = ghcnhText('by year', reports);
    expect([byStation, byYear].map((text) => text.split('\n')[0].split('|').length)).toEqual([238, 234]);
    const one = await read(psv, byStation);
    const other = await read(`GHCNh_${station}_2024.psv.gz`, gzipSync(byYear));
    expect(one.values).toEqual(expected);
    expect(other.values).toEqual(expected);
    expect(other.places).toEqual([
      { name: station, latitude: 47.4447, longitude: -122.3144, elevation: 112.5 },
    ]);
    expect(one.notices).toBe('2 reports at any minute became 2 full hours.\n1 traces count as 0.');
    expect(one.counts).toMatchObject({ rows: 12, identicalDuplicates: 0, missingOutcomes: 0 });
  });

  it('are known by their header, whatever their name, with CRLF and byte order mark', async () => {
    const text = `\ufeff${ghcnhText('by year', reports).replaceAll('\n', '\r\n')}`;
    const { values } = await read('renamed.txt', text);
    expect(values[`${station} temperature_2m 2024-02-01T00:00Z`]).toBe(8.3);
  });

  it('have reports at any minute and in any order: the hour lies between the nearest', async () => {
    const { values, notices } = await ghcnh([
      { time: '2024-01-01T01:08', values: { temperature: '11.0' } },
      { time: '2024-01-01T00:53', values: { temperature: '10.25' } },
      { time: '2024-01-01T01:30', values: { temperature: '12.0' } },
      { time: '2025-09-01T00:00', values: { temperature: '5' } },
      { time: '2023-06-01T00:00', values: { temperature: '15' } },
    ]);
    expect(values).toEqual({
      [`${station} temperature_2m 2024-01-01T01:00Z`]: expect.closeTo(10.6, 10),
      [`${station} temperature_2m 2025-09-01T00:00Z`]: 5,
      [`${station} temperature_2m 2023-06-01T00:00Z`]: 15,
    });
    expect(notices).toContain('5 reports at any minute became 3 full hours.');
  });

  it.each([
    ['suspect', '2', '335', false],
    ['erroneous', '7', '343', false],
    ['removed by the Air Force', '5', '221', false],
    ['passed, which elsewhere means removed', '5', '335', true],
    ['not checked', '', '335', true],
    ['not checked, in words', '9-Missing', '335', true],
    ['passed, in words', '1-Passed-all-quality-control-checks', '335', true],
    ['an outlier', 'o', '335', false],
    ['a failed logical check', 'L', '83', false],
    ['whole degrees, which are accepted', 'C', '343', true],
    ['a climatological outlier', 'C', '83', false],
    ['two codes, of which one failed', '1K', '335', false],
  ])('lose values whose quality code is that of %s', async (_, quality, source, stays) => {
    const { values, notices } = await ghcnh([
      {
        time: '2024-01-01T00:00',
        values: { temperature: ['8.3', '', quality, 'FM-15', source], sea_level_pressure: '1000' },
      },
    ]);
    expect(values).toEqual({
      [`${station} pressure_msl 2024-01-01T00:00Z`]: 1000,
      ...(stays && { [`${station} temperature_2m 2024-01-01T00:00Z`]: 8.3 }),
    });
    expect(notices.includes(`Left out: 1 value, which failed quality control (${psv}, line 2).`)).toBe(
      !stays,
    );
  });

  it('have no direction in calm and variable winds, whose speed stays', async () => {
    const wind = (time: string, direction: readonly [string, string], speed: string) => ({
      time,
      values: { wind_direction: direction, wind_speed: speed },
    });
    const { values } = await ghcnh([
      wind('2024-01-01T00:00', ['000', 'C'], '0.0'),
      wind('2024-01-01T01:00', ['999', 'V'], '1.5'),
      wind('2024-01-01T02:00', ['360', 'N'], '2.6'),
      wind('2024-01-01T03:00', ['120', 'V-Variable'], '2.1'),
      wind('2024-01-01T04:00', ['000', ''], '0.0'),
    ]);
    expect(values).toEqual({
      [`${station} wind_speed_10m 2024-01-01T00:00Z`]: 0,
      [`${station} wind_speed_10m 2024-01-01T01:00Z`]: 1.5,
      [`${station} wind_speed_10m 2024-01-01T02:00Z`]: 2.6,
      [`${station} wind_direction_10m 2024-01-01T02:00Z`]: 360,
      [`${station} wind_speed_10m 2024-01-01T03:00Z`]: 2.1,
      [`${station} wind_speed_10m 2024-01-01T04:00Z`]: 0,
    });
  });

  it('have rain of the reports that close an hour, not of those in between, and traces', async () => {
    const rain = (time: string, ...given: readonly [string, string?, string?, string?, string?]) => ({
      time,
      values: { precipitation: given },
    });
    const { values, notices } = await ghcnh([
      rain('2024-01-01T00:15', '16.5', '', '1', 'FM-16'),
      rain('2024-01-01T00:48', '43.2', '', '1', 'FM16'),
      rain('2024-01-01T00:55', '47.2', '', '1', 'FM-15'),
      rain('2024-01-01T01:55', '0.1', '2-Trace', '1', 'FM-15'),
      // Routine reports every 20 minutes count from the full hour on, or from the last one: nobody says which.
      rain('2024-01-01T02:15', '1.1', '', '1', 'FM-15'),
      rain('2024-01-01T02:44', '1.3', '', '1', 'FM-15'),
      rain('2024-01-01T03:00', '25.4', '06-hr-accum', '', 'H', '382'),
      rain('2024-01-01T04:00', '25.4', '', 'A', '4', '382'),
      rain('2024-01-01T05:00', '25.4', '1-Measurement-impossible-or-inaccurate'),
      // A gauge of its own, every five minutes: 0.2 mm are no hour.
      ...['45', '50', '55'].map((minute) => rain(`2024-01-01T05:${minute}`, '0.2', '', '', 'AUTO')),
    ]);
    expect(values).toEqual({
      [`${station} precipitation 2024-01-01T01:00Z`]: 47.2,
      [`${station} precipitation 2024-01-01T02:00Z`]: 0,
    });
    expect(notices).toContain(
      `Left out: 4 values, rain of reports that do not close an hour (the first: ${psv}, line 2).`,
    );
  });

  it('say what a value is a mean of: not those of an hour or three for the wind', async () => {
    const { values, notices } = await ghcnh([
      { time: '2024-01-01T00:00', values: { wind_speed: ['5', 'R-60min-avg-spd'], temperature: '1' } },
      {
        time: '2024-01-01T01:00',
        values: { wind_speed: ['6', 'H-5min-avg-spd'], snow_depth: ['3', '1-Unmeasurable'] },
      },
    ]);
    expect(values).toEqual({
      [`${station} temperature_2m 2024-01-01T00:00Z`]: 1,
      [`${station} wind_speed_10m 2024-01-01T01:00Z`]: 6,
    });
    expect(notices).toContain('1 value, not a wind_speed of its time by the measurement code');
  });

  it('have gusts that make an hour only where there are enough of them', async () => {
    const gust = (time: string, speed: string) => ({ time, values: { wind_gust: speed, wind_speed: '8' } });
    const { values } = await ghcnh([
      ...['10', '30', '50'].map((minute, i) => gust(`2024-01-01T00:${minute}`, String(12 + i))),
      gust('2024-01-01T02:53', '20'),
    ]);
    expect(Object.keys(values).filter((key) => key.includes('gusts'))).toEqual([
      `${station} wind_gusts_10m 2024-01-01T01:00Z`,
    ]);
    expect(values[`${station} wind_gusts_10m 2024-01-01T01:00Z`]).toBe(14);
  });

  it('miss values, elevations and hours without inventing any', async () => {
    const { values, places, notices } = await ghcnh([
      {
        time: '2024-01-01T00:00',
        elevation: '-999.9',
        values: { temperature: '-9999', relative_humidity: '130', snow_depth: ' ' },
      },
      {
        time: '2024-01-01T01:00',
        elevation: '-999.9',
        values: { temperature: '0', relative_humidity: '103' },
      },
    ]);
    expect(values).toEqual({
      [`${station} temperature_2m 2024-01-01T01:00Z`]: 0,
      [`${station} relative_humidity_2m 2024-01-01T01:00Z`]: 100,
    });
    expect(places[0].elevation).toBeNaN();
    expect(notices).toContain(`Left out: 1 value, impossible for relative_humidity_2m (${psv}, line 2).`);
    expect(notices).not.toContain('temperature_2m');
    expect(notices).toContain("1 values are a little beyond their variable's bounds");
  });

  it('say so where rain is reported only when it falls', async () => {
    const hours = (dry: number) =>
      Array.from({ length: 100 }, (_, i) => ({
        time: `2024-01-0${1 + Math.floor(i / 24)}T${String(i % 24).padStart(2, '0')}:00`,
        values: { precipitation: i < dry ? '0.0' : '0.3' },
      }));
    expect((await ghcnh(hours(49))).notices).toContain('Only 49 of 100 hours of precipitation are dry');
    expect((await ghcnh(hours(50))).notices).not.toContain('are dry');
  });

  it('leave out what is dated in the future, and have several stations', async () => {
    const { values, notices } = await ghcnh(
      [
        { time: '2024-01-01T00:00', values: { temperature: '1' } },
        { time: '2024-01-01T00:00', station: 'USW00094728', values: { temperature: '2' } },
        { time: '2024-10-02T00:00', values: { temperature: '3' } },
      ],
      { now: Date.UTC(2024, 8, 26) },
    );
    expect(values).toEqual({
      [`${station} temperature_2m 2024-01-01T00:00Z`]: 1,
      'USW00094728 temperature_2m 2024-01-01T00:00Z': 2,
    });
    expect(notices).toContain('1 reports are dated in the future and were left out.');
  });

  const good = ghcnhText('by station', reports);
  it.each([
    [
      'a row that is cut off',
      good.slice(0, -100),
      /por\.psv, line 3: the row has \d+ fields, the header 238 columns/,
    ],
    ['another separator', good.replaceAll('|', ','), /por\.psv, line 1: .*separated by \|/],
    ['a header that is none', 'a|b\n1|2\n', /line 1: none of the columns temperature, .* is there/],
    ['a header alone', good.slice(0, good.indexOf('\n') + 1), /there are no reports/],
    ['an empty file', '', /the file is empty/],
    ['zero bytes', good.replace('8.3', '8\0'), /is no text file/],
    ['gzip that is not called so', gzipSync(good), /let its name end in \.gz/],
    ['a column twice', good.replace('wind_speed|', 'temperature|'), /column "temperature": there are two/],
    ['a column too few', good.replace('Latitude', 'Lat'), /line 1: the column latitude of GHCNh is missing/],
    ['a word for a number', good.replace('|8.3|', '|warm|'), /line 2, column "temperature": "warm"/],
    ['no time', good.replace('|2024|1|31|', '|2024|2|31|'), /line 2, column "time": .*2024-02-31T23:53Z/],
    ['no location', good.replace('|47.4447|', '|147|'), /line 2, column "latitude": .*-90 to 90/],
    [
      'nothing usable',
      ghcnhText('by station', [{ time: '2024-01-01T00:30', values: { temperature: '1' } }]),
      /no observation in it can be used/,
    ],
  ])('are refused with %s', async (_, content, message) => {
    await expect(read(psv, content)).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(message),
    });
  });
});

describe('ISD-Lite, files made by hand in the documented columns', () => {
  const name = '727930-24233-2020.gz';
  const text =
    isdLiteLine('2020 01 01 00', [-50, -70, 10130, 180, 50, 0, -9999, -9999]) +
    isdLiteLine('2020 01 01 01', [-9999, 3, 10128, 0, 0, 8, -1, 12]) +
    isdLiteLine('2020 12 31 23', [125, 100, -9999, 360, 103, 9, 27, -9999]);

  it('have tenths, missing values, calms, traces and eighths', async () => {
    const { values, places, notices } = await read(name, gzipSync(text));
    const place = '727930-24233';
    expect(values).toEqual({
      [`${place} temperature_2m 2020-01-01T00:00Z`]: -5,
      [`${place} dew_point_2m 2020-01-01T00:00Z`]: -7,
      [`${place} pressure_msl 2020-01-01T00:00Z`]: 1013,
      [`${place} wind_direction_10m 2020-01-01T00:00Z`]: 180,
      [`${place} wind_speed_10m 2020-01-01T00:00Z`]: 5,
      [`${place} cloud_cover 2020-01-01T00:00Z`]: 0,
      [`${place} dew_point_2m 2020-01-01T01:00Z`]: 0.3,
      [`${place} pressure_msl 2020-01-01T01:00Z`]: 1012.8,
      [`${place} wind_speed_10m 2020-01-01T01:00Z`]: 0,
      [`${place} cloud_cover 2020-01-01T01:00Z`]: 100,
      [`${place} precipitation 2020-01-01T01:00Z`]: 0,
      [`${place} temperature_2m 2020-12-31T23:00Z`]: 12.5,
      [`${place} dew_point_2m 2020-12-31T23:00Z`]: 10,
      [`${place} wind_direction_10m 2020-12-31T23:00Z`]: 360,
      [`${place} wind_speed_10m 2020-12-31T23:00Z`]: 10.3,
      [`${place} precipitation 2020-12-31T23:00Z`]: 2.7,
    });
    expect(places).toEqual([{ name: place, latitude: NaN, longitude: NaN, elevation: NaN }]);
    expect(notices).toBe(
      `1 traces of rain (-1) count as 0 mm.\nLeft out: 1 value, codes of a sky that has no cover in eighths (${name}, line 3).`,
    );
  });

  it('are known by their lines, whatever their name', async () => {
    const { values } = await read('seattle.txt', text);
    expect(values['seattle temperature_2m 2020-12-31T23:00Z']).toBe(12.5);
  });

  it.each([
    [
      'a line that is cut off',
      text.slice(0, -5),
      /line 3: the line has 57 characters, where ISD-Lite has 61/,
    ],
    ['no number', text.replace('   125', '  12,5'), /line 3, column "air temperature": "  12,5"/],
    ['no time', text.replace('2020 12 31', '2020 13 31'), /line 3, column "time": .*2020-13-31/],
    [
      'a second value for an hour',
      text + isdLiteLine('2020 01 01 00', [-49, -70, 10130, 180, 50, 0, -9999, -9999]),
      /line 4, column "value": differs from line 1/,
    ],
    ['nothing', '', /no observation in it can be used/],
    ['what is no text', Buffer.from([0, 1, 2, 3]), /is no text file/],
  ])('are refused with %s', async (_, content, message) => {
    await expect(read(name, gzipSync(content))).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(message),
    });
  });
});

describe('GHCN-Daily, files made by hand in the documented columns', () => {
  const name = `${station}.dly`;
  const text =
    dlyLine(station, '202302', 'TMAX', { 1: [83, '  W'], 2: [-6, ' IW'], 28: [0, 'L W'] }) +
    dlyLine(station, '202302', 'TMIN', { 1: [-11, 'H S'] }) +
    dlyLine(station, '202302', 'TAVG', { 1: [40, 'H S'], 2: [41, 'H W'] }) +
    dlyLine(station, '202302', 'PRCP', { 1: [25, '  W'], 2: [3, 'T W'], 3: [0, 'P W'] }) +
    dlyLine(station, '202302', 'SNOW', { 1: [51] }) +
    dlyLine(station, '202302', 'AWND', { 1: [34] }) +
    dlyLine(station, '202302', 'WSFG', { 1: [147] }) +
    dlyLine(station, '202302', 'TSUN', { 1: [90] }) +
    dlyLine(station, '202302', 'SNWD', { 1: [100] }) +
    dlyLine(station, '202303', 'TMAX', { 12: [100], 31: [150] });
  const seattle = { zoneOf: (place: string) => (place === station ? 'America/Los_Angeles' : undefined) };

  it('have tenths of days that end locally, 31 slots and flags', async () => {
    const { values, notices } = await read(name, text, seattle);
    expect(values).toEqual({
      [`${station} temperature_2m_max 2023-02-02T08:00Z`]: 8.3,
      [`${station} temperature_2m_min 2023-02-02T08:00Z`]: -1.1,
      [`${station} temperature_2m_mean 2023-02-03T08:00Z`]: 4.1,
      [`${station} precipitation_sum 2023-02-02T08:00Z`]: 2.5,
      [`${station} precipitation_sum 2023-02-03T08:00Z`]: 0,
      [`${station} snowfall_sum 2023-02-02T08:00Z`]: expect.closeTo(5.1, 10),
      [`${station} wind_speed_10m_mean 2023-02-02T08:00Z`]: 3.4,
      [`${station} wind_gusts_10m_max 2023-02-02T08:00Z`]: 14.7,
      [`${station} sunshine_duration_sum_24h 2023-02-02T08:00Z`]: 5400,
      // Summer time begins on the 12th: that day ends at 07 UTC.
      [`${station} temperature_2m_max 2023-03-13T07:00Z`]: 10,
      [`${station} temperature_2m_max 2023-04-01T07:00Z`]: 15,
    });
    expect(notices.split('\n')).toEqual([
      '1 traces count as 0.',
      `Left out: 1 value, which failed the quality control of GHCN-Daily (${name}, line 1).`,
      `Left out: 1 value, which may belong to the day before (${name}, line 1).`,
      `Left out: 1 value, averages over UTC days, not over local ones (${name}, line 3).`,
      `Left out: 1 value, presumed to be zero rather than measured (${name}, line 4).`,
    ]);
  });

  it('end with the UTC day where the zone is not known, and say so', async () => {
    const { values, notices } = await read(`${name}.gz`, gzipSync(text));
    expect(values[`${station} temperature_2m_max 2023-02-02T00:00Z`]).toBe(8.3);
    expect(notices).toContain(`The time zone of ${station} is not known`);
    expect(notices).toContain(`weatherglass place add ${station}`);
  });

  it('may have lost the spaces at the ends of their lines; today is not over', async () => {
    const trimmed = text.replaceAll(/ +$/gm, '');
    expect(trimmed).not.toBe(text);
    const { values, notices } = await read(name, trimmed, { ...seattle, now: Date.UTC(2023, 3, 1, 6) });
    expect(values[`${station} temperature_2m_max 2023-03-13T07:00Z`]).toBe(10);
    expect(values).not.toHaveProperty([`${station} temperature_2m_max 2023-04-01T07:00Z`]);
    expect(notices).toContain('Left out: 1 value, dated in the future');
  });

  it.each([
    [
      'a line that is cut off',
      text.slice(0, -40),
      /line 10: the line has 230 characters, where GHCN-Daily has 269/,
    ],
    ['no number', text.replace('   83', '  8.3'), /line 1, column "TMAX of day 1": "  8\.3"/],
    [
      'a 30th of February',
      dlyLine(station, '202302', 'TMAX', { 30: [1] }),
      /line 1, column "TMAX": there is a value for day 30/,
    ],
    [
      'a 13th month',
      dlyLine(station, '202313', 'TMAX', { 1: [1] }),
      /line 1, column "month": there is no month 13/,
    ],
    ['another format', 'hello\n', /line 1: "hello" does not begin with station/],
    [
      'values that all failed',
      dlyLine(station, '202302', 'TMAX', { 1: [83, ' X '] }),
      /no observation .* failed the quality control/,
    ],
    [
      'a second value for a day',
      text + dlyLine(station, '202302', 'TMAX', { 1: [84] }),
      /line 11, column "value": differs from line 1/,
    ],
    ['nothing', '', /no observation in it can be used/],
  ])('are refused with %s', async (_, content, message) => {
    await expect(read(name, content)).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['by station', '"STATION","DATE","LATITUDE","LONGITUDE","ELEVATION","NAME","PRCP","PRCP_ATTRIBUTES"\n'],
    ['of one value a line', 'ID,DATE,ELEMENT,DATA_VALUE,M_FLAG,Q_FLAG,S_FLAG,OBS_TIME\n'],
  ])('are refused as CSV %s, whose units nobody states', async (_, header) => {
    await expect(read(`${station}.csv`, header)).rejects.toThrow(/CSV file of GHCN-Daily.*\.dly/);
  });
});

describe('Meteostat, files made by hand in the documented columns', () => {
  const header =
    'year,month,day,hour,temp,temp_source,rhum,rhum_source,prcp,prcp_source,snwd,snwd_source,wdir,wdir_source,' +
    'wspd,wspd_source,wpgt,wpgt_source,pres,pres_source,tsun,tsun_source,cldc,cldc_source,coco,coco_source\n';
  const text =
    header +
    '2024,1,1,0,-1.5,dwd_hourly,93,dwd_hourly,0.2,dwd_hourly,12,dwd_poi,250,dwd_hourly,18.0,dwd_hourly,36,dwd_poi,1013.2,isd_lite,10,dwd_hourly,6,dwd_poi,14,dwd_poi\n' +
    '2024,1,1,1,-2.0,metar,,,0.4,dwd_mosmix,,,0,metar,0.0,metar,,,1013.0,metno_forecast,,,,,,\n' +
    '2024,1,1,2,-2.5,someone_new,95,metar eccc_hourly,,,,,0,metar,5.4,metar dwd_mosmix,,,,,,,,,,\n';

  it('have units of their own, and values of models are no observations', async () => {
    const { values, places, notices } = await read('10637-2024.csv.gz', gzipSync(text));
    expect(values).toEqual({
      '10637 temperature_2m 2024-01-01T00:00Z': -1.5,
      '10637 relative_humidity_2m 2024-01-01T00:00Z': 93,
      '10637 precipitation 2024-01-01T00:00Z': 0.2,
      '10637 snow_depth 2024-01-01T00:00Z': 0.12,
      '10637 wind_direction_10m 2024-01-01T00:00Z': 250,
      '10637 wind_speed_10m 2024-01-01T00:00Z': 5,
      '10637 wind_gusts_10m 2024-01-01T00:00Z': 10,
      '10637 pressure_msl 2024-01-01T00:00Z': 1013.2,
      '10637 cloud_cover 2024-01-01T00:00Z': 75,
      '10637 temperature_2m 2024-01-01T01:00Z': -2,
      '10637 wind_speed_10m 2024-01-01T01:00Z': 0,
      '10637 relative_humidity_2m 2024-01-01T02:00Z': 95,
      '10637 wind_direction_10m 2024-01-01T02:00Z': 0,
    });
    expect(places).toEqual([{ name: '10637', latitude: NaN, longitude: NaN, elevation: NaN }]);
    expect(notices.split('\n')).toEqual([
      'Left out: 3 values, filled in by a weather model (the first: 10637-2024.csv.gz, line 3).',
      'Left out: 1 value, of a source that is not known to observe, "someone_new" (10637-2024.csv.gz, line 4).',
    ]);
  });

  it('keep the name of a file that is not called after its station', async () => {
    const { places } = await read('2024/garden.csv', text);
    expect(places[0].name).toBe('garden');
  });

  it.each([
    [
      'no header, as in the old files',
      '2019-07-25,12,35.1,,,,,,,,,,\n',
      /line 1: this is a file of bulk\.meteostat\.net.*data\.meteostat\.net/,
    ],
    ['days', 'year,month,day,temp,temp_source\n2024,1,1,3,dwd_daily\n', /line 1: this is a file of days/],
    [
      'no sources',
      'year,month,day,hour,temp\n2024,1,1,0,3\n',
      /line 1, column "temp": there is no column temp_source/,
    ],
    ['another separator', text.replaceAll(',', ';'), /separated by commas/],
    ['a row that is cut off', text.slice(0, -40), /line 4: the row has \d+ fields, the header 26/],
    ['a word for a number', text.replace('-1.5', 'cold'), /line 2, column "temp": "cold"/],
    ['no hour', text.replace('2024,1,1,2', '2024,1,1,24'), /line 4, column "time"/],
    [
      'half an hour',
      text.replace('2024,1,1,2', '2024,1,1,2.5'),
      /line 4, column "hour": "2\.5" is no whole number/,
    ],
    [
      'values of models alone',
      `${header}2024,1,1,1,-2.0,dwd_mosmix${','.repeat(20)}\n`,
      /no observation .* filled in by a weather model/,
    ],
    ['a header alone', header, /a header but no rows/],
  ])('are refused with %s', async (_, content, message) => {
    await expect(read('10637.csv', content)).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(message),
    });
  });
});

describe('readTable', () => {
  it('reads files of archives one by one', async () => {
    const files = ['a.dly', 'b.dly'].map((name) =>
      written(name, dlyLine(station, '202302', 'TMAX', { 1: [1] })),
    );
    await expect(readTable(files)).rejects.toMatchObject({
      name: 'Usage',
      message: expect.stringContaining('one by one'),
    });
  });

  it('stops when it is asked to, and refuses a file that is cut off in its compression', async () => {
    const file = written('stopped.dly', dlyLine(station, '202302', 'TMAX', { 1: [1] }));
    await expect(readTable([file], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'Cancelled',
    });
    const compressed = gzipSync(dlyLine(station, '202302', 'TMAX', { 1: [1] }).repeat(9));
    await expect(read('cut.dly.gz', compressed.subarray(0, -8))).rejects.toThrow(/file ends early/);
  });
});
