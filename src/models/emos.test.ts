import { describe, expect, test } from 'vitest';
import { normalQuantile } from '../forecast/normal.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import { emos, emosFormula, emosSeason } from './emos.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { type Control, recentErrorNames, recentNames, type Selection } from './model.ts';
import { rawDistributions } from './raw.ts';
import { settingsFor } from './settings.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365.2425 * DAY;
const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');

/** A block of one place with so many columns of each kind; values by row and column. */
function blockOf(
  [members, models, predictors]: readonly [number, number, number],
  times: readonly number[],
  forecast: (row: number, column: number) => number,
  outcome: (row: number) => number,
  variable = temperature,
): Selection {
  const size = times.length;
  const columns = [
    ...Array.from({ length: members }, (_, k) => `member_${k + 1}`),
    ...Array.from({ length: models }, (_, k) => `model_${k + 1}`),
    ...Array.from({ length: predictors }, (_, k) => `x_${k + 1}`),
  ];
  const cases = handMadeCases({
    size,
    variable,
    validTime: Float64Array.from(times),
    columns,
    forecasts: Float64Array.from(times.flatMap((_, i) => columns.map((__, k) => forecast(i, k)))),
    recent: new Float64Array(size * recentNames.length),
    outcome: Float64Array.from(times, (_, i) => outcome(i)),
  });
  return { cases, rows: Int32Array.from({ length: size }, (_, i) => i) };
}

describe('the formula follows the columns', () => {
  const variance = settingsFor(temperature);
  const log = settingsFor(temperature, { spread: 'log' });
  const weights = settingsFor(temperature, { predictors: 'weights' });

  test.each([
    ['members', [3, 0, 0], variance, ['mean'], ['variance'], []],
    ['members on a log scale', [3, 0, 0], log, ['mean'], ['log_sd'], []],
    ['members with weights, which are alike', [3, 0, 0], weights, ['mean'], ['variance'], []],
    ['models', [0, 2, 0], variance, ['mean'], ['variance'], []],
    ['models with weights', [0, 2, 0], weights, ['model_1', 'model_2'], ['variance'], []],
    ['one model with weights', [0, 1, 0], weights, ['mean'], [], []],
    ['members and a model, without weights', [3, 1, 0], variance, ['mean'], ['variance'], []],
    ['members and a model, with weights', [3, 1, 0], weights, ['mean', 'model_1'], ['variance'], []],
    ['one member and one model', [1, 1, 0], weights, ['mean', 'model_1'], [], []],
    ['one member and two models', [1, 2, 0], variance, ['mean'], ['variance'], []],
    ['a single forecast', [0, 1, 0], variance, ['mean'], [], []],
    ['forecast and predictors', [0, 1, 2], variance, ['mean'], [], ['x_1', 'x_2']],
    ['predictors alone', [0, 0, 2], variance, [], [], ['x_1', 'x_2']],
    ['nothing', [0, 0, 0], variance, [], [], []],
  ] as const)('%s', (_, columns, settings, forecasts, spread, predictors) => {
    const { cases } = blockOf(
      columns,
      [],
      () => 0,
      () => 0,
    );
    expect(emosFormula(cases, settings)).toEqual({
      location: ['one', ...forecasts, ...predictors],
      scale: ['one', ...spread],
      nonNegative: forecasts,
    });
  });

  test('a season goes into the location, and into the scale where that is a logarithm', () => {
    const { cases } = blockOf(
      [3, 0, 0],
      [],
      () => 0,
      () => 0,
    );
    const season = ['cos_year_1'];
    expect(emosFormula(cases, log, season)).toMatchObject({
      location: ['one', 'mean', 'cos_year_1'],
      scale: ['one', 'log_sd', 'cos_year_1'],
    });
    expect(emosFormula(cases, variance, season)).toMatchObject({
      location: ['one', 'mean', 'cos_year_1'],
      scale: ['one', 'variance'],
    });
  });

  test.each([
    ['temperature_2m', 12, 12, []],
    ['temperature_2m', 0, 12, ['cos_day_1', 'sin_day_1', 'cos_day_2', 'sin_day_2']],
    // A value of a whole day has no hour, whatever its day's end is called.
    ['temperature_2m_max', 0, 12, []],
    ['precipitation_sum_72h', 0, 12, []],
  ] as const)('the season of %s valid at %d and %d UTC', (name, even, odd, waves) => {
    const random = seededRandom('season');
    const variable = findVariable(name);
    const times = Array.from({ length: 120 }, (_, i) => i * 3 * DAY + (i % 2 === 0 ? even : odd) * HOUR);
    const block = blockOf(
      [2, 0, 0],
      times,
      () => 5 + 5 * random(),
      () => 5 + 5 * random(),
      variable,
    );
    const { coefficients } = emosSeason.fit(block, settingsFor(variable), control);
    expect(coefficients.locationTerms).toEqual([
      'one',
      'mean',
      'cos_year_1',
      'sin_year_1',
      ...waves,
      ...recentErrorNames,
    ]);
    expect(coefficients.scaleTerms).toEqual(['one', 'log_sd', 'cos_year_1', 'sin_year_1', ...waves]);
  });
});

