import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPool } from '../src/index.ts';
import type { Method } from '../src/pipeline/method.ts';
import { predictPlaces } from '../src/pipeline/predict-places.ts';
import { predictionNdjson } from '../src/pipeline/prediction-lines.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { bandOf } from '../src/weather/lead-band.ts';
import { formatInstant, msPerDay, msPerHour } from '../src/weather/time.ts';
import { start, weatherglass } from './command-line.ts';
import { firstDay, pairsTable, predictionsOf, simulatedHistory, temporaryFolder } from './loop-tables.ts';
import { csvText } from './simulated-tables.ts';

/** `weatherglass predict --file --output`: predictions for the places of a file, into a file. */

const folder = temporaryFolder('predict-file');
const path = (name: string) => join(folder, name);
const run = (...args: string[]) => weatherglass(args, { cwd: folder });

/** Files that a batch left, by the name that its output begins with. */
const left = (name: string) => readdirSync(folder).filter((file) => file.startsWith(name));

const DAYS = 60;
/** When the newest runs had arrived, earlier than the first outcome of their day; the loop has answered them. */
const asOf = firstDay + (DAYS - 1) * msPerDay + 2 * msPerHour;
const AS_OF = formatInstant(asOf);

/** Runs a batch that must succeed in silence, and answers what it printed. */
async function predict(output: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run('predict', '--output', output, '--as-of', AS_OF, ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

beforeAll(async () => {
  const history = simulatedHistory({
    days: DAYS,
    leads: [24, 72],
    delay: 2,
    variables: ['temperature_2m', 'wind_speed_10m'],
  });
  // A place whose forecasts are long over, and one that has none.
  const gone = simulatedHistory({ days: 3, places: 4 }).filter(({ place }) => place === 'Place 4');
  // What the loop would learn after its last prediction is not there.
  const known = history.map((row) => (row.known < asOf ? row : { ...row, outcome: undefined }));
  writeFileSync(path('pairs.csv'), csvText(pairsTable([...known, ...gone])));
  await run('import', 'pairs.csv');
  const date = (day: number) => formatInstant(firstDay + day * msPerDay).slice(0, 10);
  await run('replay', '--from', date(DAYS - 8), '--to', date(DAYS));
  await run('place', 'add', 'Bare', '--latitude', '-47.5', '--longitude', '179.99');
  writeFileSync(path('places.csv'), 'place,latitude,longitude\nPlace 1,,\n,48.1,8.7\nPlace 3,,\n');
});

type Row = Readonly<Record<string, string | number | null>>;

/** Rows of a file in any of the formats: times as text, numbers as numbers. */
async function rowsOf(file: string): Promise<readonly Row[]> {
  const bytes = readFileSync(path(file));
  if (file.endsWith('.parquet')) {
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    });
    const time = (value: Date) => formatInstant(value.getTime());
    return rows.map((row) => ({ ...row, valid_time: time(row.valid_time), run_time: time(row.run_time) }));
  }
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const lines = text.trimEnd().split('\n');
  if (file.includes('.ndjson')) return lines.map((line) => JSON.parse(line));
  const [header, ...rows] = lines.map((line) => line.split(','));
  const isText = (name: string) => ['place', 'variable', 'unit', 'valid_time', 'run_time'].includes(name);
  return rows.map((cells) =>
    Object.fromEntries(header.map((name, k) => [name, isText(name) ? cells[k] : Number(cells[k])])),
  );
}

