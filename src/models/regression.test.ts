import { describe, expect, it, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { crpsOf, lawQuantile, logScoreOf, makeLaw } from '../forecast/law.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable, lawNames, type Variable } from '../weather/variable.ts';
import { handMadeCases } from './hand-made-cases.ts';
import type { Control, Selection } from './model.ts';
import { type Coefficients, fitRegression, predictRegression } from './regression.ts';
import { type Formula, gather, meanScoreOf, type Problem } from './regression-problem.ts';
import { type SettingsChoice, settingsFor } from './settings.ts';

const DAY = 86_400_000;
const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const rain = findVariable('precipitation');
const plain: Formula = { location: ['one', 'mean'], scale: ['one', 'variance'], nonNegative: ['mean'] };
const single: Formula = { location: ['one', 'mean'], scale: ['one'], nonNegative: ['mean'] };

interface Row {
  readonly members?: readonly number[];
  readonly models?: readonly number[];
  readonly x?: readonly number[];
  readonly outcome: number;
  readonly validTime?: number;
}

/** A block of one place with the forecasts of the rows, all of which have the same columns. */
function blockOf(variable: Variable, rows: readonly Row[]): Selection {
  const size = rows.length;
  const { members = [], models = [], x = [] } = rows[0];
  const cases = handMadeCases({
    size,
    variable,
    validTime: Float64Array.from(rows, ({ validTime = 0 }) => validTime),
    columns: [
      ...members.map((_, k) => `member_${k}`),
      ...models.map((_, k) => `model_${k}`),
      ...x.map((_, k) => `x_${k}`),
    ],
    forecasts: Float64Array.from(
      rows.flatMap((row) => [...(row.members ?? []), ...(row.models ?? []), ...(row.x ?? [])]),
    ),
    outcome: Float64Array.from(rows, ({ outcome }) => outcome),
  });
  return { cases, rows: Int32Array.from({ length: size }, (_, i) => i) };
}

/** Draws from standard laws, the same at every run. */
function simulator(seed: string) {
  const random = seededRandom(seed);
  const drawFrom = (name: 'normal' | 'logistic') => () =>
    lawQuantile(makeLaw(name), Math.min(1 - 1e-12, Math.max(1e-12, random())), 0, 1);
  return { random, normal: drawFrom('normal'), logistic: drawFrom('logistic') };
}

function refusalOf(compute: () => unknown): string {
  try {
    compute();
  } catch (error) {
    if (isWeatherglassError(error, 'CannotFit')) return error.message;
    throw error;
  }
  return 'no refusal';
}

describe('the gradient of the mean score', () => {
  const { random, normal } = simulator('gradient');
  const y = Float64Array.from({ length: 30 }, (_, i) => (i % 6 === 0 ? 0 : i % 6 === 1 ? 10 : 10 * random()));
  const x = Float64Array.from({ length: 90 }, (_, i) => (i % 3 === 0 ? 1 : normal()));
  const z = Float64Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : random()));
  const offset = Float64Array.from(y, () => random());
  const combinations = lawNames.flatMap((law) =>
    (['variance', 'log'] as const).flatMap((spread) =>
      (['crps', 'ml'] as const).map((score) => ({ law, spread, score })),
    ),
  );

  test.each(combinations)(
    'is that of finite differences: $law, $spread, $score',
    ({ law, spread, score }) => {
      const problem: Problem = {
        y,
        x,
        z,
        offset,
        logOffset: spread === 'log' ? 0.3 : 0,
        width: 3,
        scaleWidth: 2,
        spread,
      };
      const bounded = makeLaw(law, 0, 10);
      const objective = meanScoreOf(problem, score === 'crps' ? crpsOf(bounded) : logScoreOf(bounded), 1.7);
      const theta = Float64Array.of(4, 0.8, -1.1, 1.3, 0.4);
      const gradient = new Float64Array(5);
      expect(Number.isFinite(objective(theta, gradient))).toBe(true);
      for (let j = 0; j < 5; j++) {
        const at = (step: number) => objective(theta.with(j, theta[j] + step), new Float64Array(5));
        // Fifth-order differences: what is left is rounding.
        const h = 1e-3;
        const difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
        expect(gradient[j]).toBeCloseTo(difference, 8);
      }
    },
  );
});

