import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type MosBulletin, readMosBulletins } from '../src/tables/mos-bulletin.ts';
import { describeWithData } from './development-data.ts';

/** A value as another program read it from the same text, in the bulletin's unit; null where it is blank. */
type Parsed = { readonly value: number } | null | undefined;

interface Recorded {
  readonly data: {
    readonly raw: string;
    readonly station: string;
    readonly time: { readonly dt: string };
    readonly forecast: readonly (Readonly<Record<string, Parsed>> & {
      readonly time: { readonly dt: string };
    })[];
  };
}

const recorded = (kind: string) => `fixtures/mos/${kind}.KJFK.json`;

function read(file: string) {
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  const bulletins = readMosBulletins(data.raw, file);
  expect(bulletins).toHaveLength(1);
  const [bulletin] = bulletins;
  expect(bulletin.station).toBe(data.station);
  expect(bulletin.issuedAt).toBe(Date.parse(data.time.dt));
  return { bulletin, parsed: data.forecast };
}

const leadsOf = ({ series }: MosBulletin) => {
  for (const { leads } of series) expect(leads).toEqual(series[0].leads);
  return series[0].leads;
};

/** Columns of a variable at a lead. */
function at({ kind, series }: MosBulletin, variable: string, lead: number): number[] {
  const found = series.find((one) => one.variable === variable);
  const step = found?.leads.indexOf(lead) ?? -1;
  const width = kind.columns.length;
  return [...(found?.values ?? [])].slice(step * width, (step + 1) * width);
}

const fahrenheit = (value: number) => ((value - 32) * 5) / 9;
const knots = (value: number) => (value * 1852) / 3600;
const asItIs = (value: number) => value;

/** Every value of a variable, as the other program read it and our unit has it. */
function expectAll(
  { kind, series }: MosBulletin,
  parsed: Recorded['data']['forecast'],
  variable: string,
  field: string,
  toUnit: (value: number) => number,
) {
  const values = series.find((one) => one.variable === variable)?.values ?? [];
  const own = [...values].filter((_, index) => index % kind.columns.length === 0);
  const other = parsed.map((one) => one[field]?.value ?? NaN);
  expect(own).toEqual(other.map((value) => expect.closeTo(toUnit(value), 10)));
}

const close = (...values: readonly number[]) => values.map((value) => expect.closeTo(value, 10));

describeWithData('The recorded MAV bulletin', [recorded('mav')], ([file]) => {
  const { bulletin, parsed } = read(file);

  it('is read as another program reads it', () => {
    const times = leadsOf(bulletin).map((lead) => bulletin.issuedAt + lead * 3_600_000);
    expect(times).toEqual(parsed.map(({ time }) => Date.parse(time.dt)));
    expectAll(bulletin, parsed, 'temperature_2m', 'temperature', fahrenheit);
    expectAll(bulletin, parsed, 'dew_point_2m', 'dewpoint', fahrenheit);
    expectAll(bulletin, parsed, 'wind_speed_10m', 'wind_speed', knots);
    expectAll(bulletin, parsed, 'wind_direction_10m', 'wind_direction', asItIs);
  });

  it('has these values', () => {
    expect(bulletin).toMatchObject({ station: 'KJFK', issuedAt: Date.UTC(2020, 4, 18) });
    expect(bulletin.kind).toMatchObject({ source: 'mos-mav', columns: ['model_mav'] });
    expect(bulletin.series).toHaveLength(4);
    expect(leadsOf(bulletin)).toEqual([
      6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 48, 51, 54, 57, 60, 66, 72,
    ]);
    // 53, 52 and 51 °F.
    expect(at(bulletin, 'temperature_2m', 6)).toEqual(close(35 / 3));
    expect(at(bulletin, 'temperature_2m', 9)).toEqual(close(100 / 9));
    expect(at(bulletin, 'temperature_2m', 72)).toEqual(close(95 / 9));
    expect(at(bulletin, 'dew_point_2m', 72)).toEqual(close(10 / 3));
    // 5 and 21 knots.
    expect(at(bulletin, 'wind_speed_10m', 6)).toEqual(close(2.5722222222));
    expect(at(bulletin, 'wind_speed_10m', 45)).toEqual(close(10.8033333333));
    expect(at(bulletin, 'wind_direction_10m', 6)).toEqual([90]);
    expect(at(bulletin, 'wind_direction_10m', 72)).toEqual([120]);
  });
});

