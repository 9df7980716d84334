import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectedPlaces } from '../src/collect/follow.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { contact, follow, placesOf, quietTime, runsIn, simulatedEnvironment } from './collecting.ts';
import { type Finished, weatherglass } from './command-line.ts';
import { temporaryFolder } from './loop-tables.ts';
import { type SimulatedProviders, startSimulatedProviders } from './simulated-providers.ts';

/** `weatherglass init` and `weatherglass collect` as a person meets them, with simulated providers and with none. */

const folder = temporaryFolder('collect-command');
const late = Date.now() - quietTime(Date.now());
const now = () => Date.now() - late;
let providers: SimulatedProviders;
/** Where nobody listens. */
const nobody = 'http://127.0.0.1:9';

beforeAll(async () => {
  providers = await startSimulatedProviders({ seed: 'commands', now });
});
afterAll(() => providers[Symbol.asyncDispose]());

interface Desk {
  readonly cwd: string;
  readonly run: (args: readonly string[], input?: string) => Promise<Finished>;
  /** Everything that was left there, but for kept replies. */
  readonly files: () => readonly string[];
}

let desks = 0;
/** A folder of its own with kept replies of its own, for whoever asks `url`. */
function newDesk(url = providers.url, more: Readonly<Record<string, string>> = {}): Desk {
  const cwd = join(folder, String(desks++));
  mkdirSync(cwd);
  const env = { ...simulatedEnvironment(url, join(cwd, 'cache')), ...more };
  return {
    cwd,
    run: (args, input) => weatherglass(args, { cwd, env, ...(input !== undefined && { input }) }),
    files: () => readdirSync(cwd).filter((name) => name !== 'cache'),
  };
}

async function followedIn({ cwd }: Desk) {
  await using store = await openStore(join(cwd, 'weatherglass.db'), { readOnly: true });
  return await collectedPlaces(store);
}

function requestsOf({ calls }: SimulatedProviders): readonly number[] {
  return Object.values(calls).map(({ requests }) => requests);
}

