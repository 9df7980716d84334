import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { expertsFor } from '../src/pipeline/experts.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { weatherglass } from './command-line.ts';
import { describeWithData } from './development-data.ts';
import { problemsIn, temporaryFolder } from './loop-tables.ts';

/** The loop over real forecasts of many places. */

const folder = temporaryFolder('loop-cities');
const by = ['--by', 'place,lead,variable'];

async function json(...args: string[]) {
  const { exitCode, stdout, stderr } = await weatherglass([...args, '--json'], { cwd: folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
  return JSON.parse(stdout);
}

async function backtested(...args: string[]) {
  const { files: _files, seconds: _seconds, skipped, ...report } = await json('backtest', ...args);
  const { identicalDuplicates: _duplicates, ...reasons } = skipped;
  return { ...report, skipped: reasons };
}

describeWithData('of 94 cities', ['pairs/us-cities-a-tmax-tmin.csv.gz'], ([file]) => {
  beforeAll(async () => void (await json('import', file, '--store', 'cities.db')), 60_000);

  it('back-tests a store to the same digits', async () => {
    const flags = ['--refit', '30d', '--targets', '2021-10-15..2021-12-01', ...by];
    expect(await backtested('--store', 'cities.db', ...flags)).toEqual(await backtested(file, ...flags));
  });

  it('replays ten days', async () => {
    const replayed = await json(
      'replay',
      '--from',
      '2021-12-01',
      '--to',
      '2021-12-11',
      '--store',
      'cities.db',
    );
    expect(replayed).toMatchObject({ days: 10, unanswered: 0 });
    const { rows, regrets } = await json('skill', '--store', 'cities.db');
    const experts = expertsFor('a').map(({ name }) => name);
    for (const variable of ['temperature_2m_max', 'temperature_2m_min']) {
      const own = rows.filter((row: { variable: string }) => row.variable === variable);
      expect(own.map((row: { model: string }) => row.model)).toEqual(['aggregate', 'pool', ...experts]);
      expect(new Set(own.map((row: { targets: number }) => row.targets)).size).toBe(1);
      expect(own[0].targets).toBeGreaterThan(1000);
      const [served, , ...others] = own.map(({ scores }: { scores: { crps: number } }) => scores.crps);
      expect(served).toBeLessThan(1.05 * Math.min(...others));
    }
    expect(regrets.length).toBeGreaterThan(1);
    for (const { regret, bound } of regrets) expect(regret).toBeLessThanOrEqual(bound);
    await using reading = await openStore(join(folder, 'cities.db'), { readOnly: true });
    expect(await problemsIn(reading)).toEqual([]);
  });
});
