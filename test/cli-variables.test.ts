import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weatherglass } from './command-line.ts';
import { csvText, simulatedPairs } from './simulated-tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-variables-'));
afterAll(() => rmSync(folder, { recursive: true }));

const declaration = {
  name: 'solar_power',
  unit: '1',
  lower: 0,
  upper: 1,
  kind: 'mean',
  periodHours: 1,
  law: 'censored-normal',
};

describe('variables of your own', () => {
  beforeAll(() => {
    const pairs = simulatedPairs({ variable: 'precipitation_sum_72h' }).map((row, i) =>
      i === 0
        ? row
        : row.map((text, k) =>
            k === 6 ? 'solar_power' : k === 7 ? '%' : k > 7 ? String(Math.min(100, 10 * Number(text))) : text,
          ),
    );
    writeFileSync(join(folder, 'solar.csv'), csvText(pairs));
    writeFileSync(join(folder, 'variables.json'), JSON.stringify([declaration]));
  });

  it('are unknown until they are declared', async () => {
    const { exitCode, stdout, stderr } = await weatherglass(['backtest', 'solar.csv'], { cwd: folder });
    expect(stderr).toMatch(/solar\.csv, line 2, column "variable": .*must be declared/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: '' });
  });

  it('are declared in a file, named by a flag or a setting', async () => {
    const args = ['backtest', 'solar.csv', '--json'];
    const [byFlag, bySetting] = await Promise.all([
      weatherglass([...args, '--variables', 'variables.json'], { cwd: folder }),
      weatherglass(args, { cwd: folder, env: { WEATHERGLASS_VARIABLES: 'variables.json' } }),
    ]);
    expect([byFlag.stderr, bySetting.stderr]).toEqual(['', '']);
    const { law, scores, references } = JSON.parse(byFlag.stdout);
    expect(law).toBe('censored-normal');
    // Per cent in the file, a share inside.
    expect(references.raw.mae).toBeLessThan(0.5);
    expect(JSON.parse(bySetting.stdout).scores).toEqual(scores);
  });

  it.each([
    ['no array', '{}', /wrong\.json must hold a JSON array/],
    ['no JSON', '[', /wrong\.json is not JSON/],
    [
      'of an unknown law',
      JSON.stringify([declaration, { ...declaration, name: 'wind_power', law: 'gamma' }]),
      /wrong\.json, variable 2: Variable "wind_power" is declared wrongly: law must be one of/,
    ],
  ])('are refused: %s', async (_, text, reason) => {
    writeFileSync(join(folder, 'wrong.json'), text);
    const args = ['backtest', 'solar.csv', '--variables', 'wrong.json'];
    const { exitCode, stdout, stderr } = await weatherglass(args, { cwd: folder });
    expect(stderr).toMatch(reason);
    expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: '' });
  });
});
