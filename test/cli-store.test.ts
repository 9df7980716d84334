import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../src/store/sqlite-store.ts';
import { readPairs } from '../src/tables/pairs-csv.ts';
import { commandLine, plainEnvironment, weatherglass } from './command-line.ts';
import { describeWithData } from './development-data.ts';
import { csvText, simulatedObservations, simulatedPairs } from './simulated-tables.ts';

/** `weatherglass place, export, backup, restore, check, reduce`: what looks after the store. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const run = (...args: string[]) => weatherglass(args, { cwd: folder });

/** Runs a command that must succeed in silence, and answers what it printed. */
async function print(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

/** Runs a command that must fail, print nothing and say why. */
async function fail(exitCode: number, why: RegExp, ...args: string[]): Promise<void> {
  const finished = await run(...args);
  expect(finished).toMatchObject({ exitCode, stdout: '' });
  expect(finished.stderr).toMatch(why);
}

/** 80 dates until 20 March 2020, the last 3 without outcome; 200 days of maxima at the harbour. The loop has run over them. */
const pairs = simulatedPairs({ dates: 80, leads: [24, 72], members: 6, ahead: 3 });
beforeAll(async () => {
  writeFileSync(path('pairs.csv'), csvText(pairs));
  writeFileSync(path('observations.csv'), csvText(simulatedObservations(200)));
  await run('import', 'pairs.csv', 'observations.csv', '--store', 'source.db');
  await run('replay', '--from', '2020-03-01', '--to', '2020-03-25', '--store', 'source.db');
  await run('verify', '--store', 'source.db');
  await run('backup', 'filled.db', '--store', 'source.db');
});
/** Each test begins with the filled store, or makes one of its own. */
beforeEach(() => {
  for (const name of readdirSync(folder)) if (name.startsWith('weatherglass.db')) rmSync(path(name));
  copyFileSync(path('filled.db'), path('weatherglass.db'));
});

describe('place', () => {
  it('adds one with the zone of its coordinates, and makes a store where there is none', async () => {
    const add = (...args: string[]) => print('place', 'add', ...args, '--store', 'own.db');
    expect(await add('Oslo', '--latitude', '59.91', '--longitude', '10.75', '--elevation', '94')).toBe(
      'Oslo is followed now: 59.91, 10.75, 94 m, Europe/Oslo\n',
    );
    expect(await add(' Mt. Hood, summit ', '--latitude', '45.37', '--longitude', '-121.7')).toBe(
      'Mt. Hood, summit is followed now: 45.37, -121.7, America/Los_Angeles\n',
    );
    expect(
      await add('Ship', '--latitude', '45', '--longitude', '-30', '--zone', 'Atlantic/Azores', '--json'),
    ).toBe(
      '{"name":"Ship","latitude":45,"longitude":-30,"elevation":null,"zone":"Atlantic/Azores","changed":true}\n',
    );
    expect(await print('place', 'list', '--store', 'own.db')).toBe(`\
place             latitude  longitude  elevation  zone                 variables  newest outcome  newest run
Oslo                 59.91      10.75         94  Europe/Oslo                  –               –           –
Mt. Hood, summit     45.37     -121.7          –  America/Los_Angeles          –               –           –
Ship                    45        -30          –  Atlantic/Azores              –               –           –
`);
  });

  it('adds it again without a change, and changes it only when told so', async () => {
    const at = (latitude: string, ...more: string[]) => [
      'place',
      'add',
      'Harbour',
      '--latitude',
      latitude,
      '--longitude',
      '-122.33',
      ...more,
    ];
    expect(await print(...at('47.61'))).toMatch(
      /^Harbour is followed already: 47\.61, -122\.33, 5 m, America/,
    );
    const refusal =
      /^weatherglass: Harbour is followed already, 47\.61, -122\.33, 5 m, America\/Los_Angeles: say --replace/;
    await fail(64, refusal, ...at('47.62'));
    await fail(64, refusal, ...at('47.61', '--elevation', '6'));
    await fail(64, refusal, ...at('47.61', '--zone', 'UTC'));
    expect(await print(...at('47.62', '--replace'))).toBe(
      'Harbour is changed: 47.62, -122.33, America/Los_Angeles\n',
    );
    expect(await print('place', 'show', 'Harbour')).toMatch(/^Harbour: 47\.62, .*\n\noutcomes/);
  });

  it('fills in what a table did not say', async () => {
    const bare = pairs.map((row, i) => (i === 0 ? row : [row[0], '', '', '', ...row.slice(4)]));
    writeFileSync(path('bare.csv'), csvText(bare));
    await run('import', 'bare.csv', '--store', 'bare.db');
    const command = ['place', 'add', 'Harbour', '--latitude', '47.61', '--longitude', '-122.33'];
    expect(await print(...command, '--store', 'bare.db')).toBe(
      'Harbour is changed: 47.61, -122.33, America/Los_Angeles\n',
    );
  });

  it.each<[string, number, RegExp, readonly string[]]>([
    ['a latitude off the globe', 65, /Place "X": Latitude must be from -90 to 90/, ['--latitude', '91']],
    ['a longitude off the globe', 65, /Longitude must be from -180 to 180/, ['--longitude', '190']],
    ['feet for metres', 65, /Elevation must be from -500 to 9000/, ['--elevation', '14000']],
    [
      'a zone that is not',
      65,
      /no time zone "Europe\/Olso".* Did you mean Europe\/Oslo\?/,
      ['--zone', 'Europe/Olso'],
    ],
    ['a decimal comma', 64, /write the number with a decimal point/, ['--latitude', '59,9']],
    ['no number', 64, /"north": this is not a number/, ['--latitude', 'north']],
  ])('refuses %s', async (_, exitCode, why, wrong) => {
    const right = ['--latitude', '59.9', '--longitude', '10.7'];
    await fail(exitCode, why, 'place', 'add', 'X', ...right, ...wrong);
    expect(await print('place', 'list')).not.toMatch(/^X/m);
  });

  it('refuses a name that no table could hold, and half a location', async () => {
    const right = ['--latitude', '59.9', '--longitude', '10.7'];
    await fail(65, /needs a name; its name is empty/, 'place', 'add', ' ', ...right);
    await fail(65, /line break or another control character/, 'place', 'add', 'a\nb', ...right);
    await fail(64, /required option '--longitude <degrees>'/, 'place', 'add', 'X', '--latitude', '59.9');
    await fail(64, /unknown command 'lst'[\s\S]*Did you mean list\?/, 'place', 'lst');
    await fail(64, /Usage: weatherglass place/, 'place');
  });

  it('lists and shows what is known', async () => {
    expect(await print('place', 'list')).toBe(`\
place        latitude  longitude  elevation  zone                 variables                           newest outcome     newest run
Harbour         47.61    -122.33          5  America/Los_Angeles  temperature_2m, temperature_2m_max  2020-07-18T00:00Z  2020-03-19T00:00Z
Hill, upper      47.7     -122.2        410  America/Los_Angeles  temperature_2m                      2020-03-17T00:00Z  2020-03-19T00:00Z
`);
    expect(JSON.parse(await print('place', 'list', '--json'))[1]).toEqual({
      name: 'Hill, upper',
      latitude: 47.7,
      longitude: -122.2,
      elevation: 410,
      zone: 'America/Los_Angeles',
      variables: ['temperature_2m'],
      newestOutcome: '2020-03-17T00:00Z',
      newestRun: '2020-03-19T00:00Z',
    });
    expect(await print('place', 'show', 'Hill, upper')).toMatch(
      new RegExp(`^Hill, upper: 47\\.7, -122\\.2, 410 m, America/Los_Angeles

outcomes +unit +count +flagged +first +newest +from
temperature_2m +°C +77 +0 +2020-01-01T00:00Z +2020-03-17T00:00Z +pairs

runs of +count +first issue +newest issue +newest arrival
imported +82 +2019-12-29T00:00Z +2020-03-19T00:00Z +2020-03-19T00:00Z

predictions of +count +first issue +newest issue +reach until
temperature_2m +\\d+ +2020-03-0\\dT00:00Z +2020-03-19T00:00Z +2020-03-20T00:00Z
$`),
    );
    const shown = JSON.parse(await print('place', 'show', 'Hill, upper', '--json'));
    expect(shown.runs).toEqual([
      {
        source: 'imported',
        count: 82,
        from: '2019-12-29T00:00Z',
        until: '2020-03-19T00:00Z',
        knownUntil: '2020-03-19T00:00Z',
      },
    ]);
  });

  it('says what was meant by an unknown name', async () => {
    const unknown = /^weatherglass: there is no place "Hil, uper"\. Did you mean Hill, upper\?\n$/;
    await fail(66, unknown, 'place', 'show', 'Hil, uper');
    await fail(66, unknown, 'place', 'remove', 'Hil, uper', '--yes');
    await fail(66, unknown, 'export', 'x.csv', '--place', 'Hil, uper');
  });

  it('removes one with all that is stored under it, when it is meant', async () => {
    const goes = '82 runs, 77 observations and \\d+ predictions';
    await fail(
      64,
      new RegExp(`^weatherglass: Hill, upper would go with ${goes}; nothing is removed yet: say --yes`),
      'place',
      'remove',
      'Hill, upper',
    );
    expect(await print('place', 'list')).toContain('Hill, upper');
    expect(await print('place', 'remove', 'Hill, upper', '--yes')).toMatch(
      new RegExp(`^Hill, upper is removed, with ${goes}\n$`),
    );
    expect(await print('place', 'list')).not.toContain('Hill, upper');
    expect(await print('check')).toMatch(
      /^weatherglass\.db: all is well\n1 place, 82 runs, 277 observations/,
    );
  });
});

describe('export', () => {
  it('writes pairs that import and export again byte for byte', async () => {
    expect(await print('export', 'first.csv.gz')).toBe('first.csv.gz: 320 rows of pairs\n');
    await run('import', 'first.csv.gz', '--store', 'again.db');
    await print('export', 'second.csv.gz', '--store', 'again.db');
    const text = gunzipSync(readFileSync(path('first.csv.gz'))).toString();
    expect(gunzipSync(readFileSync(path('second.csv.gz'))).toString()).toBe(text);
    // Those of the imported table in another order, with the times that it left out and numbers as short as can be.
    const short = (field: string) => (/^-?\d+\.\d+$/.test(field) ? String(Number(field)) : field);
    const expected = pairs.map((row, i) => {
      const [init, valid, observed] = [row[4], row[5], row.at(-1) !== ''];
      const times = i === 0 ? ['available_time', 'outcome_known_time'] : [init, observed ? valid : ''];
      return row.toSpliced(8, 0, ...times).map(short);
    });
    expect(text.trimEnd().split('\n').toSorted()).toEqual(csvText(expected).trimEnd().split('\n').toSorted());
  });

  it('writes pairs that back-test as the imported table does', async () => {
    await print('export', 'pairs-again.csv');
    const [one, other] = await Promise.all(
      ['pairs.csv', 'pairs-again.csv'].map(async (file) =>
        JSON.parse((await run('backtest', file, '--json')).stdout),
      ),
    );
    expect(other.scores.crps).toBeCloseTo(one.scores.crps, 10);
    expect(other.targets).toBe(one.targets);
  });

  it('writes observations that import and export again byte for byte', async () => {
    expect(await print('export', 'seen.csv', '--what', 'observations')).toBe(
      'seen.csv: 354 rows of observations\n',
    );
    await run('import', 'seen.csv', '--store', 'seen.db');
    await print('export', 'seen-again.csv', '--what', 'observations', '--store', 'seen.db');
    expect(readFileSync(path('seen-again.csv'), 'utf8')).toBe(readFileSync(path('seen.csv'), 'utf8'));
  });

  it('writes predictions whose scores are those of the record', async () => {
    const skill = JSON.parse((await run('skill', '--json')).stdout).rows as readonly {
      readonly variable: string;
      readonly model: string;
      readonly targets: number;
      readonly scores: { readonly crps: number };
    }[];
    for (const [variable, model] of [
      ['temperature_2m', 'aggregate'],
      ['temperature_2m', 'emos'],
      ['temperature_2m_max', 'aggregate'],
    ]) {
      const flags = ['--what', 'predictions', '--variable', variable];
      const finished = await run(
        'export',
        'served.csv',
        ...flags,
        ...(model === 'aggregate' ? [] : ['--model', model]),
      );
      expect(finished.exitCode).toBe(0);
      const result = JSON.parse(await print('score', 'served.csv', '--json'));
      const record = skill.find((row) => row.variable === variable && row.model === model)!;
      expect(result.rows).toBe(record.targets);
      expect(result.crpsExported).toBeCloseTo(record.scores.crps, 6);
      expect(result.scores.crps).toBeCloseTo(record.scores.crps, 2);
    }
  });

  it('has the places, variables and whole days asked for', async () => {
    await print(
      'export',
      'some.csv',
      '--place',
      'Hill, upper',
      '--from',
      '2020-01-31',
      '--to',
      '2020-02-01',
      '--json',
    );
    const rows = readFileSync(path('some.csv'), 'utf8').trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.replace('"Hill, upper"', 'Hill').split(',').slice(0, 6))).toEqual(
      ['2020-01-28', '2020-01-29', '2020-01-30', '2020-01-31'].map((init, k) =>
        `Hill,47.7,-122.2,410,${init}T00:00Z,${k % 2 === 0 ? '2020-01-31' : '2020-02-01'}T00:00Z`.split(','),
      ),
    );
  });

  it.each<[string, number, RegExp, readonly string[]]>([
    [
      'nothing of it',
      66,
      /nothing to export: there are no forecasts of temperature_2m_max in weatherglass\.db/,
      ['x.csv', '--variable', 'temperature_2m_max'],
    ],
    [
      'no such days',
      66,
      /nothing to export: there are no forecasts, valid from 2021-01-01T00:00Z/,
      ['x.csv', '--from', '2021-01-01'],
    ],
    [
      'an unknown variable',
      66,
      /no variable "temprature_2m".* Did you mean temperature_2m/,
      ['x.csv', '--variable', 'temprature_2m'],
    ],
    [
      'an unknown source',
      66,
      /no source "inported".* Did you mean imported\?/,
      ['x.csv', '--source', 'inported'],
    ],
    [
      'an unknown contender',
      66,
      /no emoss is among those who answered\. Did you mean emos\?/,
      ['x.csv', '--what', 'predictions', '--model', 'emoss'],
    ],
    ['a day that is not', 64, /"2020-02-30" is not a date that exists/, ['x.csv', '--from', '2020-02-30']],
    [
      'days in the wrong order',
      64,
      /--to is a day before --from/,
      ['x.csv', '--from', '2020-02-02', '--to', '2020-02-01'],
    ],
    ['another kind of file', 64, /"x\.parquet" must end in \.csv or \.csv\.gz/, ['x.parquet']],
    [
      'another kind of table',
      64,
      /Allowed choices are pairs, observations, predictions/,
      ['x.csv', '--what', 'runs'],
    ],
    [
      'a source of observations',
      64,
      /--source is for pairs/,
      ['x.csv', '--what', 'observations', '--source', 'pairs'],
    ],
    ['a model of pairs', 64, /--model is for predictions/, ['x.csv', '--model', 'emos']],
    ['a folder that is not there', 69, /cannot write nowhere\/x\.csv/, ['nowhere/x.csv']],
  ])('refuses %s, and leaves no file', async (_, exitCode, why, args) => {
    await fail(exitCode, why, 'export', ...args);
    expect(readdirSync(folder).filter((name) => name.startsWith('x.'))).toEqual([]);
  });

  it('asks for a source where there are two', async () => {
    await run('import', 'pairs.csv', '--source', 'other');
    await fail(64, /there are forecasts by imported, other: choose one by --source/, 'export', 'x.csv');
    expect(await print('export', 'other.csv', '--source', 'other')).toBe('other.csv: 320 rows of pairs\n');
  });

  it('never replaces the store', async () => {
    copyFileSync(path('weatherglass.db'), path('named.csv'));
    await fail(64, /named\.csv is one of the tables read/, 'export', 'named.csv', '--store', 'named.csv');
    expect(await print('check', '--store', 'named.csv')).toContain('all is well');
  });
});

