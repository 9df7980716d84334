import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weatherglass } from './command-line.ts';
import { describeWithData } from './development-data.ts';
import { csvText, simulatedPairs } from './simulated-tables.ts';

/**
 * Exports scored again by a program that shares nothing with ours. On a table of your own:
 *
 *   npx weatherglass backtest PAIRS.csv.gz --window 25d --export export.csv.gz --json > result.json
 *   python3 test/independent/rescore.py export.csv.gz result.json
 */

const program = fileURLToPath(new URL('independent/rescore.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;
const skipNote = 'skipped: no python3 to score exports with a second program';
if (!hasPython) console.warn(skipNote);

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-independent-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Back-tests into `<name>.csv.gz` and `<name>.json`. */
async function exportBacktest(name: string, ...args: string[]): Promise<void> {
  const flags = ['--export', `${name}.csv.gz`, '--json'];
  const { exitCode, stdout, stderr } = await weatherglass(['backtest', ...args, ...flags], { cwd: folder });
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  writeFileSync(join(folder, `${name}.json`), stdout);
}

interface Summary {
  readonly agrees: boolean;
  readonly rows: number;
  readonly laws: Readonly<Record<string, number>>;
  readonly exact: number;
  readonly trapezoid: number;
  readonly unchecked: number;
  readonly largestDifferences: Readonly<Record<string, number>>;
  readonly firstDisagreements: readonly string[];
}

/** What the second program says of an export. */
function rescore(name: string, result = name): Summary {
  const files = [`${name}.csv.gz`, `${result}.json`];
  const { status, stdout, stderr } = spawnSync('python3', [program, ...files], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (!stdout.startsWith('{')) throw new Error(`rescore.py failed: ${stderr}`);
  const summary = JSON.parse(stdout) as Summary;
  expect(status).toBe(summary.agrees ? 0 : 1);
  return summary;
}

describe.skipIf(!hasPython)('a simulated export', () => {
  beforeAll(async () => {
    writeFileSync(join(folder, 'pairs.csv'), csvText(simulatedPairs()));
    writeFileSync(join(folder, 'rain.csv'), csvText(simulatedPairs({ variable: 'precipitation_sum_72h' })));
    await exportBacktest('simulated', 'pairs.csv', 'rain.csv');
  });

  it('scores what the back-test said, row by row and on average', () => {
    const { firstDisagreements, rows, laws, exact, trapezoid, unchecked, largestDifferences } =
      rescore('simulated');
    expect(firstDisagreements).toEqual([]);
    expect(rows).toBe(240);
    expect(Object.keys(laws).sort()).toEqual(['censored-logistic(sqrt)', 'ensemble', 'normal']);
    // What lies beyond quantiles that are nearly all dry cannot be seen.
    expect(exact + trapezoid + unchecked).toBe(rows);
    expect(exact).toBeGreaterThan(180);
    expect(trapezoid).toBeGreaterThan(20);
    expect(unchecked).toBeLessThan(20);
    for (const [what, difference] of Object.entries(largestDifferences))
      expect(difference, what).toBeLessThan(1e-7);
  });

  /** Writes the export with the first row that fits changed: its fields by name. */
  function tamper(
    name: string,
    isRow: (row: Record<string, string>) => boolean,
    change: (row: Record<string, string>) => void,
  ) {
    const text = gunzipSync(readFileSync(join(folder, 'simulated.csv.gz'))).toString('utf8');
    // No field but the first, which may hold a comma, is looked at: fields are counted from the end.
    const lines = text.trimEnd().split('\n');
    const names = lines[0].split(',').slice(1);
    const line = lines.findIndex((one, i) => {
      if (i === 0) return false;
      const fields = one.split(',');
      const row = Object.fromEntries(names.map((column, k) => [column, fields.at(k - names.length) ?? '']));
      if (!isRow(row)) return false;
      change(row);
      lines[i] = [...fields.slice(0, -names.length), ...Object.values(row)].join(',');
      return true;
    });
    writeFileSync(join(folder, `${name}.csv.gz`), gzipSync(`${lines.join('\n')}\n`));
    return `line ${line + 1}`;
  }

  it.each<[string, string, (row: Record<string, string>) => void, RegExp]>([
    ['the CRPS of', 'normal', (row) => (row.crps = String(Number(row.crps) + 1e-5)), /: crps is /],
    [
      'the CRPS of',
      'censored-logistic(sqrt)',
      (row) => (row.crps = String(Number(row.crps) + 1e-5)),
      /: crps is /,
    ],
    ['the CRPS of', 'ensemble', (row) => (row.crps = String(Number(row.crps) + 0.2)), /: crps is /],
    [
      'a quantile of',
      'normal',
      (row) => (row.q40 = String((Number(row.q39) + Number(row.q40)) / 2)),
      /q40: quantile is /,
    ],
    [
      'an outer quantile of',
      'censored-logistic(sqrt)',
      (row) => (row.q99 = String(Number(row.q99) + 1e-4)),
      /: quantile is /,
    ],
    [
      'the mean of',
      'censored-logistic(sqrt)',
      (row) => (row.mean = String(Number(row.mean) + 1e-5)),
      /: mean is /,
    ],
    [
      'the outcome of',
      'normal',
      (row) => (row.observation = String(Number(row.observation) + 1e-4)),
      /: crps is /,
    ],
    [
      'crossed quantiles of',
      'ensemble',
      (row) => (row.q10 = String(Number(row.q20) + 1)),
      /: the quantiles cross/,
    ],
    ['the model of', 'normal', (row) => (row.model = 'raw'), /fallbacks is /],
  ])('is not believed with %s a row of %s changed', (_, law, change, message) => {
    const dry = (row: Record<string, string>) => row.q01 === row.q99;
    const where = tamper('tampered', (row) => row.law === law && !dry(row), change);
    const { agrees, firstDisagreements } = rescore('tampered', 'simulated');
    expect(agrees).toBe(false);
    const found = firstDisagreements.filter((text) => text.startsWith(where) || text.startsWith('back-test'));
    expect(found.join('\n')).toMatch(message);
  });

  it('is not believed with other averages, or a row less', () => {
    const result = JSON.parse(readFileSync(join(folder, 'simulated.json'), 'utf8'));
    for (const name of ['crps', 'mae', 'rmse', 'bias', 'pinball', 'width90']) {
      const scores = { ...result.scores, [name]: result.scores[name] + 1e-5 };
      writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...result, scores }));
      const { firstDisagreements } = rescore('simulated', 'other');
      expect(firstDisagreements).toEqual([expect.stringMatching(new RegExp(`^back-test: mean ${name} is `))]);
    }
    const lines = gunzipSync(readFileSync(join(folder, 'simulated.csv.gz')))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    writeFileSync(join(folder, 'short.csv.gz'), gzipSync(`${lines.slice(0, -1).join('\n')}\n`));
    expect(rescore('short', 'simulated').firstDisagreements.join('\n')).toMatch(
      /targets is 240, in the export 239/,
    );
  });
});

if (!hasPython) it(skipNote, ({ skip }) => skip(skipNote));

for (const { title, file, args, law, rows } of [
  {
    title: 'an export of Pacific Northwest, two dates',
    file: 'pacific-northwest-t2m',
    args: ['--window', '25d', '--targets', '2004-02-12..2004-02-13'],
    law: 'normal',
    rows: 737,
  },
  {
    title: 'an export of Innsbruck, two years of rain',
    file: 'innsbruck-rain-5-8d',
    args: ['--train-until', '2009-10-01'],
    law: 'censored-logistic(sqrt)',
    rows: 1438,
  },
]) {
  describeWithData(title, [`pairs/${file}.csv.gz`], ([path]) => {
    it.skipIf(!hasPython)('scores what the back-test said, row by row and on average', async () => {
      await exportBacktest(file, path, '--model', 'emos', ...args);
      const summary = rescore(file);
      expect(summary.firstDisagreements).toEqual([]);
      expect(summary).toMatchObject({ rows, laws: { [law]: rows }, exact: rows, unchecked: 0 });
      expect(summary.largestDifferences.crps).toBeLessThan(1e-7);
    });
  });
}
