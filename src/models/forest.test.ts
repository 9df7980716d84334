import { describe, expect, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { findVariable } from '../weather/variable.ts';
import { forest } from './forest.ts';
import { handMadeRegion, normalNumbers, type RegionRow } from './hand-made-region.ts';
import type { Control } from './model.ts';
import { regional } from './regional.ts';
import { settingsFor } from './settings.ts';

const control: Control = { checkpoint() {} };
const sun = findVariable('shortwave_radiation');
const humidity = findVariable('relative_humidity_2m');
const levels = Array.from({ length: 99 }, (_, k) => (k + 1) / 100);

/** Radiation every three hours: nothing at night, by day the height of the sun times what the clouds let through. */
function sunny(seed: string, days: number): RegionRow[] {
  const normal = normalNumbers(seed);
  return Array.from({ length: 8 * days }, (_, i): RegionRow => {
    const height = [0, 0, 0, 0.7, 1, 0.7, 0, 0][i % 8];
    const cloud = Math.max(0, Math.min(1, 0.5 + 0.3 * normal()));
    return {
      place: `p${i % 3}`,
      day: i / 8,
      x: [height, cloud],
      outcome: height === 0 ? 0 : Math.max(0, 900 * height * (1 - 0.7 * cloud) * (1 + 0.1 * normal())),
    };
  });
}

describe('of predictors without a forecast', () => {
  const rows = sunny('sun', 250);
  const artefact = forest.fit(handMadeRegion(rows, { variable: sun }), settingsFor(sun), control);
  const next = sunny('next', 20);
  const targets = handMadeRegion(next, { variable: sun, places: ['p0', 'p1', 'p2'] });
  const answers = forest.predict(structuredClone(artefact), targets);

  test('zeros at night stay zeros', () => {
    const nights = [...next.keys()].filter((i) => next[i].x![0] === 0);
    expect(nights.length).toBeGreaterThan(40);
    for (const i of nights) {
      expect(answers.cdf(i, 0)).toBeGreaterThan(0.98);
      expect(answers.quantile(i, 0.95)).toBe(0);
    }
  });

  test('days are as bright as the sun is high and the clouds let it', () => {
    const noon = { place: 'p0', day: 255.5, outcome: Number.NaN };
    const said = forest.predict(
      artefact,
      handMadeRegion(
        [
          { ...noon, x: [1, 0.1] },
          { ...noon, x: [1, 0.9] },
        ],
        { variable: sun },
      ),
    );
    // 900 · (1 − 0.07) = 837 and 900 · (1 − 0.63) = 333.
    expect(Math.abs(said.mean(0) - 837)).toBeLessThan(80);
    expect(Math.abs(said.mean(1) - 333)).toBeLessThan(80);
  });

  test('they beat the regional model, which has but straight lines', () => {
    const straight = regional.predict(
      regional.fit(handMadeRegion(rows, { variable: sun }), settingsFor(sun), control),
      targets,
    );
    const [sum, other] = [answers, straight].map((laws) =>
      next.reduce((total, { outcome }, i) => total + laws.crps(i, outcome), 0),
    );
    expect(sum).toBeLessThan(0.6 * other);
  });

  test('quantiles ascend and are of outcomes that were seen', () => {
    const greatest = Math.max(...rows.map(({ outcome }) => outcome));
    next.forEach((_, i) => {
      const quantiles = levels.map((level) => answers.quantile(i, level));
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
      expect(quantiles[0]).toBeGreaterThanOrEqual(0);
      expect(quantiles.at(-1)).toBeLessThanOrEqual(greatest);
    });
  });

  test('the same rows grow the same forest, an earlier one or none', () => {
    const again = forest.fit(handMadeRegion(rows, { variable: sun }), settingsFor(sun), control);
    expect(again).toEqual(artefact);
    const goneOn = forest.fit(handMadeRegion(rows, { variable: sun }), settingsFor(sun), control, artefact);
    expect(goneOn.grown).toBe(artefact.grown);
    expect(goneOn).toEqual(artefact);
  });
});

describe('of forecasts', () => {
  const normal = normalNumbers('humidity');
  const rows = Array.from({ length: 2400 }, (_, i): RegionRow => {
    const truth = Math.max(0, Math.min(100, 80 + 25 * normal()));
    const forecast = Math.max(0, Math.min(100, truth + 8 * normal()));
    return { place: `p${i % 20}`, day: Math.floor(i / 20), forecast, outcome: truth };
  });
  const artefact = forest.fit(handMadeRegion(rows, { variable: humidity }), settingsFor(humidity), control);
  const forecasts = [0, 50, 99, 100, Number.NaN];
  const targets = forecasts.map(
    (forecast): RegionRow => ({ place: 'new', day: 125, forecast, outcome: Number.NaN }),
  );
  const answers = forest.predict(artefact, handMadeRegion(targets, { variable: humidity }));

  test('quantiles ascend within the bounds of the variable, and reach them', () => {
    forecasts.slice(0, -1).forEach((_, i) => {
      const quantiles = levels.map((level) => answers.quantile(i, level));
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
      expect(quantiles[0]).toBeGreaterThanOrEqual(0);
      expect(quantiles.at(-1)).toBeLessThanOrEqual(100);
    });
    expect(answers.quantile(3, 0.9)).toBe(100);
    expect(Math.abs(answers.quantile(1, 0.5) - 50)).toBeLessThan(8);
  });

  test('a missing one is answered by NaN', () => {
    expect(answers.quantile(4, 0.5)).toBeNaN();
  });
});

test('too few dates are refused with their number', () => {
  const rows = sunny('few', 75);
  try {
    forest.fit(handMadeRegion(rows, { variable: sun }), settingsFor(sun), control);
    expect.unreachable();
  } catch (error) {
    expect(isWeatherglassError(error, 'CannotFit')).toBe(true);
    expect((error as Error).message).toMatch(
      /^by \S+ the region had predicted \d+ outcomes on 3\d dates, after 200 to begin with; trees are grown from 100 on 60$/,
    );
  }
});
