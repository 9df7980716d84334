import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };
import { progressOn } from '../src/cli/progress.ts';
import { type Finished, weatherglass } from './command-line.ts';
import { csvText, simulatedPairs } from './simulated-tables.ts';

/** The command line as a whole: help, settings, and what each kind of mistake is told. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-cli-'));
beforeAll(() => writeFileSync(join(folder, 'pairs.csv'), csvText(simulatedPairs())));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => weatherglass(args, { cwd: folder });

/** Commands with the flags that each must explain, besides those that all have. */
const commands: Readonly<Record<string, string>> = {
  demo: '',
  backtest:
    '--model --law --pool --window --train-until --targets --by --export --transform --score --spread --predictors --refit --leads',
  fit: '--model --law --transform --score --train-until --leads',
  predict: '--model --as-of --leads --levels --above',
  score: '--by',
  models: '',
  config: '',
};
/** Of commands that read settings; the other two only print. */
const everyCommand = '--json --config --threads --seed --variables --help';

describe('help', () => {
  it('of the program names every command', async () => {
    const { exitCode, stdout, stderr } = await run('--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: weatherglass /);
    for (const name of Object.keys(commands)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it.concurrent.each(Object.entries(commands))('of %s names its flags', async (name, flags) => {
    const { exitCode, stdout, stderr } = await run(name, '--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: weatherglass ${name} \\[options\\]`));
    for (const flag of `${flags} ${['score', 'models'].includes(name) ? '--json --help' : everyCommand}`
      .trim()
      .split(' '))
      expect(stdout).toMatch(new RegExp(`^ .*${flag}\\b.* {2}\\S`, 'm'));
  });

  it('and the version', async () => {
    expect(await run('--version')).toEqual({ exitCode: 0, stdout: `${packageFile.version}\n`, stderr: '' });
  });
});

/** Nothing on standard output, the reason beside it, and no stack trace. */
function expectRefusal({ exitCode, stdout, stderr }: Finished, code: number, reason: RegExp): void {
  expect(stderr).toMatch(reason);
  expect(stderr).not.toMatch(/defect of Weatherglass|\n {4}at /);
  expect(stdout).toBe('');
  expect(exitCode).toBe(code);
}

describe('refused', () => {
  it.concurrent.each<[string[], RegExp]>([
    [[], /^Usage: weatherglass/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['import'], /missing required argument 'files'/],
    [['demo', 'more'], /too many arguments/],
    [['backtest', 'pairs.csv', '--modle', 'emos'], /unknown option '--modle'\n\(Did you mean --model\?\)/],
    [['backtest', 'pairs.csv', '--model', 'arima'], /--model.*no model arima; the models are raw, dressed/],
    [['backtest', 'pairs.csv', '--law', 'cauchy'], /--law.*'cauchy'.*Allowed choices are normal/],
    [
      ['backtest', 'pairs.csv', '--law', 'normal', '--transform', 'sqrt'],
      /sqrt needs a truncated or censored/,
    ],
    [['backtest', 'pairs.csv', '--pool', 'some'], /--pool.*Allowed choices are all, place/],
    [['backtest', 'pairs.csv', '--window', '25'], /--window.*'25'.*such as 25d/],
    [['backtest', 'pairs.csv', '--window', '0d'], /--window.*'0d'/],
    [['backtest', 'pairs.csv', '--train-until', 'May'], /--train-until.*"May" is not a date/],
    [['backtest', 'pairs.csv', '--train-until', '2020-02-30'], /"2020-02-30" is not a date that exists/],
    [['backtest', 'pairs.csv', '--targets', '2020-03-01..2020-02-01'], /--targets.*ends before it begins/],
    [['backtest', 'pairs.csv', '--by', 'lead,hour'], /--by.*some of lead,place,variable/],
    [['backtest', 'pairs.csv', '--leads', '24,-1'], /--leads.*hours ahead/],
    [['backtest', 'pairs.csv', '--refit', 'monthly'], /--refit.*such as 30d/],
    [['fit', 'pairs.csv', '--prior', '-1'], /--prior.*a number from 0/],
    [['predict', 'pairs.csv', '--levels', '50,10'], /--levels.*ascending/],
    [['predict', 'pairs.csv', '--above', '10'], /--above.*a variable and a value/],
    [
      ['predict', 'pairs.csv', '--above', 'temperature=10'],
      /threshold .* temperature, .* only temperature_2m/,
    ],
    [['backtest', 'pairs.csv', '--threads', 'many'], /setting threads \(flag\) is "many"/],
    [['config', '--threads', '0'], /setting threads \(flag\) is "0"/],
  ])('usage: %j', async (args, reason) => expectRefusal(await run(...args), 64, reason));

  it.concurrent.each([
    ['backtest', 'absent.csv'],
    ['fit', 'absent.csv'],
    ['predict', 'pairs.csv', 'absent.csv'],
    ['score', 'absent.csv'],
    ['config', '--config', 'absent.csv'],
    ['backtest', 'pairs.csv', '--variables', 'absent.csv'],
  ])('a file that is not there: %s %s …', async (...args) => {
    expectRefusal(await run(...args), 66, /absent\.csv/);
  });

  it('data: no target', async () => {
    const refusal = await run('backtest', 'pairs.csv', '--targets', '2030-01-01..');
    expectRefusal(refusal, 65, /none of the 120 rows is a target: 120 outsideTargets/);
  });

  it('data: nothing ahead', async () => {
    const refusal = await run('predict', 'pairs.csv', '--as-of', '2030-01-01');
    expectRefusal(refusal, 65, /nothing lies ahead of 2030-01-01T00:00Z.*earlier --as-of/);
  });
});

describe('config', () => {
  const settings = join(folder, 'settings');
  const config = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    weatherglass(['config', ...args], { cwd: settings, env });
  beforeAll(() => {
    mkdirSync(settings);
    writeFileSync(join(settings, 'weatherglass.json'), '{ "threads": 3, "seed": "from the file" }');
    writeFileSync(join(settings, 'other.json'), '{ "threads": 4 }');
    writeFileSync(join(settings, 'unknown.json'), '{ "treads": 4 }');
    writeFileSync(join(settings, 'wrong.json'), '{ "threads": "many" }');
    writeFileSync(join(settings, 'list.json'), '[3]');
    writeFileSync(join(settings, 'text.json'), 'threads = 3');
  });

  /** Value and origin of a setting. */
  const setting = ({ stdout, stderr, exitCode }: Finished, name: string) => {
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const found = (JSON.parse(stdout) as { name: string; value: unknown; origin: string }[]).find(
      (one) => one.name === name,
    );
    return [found?.value, found?.origin];
  };

  it('defaults < file < environment < flags', async () => {
    expect(setting(await run('config', '--json'), 'threads')).toEqual([availableParallelism(), 'default']);
    expect(setting(await config(['--json']), 'threads')).toEqual([3, 'file']);
    expect(setting(await config(['--json', '--config', 'other.json']), 'threads')).toEqual([4, 'file']);
    const env = { WEATHERGLASS_THREADS: '5' };
    expect(setting(await config(['--json'], env), 'threads')).toEqual([5, 'environment']);
    expect(setting(await config(['--json', '--threads', '6'], env), 'threads')).toEqual([6, 'flag']);
    // A layer overrules setting by setting, not as a whole.
    expect(setting(await config(['--json', '--threads', '6'], env), 'seed')).toEqual([
      'from the file',
      'file',
    ]);
    expect(setting(await config(['--json']), 'variables')).toEqual(['', 'default']);
  });

  it('as a table', async () => {
    const { stdout } = await config([], { WEATHERGLASS_THREADS: '5' });
    expect(stdout).toMatch(/^setting +value +from +what it is\n/);
    expect(stdout).toMatch(/^threads +5 +environment +worker threads/m);
    expect(stdout).toMatch(/^seed +from the file +file +seed/m);
    expect(stdout).toMatch(/^variables +– +default /m);
  });

  it('names an unknown or unusable setting and where it was set', async () => {
    expectRefusal(
      await config(['--config', 'unknown.json']),
      64,
      /unknown setting treads \(file\).*Did you mean threads/,
    );
    expectRefusal(
      await config([], { WEATHERGLASS_SEEED: '1' }),
      64,
      /unknown setting seeed \(environment\).*seed/,
    );
    expectRefusal(await config(['--config', 'wrong.json']), 64, /setting threads \(file\) is "many"/);
    expectRefusal(await config(['--config', 'list.json']), 64, /list\.json is not a JSON object/);
    expectRefusal(await config(['--config', 'text.json']), 64, /text\.json is not a JSON object/);
  });
});

describe('models', () => {
  const names = [
    'raw',
    'dressed',
    'persistence',
    'climatology',
    'harmonic',
    'emos',
    'emos-season',
    'emos-station',
    'idr',
    'regional',
    'trees',
    'forest',
    'auto',
  ];

  it('are listed with what stands in for each', async () => {
    const { stdout, stderr } = await run('models', '--json');
    expect(stderr).toBe('');
    const models = JSON.parse(stdout) as { name: string; about: string; simpler: string | null }[];
    expect(models.map(({ name }) => name)).toEqual(names);
    for (const { about, simpler } of models) {
      expect(about).not.toBe('');
      expect([...names, null]).toContain(simpler);
    }
  });

  it('as a table', async () => {
    const { stdout } = await run('models');
    expect(stdout).toMatch(/^model +falls back to +what it does\nraw +– +the forecast as issued/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1 + names.length);
  });
});

describe('progress', () => {
  const line = (text: string) => `\r\u001b[K${text}`;
  const bar = (full: number) => `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;

  /** What is on the screen after some looks at `[milliseconds, done, total]`. */
  const shownOn = (errorIsTerminal: boolean, looks: readonly (readonly [number, number, number])[]) => {
    let text = '';
    let now = 0;
    const progress = progressOn({ errorIsTerminal, notice: (more) => (text += more) }, () => now);
    for (const [at, done, total] of looks) {
      now = at;
      progress.show('fit', done, total);
    }
    progress.clear();
    progress.clear();
    return text;
  };

  it('is one line that is written over, and gone at the end', () => {
    expect(
      shownOn(true, [
        [0, 1, 200],
        [500, 1, 200],
        [900, 199, 200],
        [901, 200, 200],
      ]),
    ).toBe(
      line(`fit ${bar(0)} 0 %, 1 of 200`) +
        line(`fit ${bar(19)} 99 %, 199 of 200`) +
        line(`fit ${bar(20)} 100 %, 200 of 200`) +
        line(''),
    );
  });

  it('says how long what is left will take, once it can', () => {
    expect(
      shownOn(true, [
        [0, 100, 1000],
        [1000, 200, 1000],
        [2000, 300, 1000],
        [60_000, 301, 1000],
        [60_000, 400, 100_000],
        [63_000, 410, 100_000],
      ])
        .split('\r\u001b[K')
        .map((text) => text.replace(/^.* %, /, '')),
    ).toEqual([
      '',
      '100 of 1000',
      '200 of 1000',
      '300 of 1000, 7 s left',
      '301 of 1000, 4 min left',
      '400 of 100000',
      '410 of 100000, 8 h 18 min left',
      '',
    ]);
  });

  it('is not written more often than an eye can see, but for its end', () => {
    const looks = Array.from({ length: 1000 }, (_, k) => [k, k + 1, 1000] as const);
    const shown = shownOn(true, looks).split('\r\u001b[K');
    expect(shown.length).toBeLessThanOrEqual(2 + 10 + 1);
    expect(shown.at(-2)).toBe(`fit ${bar(20)} 100 %, 1000 of 1000`);
  });

  it('is not written where no one watches', () => expect(shownOn(false, [[0, 1, 2]])).toBe(''));
});
