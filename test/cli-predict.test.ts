import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { asJson } from '../src/cli/predict.ts';
import { weatherglass } from './command-line.ts';
import { csvText, simulatedObservations, simulatedPairs } from './simulated-tables.ts';

/** `weatherglass predict`: what lies ahead, from pairs and from observations. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-predict-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 80 dates, the last 19 March 2020; the outcomes of the last 3 are not known yet. */
const pairs = simulatedPairs({ dates: 80, leads: [24, 72], ahead: 3 });
beforeAll(() => {
  writeFileSync(join(folder, 'pairs.csv'), csvText(pairs));
  writeFileSync(join(folder, 'observations.csv'), csvText(simulatedObservations(800)));
});

const run = (...args: string[]) => weatherglass(['predict', ...args], { cwd: folder });

async function predicted(...args: string[]) {
  const { exitCode, stdout, stderr } = await run(...args, '--json');
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout) as ReturnType<typeof asJson>;
}

const number = expect.any(Number);

describe('predict from pairs', () => {
  it('answers every forecast that is valid later than the latest one was made', async () => {
    const { stdout, stderr } = await run('pairs.csv', '--json');
    expect(stderr).toBe('12 of 320 rows have no observation.\n');
    const result = JSON.parse(stdout);
    const prediction = {
      variable: 'temperature_2m',
      unit: '°C',
      validTime: '2020-03-20T00:00Z',
      model: 'emos',
      law: 'normal',
      mean: number,
      quantiles: [number, number, number, number, number],
      probabilities: {},
      trainedOn: { rows: 154, from: '2020-01-01T00:00Z', until: '2020-03-17T00:00Z' },
    };
    const near = { ...prediction, lead: 24, initTime: '2020-03-19T00:00Z' };
    const far = { ...prediction, lead: 72, initTime: '2020-03-17T00:00Z' };
    expect(result).toEqual({
      asOf: '2020-03-19T00:00Z',
      levels: [0.05, 0.25, 0.5, 0.75, 0.95],
      predictions: [
        { ...near, place: 'Harbour' },
        { ...near, place: 'Hill, upper' },
        { ...far, place: 'Harbour' },
        { ...far, place: 'Hill, upper' },
      ],
      fallbacks: 0,
      unanswered: 0,
    });
    for (const { quantiles, mean } of result.predictions) {
      expect(quantiles).toEqual(quantiles.toSorted((a: number, b: number) => a - b));
      expect(quantiles[2]).toBeCloseTo(mean, 10);
    }
  });

  it('with the levels and thresholds asked for', async () => {
    const wanted = ['--levels', '10,90', '--above', 'temperature_2m=4.5', '--above', 'temperature_2m=-40'];
    const { levels, predictions } = await predicted('pairs.csv', ...wanted);
    expect(levels).toEqual([0.1, 0.9]);
    for (const { quantiles, probabilities, mean } of predictions) {
      expect(quantiles).toHaveLength(2);
      expect(probabilities['-40']).toBe(1);
      expect(probabilities['4.5'] > 0.5).toBe(mean > 4.5);
    }
    const { stdout } = await run('pairs.csv', ...wanted);
    expect(stdout).toMatch(
      /^as of 2020-03-19T00:00Z\nplace +variable +valid +hours ahead +model +mean +10% +90% +P\(≥ /,
    );
    expect(stdout).toMatch(/^Hill, upper +temperature_2m °C +2020-03-20T00:00Z +72 +emos +-?\d+\.\d .*%$/m);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2 + 4);
  });

  it('by all models together, where nobody chooses one', async () => {
    const wanted = ['pairs.csv', '--model', 'auto', '--above', 'temperature_2m=4.5'];
    const {
      predictions,
      fallbacks,
      unanswered,
      levels,
      auto = { bands: [], physics: {} },
    } = await predicted(...wanted);
    expect({ fallbacks, unanswered, levels }).toEqual({
      fallbacks: 0,
      unanswered: 0,
      levels: [0.05, 0.25, 0.5, 0.75, 0.95],
    });
    const { predictions: emos } = await predicted('pairs.csv', '--above', 'temperature_2m=4.5');
    predictions.forEach(({ model, law, mean, quantiles, probabilities, trainedOn, ...row }, k) => {
      expect(emos[k]).toMatchObject({ ...row, trainedOn });
      expect([model, law]).toEqual(['auto', 'quantiles']);
      expect(Math.abs(mean - emos[k].mean)).toBeLessThan(1);
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
      expect(Math.abs(probabilities['4.5'] - emos[k].probabilities['4.5'])).toBeLessThan(0.25);
    });
    // Whom it believes, by what they scored on the outcomes that are known.
    for (const { experts } of auto!.bands) {
      const heard: { weight: number; crps: number }[] = experts.filter(
        ({ weight }: { weight: number }) => weight > 0,
      );
      expect(heard.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 6);
      for (const { crps } of heard) expect(crps).toBeGreaterThan(0);
    }
    expect(auto!.physics).toEqual({});
    const { stdout } = await run(...wanted);
    expect(stdout).toMatch(/^temperature_2m +12–24 h +\w.* \d+% \(\d\.\d{3}\)/m);
    expect(stdout).toMatch(/^Hill, upper +temperature_2m °C +2020-03-20T00:00Z +72 +auto +-?\d+\.\d .*%$/m);
  });

  it('as of an earlier time, learning nothing from later', async () => {
    const before = await predicted('pairs.csv', '--as-of', '2020-03-01');
    expect(before.asOf).toBe('2020-03-01T00:00Z');
    expect(before.predictions.map(({ validTime, lead }) => [validTime.slice(5, 10), lead])).toEqual([
      ...Array.from({ length: 2 }, () => ['03-02', 24]),
      ...['03-02', '03-02', '03-03', '03-03', '03-04', '03-04'].map((day) => [day, 72]),
    ]);
    for (const { trainedOn } of before.predictions) expect(trainedOn.until).toBe('2020-03-01T00:00Z');
    // Other outcomes and forecasts of later change nothing.
    const changed = pairs.map((row, i) =>
      i > 0 && row[5] > '2020-03-01T00:00Z'
        ? row.map((text, k) => (k === 13 || (k > 7 && row[4] > '2020-03-01T00:00Z') ? '-30' : text))
        : row,
    );
    writeFileSync(join(folder, 'changed.csv'), csvText(changed));
    expect(await predicted('changed.csv', '--as-of', '2020-03-01')).toEqual(before);
    expect(await predicted('changed.csv')).not.toEqual(await predicted('pairs.csv'));
  });

  it('by a simpler model where the one asked for cannot be fitted, which is counted and shown', async () => {
    writeFileSync(join(folder, 'few.csv'), csvText(simulatedPairs({ dates: 5, ahead: 1 })));
    const { fallbacks, predictions } = await predicted('few.csv');
    expect(fallbacks).toBe(2);
    expect(predictions.map(({ model, law }) => [model, law])).toEqual([
      ['dressed', 'ensemble'],
      ['dressed', 'ensemble'],
    ]);
    const { stdout } = await run('few.csv');
    expect(stdout).toMatch(/^as of 2020-01-04T00:00Z; 2 by a simpler model\n/);
  });
});