describeWithData('The recorded MEX bulletin', [recorded('mex')], ([file]) => {
  const { bulletin, parsed } = read(file);

  it('is read as another program reads it', () => {
    const times = leadsOf(bulletin).map((lead) => bulletin.issuedAt + lead * 3_600_000);
    expect(times).toEqual(parsed.map(({ time }) => Date.parse(time.dt)));
    expectAll(bulletin, parsed, 'temperature_2m', 'temperature', fahrenheit);
    expectAll(bulletin, parsed, 'dew_point_2m', 'dewpoint', fahrenheit);
  });

  it('has these values', () => {
    expect(bulletin).toMatchObject({ station: 'KJFK', issuedAt: Date.UTC(2020, 4, 18) });
    expect(bulletin.kind).toMatchObject({ source: 'mos-mex', columns: ['model_mex'] });
    expect(leadsOf(bulletin)).toEqual(Array.from({ length: 15 }, (_, k) => 24 + 12 * k));
    // 59, 54, 68 and 63 °F.
    expect(at(bulletin, 'temperature_2m', 24)).toEqual([15]);
    expect(at(bulletin, 'temperature_2m', 36)).toEqual(close(110 / 9));
    expect(at(bulletin, 'temperature_2m', 144)).toEqual([20]);
    expect(at(bulletin, 'temperature_2m', 192)).toEqual(close(155 / 9));
    expect(at(bulletin, 'dew_point_2m', 192)).toEqual(close(35 / 3));
    // 18, 8 and 10 knots, the strongest of 12 hours; the other program does not read them.
    expect(at(bulletin, 'wind_speed_10m_max_12h', 24)).toEqual([expect.closeTo(9.26, 10)]);
    expect(at(bulletin, 'wind_speed_10m_max_12h', 108)).toEqual(close(4.1155555556));
    expect(at(bulletin, 'wind_speed_10m_max_12h', 192)).toEqual(close(5.1444444444));
  });
});

const blendVariables = [
  'temperature_2m',
  'dew_point_2m',
  'cloud_cover',
  'wind_speed_10m',
  'wind_direction_10m',
  'wind_gusts_10m',
];

/** What the three bulletins of the National Blend have in common. */
function expectBlend(bulletin: MosBulletin, parsed: Recorded['data']['forecast']) {
  expect(bulletin).toMatchObject({ station: 'KJFK', issuedAt: Date.UTC(2023, 9, 17, 5) });
  expect(bulletin.series.map(({ variable }) => variable)).toEqual(blendVariables);
  const times = leadsOf(bulletin).map((lead) => bulletin.issuedAt + lead * 3_600_000);
  expect(times).toEqual(parsed.map(({ time }) => Date.parse(time.dt)));
  expectAll(bulletin, parsed, 'temperature_2m', 'temperature', fahrenheit);
  expectAll(bulletin, parsed, 'dew_point_2m', 'dewpoint', fahrenheit);
  expectAll(bulletin, parsed, 'cloud_cover', 'sky_cover', asItIs);
  expectAll(bulletin, parsed, 'wind_speed_10m', 'wind_speed', knots);
  expectAll(bulletin, parsed, 'wind_direction_10m', 'wind_direction', asItIs);
  expectAll(bulletin, parsed, 'wind_gusts_10m', 'wind_gust', knots);
}