describe('what is predicted', () => {
  const files = ['all.csv', 'all.csv.gz', 'all.ndjson', 'all.ndjson.gz', 'all.parquet'];
  let printed: readonly string[] = [];
  beforeAll(async () => {
    printed = await Promise.all(files.map((file) => predict(file, '--file', 'places.csv')));
  });

  it('is said in a line', () => {
    expect(printed).toEqual(files.map((file) => `${file}: 12 rows for 3 of 3 places, as of ${AS_OF}\n`));
    expect(left('all.')).toEqual(files.toSorted());
  });

  it('is the same in every format', async () => {
    const [csv, ...others] = await Promise.all(files.map(rowsOf));
    const columns = 'place,latitude,longitude,distance_km,variable,unit,valid_time,run_time'.split(',');
    expect(Object.keys(csv[0])).toEqual([
      ...columns,
      ...[10, 20, 30, 40, 50, 60, 70, 80, 90].map((q) => `q${q}`),
    ]);
    for (const other of others) {
      expect(other.map((row) => Object.keys(row))).toEqual(csv.map((row) => Object.keys(row)));
      other.forEach((row, i) => {
        // Text has six digits.
        for (const [name, value] of Object.entries(csv[i]))
          if (name.startsWith('q'))
            expect(Math.abs(Number(row[name]) / Number(value) - 1)).toBeLessThan(5.1e-6);
          else expect(row[name]).toBe(value);
      });
    }
    for (const row of csv)
      for (let q = 20; q <= 90; q += 10) expect(row[`q${q}`]).toBeGreaterThan(Number(row[`q${q - 10}`]));
  });

  it('is where and when it was asked for, in the order of the file', async () => {
    const rows = await rowsOf('all.ndjson');
    expect(
      rows.map(({ place, variable, valid_time, run_time }) => [place, variable, valid_time, run_time]),
    ).toEqual(
      ['Place 1', 'Place 2', 'Place 3'].flatMap((place) =>
        ['temperature_2m', 'wind_speed_10m'].flatMap((variable) =>
          [24, 72].map((lead) => {
            const issued = asOf - 2 * msPerHour;
            return [place, variable, formatInstant(issued + lead * msPerHour), formatInstant(issued)];
          }),
        ),
      ),
    );
    // 0.1° of latitude are 11.12 km; 8 + 2/3 is 0.0333° from 8.7, 2.48 km at 48°.
    expect(rows[4]).toMatchObject({ latitude: 48.1, longitude: 8.7, unit: '°C' });
    expect(rows[4].distance_km).toBeCloseTo(Math.hypot(11.12, 2.48), 1);
    expect(rows[0]).toMatchObject({ latitude: 47.5, longitude: 8.333333333333334, distance_km: 0 });
    expect(rows[6]).toMatchObject({ variable: 'wind_speed_10m', unit: 'm/s' });
  });

  it('is the weighted mean of the quantiles that the loop issued for its experts', async () => {
    await using store = await openStore(path('weatherglass.db'), { readOnly: true });
    const issued = (await predictionsOf(store)).filter(
      ({ issuedAt, variable }) => issuedAt === asOf && variable === 'temperature_2m',
    );
    expect(issued).toHaveLength(3);
    const percents = issued[0].levels.map((level) => Number((100 * level).toPrecision(12)));
    expect(percents).toHaveLength(17);
    const columns = percents.map((percent) => `q${percent}`);
    await predict(
      'levels.parquet',
      '--file',
      'places.csv',
      '--levels',
      percents.join(),
      '--variable',
      'temperature_2m',
    );
    const rows = await rowsOf('levels.parquet');
    expect(rows).toHaveLength(6);
    expect(Object.keys(rows[0]).slice(8)).toEqual(columns);
    for (const { place, method, contenders, levels, quantiles, validTimes, runTimes } of issued)
      for (const [i, validTime] of validTimes.entries()) {
        const { experts, bands } = JSON.parse(method) as Method;
        const band = bands.find((one) => one.band === bandOf((validTime - runTimes[i]) / msPerHour))!;
        const shares = ['emos', 'emos-station'].map((name) => ({
          weight: band.weights[experts.indexOf(name)],
          at: (i * contenders.length + contenders.indexOf(name)) * levels.length,
        }));
        const total = shares.reduce((sum, { weight }) => sum + weight, 0);
        const row = rows.find((one) => one.place === place && one.valid_time === formatInstant(validTime))!;
        columns.forEach((column, k) => {
          const mean = shares.reduce((sum, { weight, at }) => sum + (weight / total) * quantiles[at + k], 0);
          expect(Math.abs(Number(row[column]) - mean)).toBeLessThan(1e-4 * Math.max(1, Math.abs(mean)));
        });
      }
  });

  it('has the variables and times asked for, and is as of then', async () => {
    const day = formatInstant(asOf - 2 * msPerHour + 24 * msPerHour);
    const args = [
      '--file',
      'places.csv',
      '--variable',
      'wind_speed_10m',
      '--until',
      day,
      '--levels',
      '2.5,50',
    ];
    expect(JSON.parse(await predict('some.ndjson', ...args, '--json'))).toEqual({
      output: 'some.ndjson',
      asOf: AS_OF,
      rows: 3,
      places: 3,
      predicted: 3,
      failures: 0,
      failuresFile: null,
      // All of it is one's own.
      physics: {},
      attribution: [],
    });
    const rows = await rowsOf('some.ndjson');
    expect(rows.map(({ variable, valid_time }) => `${variable} ${valid_time}`)).toEqual(
      Array.from({ length: 3 }, () => `wind_speed_10m ${day}`),
    );
    expect(Object.keys(rows[0]).slice(8)).toEqual(['q2.5', 'q50']);
  });

  it('works while another process writes to the store, and leaves no trace in it', async () => {
    const before = statSync(path('weatherglass.db'));
    await using writer = await openStore(path('weatherglass.db'));
    const predictions = (await writer.summary()).predictions;
    expect(await predict('beside.csv', '--file', 'places.csv')).toMatch(/^beside\.csv: 12 rows/);
    expect((await writer.summary()).predictions).toBe(predictions);
    expect(statSync(path('weatherglass.db')).size).toBe(before.size);
    expect(readFileSync(path('beside.csv'))).toEqual(readFileSync(path('all.csv')));
  });
});

