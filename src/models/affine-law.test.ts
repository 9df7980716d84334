import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalCdf, normalQuantile } from '../forecast/normal.ts';
import { forth } from '../forecast/transform.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import { affineLaw } from './affine-law.ts';
import { emos, emosSeason, type RegressionArtefact } from './emos.ts';
import { emosStation } from './emos-station.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { type Control, recentNames, type Selection } from './model.ts';
import { predictRegression } from './regression.ts';
import { type SettingsChoice, settingsFor } from './settings.ts';

const control: Control = { checkpoint() {} };
const DAY = 86_400_000;
const temperature = findVariable('temperature_2m');
const rain = findVariable('precipitation');

/** Simulated cases of two places; a column whose name ends in `still` does not vary. */
function simulated(variable: typeof temperature, columns: readonly string[], size = 160): Selection {
  const random = seededRandom(`affine ${variable.name} ${columns.join()}`);
  const normal = () => normalQuantile(random());
  const isRain = variable === rain;
  const forecasts: number[] = [];
  const outcome: number[] = [];
  for (let i = 0; i < size; i++) {
    const truth = 2 + 3 * normal();
    const spread = 0.3 + random();
    for (const column of columns) {
      if (column.endsWith('still')) forecasts.push(4);
      else if (column.startsWith('x_')) forecasts.push(normal());
      else forecasts.push(isRain ? Math.max(0, truth + spread * normal()) : truth + 1 + spread * normal());
    }
    outcome.push(isRain ? Math.max(0, truth) : truth);
  }
  const cases = handMadeCases({
    size,
    variable,
    places: ['here', 'there'],
    columns,
    place: Int32Array.from({ length: size }, (_, i) => i % 2),
    validTime: Float64Array.from({ length: size }, (_, i) => i * DAY),
    forecasts: Float64Array.from(forecasts),
    recent: new Float64Array(size * recentNames.length),
    outcome: Float64Array.from(outcome),
  });
  return { cases, rows: Int32Array.from({ length: size }, (_, i) => i) };
}

/** One case to be predicted with. */
const caseOf = ({ cases }: Selection, numbers: readonly number[]): Selection => ({
  cases: { ...cases, size: 1, place: Int32Array.of(0), forecasts: Float64Array.from(numbers) },
  rows: Int32Array.of(0),
});

/** Location and scale by the model's own words: those of a normal law, to which raw forecasts are given on its scale. */
function lawOf({ coefficients }: RegressionArtefact, training: Selection, numbers: readonly number[]) {
  const { transform } = coefficients.family;
  const { members, models } = training.cases;
  const given = numbers.map((x, k) => (k < members + models ? forth(transform, x) : x));
  const family = { law: 'normal', transform: 'none', lower: -Infinity, upper: Infinity } as const;
  const law = predictRegression({ ...coefficients, family }, caseOf(training, given));
  const location = law.quantile(0, 0.5);
  return { location, scale: law.quantile(0, normalCdf(1)) - location };
}

function affineOf(artefact: RegressionArtefact, columns: readonly string[], numbers: readonly number[]) {
  const law = affineLaw(artefact.coefficients, columns)!;
  const { transform } = law.family;
  const x = numbers.map((value, k) => (k < law.raw ? forth(transform, value) : value));
  const location = x.reduce((sum, value, k) => sum + law.slopes[k] * value, law.constant);
  if (law.spread === 'constant') return { location, scale: law.scale };
  const spread = x.slice(...law.spreadColumns);
  const mean = spread.reduce((a, b) => a + b) / spread.length;
  const variance = spread.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (spread.length - 1);
  const measured = Math.max(law.leastSpread, law.spread === 'variance' ? variance : 0.5 * Math.log(variance));
  const used = law.scale + law.scaleSlope * measured;
  return { location, scale: law.spread === 'variance' ? Math.sqrt(used) : Math.exp(used) };
}

const members = ['member_1', 'member_2', 'member_3'];
const models = ['model_a', 'model_b'];

