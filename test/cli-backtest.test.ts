import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine, plainEnvironment, weatherglass } from './command-line.ts';
import { csvText, simulatedObservations, simulatedPairs } from './simulated-tables.ts';

/** `weatherglass backtest` on simulated tables. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-backtest-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DATES = 80;
/** 80 dates at 2 places, 1 and 3 days ahead; the outcomes of the last 3 dates are missing. */
const rows = DATES * 2 * 2;
beforeAll(() => {
  writeFileSync(
    join(folder, 'pairs.csv'),
    csvText(simulatedPairs({ dates: DATES, leads: [24, 72], ahead: 3 })),
  );
});

const run = (...args: string[]) => weatherglass(['backtest', ...args], { cwd: folder });
const notice = '12 of 320 rows have no observation.\n';

/** What a back-test prints as JSON. */
async function report(...args: string[]) {
  const { exitCode, stdout, stderr } = await run(...args, '--json');
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  return JSON.parse(stdout);
}

const number = expect.any(Number);
const scores = {
  crps: number,
  crps_fair: number,
  mae: number,
  rmse: number,
  bias: number,
  coverage90: number,
  width90: number,
  pinball: number,
  targets: number,
};
const sheet = {
  targets: number,
  scores,
  references: { raw: scores, dressed: scores, climatology: scores },
  skill: { dressed: number, climatology: number },
  skillInterval: { dressed: [number, number], climatology: [number, number] },
};

/** How experts were mixed, as JSON has it. */
type Band = {
  readonly variable: string;
  readonly band: number;
  readonly width: number;
  readonly experts: readonly {
    readonly name: string;
    readonly crps: number | null;
    readonly answered: number;
    readonly weight: number;
    readonly lastWeight: number;
  }[];
};

describe('the report', () => {
  it('as JSON has just these fields, and nothing else is written', async () => {
    const february = ['--targets', '2020-02-01..2020-02-20'];
    const { exitCode, stdout, stderr } = await run(
      'pairs.csv',
      ...february,
      '--by',
      'lead,place,variable',
      '--json',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: notice });
    expect(stdout).toMatch(/^\{.*\}\n$/);
    const result = JSON.parse(stdout);
    const group = { ...sheet, variable: 'temperature_2m', targets: 20 };
    expect(result).toEqual({
      ...sheet,
      files: ['pairs.csv'],
      rows,
      targets: 80,
      fallbacks: 0,
      fallbackModels: {},
      skipped: {
        incompleteForecast: 0,
        noOutcome: 12,
        outsideTargets: rows - 12 - 80,
        windowNotFull: 0,
        nothingKnown: 0,
        identicalDuplicates: 0,
      },
      emptiestColumn: null,
      model: 'emos',
      law: 'normal',
      window: 'expanding',
      units: ['°C'],
      groups: [
        { ...group, place: 'Harbour', lead: 24 },
        { ...group, place: 'Harbour', lead: 72 },
        { ...group, place: 'Hill, upper', lead: 24 },
        { ...group, place: 'Hill, upper', lead: 72 },
      ],
      seconds: number,
    });
    // Five members against themselves, whatever the model; and a mean of groups is the mean.
    expect(result.references.dressed).toEqual(result.references.raw);
    expect(result.skill.dressed).toBeCloseTo(1 - result.scores.crps / result.references.dressed.crps, 12);
    const mean =
      result.groups.reduce((sum: number, one: typeof sheet) => sum + Number(one.scores.crps), 0) / 4;
    expect(result.scores.crps).toBeCloseTo(mean, 12);
    for (const { skill, skillInterval } of [result, ...result.groups])
      for (const reference of ['dressed', 'climatology']) {
        expect(skillInterval[reference][0]).toBeLessThan(skill[reference]);
        expect(skillInterval[reference][1]).toBeGreaterThan(skill[reference]);
      }
  });

  it('as text is two tables that line up', async () => {
    const { exitCode, stdout, stderr } = await run('pairs.csv', '--by', 'lead,place');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: notice });
    const [model, targets, fallbacks, blank, ...tables] = stdout.split('\n');
    expect(model).toBe('emos, law normal, window expanding');
    expect(targets).toBe('308 targets of 320 rows; skipped: 12 noOutcome');
    expect(fallbacks).toMatch(/^\d+ answered by a simpler model: \d+ by dressed$/);
    expect(blank).toBe('');
    expect(tables[0]).toMatch(/^ +CRPS +fair +MAE +RMSE +bias +90% coverage +90% width +targets$/);
    expect(tables[1]).toMatch(/^emos( +-?\d+\.\d+){5} +\d+% +\d+\.\d\d +308$/);
    for (const k of [1, 2, 3, 4]) expect(tables[k].length).toBe(tables[0].length);
    expect(tables.slice(2, 5).map((line) => line.split(/ {2,}/)[0])).toEqual([
      'reference: raw',
      'reference: dressed',
      'reference: climatology',
    ]);
    expect(stdout).toMatch(/^skill against dressed: \d+\.\d% \(95%: \d+\.\d…\d+\.\d%\)$/m);
    expect(stdout).toMatch(/^lead +place +targets +CRPS +dressed +climatology +skill\/dressed +95% /m);
    expect(stdout).toMatch(/^ +72 +Hill, upper +77 /m);
    expect(stdout).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it('is the same for a seed on any number of threads; another seed moves the intervals alone', async () => {
    const [one, two, other] = await Promise.all([
      report('pairs.csv', '--by', 'lead', '--threads', '1'),
      report('pairs.csv', '--by', 'lead', '--threads', '3', '--seed', '1'),
      report('pairs.csv', '--by', 'lead', '--seed', 'other'),
    ]);
    delete one.seconds;
    delete two.seconds;
    expect(two).toEqual(one);
    expect(other.scores).toEqual(one.scores);
    expect(other.skill).toEqual(one.skill);
    expect(other.skillInterval).not.toEqual(one.skillInterval);
  });
});