describe('maximum likelihood worked by hand', () => {
  // 1, 3, 4, 8 have mean 4 and mean square deviation (9 + 1 + 0 + 16)/4 = 6.5; −log L/n = ½ log(2π·6.5) + ½.
  const outcomes = [1, 3, 4, 8, 1, 3, 4, 8, 1, 3, 4, 8];
  const formula: Formula = { location: ['one'], scale: ['one'], nonNegative: [] };

  test.each(['variance', 'log'] as const)('mean and standard deviation, as %s', (spread) => {
    const block = blockOf(
      temperature,
      outcomes.map((outcome) => ({ models: [0], outcome })),
    );
    const fitted = fitRegression(block, formula, settingsFor(temperature, { spread }), control);
    expect(fitted.location[0]).toBeCloseTo(4, 5);
    expect(fitted.scale[0]).toBeCloseTo(spread === 'variance' ? 6.5 : Math.log(6.5) / 2, 5);
    expect(fitted.meanScore).toBeCloseTo(0.5 * Math.log(2 * Math.PI * 6.5) + 0.5, 10);
    expect(fitted.rows).toBe(12);
    const answer = predictRegression(fitted, block);
    expect(answer.mean(0)).toBeCloseTo(4, 5);
    expect(answer.quantile(0, 0.5)).toBeCloseTo(4, 5);
  });

  test('an offset is part of the location', () => {
    const block = blockOf(
      temperature,
      outcomes.map((outcome) => ({ models: [0], outcome: outcome + 100 })),
    );
    const offset = new Float64Array(12).fill(100);
    const fitted = fitRegression(block, formula, settingsFor(temperature), control, { offset });
    expect(fitted.location[0]).toBeCloseTo(4, 5);
    expect(predictRegression(fitted, block, offset).mean(3)).toBeCloseTo(104, 5);
  });
});

describe('recovers what simulated data were made with', () => {
  const rows = 6000;

  // Tolerances are about four standard errors.
  test.each(['ml', 'crps'] as const)('normal law, variance linear in that of the members, by %s', (score) => {
    const { random, normal } = simulator('variance');
    const block = blockOf(
      temperature,
      Array.from({ length: rows }, () => {
        const centre = 15 * normal();
        const spread = 0.3 + 3 * random();
        const members = Array.from({ length: 8 }, () => Math.fround(centre + spread * normal()));
        const mean = members.reduce((sum, x) => sum + x, 0) / 8;
        const variance = members.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 7;
        return { members, outcome: -2 + 0.9 * mean + Math.sqrt(1.5 + 0.7 * variance) * normal() };
      }),
    );
    const fitted = fitRegression(block, plain, settingsFor(temperature, { score, prior: 0 }), control);
    expect(Math.abs(fitted.location[0] + 2)).toBeLessThan(0.12);
    expect(Math.abs(fitted.location[1] - 0.9)).toBeLessThan(0.008);
    expect(Math.abs(fitted.scale[0] - 1.5)).toBeLessThan(0.3);
    expect(Math.abs(fitted.scale[1] - 0.7)).toBeLessThan(0.1);
  });

  // crch's form for rain (Messner, Mayr & Zeileis 2016, doi 10.32614/RJ-2016-012), roots and an atom at zero.
  test.each(['ml', 'crps'] as const)('censored logistic law of roots, log scale, by %s', (score) => {
    const { random, logistic, normal } = simulator('rain');
    const formula: Formula = { location: ['one', 'mean'], scale: ['one', 'log_sd'], nonNegative: ['mean'] };
    const block = blockOf(
      rain,
      Array.from({ length: rows }, () => {
        const centre = 1.5 + 1.2 * random();
        const spread = 0.1 + random();
        const roots = Array.from({ length: 8 }, () => Math.abs(centre + spread * normal()));
        const members = roots.map((root) => Math.fround(root * root));
        const again = members.map(Math.sqrt);
        const mean = again.reduce((sum, x) => sum + x, 0) / 8;
        const logSd = 0.5 * Math.log(again.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 7);
        const root = -0.8 + 0.7 * mean + Math.exp(-0.2 + 0.3 * logSd) * logistic();
        return { members, outcome: Math.max(0, root) ** 2 };
      }),
    );
    const dry = block.cases.outcome.filter((outcome) => outcome === 0).length / rows;
    expect(dry).toBeGreaterThan(0.2);
    const settings = settingsFor(rain, { score });
    expect(settings).toMatchObject({ spread: 'log', prior: 0, family: { law: 'censored-logistic' } });
    const fitted = fitRegression(block, formula, settings, control);
    expect(Math.abs(fitted.location[0] + 0.8)).toBeLessThan(0.3);
    expect(Math.abs(fitted.location[1] - 0.7)).toBeLessThan(0.13);
    expect(Math.abs(fitted.scale[0] + 0.2)).toBeLessThan(0.08);
    expect(Math.abs(fitted.scale[1] - 0.3)).toBeLessThan(0.08);
  });

  test('truncated law, a weight for each model, one of them useless', () => {
    const { random, normal } = simulator('wind');
    const wind = findVariable('wind_speed_10m');
    const block = blockOf(
      wind,
      Array.from({ length: rows }, () => {
        const models = Array.from({ length: 3 }, () => Math.fround(12 * random()));
        const location = 0.5 + 0.6 * models[0] + 0.3 * models[1] - 0.1 * models[2];
        let outcome = -1;
        while (outcome < 0) outcome = location + 1.2 * normal();
        return { models, outcome };
      }),
    );
    const forecasts = ['model_0', 'model_1', 'model_2'];
    const formula: Formula = { location: ['one', ...forecasts], scale: ['one'], nonNegative: forecasts };
    const { location, scale } = fitRegression(block, formula, settingsFor(wind, { prior: 0 }), control);
    expect(Math.abs(location[1] - 0.6)).toBeLessThan(0.03);
    expect(Math.abs(location[2] - 0.3)).toBeLessThan(0.03);
    // It would be negative, which no forecast's weight may be.
    expect(location[3]).toBeCloseTo(0, 12);
    expect(scale[0]).toBeGreaterThan(1.2 ** 2);
  });
});

