import { describe, expect, test } from 'vitest';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import { answer } from './answer.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { type Cases, type Control, recentNames, type Selection } from './model.ts';
import { findModel } from './registry.ts';
import { settingsFor } from './settings.ts';

const DAY = 86_400_000;
const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const settings = settingsFor(temperature);
const SIZE = 300;

/** Simulated days with one model; recent outcomes, errors and the forecast are missing where it says so. */
function blockOf(missing: (row: number) => { recent?: boolean; forecast?: boolean }): Cases {
  const random = seededRandom('answer');
  const outcome = Float64Array.from({ length: SIZE }, () => 10 * random());
  return handMadeCases({
    size: SIZE,
    variable: temperature,
    validTime: Float64Array.from({ length: SIZE }, (_, row) => row * DAY),
    columns: ['model_a'],
    forecasts: Float64Array.from(outcome, (y, row) => (missing(row).forecast ? NaN : y + random())),
    recent: Float64Array.from({ length: SIZE * recentNames.length }, (_, at) =>
      missing(Math.floor(at / recentNames.length)).recent ? NaN : random(),
    ),
    outcome,
  });
}

const rows = (from: number, until: number) => Int32Array.from({ length: until - from }, (_, i) => from + i);

describe('targets that a model is silent on', () => {
  // Of the last six, 295 misses recent outcomes, 297 the forecast, 299 both.
  const cases = blockOf((row) => ({
    recent: row === 295 || row === 299,
    forecast: row === 297 || row === 299,
  }));
  const training: Selection = { cases, rows: rows(0, 290) };
  const targets: Selection = { cases, rows: rows(294, 300) };

  const namesBy = (name: string) => {
    const answers = answer(findModel(name), training, targets, settings, control);
    return {
      answers,
      names: Array.from(answers.part, (part) => (part < 0 ? null : answers.parts[part].model.name)),
    };
  };

  test('are answered one by one by simpler models', () => {
    // emos-season wants both, emos and dressed the forecast, climatology nothing.
    const { answers, names } = namesBy('emos-season');
    expect(names).toEqual([
      'emos-season',
      'emos',
      'emos-season',
      'climatology',
      'emos-season',
      'climatology',
    ]);
    expect(answers.parts.map(({ model }) => model.name)).toEqual([
      'emos-season',
      'emos',
      'dressed',
      'climatology',
    ]);
    expect(namesBy('persistence').names).toEqual([
      'persistence',
      'climatology',
      'persistence',
      'persistence',
      'persistence',
      'climatology',
    ]);
  });

  test('get what the simpler model would have said, and the others what they would have got alone', () => {
    const { answers } = namesBy('emos-season');
    const alone = (name: string, row: number) => {
      const model = findModel(name);
      const artefact = model.fit(training, settings, control);
      return model.predict(artefact, { cases, rows: Int32Array.of(row) }).quantile(0, 0.9);
    };
    const said = (target: number) =>
      answers.parts[answers.part[target]].distributions.quantile(answers.index[target], 0.9);
    expect(said(1)).toBe(alone('emos', 295));
    expect(said(3)).toBe(alone('climatology', 297));
    expect(said(5)).toBe(alone('climatology', 299));
    expect(said(4)).toBe(alone('emos-season', 298));
  });

  test('have no answer where raw is silent, too', () => {
    const { answers, names } = namesBy('raw');
    expect(names).toEqual(['raw', 'raw', 'raw', null, 'raw', null]);
    expect(answers.part[3]).toBe(-1);
  });
});

test('without silent targets one model is asked, however few rows it takes to refuse others', () => {
  const cases = blockOf(() => ({}));
  const { parts, part } = answer(
    findModel('idr'),
    { cases, rows: rows(0, 50) },
    { cases, rows: rows(60, 70) },
    settings,
    control,
  );
  expect(parts.map(({ model }) => model.name)).toEqual(['emos']);
  expect(parts[0].refusals).toEqual([expect.stringMatching(/^idr: 50 pairs/)]);
  expect(new Set(part)).toEqual(new Set([0]));
});

test('an earlier answer is where the next begins, part by part', () => {
  const cases = blockOf((row) => ({ recent: row >= 295 }));
  const targets: Selection = { cases, rows: rows(294, 300) };
  let evaluations = 0;
  const counting: Control = { checkpoint: () => void evaluations++ };
  const run = (until: number, earlier?: ReturnType<typeof answer>) => {
    evaluations = 0;
    const training = { cases, rows: rows(0, until) };
    const answers = answer(findModel('emos-season'), training, targets, settings, counting, earlier);
    return { answers, evaluations };
  };
  const fresh = run(290);
  expect(fresh.answers.parts.map(({ model }) => model.name)).toEqual(['emos-season', 'emos']);
  // From where they ended, each of the two looks once and is content.
  expect(run(290, fresh.answers).evaluations).toBe(2);
  expect(fresh.evaluations).toBeGreaterThan(4);
  const warm = run(290, run(285).answers);
  for (const target of [0, 3]) {
    const [a, b] = [warm.answers, fresh.answers].map(({ parts, part, index }) =>
      parts[part[target]].distributions.quantile(index[target], 0.9),
    );
    expect(a).toBeCloseTo(b, 4);
  }
});

test('no targets need no fit', () => {
  const cases = blockOf(() => ({}));
  const nobody: Selection = { cases, rows: new Int32Array() };
  const { parts, part } = answer(findModel('emos'), nobody, nobody, settings, control);
  expect([parts.length, part.length]).toEqual([0, 0]);
});
