import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, weatherglass } from './command-line.ts';
import { csvText, simulatedObservations, simulatedPairs } from './simulated-tables.ts';

/** `weatherglass backtest --export`, and `weatherglass score` on what it wrote. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const run = (...args: string[]) => weatherglass(args, { cwd: folder });

/** Reads what a command printed as JSON. */
async function json(...args: string[]) {
  const { exitCode, stdout, stderr } = await run(...args, '--json');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\{.*\}\n$/);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

/** Temperature and rain in one back-test: laws without and with an atom, and the members of the first dates. */
let result: Awaited<ReturnType<typeof json>>;
beforeAll(async () => {
  writeFileSync(path('pairs.csv'), csvText(simulatedPairs()));
  writeFileSync(path('rain.csv'), csvText(simulatedPairs({ variable: 'precipitation_sum_72h' })));
  writeFileSync(path('observations.csv'), csvText(simulatedObservations(1500)));
  result = await json('backtest', 'pairs.csv', 'rain.csv', '--export', 'predictions.csv.gz');
});

describe('an export', () => {
  it('never replaces a table that is being read, by whatever name', async () => {
    const before = readFileSync(path('pairs.csv'), 'utf8');
    symlinkSync(path('pairs.csv'), path('alias.csv'));
    for (const target of ['pairs.csv', 'alias.csv']) {
      const { exitCode, stderr } = await run('backtest', 'pairs.csv', '--export', target);
      expect(stderr).toMatch(/is one of the tables read; give the export another name/);
      expect(exitCode).toBe(64);
    }
    expect(readFileSync(path('pairs.csv'), 'utf8')).toBe(before);
  });

  it('is a line a target, with 99 ascending quantiles', () => {
    const text = gunzipSync(readFileSync(path('predictions.csv.gz'))).toString('utf8');
    const { data, errors } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
    expect(errors).toEqual([]);
    const levels = Array.from({ length: 99 }, (_, k) => `q${String(k + 1).padStart(2, '0')}`);
    expect(text.slice(0, text.indexOf('\n'))).toBe(
      `place,init_time,valid_time,variable,model,law,mean,${levels.join(',')},crps,observation`,
    );
    expect(data).toHaveLength(result.targets);
    expect(new Set(data.map(({ place }) => place))).toEqual(new Set(['Harbour', 'Hill, upper']));
    expect(new Set(data.map(({ law }) => law))).toEqual(
      new Set(['ensemble', 'normal', 'censored-logistic(sqrt)']),
    );
    expect(data.filter(({ model }) => model !== 'emos')).toHaveLength(result.fallbacks);
    expect(data[0]).toMatchObject({
      place: 'Harbour',
      init_time: '2019-12-31T00:00Z',
      valid_time: '2020-01-01T00:00Z',
      variable: 'temperature_2m',
    });
    let sum = 0;
    for (const row of data) {
      const quantiles = levels.map((level) => Number(row[level]));
      expect(quantiles.every((value, k) => k === 0 || value >= quantiles[k - 1])).toBe(true);
      if (row.variable === 'precipitation_sum_72h') expect(quantiles[0]).toBeGreaterThanOrEqual(0);
      sum += Number(row.crps);
    }
    expect(sum / data.length).toBeCloseTo(result.scores.crps, 8);
  });

  it('scored again agrees with the back-test', async () => {
    const again = await json('score', 'predictions.csv.gz');
    expect(again).toMatchObject({ files: ['predictions.csv.gz'], rows: result.targets, groups: [] });
    for (const name of ['pinball', 'mae', 'rmse', 'bias', 'width90'])
      expect(Math.abs(again.scores[name] - result.scores[name]), name).toBeLessThan(1e-8);
    expect(Math.abs(again.crpsExported - result.scores.crps)).toBeLessThan(1e-8);
    // From quantiles alone, by the trapezoid.
    expect(again.scores.crps).toBeCloseTo(0.99 * 2 * result.scores.pinball, 8);
    expect(Math.abs(again.scores.crps / result.scores.crps - 1)).toBeLessThan(0.01);
    expect(Math.abs(again.scores.coverage90 - result.scores.coverage90)).toBeLessThan(0.01);
  });

  it('scored again by place and variable', async () => {
    const again = await json('score', 'predictions.csv.gz', '--by', 'place,variable,lead');
    const groups: { place: string; variable: string; lead: number; scores: { targets: number } }[] =
      again.groups;
    expect(
      groups.map(({ place, variable, lead, scores }) => [place, variable, lead, scores.targets]),
    ).toEqual(
      expect.arrayContaining(
        ['Harbour', 'Hill, upper'].flatMap((place) =>
          ['temperature_2m', 'precipitation_sum_72h'].map((variable) => [place, variable, 24, 60]),
        ),
      ),
    );
    const { stdout } = await run('score', 'predictions.csv.gz', '--by', 'place');
    expect(stdout).toMatch(
      /^place +targets +CRPS +exported CRPS +MAE +RMSE +bias +90% coverage +90% width +pinball\n/,
    );
    expect(stdout).toMatch(/^Hill, upper +120( +-?\d+\.\d+){5} +\d+%( +\d+\.\d+){2}$/m);
  });

  it('takes any quantiles, in any order, and names what it cannot read', async () => {
    writeFileSync(
      path('own.csv'),
      'observation,q50,q10,q90,place,init_time,valid_time,variable,mean\n' +
        '11,10,9,13,Here,2020-01-01T00:00Z,2020-01-02T00:00Z,anything,10.5\n',
    );
    const own = await json('score', 'own.csv');
    // Pinball (0.2 + 0.5 + 0.2) / 3; trapezoid 2·0.5 x (0.1·2 + 0.5 + 0.1·2) with weights 0.5, 0.8, 0.5.
    expect(own.scores).toMatchObject({ mae: 1, bias: -0.5, rmse: 0.5, targets: 1 });
    expect(own.scores.pinball).toBeCloseTo(0.3, 12);
    expect(own.scores.crps).toBeCloseTo(0.5 * 0.2 + 0.8 * 0.5 + 0.5 * 0.2, 12);
    expect(own.crpsExported).toBeNull();

    writeFileSync(path('hole.csv'), readFileSync(path('own.csv'), 'utf8').replace(',9,', ',,'));
    const hole = await run('score', 'hole.csv');
    expect(hole.stderr).toBe(
      'weatherglass: hole.csv, line 2, column "q10": the field is empty; every prediction needs it.\n',
    );
    expect([hole.exitCode, hole.stdout]).toEqual([65, '']);
    const pairs = await run('score', 'pairs.csv');
    expect(pairs.stderr).toMatch(/pairs\.csv, line 1, column "latitude": unknown column/);
    expect(pairs.exitCode).toBe(65);
  });
});