/** Simulated: eight members that are 1.5 too high and spread half as much as they should. */
function simulatedEnsemble(seed: string, count: number): Selection {
  const random = seededRandom(seed);
  const normal = () => normalQuantile(random());
  const times = Array.from({ length: count }, (_, i) => i * DAY);
  const truth = times.map(() => 8 * normal());
  const spread = times.map(() => 0.5 + 2 * random());
  const common = times.map((_, i) => spread[i] * normal());
  return blockOf(
    [8, 0, 0],
    times,
    (i) => truth[i] + 1.5 + common[i] + 0.5 * spread[i] * normal(),
    (i) => truth[i],
  );
}

describe('learned from a simulated ensemble with bias and too little spread', () => {
  const training = simulatedEnsemble('training', 800);
  const later = simulatedEnsemble('later', 2000);
  const { outcome } = later.cases;

  test.each([emos, emosSeason])('$name covers 90 % of later outcomes and scores better than raw', (model) => {
    const answers = model.predict(model.fit(training, settingsFor(temperature), control), later);
    const raw = rawDistributions(later);
    let covered = 0;
    let score = 0;
    let rawScore = 0;
    outcome.forEach((y, i) => {
      const rank = answers.cdf(i, y);
      if (rank > 0.05 && rank < 0.95) covered++;
      score += answers.crps(i, y);
      rawScore += raw.crps(i, y);
    });
    // Four standard errors of a share of 2000 are 0.027; the law is a mixture of spreads, not quite normal.
    expect(Math.abs(covered / 2000 - 0.9)).toBeLessThan(0.035);
    expect(score).toBeLessThan(0.75 * rawScore);
  });

  test('is less sure where the members disagree more', () => {
    const artefact = emos.fit(training, settingsFor(temperature), control);
    const two = blockOf(
      [8, 0, 0],
      [0, 0],
      (i, k) => (i === 0 ? 1 : 3) * (k % 2 === 0 ? 1 : -1),
      () => 0,
    );
    const answers = emos.predict(artefact, two);
    const width = (i: number) => answers.quantile(i, 0.95) - answers.quantile(i, 0.05);
    expect(width(1)).toBeGreaterThan(1.5 * width(0));
    expect(answers.mean(1)).toBeCloseTo(answers.mean(0), 4);
  });

  test('says what it was trained on', () => {
    const { trainedOn } = emos.fit(training, settingsFor(temperature), control);
    expect(trainedOn).toEqual({ rows: 800, from: 0, until: 799 * DAY });
  });
});

test('emos-season learns a simulated bias that turns with the year, whatever spread and predictors are asked for', () => {
  const random = seededRandom('turning');
  const normal = () => normalQuantile(random());
  const times = Array.from({ length: 1000 }, (_, i) => (i * 2 * YEAR) / 1000);
  const truth = times.map(() => 5 * normal());
  const bias = (time: number) => 3 * Math.cos((2 * Math.PI * time) / YEAR);
  const block = blockOf(
    [0, 2, 0],
    times,
    (i) => truth[i] - bias(times[i]) + 0.8 * normal(),
    (i) => truth[i],
  );
  const settings = settingsFor(temperature, { predictors: 'mean', spread: 'variance' });
  const artefact = emosSeason.fit(block, settings, control);
  const { coefficients } = artefact;
  expect(coefficients.spread).toBe('log');
  expect(coefficients.locationTerms.slice(0, 3)).toEqual(['one', 'model_1', 'model_2']);
  expect(coefficients.location[coefficients.locationTerms.indexOf('cos_year_1')]).toBeCloseTo(3, 0);
  const answers = emosSeason.predict(artefact, block);
  const meanError = (rows: readonly number[]) =>
    rows.reduce((sum, i) => sum + answers.mean(i) - truth[i], 0) / rows.length;
  // A twelfth of the year around its turn has 84 rows: four standard errors are 0.25.
  const winter = [...times.keys()].filter((i) => Math.cos((2 * Math.PI * times[i]) / YEAR) > 0.966);
  const summer = [...times.keys()].filter((i) => Math.cos((2 * Math.PI * times[i]) / YEAR) < -0.966);
  expect(Math.abs(meanError(winter))).toBeLessThan(0.35);
  expect(Math.abs(meanError(summer))).toBeLessThan(0.35);
});
