import { describe, expect, test } from 'vitest';
import { normalQuantile } from '../forecast/normal.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import { emos, emosFormula } from './emos.ts';
import { emosStation, type StationArtefact } from './emos-station.ts';
import { handMadeCases } from './hand-made-cases.ts';
import type { Control, Selection } from './model.ts';
import { fitRegression, predictRegression } from './regression.ts';
import { settingsFor } from './settings.ts';

const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const settings = settingsFor(temperature);

interface Row {
  readonly place: string;
  readonly forecast: number;
  readonly outcome: number;
}

function blockOf(rows: readonly Row[]): Selection {
  const size = rows.length;
  const places = [...new Set(rows.map(({ place }) => place))];
  const cases = handMadeCases({
    size,
    variable: temperature,
    places,
    place: Int32Array.from(rows, ({ place }) => places.indexOf(place)),
    columns: ['model_a'],
    forecasts: Float64Array.from(rows, ({ forecast }) => forecast),
    outcome: Float64Array.from(rows, ({ outcome }) => outcome),
  });
  return { cases, rows: Int32Array.from({ length: size }, (_, i) => i) };
}

/** Simulated outcomes: forecast + 1 + the place's own bias + noise. */
function simulatedRegion(seed: string, biases: Readonly<Record<string, number>>, days: number, noise = 1) {
  const random = seededRandom(seed);
  const normal = () => normalQuantile(random());
  return Array.from({ length: days }, () =>
    Object.entries(biases).map(([place, bias]): Row => {
      const forecast = Math.fround(6 * normal());
      return { place, forecast, outcome: forecast + 1 + bias + noise * normal() };
    }),
  ).flat();
}

describe('what is peculiar to a station', () => {
  const rows = [
    ...simulatedRegion('region', { hill: -3, plain: 2, coast: 1 }, 20),
    { place: 'seldom', forecast: 4, outcome: 9 },
  ];
  const training = blockOf(rows);
  const artefact = emosStation.fit(training, settings, control);
  const regional = emos.fit(training, settings, control).coefficients;
  const residuals = rows.map(
    ({ forecast, outcome }) => outcome - regional.location[0] - regional.location[1] * forecast,
  );
  const residualsAt = (place: string) => residuals.filter((_, i) => rows[i].place === place);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const limit = 3 * Math.sqrt(sum(residuals.map((r) => r * r)) / residuals.length);

  test('is its mean residual of the regional fit times n/(n + 3)', () => {
    expect(Math.max(...residuals.map(Math.abs))).toBeLessThan(limit);
    for (const [place, n] of [
      ['hill', 20],
      ['plain', 20],
      ['coast', 20],
      ['seldom', 1],
    ] as const) {
      const own = residualsAt(place);
      expect(own).toHaveLength(n);
      expect(artefact.stationBias[place]).toBeCloseTo((sum(own) / n) * (n / (n + 3)), 10);
    }
  });

  test('is left out of a training row as far as it is from that row itself', () => {
    const offset = Float64Array.from(rows, ({ place }, i) => {
      const others = residualsAt(place).length - 1;
      return (sum(residualsAt(place)) - residuals[i]) / (others + 3);
    });
    expect(offset.at(-1)).toBe(0);
    const second = fitRegression(training, emosFormula(training.cases, settings), settings, control, {
      offset,
      earlier: regional,
    });
    artefact.coefficients.location.forEach((b, j) => expect(b).toBeCloseTo(second.location[j], 8));
    artefact.coefficients.scale.forEach((c, k) => expect(c).toBeCloseTo(second.scale[k], 8));
  });

  test('moves the location of that station, and of no other', () => {
    const targets = blockOf(
      ['coast', 'elsewhere', 'hill'].map((place) => ({ place, forecast: 5, outcome: 0 })),
    );
    const answers = emosStation.predict(artefact, targets);
    const law = predictRegression(artefact.coefficients, targets);
    expect(answers.mean(1)).toBe(law.mean(1));
    expect(answers.mean(0) - law.mean(0)).toBeCloseTo(artefact.stationBias.coast, 10);
    expect(answers.mean(2) - law.mean(2)).toBeCloseTo(artefact.stationBias.hill, 10);
    for (const i of [0, 1, 2])
      expect(answers.quantile(i, 0.9) - answers.mean(i)).toBeCloseTo(law.quantile(0, 0.9) - law.mean(0), 10);
  });

  test('a station may have any name', () => {
    const odd = blockOf(
      rows.map((row) => ({ ...row, place: row.place === 'hill' ? '__proto__' : row.place })),
    );
    const learned = emosStation.fit(odd, settings, control);
    const targets = blockOf(
      ['__proto__', 'constructor', 'x'].map((place) => ({ place, forecast: 5, outcome: 0 })),
    );
    const answers = emosStation.predict(structuredClone(learned), targets);
    expect(answers.mean(0) - answers.mean(2)).toBeCloseTo(artefact.stationBias.hill, 10);
    expect(answers.mean(1)).toBe(answers.mean(2));
  });
});