/** Simulated temperatures for three members with a little bias and too little spread. */
function simulatedRows(seed: string, count: number): Row[] {
  const { random, normal } = simulator(seed);
  return Array.from({ length: count }, (_, day) => {
    const truth = 10 + 8 * Math.cos((2 * Math.PI * day) / 365.2425) + 2 * normal();
    const spread = 0.5 + random();
    return {
      members: Array.from({ length: 3 }, () => truth + 0.7 + spread * normal()),
      outcome: truth,
      validTime: day * DAY,
    };
  });
}

describe('another unit', () => {
  const fahrenheit = (celsius: number) => 1.8 * celsius + 32;
  const inCelsius = simulatedRows('units', 200);
  const inFahrenheit = inCelsius.map((row) => ({
    ...row,
    members: row.members?.map(fahrenheit) ?? [],
    outcome: fahrenheit(row.outcome),
  }));
  const seasonal: Formula = {
    location: ['one', 'mean', 'cos_year_1', 'sin_year_1'],
    scale: ['one', 'log_sd', 'cos_year_1'],
    nonNegative: ['mean'],
  };

  test.each([
    { prior: 0, score: 'ml', spread: 'variance' },
    { prior: 200, score: 'ml', spread: 'variance' },
    { prior: 0, score: 'crps', spread: 'variance' },
    { prior: 200, score: 'crps', spread: 'variance' },
    { prior: 0, score: 'ml', spread: 'log' },
    { prior: 200, score: 'crps', spread: 'log' },
  ] as const)('°F instead of °C moves predictions as the unit moves: %o', (choice) => {
    const settings = settingsFor(temperature, choice);
    const formula = choice.spread === 'log' ? seasonal : plain;
    const [c, f] = [inCelsius, inFahrenheit].map((rows) => {
      const block = blockOf(temperature, rows);
      return predictRegression(fitRegression(block, formula, settings, control), block);
    });
    for (const i of [0, 57, 199])
      for (const p of [0.01, 0.5, 0.9])
        expect(Math.abs(f.quantile(i, p) - fahrenheit(c.quantile(i, p)))).toBeLessThan(5e-4);
  });
});

