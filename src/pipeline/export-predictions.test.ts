import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../store/sqlite-store.ts';
import type { Store, StoredPrediction } from '../store/store.ts';
import { type PredictionRow, readPredictions } from '../tables/predictions-csv.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { exportPredictions, type PredictionsQuery } from './export-predictions.ts';
import { scorePredictions } from './score-predictions.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-export-predictions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hours = (n: number) => Date.UTC(2024, 0, 1) + n * msPerHour;
const levels = [0.25, 0.5, 0.75];

function predictionOf(
  issued: number,
  validHours: readonly number[],
  answers: Readonly<Record<string, readonly number[]>>,
  variable = 'temperature_2m',
): StoredPrediction {
  const contenders = Object.keys(answers);
  return {
    place: 'Oslo',
    variable,
    issuedAt: hours(issued),
    method: '{}',
    validTimes: Float64Array.from(validHours, hours),
    runTimes: Float64Array.from(validHours, () => hours(issued - 3)),
    contenders,
    levels,
    quantiles: Float32Array.from(
      validHours.flatMap((_, i) =>
        contenders.flatMap((name) => levels.map((_, k) => answers[name][i] + 2 * (k - 1))),
      ),
    ),
  };
}

let store: Store;
beforeAll(async () => {
  store = await openStore(join(folder, 'weatherglass.db'));
  const names = ['temperature_2m', 'precipitation_sum'];
  const outcome = [
    [0, 24, 24, 9],
    [0, 24, 30, 10],
    [0, 48, 48, 20],
    [1, 24, 24, 0],
  ];
  await store.write({
    places: [{ name: 'Oslo', latitude: 59.9, longitude: 10.7, elevation: 94, zone: 'Europe/Oslo' }],
    variables: names.map((name) => findVariable(name)),
    observations: {
      rows: outcome.length,
      places: ['Oslo'],
      variables: names,
      origins: ['station'],
      place: new Int32Array(outcome.length),
      variable: Int32Array.from(outcome, ([variable]) => variable),
      origin: new Int32Array(outcome.length),
      validTime: Float64Array.from(outcome, ([, valid]) => hours(valid)),
      knownAt: Float64Array.from(outcome, ([, , known]) => hours(known)),
      value: Float64Array.from(outcome, ([, , , value]) => value),
      flag: ['', '', 'unlikely', ''],
    },
    predictions: [
      predictionOf(0, [24, 48, 72], { aggregate: [10, 20, 30], emos: [11, Number.NaN, 31] }),
      predictionOf(12, [24, 48], { aggregate: [12, 18] }),
      predictionOf(0, [24], { aggregate: [1], 'emos@met': [2] }, 'precipitation_sum'),
    ],
  });
});
afterAll(() => store[Symbol.asyncDispose]());

async function exported(query: Partial<PredictionsQuery> = {}) {
  let text = '';
  const period = { from: -Infinity, until: Infinity };
  const result = await exportPredictions(store, { period, ...query }, async (piece) => {
    text += piece;
  });
  const file = join(folder, 'predictions.csv');
  writeFileSync(file, text);
  const rows: (Omit<PredictionRow, 'quantiles'> & { readonly quantiles: readonly number[] })[] = [];
  await readPredictions([file], (row) => rows.push({ ...row, quantiles: [...row.quantiles] }));
  expect(rows).toHaveLength(result.rows);
  return { file, read: rows, ...result };
}

describe('export of predictions', () => {
  it('is what was served beside the latest outcome, where one is known', async () => {
    const { read, notices } = await exported();
    expect(
      read.map(({ variable, initTime, validTime, model, observation }) => [
        variable,
        (initTime - hours(0)) / msPerHour,
        (validTime - hours(0)) / msPerHour,
        model,
        observation,
      ]),
    ).toEqual([
      ['precipitation_sum', -3, 24, 'aggregate', 0],
      ['temperature_2m', -3, 24, 'aggregate', 10],
      ['temperature_2m', -3, 48, 'aggregate', 20],
      ['temperature_2m', 9, 24, 'aggregate', 10],
      ['temperature_2m', 9, 48, 'aggregate', 20],
    ]);
    expect(notices).toEqual([
      '1 value predicted has no outcome yet and is left out',
      '2 rows hold an outcome that is flagged as not to be trusted, which the table does not say',
    ]);
  });

  it('draws the quantile function in straight lines through what was issued, within the bounds', async () => {
    const { read } = await exported();
    const [rain, temperature] = read;
    // Quartiles 8, 10 and 12: a law that is uniform from 6 to 14.
    temperature.quantiles.forEach((value, k) => expect(value).toBeCloseTo(6 + 0.08 * (k + 1), 6));
    expect(temperature.mean).toBeCloseTo(10, 6);
    // ∫(F − 1{x ≥ y})² of a uniform law of width w against its middle: w / 12.
    expect(temperature.crps).toBeCloseTo(8 / 12, 6);
    expect(rain.quantiles.every((value) => value >= -1)).toBe(true);
  });

  it('is accepted by `score`, which finds the same CRPS but for the rounding of its own quantiles', async () => {
    const { file, read } = await exported({ variables: ['temperature_2m'] });
    const { scores, crpsExported, rows } = await scorePredictions([file]);
    expect(rows).toBe(4);
    expect(crpsExported).toBeCloseTo(read.reduce((sum, { crps }) => sum + crps, 0) / 4, 12);
    expect(scores.crps).toBeCloseTo(crpsExported, 2);
  });

  it('is of another contender where asked, who may have answered less', async () => {
    const { read } = await exported({ contender: 'emos' });
    expect(read.map(({ validTime, model }) => [(validTime - hours(0)) / msPerHour, model])).toEqual([
      [24, 'emos'],
    ]);
    await expect(exported({ contender: 'emo' })).rejects.toMatchObject({
      name: 'NotFound',
      message: expect.stringMatching(
        /^no emo is among .* Did you mean emos\? There are aggregate, emos@met, emos\.$/,
      ),
    });
  });

  it('has the days asked for, and refuses to write nothing, saying why', async () => {
    const { rows } = await exported({ period: { from: hours(48), until: hours(49) } });
    expect(rows).toBe(2);
    const refused = (query: Partial<PredictionsQuery>, message: RegExp) =>
      expect(exported(query)).rejects.toMatchObject({
        name: 'NotFound',
        message: expect.stringMatching(message),
      });
    await refused(
      { period: { from: hours(72), until: Infinity } },
      /^nothing to export: no outcome of what was predicted, valid from 2024-01-04T00:00Z is known yet/,
    );
    await refused(
      { period: { from: hours(100), until: Infinity } },
      /^nothing to export: aggregate has predicted nothing, valid from/,
    );
    await refused(
      { period: { from: -Infinity, until: hours(-1) } },
      /^nothing to export: nothing has been predicted, valid until .*`weatherglass predict`/,
    );
  });
});
