import { describe, expect, test } from 'vitest';
import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { type Cases, type Control, recentNames, type Selection } from './model.ts';
import { findModel, fitOrSimpler, models } from './registry.ts';
import { settingsFor } from './settings.ts';

const DAY = 86_400_000;
const control: Control = { checkpoint() {} };

/** Simulated: four members, two models and a predictor at three places over half a year. */
function simulatedBlock(variable: Variable, seed: string, size: number): Cases {
  const random = seededRandom(seed);
  const columns = ['member_1', 'member_2', 'member_3', 'member_4', 'model_a', 'model_b', 'x_1'];
  // Squares of whole quarters: sums of them and of their roots are exact in any order.
  const value = (about: number) => (Math.max(0, Math.round(4 * (about + 2 * random() - 1))) / 4) ** 2;
  const about = Array.from({ length: size }, () => 1 + 3 * random());
  return handMadeCases({
    size,
    variable,
    places: ['hill', 'plain', 'coast'],
    place: Int32Array.from({ length: size }, (_, i) => i % 3),
    initTime: Float64Array.from({ length: size }, (_, i) => (Math.floor(i / 3) - 1) * DAY),
    validTime: Float64Array.from({ length: size }, (_, i) => Math.floor(i / 3) * DAY + (i % 2) * (DAY / 2)),
    columns,
    forecasts: Float64Array.from(about.flatMap((centre) => columns.map(() => value(centre)))),
    recent: Float64Array.from(about.flatMap((centre) => recentNames.map(() => centre + random()))),
    outcome: Float64Array.from(about, (centre) => Math.max(0, centre + random() - 1.5) ** 2),
  });
}

const everyRow = (cases: Cases): Selection => ({
  cases,
  rows: Int32Array.from({ length: cases.size }, (_, i) => i),
});

/** What a model answers after training, for each target: mean, a few quantiles and a score. */
function answersOf(name: string, training: Cases, targets: Cases): number[][] {
  const model = findModel(name);
  const settings = settingsFor(training.variable);
  const artefact = model.fit(everyRow(training), settings, control);
  const answers = model.predict(structuredClone(artefact), everyRow(targets));
  expect(answers.size).toBe(targets.size);
  return Array.from({ length: targets.size }, (_, i) => [
    answers.mean(i),
    ...[0.01, 0.25, 0.5, 0.9, 0.99].map((p) => answers.quantile(i, p)),
    answers.crps(i, 3),
  ]);
}

/** The block with its members in another order. */
function withTurnedMembers(cases: Cases): Cases {
  const width = cases.columns.length;
  const order = [2, 0, 3, 1, 4, 5, 6];
  return {
    ...cases,
    forecasts: cases.forecasts.map((_, at) => {
      const row = Math.floor(at / width);
      return cases.forecasts[row * width + order[at % width]];
    }),
  };
}

describe.each(models.map(({ name }) => name))('%s', (name) => {
  describe.each(['temperature_2m', 'precipitation'])('of %s', (variableName) => {
    const variable = findVariable(variableName);
    const training = simulatedBlock(variable, 'training', 900);
    const targets = simulatedBlock(variable, 'targets', 12);
    const answers = answersOf(name, training, targets);

    test('answers, with quantiles in order', () => {
      for (const [mean, ...rest] of answers) {
        const quantiles = rest.slice(0, 5);
        expect(mean).not.toBeNaN();
        expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
        if (variableName === 'precipitation') expect(quantiles[0]).toBeGreaterThanOrEqual(0);
      }
    });

    test('members are exchangeable', () => {
      expect(answersOf(name, withTurnedMembers(training), targets)).toEqual(answers);
      expect(answersOf(name, training, withTurnedMembers(targets))).toEqual(answers);
    });

    test('outcomes of targets are not looked at', () => {
      const unknown = { ...targets, outcome: new Float64Array(targets.size).fill(Number.NaN) };
      expect(answersOf(name, training, unknown)).toEqual(answers);
    });

    test('answers come in the order of the rows asked for, each as if alone', () => {
      const model = findModel(name);
      const artefact = model.fit(everyRow(training), settingsFor(variable), control);
      const some = model.predict(artefact, { cases: targets, rows: Int32Array.of(7, 2, 2) });
      expect(some.size).toBe(3);
      [7, 2, 2].forEach((row, i) => expect(some.quantile(i, 0.9)).toBe(answers[row][4]));
    });

    test('nothing it was handed is changed', () => {
      const before = structuredClone({ training, targets });
      answersOf(name, training, targets);
      expect({ training, targets }).toEqual(before);
    });
  });

  test('says on what it was trained, whose name and version the artefact carries', () => {
    const cases = simulatedBlock(findVariable('temperature_2m'), 'training', 900);
    const artefact = findModel(name).fit(everyRow(cases), settingsFor(cases.variable), control);
    expect(artefact).toMatchObject({ model: name, version: name === 'emos-station' ? 2 : 1 });
    if (name === 'raw') expect(artefact.trainedOn).toEqual({ rows: 0, from: Number.NaN, until: Number.NaN });
    else expect(artefact.trainedOn).toEqual({ rows: 900, from: 0, until: 299.5 * DAY });
  });

  test('leads down to raw by simpler models', () => {
    const chain = [name];
    for (let next = findModel(name).simpler; next !== undefined; next = findModel(next).simpler) {
      expect(chain).not.toContain(next);
      chain.push(next);
    }
    expect(chain.at(-1)).toBe('raw');
    expect(findModel(name).about).not.toBe('');
  });
});