describe('an earlier fit to start from', () => {
  const seasonal: Formula = {
    location: ['one', 'mean', 'cos_year_1', 'sin_year_1'],
    scale: ['one', 'log_sd'],
    nonNegative: ['mean'],
  };
  const choices: readonly (readonly [Formula, SettingsChoice])[] = [
    [plain, {}],
    [plain, { score: 'crps' }],
    [plain, { law: 'logistic', prior: 0 }],
    [seasonal, { spread: 'log' }],
    [seasonal, { spread: 'log', score: 'crps', law: 'logistic' }],
  ];

  test.each(choices)('finds the same, sooner: %o, %o', (formula, choice) => {
    const settings = settingsFor(temperature, choice);
    const rows = simulatedRows('earlier', 330);
    const earlier = fitRegression(blockOf(temperature, rows.slice(0, 320)), formula, settings, control);
    const block = blockOf(temperature, rows);
    const fit = (start?: Coefficients) => {
      let evaluations = 0;
      const counting = { checkpoint: () => void evaluations++ };
      const fitted = fitRegression(block, formula, settings, counting, { earlier: start });
      return { fitted, evaluations, answers: predictRegression(fitted, block) };
    };
    const fresh = fit();
    const warm = fit(earlier);
    expect(warm.evaluations).toBeLessThan(fresh.evaluations);
    for (let i = 0; i < rows.length; i += 30)
      for (const p of [0.05, 0.5, 0.95])
        expect(Math.abs(warm.answers.quantile(i, p) - fresh.answers.quantile(i, p))).toBeLessThan(1e-4);
    expect(warm.fitted.meanScore).toBeCloseTo(fresh.fitted.meanScore, 7);
  });

  test('of another formula it is not used', () => {
    const settings = settingsFor(temperature);
    const block = blockOf(temperature, simulatedRows('other formula', 100));
    const other = fitRegression(block, { ...plain, location: ['one', 'member_1'] }, settings, control);
    const fit = (earlier?: Coefficients) => fitRegression(block, plain, settings, control, { earlier });
    expect(fit(other)).toEqual(fit());
  });
});

describe('the belief that a forecast needs no stretching', () => {
  const { normal } = simulator('stretched');
  // Forecasts that exaggerate: the outcome departs from its mean only half as far.
  const rows = Array.from({ length: 60 }, () => {
    const forecast = Math.fround(6 * normal());
    return {
      models: [forecast, Math.fround(forecast / 3 + normal())],
      outcome: 3 + 0.5 * forecast + normal(),
    };
  });
  const block = blockOf(
    temperature,
    rows.map((row) => ({ ...row, models: row.models.slice(0, 1) })),
  );
  const slopeWith = (prior: number) =>
    fitRegression(block, single, settingsFor(temperature, { prior }), control);

  // With n outcomes of residual variance r² about their own line, slope b, the normal likelihood of a slope β is that
  // of n/γ outcomes, γ = σ²/r². The prior adds as many outcomes as it says, each in favour of 1.
  test.each([1, 60, 200, 5000])('counts as %d outcomes', (prior) => {
    const own = slopeWith(0);
    const residual = own.scale[0];
    expect(own.location[1]).toBeGreaterThan(0.4);
    expect(own.location[1]).toBeLessThan(0.6);
    const { location, scale } = slopeWith(prior);
    const weight = rows.length / (scale[0] / residual);
    expect(location[1]).toBeCloseTo((weight * own.location[1] + prior) / (weight + prior), 4);
  });

  test('without end: the slope is 1 and the constant is the mean error', () => {
    const { location } = slopeWith(1e9);
    expect(location[1]).toBeCloseTo(1, 5);
    const meanError = rows.reduce((sum, { outcome, models }) => sum + outcome - models[0], 0) / rows.length;
    expect(location[0]).toBeCloseTo(meanError, 4);
  });

  test('without end, with a weight for each model: the weights add up to 1', () => {
    const forecasts = ['model_0', 'model_1'];
    const formula: Formula = { location: ['one', ...forecasts], scale: ['one'], nonNegative: forecasts };
    const both = blockOf(temperature, rows);
    const { location } = fitRegression(both, formula, settingsFor(temperature, { prior: 1e9 }), control);
    expect(location[1] + location[2]).toBeCloseTo(1, 5);
    const free = fitRegression(both, formula, settingsFor(temperature, { prior: 0 }), control);
    expect(free.location[1] + free.location[2]).toBeLessThan(0.7);
  });

  test('says nothing of predictors that are no forecasts', () => {
    const asPredictor = blockOf(
      temperature,
      rows.map(({ models, outcome }) => ({ x: [models[0]], outcome })),
    );
    const formula: Formula = { location: ['one', 'x_0'], scale: ['one'], nonNegative: [] };
    const fit = (prior: number) =>
      fitRegression(asPredictor, formula, settingsFor(temperature, { prior }), control);
    expect(fit(1e9)).toEqual(fit(0));
    expect(fit(0).location[1]).toBeCloseTo(slopeWith(0).location[1], 5);
  });
});