describe('what fails', () => {
  const mixed = `id,place,latitude,longitude
1,Place 1,,
2,,95,8
3,"Plaice, 1",,
4,,48.1,8.7
5,,north,8
6,,-47.5,-179.99
7,,0,0
8,Place 4,,
`;
  it('stands beside the results', async () => {
    writeFileSync(path('mixed.csv.gz'), gzipSync(mixed));
    expect(await predict('mixed.parquet', '--file', 'mixed.csv.gz')).toBe(
      `mixed.parquet: 8 rows for 2 of 8 places, as of ${AS_OF}; 6 failures, in mixed.parquet.failures.csv\n`,
    );
    expect([...new Set((await rowsOf('mixed.parquet')).map(({ place }) => place))]).toEqual([
      'Place 1',
      'Place 2',
    ]);
    const [header, ...lines] = readFileSync(path('mixed.parquet.failures.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('line,place,latitude,longitude,error,message');
    const patterns = [
      /^3,,95,8,InvalidData,"?mixed\.csv\.gz, line 3: Latitude must be from -90 to 90/,
      /^4,"Plaice, 1",,,NotFound,"there is no place ""Plaice, 1""; `weatherglass place list` lists/,
      /^6,,north,8,InvalidData,"mixed\.csv\.gz, line 6, column ""latitude"": ""north"": this is not a number/,
      // Across the date line.
      /^7,,-47\.5,-179\.99,NotFound,no forecast for Bare is known$/,
      /^8,,0,0,NotFound,"no place is within 25 km of 0, 0: the nearest, ""Place 1"", is \d+ km away"$/,
      /^9,Place 4,,,NotFound,"?no expert answers for Place 4: its newest forecasts are over/,
    ];
    expect(lines).toHaveLength(patterns.length);
    lines.forEach((line, k) => expect(line).toMatch(patterns[k]));
    // One row a block, which is a row group.
    const bytes = readFileSync(path('mixed.parquet'));
    expect(
      parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer)
        .row_groups,
    ).toHaveLength(1);

    // The table of failures is one of places: what is mended in it can be asked again.
    const table = readFileSync(path('mixed.parquet.failures.csv'), 'utf8').replace('"Plaice, 1"', 'Place 3');
    writeFileSync(path('again.csv'), table);
    expect(JSON.parse(await predict('mixed.parquet', '--file', 'again.csv', '--json'))).toMatchObject({
      places: 6,
      predicted: 1,
      failures: 5,
      failuresFile: 'mixed.parquet.failures.csv',
    });
    // Nothing fails any more.
    await predict('mixed.parquet', '--file', 'places.csv');
    expect(left('mixed.parquet')).toEqual(['mixed.parquet']);
  });

  it.each<[string, number, string, RegExp]>([
    [
      'bad numbers',
      65,
      'latitude,longitude\n95,8\n0,0\n',
      /2 failures, in none\.csv\.failures\.csv; the first: line 2: none-places\.csv, line 2: Latitude/,
    ],
    [
      'nothing near',
      66,
      'latitude,longitude\n0,0\n95,8\n',
      /the first: line 2: no place is within 25 km of 0, 0/,
    ],
    [
      'no forecast',
      66,
      'place\nBare\n',
      /no place could be predicted for, and no file was written; 1 failure, .* line 2: no forecast for Bare/,
    ],
  ])('is the end of it where it is all there is: %s', async (_, exitCode, places, why) => {
    writeFileSync(path('none-places.csv'), places);
    const args = ['predict', '--file', 'none-places.csv', '--output', 'none.csv', '--as-of', AS_OF, '--json'];
    const finished = await run(...args);
    expect(finished.exitCode).toBe(exitCode);
    expect(JSON.parse(finished.stdout)).toMatchObject({ rows: 0, predicted: 0 });
    expect(finished.stderr).toMatch(why);
    expect(left('none.csv')).toEqual(['none.csv.failures.csv']);
  });

  const batch = (...args: string[]) => ['--file', 'places.csv', '--output', 'x.csv', ...args];
  const refusals: readonly (readonly [string, number, RegExp, readonly string[]])[] = [
    ['no output', 64, /--file needs --output/, ['--file', 'places.csv']],
    [
      'no places',
      64,
      /--output takes the predictions for a file of places: name that by --file/,
      ['--output', 'x.csv'],
    ],
    ['a place', 64, /leave out --place, or add its places to the file/, batch('--place', 'Place 1')],
    ['a location', 64, /leave out --at/, batch('--at', '47.5,8')],
    ['other locations', 64, /leave out --locations/, batch('--locations', 'places.csv')],
    ['thresholds', 64, /--above prints probabilities/, batch('--above', 'temperature_2m=1')],
    [
      'a table',
      64,
      /--file chooses from the store; leave it out, or leave the files out/,
      ['pairs.csv', ...batch()],
    ],
    ['a model', 64, /--model is for tables/, batch('--model', 'emos')],
    [
      'an unknown ending',
      64,
      /"x\.xlsx" says no format: let it end in \.csv, .* or \.parquet/,
      ['--file', 'places.csv', '--output', 'x.xlsx'],
    ],
    [
      'another kind of table',
      64,
      /"x\.txt" must end in \.csv or \.csv\.gz/,
      ['--file', 'x.txt', '--output', 'x.csv'],
    ],
    [
      'its own places',
      64,
      /\.\/places\.csv is one of the tables read/,
      ['--file', 'places.csv', '--output', './places.csv'],
    ],
    [
      'places where failures would go',
      64,
      /x\.csv\.failures\.csv is one of the tables read/,
      ['--file', 'x.csv.failures.csv', '--output', 'x.csv'],
    ],
    [
      'the store',
      64,
      /named\.csv is one of the tables read/,
      ['--file', 'places.csv', '--output', 'named.csv', '--store', 'named.csv'],
    ],
    [
      'a file that is not there',
      66,
      /absent\.csv: there is no such file/,
      ['--file', 'absent.csv', '--output', 'x.csv'],
    ],
    [
      'a file without places',
      65,
      /pairs-only\.csv, line 1: there are no places in the columns a, b\. Its first line must/,
      ['--file', 'pairs-only.csv', '--output', 'x.csv'],
    ],
    [
      'an empty file',
      65,
      /empty\.csv: the file names no places/,
      ['--file', 'empty.csv', '--output', 'x.csv'],
    ],
    ['an unknown variable', 66, /there is no variable rain/, batch('--variable', 'rain')],
    ['a time before anything was learned', 66, /nothing was trained by then/, batch('--as-of', '2020-01-01')],
    [
      'a folder that is not there',
      69,
      /cannot write nowhere\/x\.csv/,
      ['--file', 'places.csv', '--output', 'nowhere/x.csv'],
    ],
    ['levels out of order', 64, /ascending order/, batch('--levels', '90,10')],
  ];
  it('refuses what cannot be, saying what to do, and leaves no file', async () => {
    copyFileSync(path('weatherglass.db'), path('named.csv'));
    writeFileSync(path('pairs-only.csv'), 'a,b\n1,2\n');
    writeFileSync(path('empty.csv'), '');
    writeFileSync(path('x.csv.failures.csv'), 'place\nPlace 1\n');
    const finished = await Promise.all(refusals.map(([, , , args]) => run('predict', ...args)));
    finished.forEach((one, k) => {
      const [what, exitCode, why] = refusals[k];
      expect({ what, ...one }).toMatchObject({ what, exitCode, stdout: '' });
      expect(one.stderr).toMatch(why);
    });
    expect(left('x.')).toEqual(['x.csv.failures.csv']);
    expect(left('places.csv')).toEqual(['places.csv']);
    expect(readFileSync(path('named.csv'))).toEqual(readFileSync(path('weatherglass.db')));
    expect(readFileSync(path('x.csv.failures.csv'), 'utf8')).toBe('place\nPlace 1\n');
  });
});

describe('a long batch', () => {
  const many = (count: number) => Array.from({ length: count }, (_, k) => `Place ${1 + (k % 3)}`);

  it('leaves nothing when it is interrupted, but what was there', async () => {
    writeFileSync(path('long.csv'), `place\n${many(300_000).join('\n')}\n`);
    writeFileSync(path('stopped.csv'), 'of an earlier run\n');
    writeFileSync(path('stopped.csv.failures.csv'), 'of an earlier run\n');
    const args = ['predict', '--file', 'long.csv', '--output', 'stopped.csv', '--as-of', AS_OF];
    const { child, finished } = start(args, { cwd: folder });
    const begun = () => (statSync(path('stopped.csv.part'), { throwIfNoEntry: false })?.size ?? 0) > 0;
    while (!begun() && child.exitCode === null) await sleep(5);
    child.kill('SIGINT');
    const { exitCode, stdout } = await finished;
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
    expect(left('stopped.csv')).toEqual(['stopped.csv', 'stopped.csv.failures.csv']);
    expect(readFileSync(path('stopped.csv'), 'utf8')).toBe('of an earlier run\n');
  });

  it('predicts no faster than its file is written: few blocks are held, however many there are', async () => {
    await using store = await openStore(path('weatherglass.db'), { readOnly: true });
    await using pool = openPool(1);
    const asked = many(64 * 40).map((place, k) => ({
      line: k + 2,
      place,
      latitude: Number.NaN,
      longitude: Number.NaN,
    }));
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let predicted = 0;
    let pieces = 0;
    const batch = predictPlaces(
      store,
      { asked, malformed: [] },
      {
        asOf,
        levels: Array.from({ length: 99 }, (_, k) => (k + 1) / 100),
        onProgress: (done) => (predicted = done),
      },
      pool,
      predictionNdjson,
      () => {
        pieces++;
        return gate;
      },
    );
    try {
      // Until nothing moves any more.
      for (let still = 0, before = 0; still < 5 || pieces === 0; before = predicted) {
        await Promise.race([sleep(50), batch]);
        still = predicted === before ? still + 1 : 0;
      }
      expect(pieces).toBe(1);
      // Of 40 chunks one that is being written, one that waits for that, and one in the thread.
      expect(predicted).toBeLessThanOrEqual(64 * 3);
    } finally {
      open();
    }
    expect(await batch).toMatchObject({ rows: 4 * asked.length, predicted: asked.length, failures: [] });
    expect(predicted).toBe(asked.length);
  });
});

it('places of --locations are found in the same way', async () => {
  const { stdout, stderr, exitCode } = await run(
    'predict',
    '--locations',
    'places.csv',
    '--as-of',
    AS_OF,
    '--json',
  );
  expect({ stderr, exitCode }).toEqual({
    stderr: '48.1, 8.7: the prediction is that of Place 2, 11.4 km away\n',
    exitCode: 0,
  });
  const { predictions } = JSON.parse(stdout) as { predictions: { place: string }[] };
  expect([...new Set(predictions.map(({ place }) => place))]).toEqual(['Place 1', 'Place 2', 'Place 3']);
});