describe.each([
  ['a single forecast', temperature, ['model_a'], {}, 'constant'],
  ['members', temperature, members, {}, 'variance'],
  ['members on a log scale', temperature, members, { spread: 'log' }, 'log'],
  ['models', temperature, models, {}, 'variance'],
  ['models with weights', temperature, models, { predictors: 'weights' }, 'variance'],
  [
    'members and models with weights',
    temperature,
    [...members, ...models],
    { predictors: 'weights' },
    'variance',
  ],
  ['members, models and predictors', temperature, [...members, 'model_a', 'x_1', 'x_2'], {}, 'variance'],
  [
    'one member and two models',
    temperature,
    ['member_1', ...models, 'x_1'],
    { predictors: 'weights' },
    'variance',
  ],
  ['rain of one model', rain, ['model_a', 'x_1'], {}, 'constant'],
  ['rain of members', rain, members, {}, 'log'],
  [
    'columns that did not vary',
    temperature,
    ['model_a', 'model_still', 'x_still'],
    { predictors: 'weights' },
    'constant',
  ],
  ['members that did not differ', temperature, ['model_still', 'model_2_still', 'x_1'], {}, 'constant'],
] as const)('%s', (_, variable, columns, choice: SettingsChoice, spread) => {
  test.each([emos, emosStation])('$name', (model) => {
    const training = simulated(variable, columns);
    const artefact = model.fit(training, settingsFor(variable, choice), control);
    expect(affineLaw(artefact.coefficients, columns)!.spread).toBe(spread);
    const value = fc.double({ min: variable.lower, max: 40, noNaN: true }).map((x) => Math.max(-30, x));
    const row = fc.tuple(...columns.map(() => value));
    const alike = value.map((x) => columns.map(() => x));
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: row }, alike), (numbers) => {
        const exact = lawOf(artefact, training, numbers);
        const { location, scale } = affineOf(artefact, columns, numbers);
        const size = 1 + Math.max(...numbers.map(Math.abs));
        expect(Math.abs(location - exact.location)).toBeLessThanOrEqual(1e-9 * size);
        expect(Math.abs(scale - exact.scale)).toBeLessThanOrEqual(1e-9 * (exact.scale + size));
      }),
    );
  });
});

test('a constant column has slope 0', () => {
  const columns = ['model_a', 'x_still'];
  const artefact = emos.fit(simulated(temperature, columns), settingsFor(temperature), control);
  const law = affineLaw(artefact.coefficients, columns)!;
  expect(law.slopes[0]).toBeGreaterThan(0.5);
  expect(law.slopes[1]).toBe(0);
});

test('without spread among its terms a scale is constant, whatever it is made of', () => {
  const coefficients = {
    ...emos.fit(simulated(temperature, ['model_a']), settingsFor(temperature), control).coefficients,
    scaleTerms: ['one'],
    scale: [4],
  };
  expect(affineLaw({ ...coefficients, spread: 'variance' }, ['model_a'])!.scale).toBe(2);
  expect(affineLaw({ ...coefficients, spread: 'log' }, ['model_a'])!.scale).toBeCloseTo(Math.exp(4), 12);
});

test('a season and the recent past are not of the forecast', () => {
  const training = simulated(temperature, ['model_a'], 400);
  const { coefficients } = emosSeason.fit(training, settingsFor(temperature), control);
  expect(affineLaw(coefficients, ['model_a'])).toBeUndefined();
  const plain = emos.fit(training, settingsFor(temperature), control).coefficients;
  expect(affineLaw(plain, ['model_a'])).toBeDefined();
  expect(affineLaw({ ...plain, locationTerms: ['one', 'error_last'] }, ['model_a'])).toBeUndefined();
  expect(affineLaw({ ...plain, scaleTerms: ['cos_year_1'] }, ['model_a'])).toBeUndefined();
  expect(affineLaw({ ...plain, locationTerms: ['one', 'model_b'] }, ['model_a'])).toBeUndefined();
});
