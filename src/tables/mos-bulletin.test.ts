import { describe, expect, it } from 'vitest';
import { type MosBulletin, readMosBulletins } from './mos-bulletin.ts';

// Bulletins made by hand in the documented layout; stations and numbers are invented.
const mav = `\
KXXX   GFS MOS GUIDANCE    2/28/2024  1800 UTC
DT /FEB  29            /MAR   1    /
HR   00 03 06 09 12 15 18 21 00 06
X/N             14          30
TMP  32 23999  5 -4-10 14    0 41
DPT  23 14  5  5 -4-20999   -2 32
CLD  OV OV OV OV BK OV BK BK BK SC
WDR  00 36 09 27 99 01 18    12 05
WSP  00 10 36 99 99 05 20    07 90
P06         13     1     1     3
T06      2/ 0  1/ 1  2/ 0  1/ 0
`;

const mex = `\
XYZ   GFSX MOS GUIDANCE   1/31/2024  1200 UTC
FHR  24| 36  48| 60 108
THU  01| FRI 02| SAT CLIMO
X/N  66| 50  66| 48  60 55 72
TMP  59|999  50| 41  32
WND   5|100  20|999
`;

const nbh = `\
KAAA   NBM V4.1 NBH GUIDANCE   12/31/2023  2300 UTC
UTC  00 01 02
TMP  50-10-99
TSD   9  1-99
SKY 100  0 37
SSD   0
WDR   0 36-99
WSP   0100  7
GST  18-99
VIS 100100 50
`;

const one = (text: string): MosBulletin => {
  const found = readMosBulletins(text, 'some.mos');
  expect(found).toHaveLength(1);
  return found[0];
};
const valuesOf = ({ series }: MosBulletin, variable: string) => [
  ...(series.find((each) => each.variable === variable)?.values ?? []),
];
const knots = (speed: number) => expect.closeTo((speed * 1852) / 3600, 12);
const close = (value: number) => expect.closeTo(value, 12);

describe('a MAV bulletin', () => {
  const told = one(mav);

  it('has its station and cycle, and leads from the hours of the day', () => {
    expect(told).toMatchObject({ station: 'KXXX', issuedAt: Date.UTC(2024, 1, 28, 18), line: 1 });
    expect(told.kind).toMatchObject({ name: 'MAV', source: 'mos-mav', columns: ['model_mav'] });
    for (const { leads } of told.series) expect(leads).toEqual([6, 9, 12, 15, 18, 21, 24, 27, 30, 36]);
  });

  it('has temperatures in °C, below zero too, and NaN for 999 and blanks', () => {
    expect(told.series.map(({ variable }) => variable)).toEqual([
      'temperature_2m',
      'dew_point_2m',
      'wind_speed_10m',
      'wind_direction_10m',
    ]);
    const temperatures = [0, -5, NaN, -15, -20, close(-210 / 9), -10, NaN, close(-160 / 9), 5];
    expect(valuesOf(told, 'temperature_2m')).toEqual(temperatures);
    expect(valuesOf(told, 'dew_point_2m').slice(5)).toEqual([close(-260 / 9), NaN, NaN, close(-170 / 9), 0]);
  });

  it('has wind in m/s and degrees; 99 is missing, a calm has no direction', () => {
    const speeds = [0, knots(10), knots(36), NaN, NaN, knots(5), knots(20), NaN, knots(7), knots(90)];
    expect(valuesOf(told, 'wind_speed_10m')).toEqual(speeds);
    const directions = [NaN, 360, 90, 270, NaN, 10, 180, NaN, 120, 50];
    expect(valuesOf(told, 'wind_direction_10m')).toEqual(directions);
  });
});

describe('a MEX bulletin', () => {
  const told = one(mex);

  it('has hours ahead, the strongest wind of twelve hours, and no climatology', () => {
    expect(told).toMatchObject({ station: 'XYZ', issuedAt: Date.UTC(2024, 0, 31, 12) });
    for (const { leads } of told.series) expect(leads).toEqual([24, 36, 48, 60, 108]);
    expect(valuesOf(told, 'temperature_2m')).toEqual([15, NaN, 10, 5, 0]);
    const winds = [knots(5), knots(100), knots(20), NaN, NaN];
    expect(valuesOf(told, 'wind_speed_10m_max_12h')).toEqual(winds);
    expect(told.series).toHaveLength(2);
  });
});

