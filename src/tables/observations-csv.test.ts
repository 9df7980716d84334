import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readObservations } from './observations-csv.ts';
import { readTable } from './table.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-observations-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string, name = 'observations.csv'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const header = 'place,latitude,longitude,elevation,valid_time,known_time,variable,unit,observation\n';
const pairsFile = () =>
  written(
    'place,latitude,longitude,elevation,init_time,valid_time,variable,unit,model_a,observation\n' +
      'KSEA,47.45,-122.31,130,2024-01-01T00:00Z,2024-01-02T00:00Z,temperature_2m,°C,1,2\n',
    'pairs.csv',
  );

describe('readObservations reads', () => {
  it('every column, without known_time the valid time', async () => {
    const file = written(
      'observation,unit,variable,valid_time,elevation,longitude,latitude,place\n' +
        '50,°F,temperature_2m,2024-01-01T00:00Z,130,-122.31,47.45,KSEA\n' +
        ',m/s,wind_speed_10m,2024-01-01T01:00Z,130,-122.31,47.45,KSEA\n',
    );
    const { observations, counts, notices } = await readObservations([file]);
    expect(observations).toMatchObject({
      rows: 2,
      places: [{ name: 'KSEA', latitude: 47.45, longitude: -122.31, elevation: 130 }],
      place: Int32Array.of(0, 0),
      variable: Int32Array.of(0, 1),
      validTime: Float64Array.of(Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 1, 1)),
      knownTime: Float64Array.of(Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 1, 1)),
    });
    expect(Array.from(observations.value)).toEqual([expect.closeTo(10, 10), Number.NaN]);
    expect(observations.variables.map(({ name }) => name)).toEqual(['temperature_2m', 'wind_speed_10m']);
    expect(counts).toMatchObject({ rows: 2, missingOutcomes: 1 });
    expect(notices).toEqual(['1 of 2 rows have no observation.']);
  });

  it('revisions beside the first value, and repeats once', async () => {
    const first = 'KSEA,,,,2024-01-01T00:00Z,2024-01-01T00:10Z,temperature_2m,°C,4\n';
    const revised = 'KSEA,,,,2024-01-01T00:00Z,2024-01-03T00:00Z,temperature_2m,°C,4.5\n';
    const { observations, counts } = await readObservations([written(header + first + revised + first)]);
    expect(Array.from(observations.value)).toEqual([4, 4.5]);
    expect(counts.identicalDuplicates).toBe(1);
  });
});

describe('readObservations refuses', () => {
  const good = 'KSEA,,,,2024-01-01T00:00Z,,temperature_2m,°C,4\n';
  it.each([
    [
      'what is known before it happened',
      'KSEA,,,,2024-01-01T00:00Z,2023-12-31T00:00Z,temperature_2m,°C,4',
      /line 3, column "known_time": .* before .*valid_time/,
    ],
    [
      'two values of one time',
      'KSEA,,,,2024-01-01T00:00Z,,temperature_2m,°C,5',
      /line 3, column "observation": differs from line 2/,
    ],
    [
      'a decimal comma',
      'B,,,,2024-01-01T00:00Z,,temperature_2m,°C,"1,5"',
      /line 3, column "observation": "1,5"/,
    ],
    [
      'an impossible value',
      'B,,,,2024-01-01T00:00Z,,relative_humidity_2m,%,130',
      /line 3, column "observation": "130" %/,
    ],
    ['a row that is too short', 'B,,,', /line 3: the row has 4 fields, the header 9/],
  ])('%s', async (_, line, message) => {
    const reading = readObservations([written(`${header}${good}${line}\n`)]);
    await expect(reading).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(message),
    });
  });

  it('a table of pairs', async () => {
    await expect(readObservations([pairsFile()])).rejects.toThrow(/column "init_time": unknown column/);
  });
});

describe('readTable', () => {
  const observationsFile = () => written(`${header}KSEA,,,,2024-01-01T00:00Z,,temperature_2m,°C,4\n`);

  it('tells pairs from observations', async () => {
    expect(await readTable([pairsFile()])).toMatchObject({ kind: 'pairs', pairs: { rows: 1 } });
    expect(await readTable([observationsFile()])).toMatchObject({
      kind: 'observations',
      observations: { rows: 1 },
    });
  });

  it('takes forecasts without an issue time for pairs that lack it', async () => {
    const file = written(`${header.trim()},model_a\n`, 'lacking.csv');
    await expect(readTable([file])).rejects.toThrow(/known_time|init_time/);
  });

  it('refuses both kinds together', async () => {
    await expect(readTable([pairsFile(), observationsFile()])).rejects.toThrow(
      /pairs\.csv holds forecasts, .*observations\.csv observations only/,
    );
  });
});