describe('targets and windows', () => {
  it('--window 25d leaves out what has fewer than 25 dates before it', async () => {
    // When the forecast for date i was made, i dates were known of a day ahead, i − 2 of three days ahead.
    const tooEarly = 2 * (25 + 27);
    const { targets, window, skipped } = await report('pairs.csv', '--window', '25d');
    expect(window).toBe('25d');
    expect(skipped).toMatchObject({ noOutcome: 12, windowNotFull: tooEarly });
    expect(targets).toBe(rows - 12 - tooEarly);
  });

  it('--train-until fits once, and scores what was available later', async () => {
    const { targets, window, fallbacks } = await report('pairs.csv', '--train-until', '2020-02-20');
    expect(window).toBe('expanding, once until 2020-02-20T00:00Z');
    // Valid from 22 and 24 February on, until the outcomes end with 17 March.
    expect(targets).toBe(2 * (25 + 23));
    expect(fallbacks).toBe(0);
  });

  it.each([
    ['2020-02-10', 4],
    ['2020-02-10..2020-02-11', 8],
    ['2020-03-10..', 4 * 8],
    ['..2020-01-05', 4 * 5],
  ])('--targets %s', async (period, targets) => {
    expect((await report('pairs.csv', '--targets', period)).targets).toBe(targets);
  });

  it('targets do not depend on the model', async () => {
    const models = ['raw', 'dressed', 'climatology', 'emos', 'emos-season', 'emos-station', 'idr'];
    const all = ['pairs.csv', '--refit', '20d'];
    const reports = await Promise.all(models.map((model) => report(...all, '--model', model)));
    const alone = await report(...all, '--model', 'emos', '--pool', 'place');
    reports.forEach((one, k) => {
      expect(one).toMatchObject({ model: models[k], targets: 308, references: reports[0].references });
    });
    expect(alone.targets).toBe(308);
    // An ensemble is dressed by its own members; every other model has an answer of its own.
    expect(reports[0].scores).toEqual(reports[0].references.raw);
    expect(reports[1].scores).toEqual(reports[0].scores);
    expect(new Set([alone, ...reports].map((one) => one.scores.crps)).size).toBe(models.length);
  });

  it('--law, --transform and --score choose the law', async () => {
    writeFileSync(join(folder, 'rain.csv'), csvText(simulatedPairs({ variable: 'precipitation_sum_72h' })));
    expect((await report('rain.csv')).law).toBe('censored-logistic(sqrt)');
    const plain = await report(
      'rain.csv',
      '--law',
      'censored-normal',
      '--transform',
      'none',
      '--score',
      'crps',
    );
    expect(plain.law).toBe('censored-normal');
  });
});

describe('observations', () => {
  it('are predicted by the model that needs no forecast, for the leads asked', async () => {
    writeFileSync(join(folder, 'observations.csv'), csvText(simulatedObservations(800)));
    const args = ['--model', 'harmonic', '--leads', '48,24', '--refit', '90d', '--targets', '2021-06-01..'];
    const result = await report('observations.csv', ...args, '--by', 'lead');
    // 800 days end with 10 March 2022.
    expect(result).toMatchObject({
      rows: 2 * 801,
      targets: 2 * 283,
      fallbacks: 0,
      skipped: { noOutcome: 2 },
    });
    expect(result.groups.map(({ lead }: { lead: number }) => lead)).toEqual([24, 48]);
    // There is no forecast to be dressed.
    expect(result.skill.dressed).toBeNull();
    expect(result.groups[0].skillInterval.climatology[0]).toBeGreaterThan(0);
  });
});

