import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Variable } from '../weather/variable.ts';
import { readPairs } from './pairs-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-pairs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a table to a file and answers its path. */
function written(lines: readonly string[], name = 'pairs.csv'): string {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const header = [
  'place',
  'latitude',
  'longitude',
  'elevation',
  'init_time',
  'valid_time',
  'variable',
  'unit',
  'available_time',
  'outcome_known_time',
  'member_1',
  'model_a',
  'x_b',
  'observation',
] as const;
type Field = (typeof header)[number];

const good: Readonly<Record<Field, string>> = {
  place: 'Seattle',
  latitude: '47.45',
  longitude: '-122.31',
  elevation: '130',
  init_time: '2024-01-01T00:00Z',
  valid_time: '2024-01-02T00:00Z',
  variable: 'temperature_2m',
  unit: '°C',
  available_time: '2024-01-01T03:00Z',
  outcome_known_time: '2024-01-02T01:00Z',
  member_1: '5.5',
  model_a: '6.25',
  x_b: '900',
  observation: '4.7',
};

function row(fields: Partial<Record<Field, string>> = {}): string {
  const all = { ...good, ...fields };
  return header
    .map((name) => (/[",]/.test(all[name]) ? `"${all[name].replaceAll('"', '""')}"` : all[name]))
    .join(',');
}

/** A table whose lines 2 and 4 are good and whose line 3 has these fields. */
function tableWith(fields: Partial<Record<Field, string>>): string[] {
  return [header.join(','), row({ place: 'First' }), row(fields), row({ place: 'Last' })];
}

describe('readPairs reads', () => {
  it('every column of a row', async () => {
    const { pairs, counts, notices } = await readPairs([written([header.join(','), row()])]);
    expect(pairs).toMatchObject({
      rows: 1,
      places: [{ name: 'Seattle', latitude: 47.45, longitude: -122.31, elevation: 130 }],
      columns: ['member_1', 'model_a', 'x_b'],
      members: 1,
      models: 1,
      predictors: 1,
      place: Int32Array.of(0),
      variable: Int32Array.of(0),
      initTime: Float64Array.of(Date.UTC(2024, 0, 1)),
      validTime: Float64Array.of(Date.UTC(2024, 0, 2)),
      lead: Float32Array.of(24),
      availableTime: Float64Array.of(Date.UTC(2024, 0, 1, 3)),
      outcomeKnownTime: Float64Array.of(Date.UTC(2024, 0, 2, 1)),
      forecasts: Float64Array.of(5.5, 6.25, 900),
      observation: Float64Array.of(4.7),
    });
    expect(pairs.variables.map(({ name }) => name)).toEqual(['temperature_2m']);
    expect(counts).toEqual({
      rows: 1,
      identicalDuplicates: 0,
      missingOutcomes: 0,
      broughtToBounds: 0,
      movedPlaces: [],
    });
    expect(notices).toEqual([]);
    for (const column of Object.values(pairs).filter((one) => ArrayBuffer.isView(one))) {
      expect(column.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it('empty fields as missing, with the defaults of the two known times', async () => {
    const empty = { available_time: '', outcome_known_time: '', member_1: '', x_b: ' ', observation: '' };
    const nowhere = { latitude: '', longitude: '', elevation: '' };
    const { pairs, counts, notices } = await readPairs([
      written([header.join(','), row({ ...empty, ...nowhere })]),
    ]);
    expect(pairs.availableTime).toEqual(pairs.initTime);
    expect(pairs.outcomeKnownTime).toEqual(pairs.validTime);
    expect(pairs.forecasts).toEqual(Float64Array.of(Number.NaN, 6.25, Number.NaN));
    expect(pairs.observation).toEqual(Float64Array.of(Number.NaN));
    expect(pairs.places[0].latitude).toBeNaN();
    expect(counts.missingOutcomes).toBe(1);
    expect(notices).toEqual(['No row has an observation.']);
  });

  it('values in other units, but predictors as they are', async () => {
    const { pairs } = await readPairs([
      written([
        header.join(','),
        row({ unit: 'K', member_1: '273.15', model_a: '280.15', observation: '300' }),
      ]),
    ]);
    expect(Array.from(pairs.forecasts)).toEqual([0, 7, 900]);
    expect(pairs.observation[0]).toBeCloseTo(26.85, 10);
    expect(pairs.variables[0].unit).toBe('°C');
  });

  it('declared variables', async () => {
    const power: Variable = {
      name: 'solar_power',
      unit: 'MW',
      lower: 0,
      upper: 20,
      kind: 'mean',
      periodHours: 1,
      law: 'censored-normal',
      transform: 'none',
    };
    const file = written([header.join(','), row({ variable: 'solar_power', unit: 'MW' })]);
    expect((await readPairs([file], { declared: [power] })).pairs.variables).toEqual([power]);
    await expect(readPairs([file])).rejects.toThrow(/line 2, column "variable": .*solar_power/);
  });

  it('several variables, places and units mixed', async () => {
    const file = written([
      header.join(','),
      row(),
      row({ variable: 'wind_speed_10m', unit: 'km/h', observation: '36', member_1: '18' }),
      row({ place: 'Portland', unit: '°F', observation: '50' }),
      row({ place: 'Portland', variable: 'wind_speed_10m', unit: 'm/s' }),
    ]);
    const { pairs } = await readPairs([file]);
    expect(Array.from(pairs.place)).toEqual([0, 0, 1, 1]);
    expect(Array.from(pairs.variable)).toEqual([0, 1, 0, 1]);
    expect(Array.from(pairs.observation)).toEqual([4.7, 10, 10, 4.7].map((v) => expect.closeTo(v, 10)));
    expect(pairs.forecasts[3]).toBe(5);
  });

  it('spaces around fields, blank lines, and names in quotes', async () => {
    const file = written([
      header.join(', '),
      row({ place: 'Seattle, WA' }).replaceAll(/,(?! WA)/g, ', '),
      '',
      '  ',
      row({ place: 'Port "and" land' }),
      '',
      '',
    ]);
    const { pairs } = await readPairs([file]);
    expect(pairs.places.map(({ name }) => name)).toEqual(['Seattle, WA', 'Port "and" land']);
    expect(Array.from(pairs.observation)).toEqual([4.7, 4.7]);
  });

  it('files with different columns as their union', async () => {
    const common = 'place,latitude,longitude,elevation,init_time,valid_time,variable,unit';
    const start = 'A,1,2,3,2024-01-01T00:00Z';
    const one = written(
      [`${common},member_2,member_10,observation`, `${start},2024-01-02T00:00Z,temperature_2m,°C,2,10,1`],
      'one.csv',
    );
    const other = written(
      [`observation,x_a,member_1,${common}`, `3,7,1,${start},2024-01-03T00:00Z,temperature_2m,°C`],
      'other.csv',
    );
    const { pairs } = await readPairs([one, other]);
    expect(pairs.columns).toEqual(['member_1', 'member_2', 'member_10', 'x_a']);
    expect(Array.from(pairs.forecasts)).toEqual([
      Number.NaN,
      2,
      10,
      Number.NaN,
      1,
      Number.NaN,
      Number.NaN,
      7,
    ]);
    expect(Array.from(pairs.observation)).toEqual([1, 3]);
    expect(pairs.places).toHaveLength(1);
  });

  it('an unlikely value as it is, and one a little beyond its bounds as the bound', async () => {
    const rain = { variable: 'precipitation', unit: 'mm' };
    const file = written([
      header.join(','),
      row({ observation: '46' }),
      row({ ...rain, member_1: '-0.003', observation: '0' }),
      row({ variable: 'relative_humidity_2m', unit: '%', observation: '103' }),
      row({ variable: 'shortwave_radiation', unit: 'W/m²', observation: '-4' }),
      row({ variable: 'wind_speed_10m', unit: 'm/s', observation: '468.66' }),
    ]);
    const { pairs, counts, notices } = await readPairs([file]);
    expect(Array.from(pairs.observation)).toEqual([46, 0, 100, 0, 468.66]);
    expect(pairs.forecasts[3]).toBe(0);
    expect(counts.broughtToBounds).toBe(3);
    expect(notices).toEqual([
      "3 values are a little beyond their variable's bounds and were set to the bound.",
    ]);
  });

  it('rows that repeat an earlier one once, and counts them', async () => {
    const first = written(
      [header.join(','), row(), row({ place: 'B', observation: '' }), row()],
      'first.csv',
    );
    const second = written(
      [header.join(','), row({ place: 'C' }), row({ place: 'B', observation: '' })],
      'second.csv',
    );
    const { pairs, counts, notices } = await readPairs([first, second]);
    expect(pairs.rows).toBe(3);
    expect(Array.from(pairs.place)).toEqual([0, 1, 2]);
    expect(Array.from(pairs.observation)).toEqual([4.7, Number.NaN, 4.7]);
    expect(pairs.forecasts).toHaveLength(9);
    expect(pairs.lead).toHaveLength(3);
    expect(counts).toMatchObject({ rows: 5, identicalDuplicates: 2, missingOutcomes: 1 });
    expect(notices).toEqual([
      '2 of 5 rows are repeated and were left out.',
      '1 of 3 rows have no observation.',
    ]);
  });

  it('a place that moves at its first location, and says so', async () => {
    const file = written([
      header.join(','),
      row({ latitude: '', longitude: '' }),
      row({ latitude: '47.450', valid_time: '2024-01-03T00:00Z', outcome_known_time: '' }),
      row({ latitude: '47.5', valid_time: '2024-01-04T00:00Z', outcome_known_time: '' }),
      row({ latitude: '47.6', valid_time: '2024-01-05T00:00Z', outcome_known_time: '' }),
    ]);
    const { pairs, counts, notices } = await readPairs([file]);
    expect(pairs.places).toEqual([{ name: 'Seattle', latitude: 47.45, longitude: -122.31, elevation: 130 }]);
    expect(counts.movedPlaces).toMatchObject([
      { kept: { latitude: 47.45 }, found: { latitude: 47.5 }, line: 4 },
    ]);
    expect(notices).toEqual([
      '1 place has more than one location, of which the first was kept: "Seattle" at 47.45, -122.31, 130 m, ' +
        `then at 47.5, -122.31, 130 m (${file}, line 4).`,
    ]);
  });

  it('and tells how far it is', async () => {
    const lines = [header.join(',')];
    for (let i = 0; i < 5000; i++) lines.push(row({ place: `P${i}` }));
    const file = written(lines, 'progress.csv');
    const told: [number, number][] = [];
    await readPairs([file, file], { onProgress: (done, total) => told.push([done, total]) });
    expect(told.length).toBeGreaterThan(4);
    expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).toSorted((a, b) => a - b));
    expect(told.at(-1)?.[0]).toBe(told[0][1]);
  });
});

describe('readPairs refuses', () => {
  it.each<[string, Partial<Record<Field, string>>, RegExp]>([
    ['a row without a place', { place: ' ' }, /column "place": .*name/],
    ['a latitude beyond the pole', { latitude: '91' }, /column "latitude": .*91/],
    ['a longitude beyond 180', { longitude: '200' }, /column "longitude": .*200/],
    ['an elevation that is none', { elevation: '13O' }, /column "elevation": "13O": this is not a number/],
    ['half a location', { latitude: '' }, /column "latitude": .*both, or neither/],
    [
      'an unknown variable',
      { variable: 'temprature_2m' },
      /column "variable": .*temprature_2m.*temperature_2m/,
    ],
    ['an empty variable', { variable: '' }, /column "variable": /],
    ['an unknown unit', { unit: 'furlong' }, /column "unit": .*furlong/],
    ['a unit of another quantity', { unit: 'mm' }, /column "unit": .*mm/],
    ['an empty unit', { unit: '' }, /column "unit": /],
    [
      'a time without zone',
      { init_time: '2024-01-01T00:00' },
      /column "init_time": .*2024-01-01T00:00".*zone/,
    ],
    ['a date', { valid_time: '2024-01-02' }, /column "valid_time": .*2024-01-02/],
    ['a day that does not exist', { valid_time: '2024-02-30T00:00Z' }, /column "valid_time": .*2024-02-30/],
    ['an empty time', { init_time: '' }, /column "init_time": the field is empty/],
    [
      'valid before init',
      { valid_time: '2023-12-31T00:00Z' },
      /column "valid_time": 2023-12-31T00:00Z is before .*init_time, 2024-01-01T00:00Z/,
    ],
    [
      'available before init',
      { available_time: '2023-12-31T23:00Z' },
      /column "available_time": .* is before .*init_time/,
    ],
    [
      'known before valid',
      { outcome_known_time: '2024-01-01T23:00Z' },
      /column "outcome_known_time": .* is before .*valid_time/,
    ],
    ['a decimal comma', { member_1: '1,5' }, /column "member_1": "1,5": .*decimal point/],
    ['a number with a tail', { model_a: '1.5abc' }, /column "model_a": "1.5abc": this is not a number/],
    ['Infinity', { x_b: 'Infinity' }, /column "x_b": "Infinity": the number must be finite/],
    ['NaN as text', { observation: 'NaN' }, /column "observation": "NaN": leave the field empty/],
    ['NA as text', { x_b: 'NA' }, /column "x_b": "NA": leave the field empty/],
    [
      'less than absolute zero',
      { observation: '-999' },
      /column "observation": "-999" °C: temperature_2m cannot be less than -273.15 °C.*empty/,
    ],
    [
      'negative rain',
      { variable: 'precipitation', unit: 'mm', observation: '-0.02' },
      /column "observation": "-0.02" mm: precipitation cannot be less than 0 mm/,
    ],
    [
      'a humidity of 130 %',
      { variable: 'relative_humidity_2m', unit: '1', member_1: '0.5', model_a: '1.3', observation: '1' },
      /column "model_a": "1.3" 1: relative_humidity_2m cannot be more than 100 %/,
    ],
  ])('%s', async (_, fields, message) => {
    const file = written(tableWith(fields));
    await expect(readPairs([file])).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(message),
    });
    await expect(readPairs([file])).rejects.toThrow(`${file}, line 3, column "`);
  });

  const without = (name: Field) => header.filter((one) => one !== name).join(',');
  it.each<[string, readonly string[], RegExp]>([
    ['an empty file', [''], /pairs\.csv: the file has no header/],
    ['a header without rows', [header.join(','), '', ''], /pairs\.csv: the table has a header but no rows/],
    ['a missing column', [without('unit')], /line 1: the column unit is missing/],
    ['missing columns', ['place,model_a'], /line 1: the columns latitude, longitude, .* are missing/],
    [
      'an undeclared column',
      [`${header.join(',')},temperature`],
      /line 1, column "temperature": unknown column/,
    ],
    [
      'a misspelt column',
      [header.join(',').replace('latitude', 'lattitude')],
      /column "lattitude": .*Did you mean latitude/,
    ],
    [
      'a family without a name',
      [`${header.join(',')},member_`],
      /column "member_": unknown column.*member_\*/,
    ],
    ['a column twice', [`${header.join(',')},place`], /column "place": there are two/],
    ['a column without a name', [`${header.join(',')},`], /column 15 has no name/],
    ['semicolons', [header.join(';')], /separated by commas, not by ";"/],
    ['tabs', [header.join('\t')], /separated by commas, not by "\\t"/],
    [
      'no forecasts',
      [header.filter((name) => !/^(member|model|x)_/.test(name)).join(','), ''],
      /no column of forecasts.*member_\*/,
    ],
    [
      'too few fields',
      [header.join(','), row(), 'Seattle,47'],
      /line 3: the row has 2 fields, the header 14 columns/,
    ],
    [
      'too many fields',
      [header.join(','), row(), `${row()},`],
      /line 3: the row has 15 fields, the header 14 columns/,
    ],
    ['a single field', [header.join(','), 'Seattle'], /line 2: the row has 1 field, /],
  ])('%s', async (_, lines, message) => {
    const file = written(lines);
    await expect(readPairs([file])).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(message),
    });
  });

  it.each<[string, Partial<Record<Field, string>>, string]>([
    ['outcomes', { observation: '4.8' }, 'observation'],
    ['outcomes, of which one is missing', { observation: '' }, 'observation'],
    ['forecasts', { model_a: '6.5' }, 'model_a'],
    ['known times', { outcome_known_time: '2024-01-02T02:00Z' }, 'outcome_known_time'],
  ])('two rows of one key with different %s', async (_, fields, column) => {
    const same = 'which has the same place, variable, init_time, valid_time';
    const file = written([header.join(','), row(), '', row({ place: 'B' }), row(fields)]);
    await expect(readPairs([file])).rejects.toThrow(
      `${file}, line 5, column "${column}": differs from line 2, ${same}; keep one of the rows.`,
    );
    const first = written([header.join(','), row()], 'first.csv');
    const second = written([header.join(','), row({ place: 'B' }), row(fields)], 'second.csv');
    await expect(readPairs([first, second])).rejects.toThrow(
      `${second}, line 3, column "${column}": differs from ${first}, line 2, ${same}`,
    );
  });

  it('an absent file and no files', async () => {
    await expect(readPairs([join(folder, 'absent.csv')])).rejects.toMatchObject({ name: 'NotFound' });
    await expect(readPairs([])).rejects.toMatchObject({ name: 'Usage' });
  });

  it('to go on when it is told to stop', async () => {
    const file = written([header.join(','), row()]);
    await expect(readPairs([file], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'Cancelled',
    });
  });
});