describe('a model by name', () => {
  test('is found once', () => {
    expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
    for (const model of models) expect(findModel(model.name)).toBe(model);
  });

  test.each(['emo', '', 'EMOS', 'toString'])('%j is not found, and the message lists what is', (name) => {
    let caught: unknown;
    try {
      findModel(name);
    } catch (error) {
      caught = error;
    }
    expect(isWeatherglassError(caught, 'NotFound')).toBe(true);
    for (const model of models) expect(String(caught)).toContain(model.name);
  });
});

describe('what stands in where a model cannot be fitted', () => {
  const temperature = findVariable('temperature_2m');
  const settings = settingsFor(temperature);
  const cases = simulatedBlock(temperature, 'training', 360);
  const single: Cases = {
    ...cases,
    columns: ['model_a'],
    members: 0,
    models: 1,
    predictors: 0,
    forecasts: cases.forecasts.filter((_, at) => at % 7 === 4),
  };
  const fitTo = (rows: number, block = cases, name = 'idr') =>
    fitOrSimpler(
      findModel(name),
      { cases: block, rows: Int32Array.from({ length: rows }, (_, i) => i) },
      settings,
      control,
    );

  // Members bring a slope for the mean and one for x_1, two constants and a spread: five coefficients, 25 rows.
  test.each([
    [360, 'idr', []],
    [99, 'emos', ['idr']],
    [25, 'emos', ['idr']],
    [24, 'dressed', ['idr', 'emos']],
    [0, 'dressed', ['idr', 'emos']],
  ] as const)('with an ensemble and %d rows: %s', (rows, expected, refused) => {
    const { model, artefact, refusals } = fitTo(rows);
    expect(model.name).toBe(expected);
    expect(artefact.model).toBe(expected);
    expect(refusals.map((text) => text.split(':')[0])).toEqual(refused);
    for (const text of refusals) expect(text).toMatch(/^\w+: .*\d+/);
  });

  test.each([
    [15, 'emos', ['idr']],
    [14, 'dressed', ['idr', 'emos']],
    [2, 'dressed', ['idr', 'emos']],
    [1, 'raw', ['idr', 'emos', 'dressed', 'climatology']],
    [0, 'raw', ['idr', 'emos', 'dressed', 'climatology']],
  ] as const)('with a single forecast and %d rows: %s', (rows, expected, refused) => {
    const { model, refusals } = fitTo(rows, single);
    expect(model.name).toBe(expected);
    expect(refusals.map((text) => text.split(':')[0])).toEqual(refused);
  });

  test.each([
    ['emos-season', 'emos'],
    ['emos-station', 'dressed'],
    ['harmonic', 'climatology'],
    ['persistence', 'raw'],
  ])('%s with few rows', (name, expected) => {
    const rows = name === 'emos-season' ? 25 : name === 'persistence' ? 1 : 24;
    expect(fitTo(rows, cases, name).model.name).toBe(expected);
  });

  test('another failure is no reason for a simpler model', () => {
    const stopped: Control = {
      checkpoint() {
        throw new WeatherglassError('Cancelled', 'stopped');
      },
    };
    expect(() => fitOrSimpler(findModel('emos'), everyRow(cases), settings, stopped)).toThrow(
      expect.objectContaining({ name: 'Cancelled' }),
    );
  });

  test('an earlier fit is used by the model that made it alone', () => {
    const selection = everyRow(cases);
    let calls = 0;
    const counting: Control = { checkpoint: () => void calls++ };
    const fitFrom = (earlier?: ReturnType<typeof fitTo>) => {
      calls = 0;
      const { artefact } = fitOrSimpler(findModel('emos'), selection, settings, counting, earlier?.artefact);
      return { artefact, calls };
    };
    const fresh = fitFrom();
    expect(fitFrom(fitTo(350, cases, 'emos')).calls).toBeLessThan(fresh.calls);
    expect(fitFrom(fitTo(350, cases, 'emos-station'))).toEqual(fresh);
  });
});