describe('--model auto', () => {
  const args = ['pairs.csv', '--model', 'auto', '--targets', '2020-02-01..'];

  it('says as JSON how experts were mixed, and exports what can be scored again', async () => {
    const result = await report(...args, '--export', 'auto.csv');
    expect(result).toMatchObject({
      model: 'auto',
      window: 'expanding',
      targets: 2 * (46 + 46),
      fallbacks: 0,
      skipped: { nothingKnown: 0 },
    });
    expect(result.auto.bands.map(({ variable, band }: Band) => [variable, band])).toEqual([
      ['temperature_2m', 24],
      ['temperature_2m', 72],
    ]);
    let alone = 0;
    for (const { experts, width } of result.auto.bands as Band[]) {
      expect(experts.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['dressed', 'emos', 'regional', 'trees']),
      );
      for (const field of ['weight', 'lastWeight'] as const)
        expect(experts.reduce((sum, one) => sum + one[field], 0)).toBeCloseTo(1, 9);
      expect(Math.abs(Math.log(width))).toBeLessThan(1);
      const present = experts.filter(({ answered }) => answered === 92).map(({ crps }) => crps!);
      expect(present.length).toBeGreaterThan(4);
      alone += present.reduce((sum, crps) => sum + crps, 0) / present.length / 2;
    }
    // Together they are better than one of those that were always there, drawn by lot.
    expect(result.scores.crps).toBeLessThan(0.9 * alone);
    expect(result.skill.dressed).toBeGreaterThan(0.2);

    const { stdout } = await weatherglass(['score', 'auto.csv', '--json'], { cwd: folder });
    const again = JSON.parse(stdout);
    expect(again.scores.targets).toBe(184);
    expect(Math.abs(again.scores.crps / result.scores.crps - 1)).toBeLessThan(0.005);
  });

  it('says as text whom it believed, and why', async () => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: notice });
    expect(stdout).toMatch(/^auto, law normal, window expanding\n184 targets of 320 rows; skipped: /);
    expect(stdout).toMatch(
      /^variable +ahead +who had what share of the say \(CRPS alone\) +best alone +width$/m,
    );
    expect(stdout).toMatch(
      /^temperature_2m +12–24 h +\S+ \d+% \(\d\.\d{3}\), .*\) +\S+ \(\d\.\d{3}, [-+]\d+\.\d%\) +\d\.\d\d$/m,
    );
    expect(stdout).toMatch(/^temperature_2m +48–72 h /m);
    expect(stdout).toMatch(/^trees had nothing to say at times: by \S+ the region had predicted /m);
    expect(stdout).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it('--train-until is where scoring begins; --window and --refit are taken', async () => {
    const late = ['pairs.csv', '--model', 'auto', '--train-until', '2020-02-20'];
    const { targets, window } = await report(...late, '--window', '20d', '--refit', '10d');
    expect(window).toBe('20d, refitted every 10d, scored after 2020-02-20T00:00Z');
    // As for any other model.
    expect(targets).toBe(2 * (25 + 23));
  });

  it('--pool place is refused: that is each expert’s own choice', async () => {
    const { exitCode, stderr } = await run('pairs.csv', '--model', 'auto', '--pool', 'place');
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/under auto each expert has its own way of fitting places together or alone/);
  });
});

/** `script` runs a command on a terminal of its own; that of other systems than Linux takes other flags. */
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

describe('progress', () => {
  it.skipIf(!hasScript)('is written to a terminal, beside the result', () => {
    const quoted = commandLine('backtest', 'pairs.csv', '--json').map((text) => `'${text}'`);
    const command = `'${process.execPath}' ${quoted.join(' ')} > result.json`;
    const { stdout, status } = spawnSync('script', ['-qec', command, join(folder, 'typescript')], {
      cwd: folder,
      env: { ...plainEnvironment, SHELL: '/bin/sh' },
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toContain(`\r\u001b[Kreading ${'█'.repeat(20)} 100 %, `);
    expect(stdout).toContain(`\r\u001b[Kback-test ${'█'.repeat(20)} 100 %, `);
    // The line is gone at the end.
    expect(stdout.trimEnd().endsWith('\r\u001b[K')).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')).targets).toBe(308);
  });
});