// Over whole years a wave has variance 1/2, so n outcomes see its size as n/2 outcomes of residual size would; the
// belief in no season adds 30 that see none: β = b·(n/2γ)/(n/2γ + 30).
test('the belief in no season counts as 30 outcomes', () => {
  const { normal } = simulator('season');
  const rows = Array.from({ length: 200 }, (_, i) => ({
    models: [0],
    outcome: 2 * Math.cos((2 * Math.PI * i) / 200) + normal(),
    validTime: (i / 200) * 365.2425 * DAY,
  }));
  const block = blockOf(temperature, rows);
  const waves: Formula = { location: ['one', 'cos_year_1'], scale: ['one'], nonNegative: [] };
  const wave = rows.map(({ validTime }) => Math.cos((2 * Math.PI * validTime) / (365.2425 * DAY)));
  const own = rows.reduce((sum, { outcome }, i) => sum + outcome * wave[i], 0) / 100;
  const mean = rows.reduce((sum, { outcome }) => sum + outcome, 0) / 200;
  const residual = rows.reduce((sum, { outcome }, i) => sum + (outcome - mean - own * wave[i]) ** 2, 0) / 200;
  const { location, scale } = fitRegression(block, waves, settingsFor(temperature), control);
  const weight = 100 / (scale[0] / residual);
  expect(location[1]).toBeCloseTo((weight * own) / (weight + 30), 4);
});

describe('what cannot be learned', () => {
  const settings = settingsFor(temperature);
  const { normal } = simulator('degenerate');

  test('a column that does not vary gets 0, and may then be missing', () => {
    const rows = Array.from({ length: 40 }, () => ({ models: [5], x: [3], outcome: normal() }));
    const formula: Formula = {
      location: ['one', 'model_0', 'x_0'],
      scale: ['one'],
      nonNegative: ['model_0'],
    };
    const fitted = fitRegression(blockOf(temperature, rows), formula, settings, control);
    expect(fitted.location.slice(1)).toEqual([0, 0]);
    const mean = rows.reduce((sum, { outcome }) => sum + outcome, 0) / 40;
    const elsewhere = blockOf(temperature, [{ models: [Number.NaN], x: [1e6], outcome: 0 }]);
    expect(predictRegression(fitted, elsewhere).mean(0)).toBeCloseTo(mean, 5);
  });

  test('an ensemble without spread: as variance it adds nothing, as a logarithm no row is left', () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ members: [i, i], outcome: i + normal() }));
    const block = blockOf(temperature, rows);
    const fitted = fitRegression(block, plain, settings, control);
    expect(fitted.scale[1]).toBe(0);
    expect(fitted.scale[0]).toBeGreaterThan(0.3);
    const logarithmic: Formula = { ...plain, scale: ['one', 'log_sd'] };
    const logSettings = settingsFor(temperature, { spread: 'log' });
    expect(refusalOf(() => fitRegression(block, logarithmic, logSettings, control))).toMatch(
      /^0 usable rows/,
    );
  });

  test('fewer than five rows a coefficient', () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      members: [i, i + normal()],
      outcome: i + normal(),
    }));
    expect(fitRegression(blockOf(temperature, rows), plain, settings, control).rows).toBe(20);
    const refusal = refusalOf(() =>
      fitRegression(blockOf(temperature, rows.slice(1)), plain, settings, control),
    );
    expect(refusal).toBe('19 usable rows are too few for 4 coefficients; at least 20 are needed');
    const nothing = { ...blockOf(temperature, rows), rows: new Int32Array() };
    expect(refusalOf(() => fitRegression(nothing, plain, settings, control))).toMatch(/^0 usable rows/);
  });

  test('outcomes that are a straight line of the forecast', () => {
    const exact = blockOf(
      temperature,
      Array.from({ length: 30 }, (_, i) => ({ models: [i], outcome: 2 * i + 1 })),
    );
    expect(refusalOf(() => fitRegression(exact, single, settings, control))).toContain('no spread');
    const constant = blockOf(
      temperature,
      Array.from({ length: 30 }, (_, i) => ({ models: [i], outcome: 4 })),
    );
    expect(refusalOf(() => fitRegression(constant, single, settings, control))).toContain('no spread');
  });

  test('a wild value does not make a fit endless', () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      members: [i, i + normal()],
      outcome: i === 30 ? 1e6 : i + normal(),
    }));
    let evaluations = 0;
    const counting = { checkpoint: () => void evaluations++ };
    for (const score of ['ml', 'crps'] as const) {
      const fitted = fitRegression(
        blockOf(temperature, rows),
        plain,
        settingsFor(temperature, { score }),
        counting,
      );
      expect([...fitted.location, ...fitted.scale].every(Number.isFinite)).toBe(true);
    }
    expect(evaluations).toBeLessThan(2000);
  });
});