describe('backup, restore and check', () => {
  it('bring back what was there, also while another process writes', async () => {
    {
      await using writer = await openStore(path('weatherglass.db'));
      await writer.write({ notes: { anything: 'in the log' } });
      expect(await print('backup', 'copy.db')).toMatch(
        /^weatherglass\.db is backed up in copy\.db, [\d.]+ MB\n$/,
      );
      expect(await print('check')).toContain('all is well');
    }
    await fail(64, /There is a file at copy\.db already: give the backup another name/, 'backup', 'copy.db');
    await run('place', 'remove', 'Harbour', '--yes');
    await fail(64, /there is a store at weatherglass\.db: say --replace to lose it/, 'restore', 'copy.db');
    const summary = '2 places, 164 runs, 354 observations and \\d+ predictions, [\\d.]+ MB';
    expect(await print('restore', 'copy.db', '--replace')).toMatch(
      new RegExp(`^copy\\.db is restored in weatherglass\\.db: ${summary}\n$`),
    );
    expect(await print('check')).toMatch(
      new RegExp(
        `^weatherglass\\.db: all is well\n${summary}; from 2019-12-29T00:00Z to 2020-07-18T00:00Z\n$`,
      ),
    );
    const checked = JSON.parse(await print('check', '--json'));
    expect(checked).toMatchObject({ damage: [], places: 2, runs: 164, from: '2019-12-29T00:00Z' });
    await using restored = await openStore(path('weatherglass.db'), { readOnly: true });
    expect(await restored.note('anything')).toBe('in the log');
  });

  it('restore into a new place without being told to replace anything', async () => {
    await print('backup', 'for-new.db');
    expect(await print('restore', 'for-new.db', '--store', 'fresh.db', '--json')).toMatch(
      /^\{"store":"fresh\.db","backup":"for-new\.db".*"places":2/,
    );
  });

  it('refuse what is no backup, and leave the store as it is', async () => {
    writeFileSync(path('text.db'), 'not a database at all');
    await fail(66, /There is no backup at nowhere\.db/, 'restore', 'nowhere.db', '--replace');
    await fail(65, /text\.db is not a store of Weatherglass/, 'restore', 'text.db', '--replace');
    await fail(65, /text\.db is not a store of Weatherglass/, 'check', '--store', 'text.db');
    expect(await print('check')).toContain('all is well');
  });

  it.each<[string, (file: string) => void]>([
    ['a page of something else', (file) => overwrite(file, 4 * 16_384, Buffer.alloc(16_384, 0xaa))],
    ['the list of its tables lost', (file) => overwrite(file, 100, Buffer.alloc(16_384 - 100, 0xaa))],
    ['its end cut off', (file) => truncateSync(file, 30 * 16_384)],
    [
      'a run that is too short',
      (file) => alter(file, 'UPDATE run SET data = substr(data, 1, 4) WHERE id = 7'),
    ],
    [
      'a prediction that cannot be unpacked',
      (file) => alter(file, 'UPDATE prediction SET quantiles = substr(quantiles, 1, 20)'),
    ],
    ['a definition that cannot be read', (file) => alter(file, "UPDATE layout SET name = '{' WHERE id = 1")],
    [
      'a place that is gone',
      (file) => alter(file, 'PRAGMA foreign_keys = OFF; DELETE FROM place WHERE id = 1'),
    ],
  ])('find damage: %s', async (_, damage) => {
    copyFileSync(path('weatherglass.db'), path('damaged.db'));
    for (const rest of ['-wal', '-shm']) rmSync(path(`damaged.db${rest}`), { force: true });
    damage(path('damaged.db'));
    const advice =
      /^weatherglass: damaged\.db is damaged:\n( {2}\S.*\n)+Restore a backup by `weatherglass restore BACKUP --replace`/;
    await fail(65, advice, 'check', '--store', 'damaged.db');
    const { exitCode, stdout } = await run('check', '--store', 'damaged.db', '--json');
    expect(exitCode).toBe(65);
    expect(JSON.parse(stdout).damage.length).toBeGreaterThan(0);
    await fail(65, /damaged\.db is/, 'restore', 'damaged.db', '--replace');
    // Whatever else is asked of it, it is never a defect of ours.
    for (const args of [
      ['place', 'show', 'Harbour'],
      ['export', 'from-damaged.csv'],
      ['export', 'from-damaged.csv', '--what', 'predictions'],
    ]) {
      const { exitCode, stderr } = await run(...args, '--store', 'damaged.db');
      expect([0, 65, 66], stderr).toContain(exitCode);
    }
  });
});

function overwrite(file: string, at: number, bytes: Buffer): void {
  const content = readFileSync(file);
  bytes.copy(content, at);
  writeFileSync(file, content);
}

function alter(file: string, sql: string): void {
  using database = new DatabaseSync(file);
  database.exec(sql);
}

describe('reduce', () => {
  it('makes what is old and scored smaller, and says how much', async () => {
    expect(await print('reduce', '--keep', '90d')).toMatch(
      /^\d+ runs and \d+ predictions from before 20\d\d-\d\d-\d\dT\d\d:\d\dZ are smaller now; the room they leave is used for what comes\nweatherglass\.db: [\d.]+ MB before, [\d.]+ MB after\n$/,
    );
    expect(await print('reduce', '--keep', '90d')).toMatch(/^nothing became smaller: all that ended before/);
    expect(await print('check')).toContain('all is well');
    await print('export', 'reduced.csv');
    const { pairs: reduced } = await readPairs([path('reduced.csv')]);
    expect(reduced.columns).toContain('x_member_mean');
    expect(reduced.rows).toBe(320);
  });

  it('keeps the days asked for, counted from the last of an old sample', async () => {
    {
      await using store = await openStore(path('weatherglass.db'));
      await store.write({ notes: { 'demo.as_of': String(Date.UTC(2020, 2, 20)) } });
    }
    expect(JSON.parse(await print('reduce', '--keep', '365d', '--json'))).toMatchObject({
      before: '2019-03-21T00:00Z',
      runs: 0,
      predictions: 0,
    });
    const { before, runs } = JSON.parse(await print('reduce', '--keep', '30d', '--json'));
    expect(before).toBe('2020-02-19T00:00Z');
    expect(runs).toBeGreaterThan(90);
    expect(runs).toBeLessThan(110);
  });

  it('leaves alone what is not scored yet, and asks how much to keep', async () => {
    await run('import', 'pairs.csv', '--store', 'unscored.db');
    expect(await print('reduce', '--keep', '1d', '--store', 'unscored.db')).toMatch(
      /^nothing became smaller: .*not scored yet \(`weatherglass verify` scores\)/,
    );
    await fail(64, /required option '--keep <days>'/, 'reduce');
    await fail(64, /Say a number of days such as 30d/, 'reduce', '--keep', '0d');
  });
});

const commands: readonly (readonly string[])[] = [
  ['place', 'list'],
  ['place', 'show', 'Harbour'],
  ['place', 'remove', 'Harbour'],
  ['export', 'x.csv'],
  ['backup', 'x.db'],
  ['check'],
  ['reduce', '--keep', '90d'],
];

describe('a store that cannot be used', () => {
  it.each(commands)('is not there: %s %s', async (...args) => {
    const missing =
      /^weatherglass: There is no store at none\.db; `weatherglass init` or `import` makes one\.\n$/;
    await fail(66, missing, ...args, '--store', 'none.db');
    expect(existsSync(path('none.db'))).toBe(false);
  });

  it.each(commands)('was written by a newer Weatherglass: %s %s', async (...args) => {
    alter(path('weatherglass.db'), 'PRAGMA user_version = 99');
    await fail(
      69,
      /was written by a newer Weatherglass .*: update Weatherglass, or restore a backup/,
      ...args,
    );
  });

  it('is in a folder that is not there', async () => {
    const where = ['--store', 'nowhere/weatherglass.db'];
    const coordinates = ['--latitude', '59.9', '--longitude', '10.7'];
    await fail(69, /cannot be opened: the folder must exist/, 'place', 'add', 'X', ...coordinates, ...where);
    await fail(69, /cannot be opened: the folder must exist/, 'restore', 'filled.db', ...where);
  });

  it('is not to be written by this user', () => {
    const locked = path('locked');
    mkdirSync(locked);
    copyFileSync(path('filled.db'), join(locked, 'weatherglass.db'));
    chmodSync(folder, 0o755);
    chmodSync(join(locked, 'weatherglass.db'), 0o444);
    chmodSync(locked, 0o555);
    // To the superuser nothing is read-only.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const coordinates = ['--latitude', '59.9', '--longitude', '10.7'];
    try {
      for (const args of [
        ['place', 'add', 'X', ...coordinates],
        ['place', 'remove', 'Harbour', '--yes'],
        ['reduce', '--keep', '90d'],
      ]) {
        const { status, stderr } = spawnSync(process.execPath, commandLine(...args), {
          cwd: locked,
          env: plainEnvironment,
          encoding: 'utf8',
          ...nobody,
        });
        expect(stderr).toMatch(/^weatherglass: weatherglass\.db .*(make .* writable|be able to write in it)/);
        expect(status).toBe(69);
      }
    } finally {
      chmodSync(locked, 0o755);
    }
  });
});

describeWithData('US cities, imported and exported', ['pairs/us-cities-a-tmax-tmin.csv.gz'], ([file]) => {
  it('is the same table row for row', async () => {
    await run('import', file, '--store', 'cities.db');
    expect(await print('export', 'cities.csv.gz', '--store', 'cities.db')).toBe(
      'cities.csv.gz: 346760 rows of pairs\n',
    );
    const [{ pairs: original }, { pairs: exported }] = await Promise.all([
      readPairs([file]),
      readPairs([path('cities.csv.gz')]),
    ]);
    expect(exported.columns).toEqual(original.columns);
    const keyOf = (one: typeof original, row: number) =>
      `${one.places[one.place[row]].name}|${one.variables[one.variable[row]].name}|${one.initTime[row]}|${one.validTime[row]}`;
    const at = new Map(Array.from({ length: original.rows }, (_, row) => [keyOf(original, row), row]));
    const width = original.columns.length;
    let different = 0;
    for (let row = 0; row < exported.rows; row++) {
      const same = at.get(keyOf(exported, row))!;
      const values = (one: typeof original, i: number) => [
        one.observation[i],
        one.availableTime[i],
        ...one.forecasts.subarray(i * width, (i + 1) * width),
      ];
      const theirs = values(original, same);
      if (!values(exported, row).every((value, k) => Object.is(value + 0, theirs[k] + 0))) different++;
    }
    expect(exported.rows).toBe(original.rows);
    expect(different).toBe(0);
  });
});