describe('predict from observations', () => {
  it('answers the leads asked, from the last observation on', async () => {
    const args = [
      'observations.csv',
      '--model',
      'harmonic',
      '--leads',
      '48,24',
      '--above',
      'temperature_2m_max=10',
    ];
    const { asOf, predictions, fallbacks } = await predicted(...args);
    expect(asOf).toBe('2022-03-10T00:00Z');
    expect(fallbacks).toBe(0);
    expect(predictions).toMatchObject([
      { place: 'Harbour', variable: 'temperature_2m_max', lead: 24, validTime: '2022-03-11T00:00Z' },
      { place: 'Harbour', variable: 'temperature_2m_max', lead: 48, validTime: '2022-03-12T00:00Z' },
    ]);
    for (const { model, mean, quantiles, probabilities } of predictions) {
      expect(model).toBe('harmonic');
      expect(mean).toBeGreaterThan(quantiles[0]);
      expect(mean).toBeLessThan(quantiles[4]);
      expect(probabilities['10']).toBeGreaterThan(0);
      expect(probabilities['10']).toBeLessThan(1);
    }
    // What is farther is less certain.
    const width = (k: number) => predictions[k].quantiles[4] - predictions[k].quantiles[0];
    expect(width(1)).toBeGreaterThan(width(0));
  });

  it('fourteen days ahead by default', async () => {
    const { predictions } = await predicted('observations.csv', '--model', 'climatology');
    expect(predictions.map(({ lead }) => lead)).toEqual(
      Array.from({ length: 14 }, (_, day) => 24 * (day + 1)),
    );
  });
});