describe('missing values', () => {
  const settings = settingsFor(temperature);

  it('leaves rows out that miss an outcome, a term or an offset', () => {
    const rows = simulatedRows('missing', 60);
    const whole = blockOf(temperature, rows);
    const broken = blockOf(temperature, [
      { members: [1, 2, 3], outcome: Number.NaN },
      ...rows.slice(0, 30),
      { members: [Number.NaN, Number.NaN, Number.NaN], outcome: 5 },
      // One member left: a mean, but no variance.
      { members: [Number.NaN, 2, Number.NaN], outcome: 5 },
      ...rows.slice(30),
      { members: [1, 2, 3], outcome: 1e6 },
    ]);
    const offset = new Float64Array(64);
    offset[63] = Number.NaN;
    const zero = new Float64Array(60);
    expect(fitRegression(broken, plain, settings, control, { offset })).toEqual(
      fitRegression(whole, plain, settings, control, { offset: zero }),
    );
    expect(gather(broken, plain, settings, offset).y).toHaveLength(60);
  });

  it('answers NaN where a term is missing, and no less spread than was ever seen', () => {
    const rows = simulatedRows('least spread', 60);
    const fitted = fitRegression(blockOf(temperature, rows), plain, settings, control);
    const answers = predictRegression(
      fitted,
      blockOf(temperature, [
        { members: [5, 5, 5], outcome: 0 },
        { members: [5, Number.NaN, Number.NaN], outcome: 0 },
        { members: [Number.NaN, Number.NaN, Number.NaN], outcome: 0 },
      ]),
    );
    const least = Math.min(
      ...gather(blockOf(temperature, rows), plain, settings).z.filter((_, i) => i % 2 === 1),
    );
    const sd = Math.sqrt(fitted.scale[0] + fitted.scale[1] * least);
    // Φ(1) = 0.8413447460685429
    expect(answers.quantile(0, 0.8413447460685429) - answers.quantile(0, 0.5)).toBeCloseTo(sd, 6);
    for (const i of [1, 2])
      expect([answers.mean(i), answers.quantile(i, 0.5), answers.crps(i, 3), answers.cdf(i, 3)]).toEqual([
        Number.NaN,
        Number.NaN,
        Number.NaN,
        Number.NaN,
      ]);
  });
});

test('a checkpoint that throws ends the fit', () => {
  const block = blockOf(temperature, simulatedRows('stop', 60));
  let calls = 0;
  const impatient: Control = {
    checkpoint() {
      if (++calls === 3) throw new Error('enough');
    },
  };
  expect(() => fitRegression(block, plain, settingsFor(temperature), impatient)).toThrow('enough');
  expect(calls).toBe(3);
});