// With sd the root mean square of the residuals, the wild one among them, its share is cut to 3 sd.
test('one wild outcome moves its station by three standard deviations at most', () => {
  const rows = simulatedRegion('wild', { a: 0, b: 0, c: 0, d: 0 }, 25);
  const wild = [...rows, { place: 'a', forecast: 0, outcome: 900 }];
  const artefact = emosStation.fit(blockOf(wild), settings, control);
  const regional = emos.fit(blockOf(wild), settings, control).coefficients;
  const residuals = wild.map(
    ({ forecast, outcome }) => outcome - regional.location[0] - regional.location[1] * forecast,
  );
  const limit = 3 * Math.sqrt(residuals.reduce((sum, r) => sum + r * r, 0) / residuals.length);
  expect(residuals.at(-1)).toBeGreaterThan(2 * limit);
  const clipped = residuals.map((r) => Math.max(-limit, Math.min(limit, r)));
  const own = clipped.filter((_, i) => wild[i].place === 'a');
  expect(artefact.stationBias.a).toBeCloseTo(own.reduce((sum, r) => sum + r, 0) / (26 + 3), 8);
});

describe('with few outcomes a station, simulated', () => {
  const random = seededRandom('stations');
  const biases = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`station ${i}`, 2 * normalQuantile(random())]),
  );
  const training = blockOf(simulatedRegion('few', biases, 4));
  const rows = simulatedRegion('next', biases, 5);
  const next = blockOf(rows);

  test('the spread is that of a prediction: 90 % of new outcomes are covered', () => {
    const answers = emosStation.predict(emosStation.fit(training, settings, control), next);
    const regional = emos.predict(emos.fit(training, settings, control), next);
    let covered = 0;
    let score = 0;
    let regionalScore = 0;
    rows.forEach(({ outcome }, i) => {
      const rank = answers.cdf(i, outcome);
      if (rank > 0.05 && rank < 0.95) covered++;
      score += answers.crps(i, outcome);
      regionalScore += regional.crps(i, outcome);
    });
    // From residuals that a station's own bias was taken off, only 85 % would be.
    expect(covered / rows.length).toBeGreaterThan(0.875);
    expect(covered / rows.length).toBeLessThan(0.925);
    expect(score).toBeLessThan(0.75 * regionalScore);
  });

  test('rows without an outcome or a forecast teach nothing', () => {
    const base = simulatedRegion('few', biases, 4);
    const more = blockOf([
      ...base,
      { place: 'station 1', forecast: Number.NaN, outcome: 5 },
      { place: 'unheard', forecast: 5, outcome: Number.NaN },
    ]);
    const { coefficients, stationBias } = emosStation.fit(more, settings, control);
    const reference = emosStation.fit(training, settings, control);
    expect({ coefficients, stationBias }).toEqual({
      coefficients: reference.coefficients,
      stationBias: reference.stationBias,
    });
  });
});