describe('a file that cannot be written', () => {
  it.each([
    ['into a folder that is not there', 'nowhere/predictions.csv.gz'],
    ['over a folder', 'folder'],
  ])('%s is refused before the work', async (_, file) => {
    mkdirSync(path('folder'), { recursive: true });
    // Without a target the back-test itself would end with 65.
    const nothing = ['--targets', '2030-01-01..'];
    const { exitCode, stdout, stderr } = await run('backtest', 'pairs.csv', '--export', file, ...nothing);
    expect(stderr).toMatch(new RegExp(`^weatherglass: cannot write ${file}: .*\n$`));
    expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' });
    expect(existsSync(path(`${file}.part`))).toBe(false);
  });

  // A limit on the size of files stands in for a full disk; where it strikes is a matter of chance.
  it.skipIf(process.platform === 'win32').each([100, 300, 500])('for want of space, at %i', async (limit) => {
    const args = ['backtest', 'observations.csv', '--model', 'harmonic', '--leads', '24', '--refit', '90d'];
    const { exitCode, stderr } = await start([...args, '--export', 'large.csv'], {
      cwd: folder,
      shell: `ulimit -f ${limit}`,
    }).finished;
    expect(stderr).toMatch(/^weatherglass: cannot write large\.csv: .*\n$/);
    expect(exitCode).toBe(69);
    expect(readdirSync(folder).filter((name) => name.startsWith('large'))).toEqual([]);
  });
});

describe('a back-test that is stopped', () => {
  it('by data without a target leaves an earlier export alone', async () => {
    writeFileSync(path('earlier.csv'), 'earlier');
    const { exitCode } = await run(
      'backtest',
      'pairs.csv',
      '--export',
      'earlier.csv',
      '--targets',
      '2030-01-01..',
    );
    expect(exitCode).toBe(65);
    expect(readFileSync(path('earlier.csv'), 'utf8')).toBe('earlier');
    expect(existsSync(path('earlier.csv.part'))).toBe(false);
  });

  it('by SIGINT ends with 130 and leaves no part of its export', async () => {
    writeFileSync(path('long.csv'), 'earlier');
    // Fitted anew every day for 14 leads: half a minute, were it not stopped.
    const args = ['backtest', 'observations.csv', '--model', 'harmonic', '--export', 'long.csv'];
    const { child, finished } = start(args, { cwd: folder });
    const part = path('long.csv.part');
    // Its first line is written when the work begins.
    while (child.exitCode === null && !(existsSync(part) && statSync(part).size > 0)) await sleep(20);
    expect(readFileSync(path('long.csv'), 'utf8')).toBe('earlier');
    await sleep(200);
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await finished;
    expect(stderr).toMatch(/^weatherglass: .*stopped on request\n$/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
    expect(existsSync(part)).toBe(false);
    expect(readFileSync(path('long.csv'), 'utf8')).toBe('earlier');
  });
});