describe('a bulletin of the National Blend', () => {
  const told = one(nbh);

  it('has standard deviations beside, in the unit of the variable', () => {
    expect(told.kind).toMatchObject({ source: 'nbm-nbh', columns: ['model_nbh', 'x_spread'] });
    expect(told.series[0].leads).toEqual([1, 2, 3]);
    expect(valuesOf(told, 'temperature_2m')).toEqual([10, 5, close(-210 / 9), close(5 / 9), NaN, NaN]);
    expect(valuesOf(told, 'cloud_cover')).toEqual([100, 0, 0, NaN, 37, NaN]);
    expect(valuesOf(told, 'wind_speed_10m')).toEqual([0, NaN, knots(100), NaN, knots(7), NaN]);
    expect(valuesOf(told, 'wind_direction_10m')).toEqual([NaN, NaN, 360, NaN, NaN, NaN]);
    expect(valuesOf(told, 'wind_gusts_10m')).toEqual([knots(18), NaN, NaN, NaN, NaN, NaN]);
  });

  it('leaves out a line that is not there', () => {
    expect(told.series.map(({ variable }) => variable)).not.toContain('dew_point_2m');
  });
});

describe('a text of bulletins', () => {
  it('may have several, headings of transmissions, other line ends and a blank before each line', () => {
    const indented = mav.replace(/^(?=.)/gm, ' ');
    const text = `FOUS21 KWNO 281800\nMAVXXX\n${indented}\nFOUS21 KWNO 281800\n${nbh}${mex}`;
    const found = readMosBulletins(text.replaceAll('\n', '\r\n'), 'some.mos');
    expect(found.map(({ station, line }) => [station, line])).toEqual([
      ['KXXX', 3],
      ['KAAA', 16],
      ['XYZ', 26],
    ]);
    expect(found[0].series).toEqual(one(mav).series);
    expect(found[1].series).toEqual(one(nbh).series);
  });

  it.each([
    ['nothing', 'some text\n', 'some.mos: there is no bulletin'],
    [
      'another kind',
      nbh.replace('NBH', 'NBP'),
      'line 1: "NBM V4.1 NBP" is not read; the bulletins that are: MAV,',
    ],
    ['another model', mav.replace('GFS', 'NAM'), 'line 1: "NAM MOS" is not read'],
    ['a date that is none', mav.replace('2/28', '2/30'), 'line 1: Time "2024-02-30T18:00Z" is not a date'],
    ['half an hour', mav.replace('1800', '1830'), 'line 1: the cycle must be a whole hour, not 1830'],
    ['no hours', mav.replace('HR ', 'XX '), 'line 1: the bulletin has no line of hours'],
    ['an empty line of hours', nbh.replace(/UTC .*/, 'UTC'), 'some.mos, line 2: the line has no hours'],
    [
      'an hour that is none',
      nbh.replace('00 01 02', '00 01 25'),
      'line 2: the hours must ascend from the issue; "25"',
    ],
    [
      'hours that go back',
      mex.replace(' 36 ', ' 12 '),
      'line 2: the hours must ascend from the issue; "12" does not',
    ],
    [
      'a word',
      mav.replace('32 23', '32 NG'),
      'line 5: TMP at 9 hours ahead must be a whole number, not "NG"',
    ],
    [
      'a shifted line',
      mav.replace('TMP  ', 'TMP   '),
      'line 5: TMP at 9 hours ahead must be a whole number, not "2 2"',
    ],
    [
      'hours that contradict each other',
      nbh.replace('UTC  00', 'FHR  01 02 04\nUTC  00'),
      'line 3: the hour of the day must be 3 at 4 hours ahead, not "02"',
    ],
  ])('is refused with %s', (_, text, message) => {
    expect(() => readMosBulletins(text, 'some.mos')).toThrow(message);
  });
});