describeWithData('The recorded NBH bulletin', [recorded('nbh')], ([file]) => {
  const { bulletin, parsed } = read(file);

  it('is read as another program reads it', () => expectBlend(bulletin, parsed));

  it('has these values', () => {
    expect(bulletin.kind).toMatchObject({ source: 'nbm-nbh', columns: ['model_nbh', 'x_spread'] });
    expect(leadsOf(bulletin)).toEqual(Array.from({ length: 25 }, (_, k) => k + 1));
    // 52 ± 1 and 53 ± 2 °F.
    expect(at(bulletin, 'temperature_2m', 1)).toEqual(close(100 / 9, 5 / 9));
    expect(at(bulletin, 'temperature_2m', 25)).toEqual(close(35 / 3, 10 / 9));
    expect(at(bulletin, 'dew_point_2m', 25)).toEqual(close(80 / 9, 5 / 9));
    expect(at(bulletin, 'cloud_cover', 1)).toEqual([27, 29]);
    expect(at(bulletin, 'cloud_cover', 25)).toEqual([23, 26]);
    // 8 ± 1 and 10 ± 2 knots.
    expect(at(bulletin, 'wind_speed_10m', 1)).toEqual(close(4.1155555556, 0.5144444444));
    expect(at(bulletin, 'wind_gusts_10m', 1)).toEqual(close(5.1444444444, 1.0288888889));
    expect(at(bulletin, 'wind_direction_10m', 8)).toEqual([360, NaN]);
    expect(at(bulletin, 'wind_direction_10m', 25)).toEqual([340, NaN]);
  });
});

describeWithData('The recorded NBS bulletin', [recorded('nbs')], ([file]) => {
  const { bulletin, parsed } = read(file);

  it('is read as another program reads it', () => expectBlend(bulletin, parsed));

  it('has these values', () => {
    expect(bulletin.kind).toMatchObject({ source: 'nbm-nbs', columns: ['model_nbs', 'x_spread'] });
    expect(leadsOf(bulletin)).toEqual(Array.from({ length: 23 }, (_, k) => 4 + 3 * k));
    // 50 ± 1 and 60 ± 2 °F.
    expect(at(bulletin, 'temperature_2m', 4)).toEqual(close(10, 5 / 9));
    expect(at(bulletin, 'temperature_2m', 70)).toEqual(close(140 / 9, 10 / 9));
    expect(at(bulletin, 'dew_point_2m', 70)).toEqual(close(115 / 9, 10 / 9));
    expect(at(bulletin, 'cloud_cover', 70)).toEqual([64, 28]);
    expect(at(bulletin, 'wind_speed_10m', 70)).toEqual(close(5.1444444444, 1.0288888889));
    expect(at(bulletin, 'wind_gusts_10m', 70)).toEqual(close(8.2311111111, 2.0577777778));
    expect(at(bulletin, 'wind_direction_10m', 4)).toEqual([350, NaN]);
  });
});

describeWithData('The recorded NBE bulletin', [recorded('nbe')], ([file]) => {
  const { bulletin, parsed } = read(file);

  it('is read as another program reads it', () => expectBlend(bulletin, parsed));

  it('has these values, and no climatology', () => {
    expect(bulletin.kind).toMatchObject({ source: 'nbm-nbe', columns: ['model_nbe', 'x_spread'] });
    expect(leadsOf(bulletin)).toEqual(Array.from({ length: 15 }, (_, k) => 19 + 12 * k));
    // 57 ± 1 and 53 ± 3 °F.
    expect(at(bulletin, 'temperature_2m', 19)).toEqual(close(125 / 9, 5 / 9));
    expect(at(bulletin, 'temperature_2m', 187)).toEqual(close(35 / 3, 5 / 3));
    expect(at(bulletin, 'dew_point_2m', 187)).toEqual(close(50 / 9, 5 / 3));
    expect(at(bulletin, 'cloud_cover', 79)).toEqual([90, 10]);
    expect(at(bulletin, 'wind_speed_10m', 187)).toEqual(close(4.1155555556, 1.0288888889));
    expect(at(bulletin, 'wind_gusts_10m', 139)).toEqual(close(13.3755555556, 2.0577777778));
    expect(at(bulletin, 'wind_direction_10m', 103)).toEqual([40, NaN]);
  });
});