describe.concurrent('init', () => {
  it('begins with a town, goes on with what is there, and shares stations', async () => {
    const own = await startSimulatedProviders({ seed: 'commands', now });
    const desk = newDesk(own.url);
    writeFileSync(join(desk.cwd, 'weatherglass.json'), '{"horizon": 3, "stations": 1, "past": 2}');
    const first = await desk.run(['init', '--at', 'Seattle', '--contact', contact]);
    expect(first, first.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^Seattle: 47\.60621, -122\.33207, 56 m, America\/Los_Angeles\ntruth: [A-Z0-9]{4} /,
    );
    expect(first.stdout).toMatch(/^open-meteo +1 +1 +6 runs/m);
    expect(JSON.parse(readFileSync(join(desk.cwd, 'weatherglass.json'), 'utf8'))).toEqual({
      horizon: 3,
      stations: 1,
      past: 2,
      contact,
    });
    const [station, town] = await followedIn(desk).then((all) =>
      all.toSorted((a) => (a.following.station ? -1 : 1)),
    );
    expect(town).toMatchObject({
      place: { name: 'Seattle' },
      following: { truth: 'stations', pastDays: 0, stations: [{ place: station.place.name }] },
    });
    expect(station.following).toMatchObject({ truth: 'own', pastDays: 2 });

    // Again, and another place beside it.
    expect(await desk.run(['init', '--at', 'Seattle'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await followedIn(desk)).toHaveLength(2);
    const second = await desk.run(['init', 'Capitol Hill', '--at', '47.61, -122.33, 90']);
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    const followed = await followedIn(desk);
    expect(followed.map(({ place }) => place.name).toSorted()).toEqual(
      [station.place.name, 'Seattle', 'Capitol Hill'].toSorted(),
    );

    // What all three cost is said without asking anybody; collecting again asks for nothing that is not due.
    const before = requestsOf(own);
    const plan = await desk.run(['collect', '--plan', '--json']);
    expect(JSON.parse(plan.stdout)).toMatchObject({
      current: [{ provider: 'open-meteo' }, { provider: 'met-norway' }, { provider: 'us-nws' }],
      past: [],
    });
    expect(requestsOf(own)).toEqual(before);
    const calls = own.calls['open-meteo'].calls;
    const again = await desk.run(['collect', '--once', '--json']);
    expect(again, again.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    const said = JSON.parse(again.stdout) as Record<'forecasts' | 'stations', unknown[]>;
    const counts = { requests: 0, answered: 0, failed: 0 };
    expect(said).toEqual({
      forecasts: ['open-meteo', 'met-norway', 'us-nws'].map((source) => ({
        source,
        ...counts,
        runs: 0,
        unchanged: 0,
        outdated: 0,
        paused: 0,
      })),
      stations: ['us-nws', 'metar'].map((source) => ({ source, ...counts, observations: 0, paused: 0 })),
      past: { requests: 0, runs: 0, observations: 0, left: 0 },
      failures: [],
    });
    expect(own.calls['open-meteo'].calls).toBe(calls);
    expect(requestsOf(own).slice(1)).toEqual(before.slice(1));

    // All that was collected is checked; what comes by a table is not yet.
    expect(await desk.run(['observations', '--flagged'])).toMatchObject({ exitCode: 0, stderr: '' });
    const sensor =
      'place,latitude,longitude,elevation,variable,unit,valid_time,observation\nRoof,47,8,400,temperature_2m,°C,2026-03-01T12:00Z,5\n';
    writeFileSync(join(desk.cwd, 'sensor.csv'), sensor);
    expect(await desk.run(['import', 'sensor.csv'])).toMatchObject({ exitCode: 0 });
    const { stderr: unchecked } = await desk.run(['observations', '--flagged']);
    expect(unchecked).toMatch(/\d+ observations? not yet checked/);

    // Whose data it is goes with what is handed on.
    const handedOn = await desk.run(['export', 'out.csv', '--what', 'observations', '--json']);
    expect(handedOn, handedOn.stderr).toMatchObject({ exitCode: 0 });
    const { attribution } = JSON.parse(handedOn.stdout) as { attribution: readonly string[] };
    for (const word of ['Open-Meteo', 'MET Norway', 'National Weather Service'])
      expect(attribution.join('; ')).toContain(word);
    await own[Symbol.asyncDispose]();
  });

  it('asks a person, whose answers may come through a pipe', async () => {
    const desk = newDesk();
    const answers = ['Berlin', contact, 'Simulated town', '2', '3'];
    const { exitCode, stdout, stderr } = await desk.run(['init', '--past', '2'], `${answers.join('\n')}\n`);
    expect({ exitCode, stderr: stderr.replaceAll(/\r[^\r]*/g, '') }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('  2  Berlin, United States (44.47, -71.19; 311 m)\n');
    expect(stdout).toContain('Simulated town: 44.46867, -71.18508, 311 m, America/New_York\n');
    expect(stdout).toContain('truth: a reanalysis');
    expect(await followedIn(desk)).toMatchObject([{ following: { truth: 'reanalysis', pastDays: 2 } }]);
    expect(JSON.parse(readFileSync(join(desk.cwd, 'weatherglass.json'), 'utf8'))).toEqual({ contact });
  });

  it.each([
    ['answers that end too early', `Berlin\n${contact}\n`, [], 64, 'nobody answers; say it beforehand'],
    [
      'an unknown town',
      '',
      ['--at', 'Nowhereville'],
      66,
      'no town is called "Nowhereville"; give coordinates',
    ],
    ['coordinates beyond the pole', '', ['--at', '97, 8'], 65, '97'],
    ['coordinates with commas', '', ['--at', '52,52, 13,41'], 65, '"52,52, 13,41" are no coordinates'],
    ['coordinates with letters', '', ['--at', '52.52N 13.41E'], 65, 'south and west below zero'],
    [
      'no folder for what is kept',
      '',
      ['--at', '47, 8, 400', '--cache', '/dev/null/x'],
      69,
      '/dev/null/x (ENOTDIR',
    ],
    ['no place at all', '', ['--at', ' '], 64, 'say where it is'],
    [
      'a reanalysis that there is none of',
      '',
      ['--at', '47, 8, 400', '--truth', 'reanalysis', '--sources', 'met-norway'],
      64,
      'none of the data sources has a reanalysis',
    ],
    [
      'a contact that is none',
      '',
      ['--at', '47, 8, 400', '--contact', 'not a contact'],
      64,
      'address of mail or',
    ],
    ['a name of two lines', '', ['a\nb', '--at', '47, 8, 400'], 65, 'has a line break'],
    [
      'an unknown truth',
      '',
      ['--at', '47, 8, 400', '--truth', 'mine'],
      64,
      'Allowed choices are own, stations',
    ],
  ])('leaves nothing behind: %s', async (_, input, args, code, words) => {
    const desk = newDesk();
    const { exitCode, stderr } = await desk.run(
      ['init', ...args, ...(args.length > 0 && !args.includes('--contact') ? ['--contact', contact] : [])],
      input,
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: code,
      stderr: expect.stringContaining(words) as string,
    });
    expect(desk.files()).toEqual([]);
  });

  it.each([
    ['a town', ['--at', 'Seattle'], 'open-meteo failed 3 times'],
    [
      'coordinates',
      ['--at', '47.6, -122.3, 50'],
      'the stations near Home could not be asked for, and nothing was changed',
    ],
  ])('leaves nothing behind where nobody can be reached: %s', async (_, args, words) => {
    const desk = newDesk(nobody);
    const { exitCode, stdout, stderr } = await desk.run(['init', ...args, '--contact', contact]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr).toContain('ECONNREFUSED');
    expect(desk.files()).toEqual([]);
  });

  it('follows a sensor without a network, but says that nobody answered', async () => {
    const desk = newDesk(nobody);
    const { exitCode, stdout, stderr } = await desk.run([
      'init',
      '--at',
      '47.6, -122.3, 50',
      '--truth',
      'own',
      '--sources',
      'open-meteo',
    ]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 69,
      stderr:
        'weatherglass: no data source answered; what is there already stays, and `weatherglass collect` asks again\n',
    });
    expect(stdout).toMatch(/^failed: open-meteo, Home: open-meteo failed 3 times .*ECONNREFUSED/m);
    expect(await followedIn(desk)).toMatchObject([{ place: { name: 'Home' }, following: { truth: 'own' } }]);
    const json = await desk.run(['collect', '--json', '--sources', 'open-meteo']);
    expect(json.exitCode).toBe(69);
    // Each of its models is dated by metadata of its own.
    const failed = {
      source: 'open-meteo',
      places: ['Home'],
      message: expect.stringMatching('ECONNREFUSED') as string,
    };
    expect(JSON.parse(json.stdout)).toMatchObject({
      forecasts: [{ source: 'open-meteo', answered: 0, failed: 3 }],
      failures: [failed, failed, failed, { source: 'open-meteo past', places: ['Home'] }],
    });
    // Once more, to look for stations, say: what was chosen stays.
    await desk.run(['init', '--at', '47.6, -122.3, 50', '--sources', 'open-meteo']);
    expect(await followedIn(desk)).toMatchObject([{ place: { name: 'Home' }, following: { truth: 'own' } }]);
    // What has failed again and again is left alone, and that is said.
    const paused = await desk.run(['collect', '--sources', 'open-meteo']);
    expect(paused).toMatchObject({
      exitCode: 69,
      stderr: expect.stringContaining('nobody was asked: what has failed'),
    });
  });

  it('without a contact asks only who answers everybody, and says so; names may be odd', async () => {
    const own = await startSimulatedProviders({ seed: 'commands', now });
    const desk = newDesk(own.url);
    const name = 'a/b ?&#% "é", <b>Ω';
    const first = await desk.run([
      'init',
      ` ${name} `,
      '--at',
      '47.61 -122.33',
      '--truth',
      'none',
      '--no-save',
    ]);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stderr).toContain(
      'MET Norway is not asked: it answers only those who say how to reach them.',
    );
    expect(first.stderr).toContain('US National Weather Service is not asked');
    expect(first.stdout).toContain(`${name}: 47.61, -122.33,`);
    expect(own.calls['met-norway'].requests + own.calls['us-nws'].requests).toBe(0);
    expect(desk.files()).not.toContain('weatherglass.json');
    expect(await followedIn(desk)).toMatchObject([{ place: { name }, following: { truth: 'none' } }]);

    // The same name elsewhere would give it the forecasts of here.
    const elsewhere = await desk.run([
      'init',
      name,
      '--at',
      '48 9 500',
      '--truth',
      'none',
      '--contact',
      contact,
    ]);
    expect(elsewhere.exitCode).toBe(64);
    expect(elsewhere.stderr).toContain('is followed already, 47.61, -122.33');
    expect(desk.files()).not.toContain('weatherglass.json');

    const saved = await desk.run([
      'init',
      name,
      '--at',
      '47.61 -122.33',
      '--truth',
      'own',
      '--stations',
      '0',
      '--past',
      '0',
      '--contact',
      contact,
      '--no-save',
      '--json',
    ]);
    expect(saved.exitCode, saved.stderr).toBe(0);
    expect(JSON.parse(saved.stdout)).toMatchObject({
      place: { name },
      truth: 'own',
      stations: [],
      collected: { failures: [] },
    });
    expect(desk.files()).not.toContain('weatherglass.json');
    expect(own.calls['met-norway'].requests).toBe(1);
    await own[Symbol.asyncDispose]();
  });
});

describe.concurrent('collect', () => {
  it('costs what --plan says', async () => {
    const own = await startSimulatedProviders({ seed: 'commands', now });
    const desk = newDesk(own.url);
    {
      await using store = await openStore(join(desk.cwd, 'weatherglass.db'));
      const places = placesOf([
        ['A', 47, 8, 400],
        ['B', 48, 9, 500],
      ]);
      await follow(store, places, { truth: 'reanalysis', pastDays: 40 });
    }
    const plan = await desk.run(['collect', '--plan', '--json', '--sources', 'open-meteo']);
    expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
    expect(requestsOf(own)).toEqual([0, 0, 0, 0]);
    const [current] = (JSON.parse(plan.stdout) as { current: { calls_a_day: number }[] }).current;
    const [past] = (JSON.parse(plan.stdout) as { past: { calls: number; requests: number; days: number }[] })
      .past;
    const { exitCode, stdout } = await desk.run(['collect', '--once', '--json', '--sources', 'open-meteo']);
    expect(exitCode).toBe(0);
    // One run of each model now, and the plan is for a day of them.
    expect(own.calls['open-meteo'].calls).toBeCloseTo(current.calls_a_day / 4 + past.calls, 6);
    expect(JSON.parse(stdout)).toMatchObject({ past: { requests: past.requests, left: 0 }, failures: [] });
    await using store = await openStore(join(desk.cwd, 'weatherglass.db'), { readOnly: true });
    const runs = await runsIn(store);
    expect((JSON.parse(stdout) as { past: { runs: number } }).past.runs + 6).toBe(runs.length);
    await own[Symbol.asyncDispose]();
  });

  it('never shows a key, nor keeps it', async () => {
    const key = 'Sesame-0123456789';
    const desk = newDesk(nobody, {
      WEATHERGLASS_OPEN_METEO_URL: '',
      WEATHERGLASS_OPEN_METEO_KEY: key,
      // Its own servers are not for tests.
      HTTPS_PROXY: nobody,
      HTTP_PROXY: nobody,
      NO_PROXY: '',
    });
    {
      await using store = await openStore(join(desk.cwd, 'weatherglass.db'));
      await follow(store, placesOf([['A', 47, 8, 400]]), { truth: 'reanalysis', pastDays: 3 });
    }
    const { exitCode, stdout, stderr } = await desk.run(['collect', '--once', '--sources', 'open-meteo']);
    expect(exitCode).toBe(69);
    expect(stdout).toContain('failed: open-meteo');
    const config = await desk.run(['config']);
    expect(config.stdout).toContain('open_meteo_key');
    expect(stdout + stderr + config.stdout + config.stderr).not.toContain(key);
    for (const file of readdirSync(desk.cwd, { recursive: true, withFileTypes: true }))
      if (file.isFile())
        expect(readFileSync(join(file.parentPath, file.name)).includes(key), file.name).toBe(false);
  });
});