describe('a place without outcomes of its own', () => {
  const likeness = { distanceKm: 50, heightM: 500, nugget: 0.1 };
  const transfer = { ...likeness, nearest: 12, stations: ['hill'], locations: Float64Array.of(47, 8, 500) };
  const training = blockOf(simulatedRegion('elsewhere', { hill: -3, plain: 2 }, 20));
  const { elsewhere: _, ...fitted } = emosStation.fit(training, settings, control);
  const withTransfer: StationArtefact = { ...fitted, elsewhere: { widening: 3, transfer } };

  /** Mean and scale that a place is told, less and by those of a station of bias 0. */
  function toldAt(artefact: StationArtefact, spot: readonly number[] | undefined, place = 'new') {
    const { cases } = blockOf([{ place, forecast: 5, outcome: 0 }]);
    const targets = {
      cases: { ...cases, ...(spot !== undefined && { locations: Float64Array.from(spot) }) },
      rows: Int32Array.of(0),
    };
    const answers = emosStation.predict(artefact, targets);
    const plain = predictRegression(artefact.coefficients, targets);
    const widthOf = (laws: typeof plain) => laws.quantile(0, 0.9) - laws.quantile(0, 0.5);
    return { bias: answers.mean(0) - plain.mean(0), wider: widthOf(answers) / widthOf(plain) };
  }

  test('is told the bias of the station at its spot, with nearly the same spread', () => {
    const { bias, wider } = toldAt(withTransfer, [47, 8, 500]);
    expect(bias).toBeCloseTo(fitted.stationBias.hill, 10);
    expect(wider).toBeCloseTo(Math.sqrt(1 + (3 * 0.1) / 1.1), 10);
  });

  test('is told less of it farther away and higher up, and is less sure', () => {
    const near = toldAt(withTransfer, [47.1, 8, 500]);
    const farther = toldAt(withTransfer, [47.3, 8, 500]);
    const higher = toldAt(withTransfer, [47.1, 8, 900]);
    for (const other of [farther, higher]) {
      expect(other.bias / near.bias).toBeGreaterThan(0);
      expect(other.bias / near.bias).toBeLessThan(0.9);
      expect(other.wider).toBeGreaterThan(near.wider);
    }
  });

  test.each([
    ['far away', [10, 100, 500]],
    ['without a latitude', [Number.NaN, 8, 500]],
    ['without an elevation', [47, 8, Number.NaN]],
    ['without locations', undefined],
  ])('%s has bias 0, and the whole widening', (_case, spot) => {
    const { bias, wider } = toldAt(withTransfer, spot);
    expect(bias).toBeCloseTo(0, 12);
    expect(wider).toBeCloseTo(2, 10);
  });

  test('has bias 0 wherever it is, and the whole widening, where the transfer was declined', () => {
    const { bias, wider } = toldAt({ ...fitted, elsewhere: { widening: 3 } }, [47, 8, 500]);
    expect(bias).toBe(0);
    expect(wider).toBeCloseTo(2, 10);
  });

  test('an artefact of version 1 means what it meant: bias 0, the spread of a station', () => {
    expect(toldAt({ ...fitted, version: 1 }, [47, 8, 500])).toEqual({ bias: 0, wider: 1 });
  });

  test('a station keeps its own bias and spread', () => {
    const { bias, wider } = toldAt(withTransfer, [47, 8, 500], 'plain');
    expect(bias).toBeCloseTo(fitted.stationBias.plain, 10);
    expect(wider).toBeCloseTo(1, 12);
  });
});

test('what is learned of a region with locations reaches a place between its stations', () => {
  const biases = Object.fromEntries(Array.from({ length: 40 }, (_, k) => [`s${k}`, 3 * Math.sin(k / 6)]));
  const rows = simulatedRegion('located', biases, 20);
  const { cases, rows: all } = blockOf(rows);
  const spots = Object.keys(biases).flatMap((__, k) => [0, 0.05 * k, 200]);
  const located = {
    ...cases,
    locations: Float64Array.from(spots),
    validTime: Float64Array.from(rows, (__, i) => Math.floor(i / 40)),
  };
  const artefact = emosStation.fit({ cases: located, rows: all }, settings, control);
  const { stationBias, elsewhere } = artefact;
  expect(artefact.version).toBe(2);
  expect(elsewhere?.transfer?.stations).toEqual(Object.keys(biases));
  const target = blockOf([{ place: 'between', forecast: 0, outcome: 0 }]);
  const between = { ...target.cases, locations: Float64Array.of(0, 0.05 * 9.5, 200) };
  const answers = emosStation.predict(artefact, { cases: between, rows: target.rows });
  const told = answers.mean(0) - predictRegression(artefact.coefficients, target).mean(0);
  expect(Math.abs(told - (stationBias.s9 + stationBias.s10) / 2)).toBeLessThan(0.4);
  expect(told).toBeGreaterThan(2);
});
