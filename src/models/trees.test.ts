import { describe, expect, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { msPerDay } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { handMadeRegion, normalNumbers, type RegionRow } from './hand-made-region.ts';
import type { Control, Model, Selection, Settings } from './model.ts';
import { regional } from './regional.ts';
import { settingsFor } from './settings.ts';
import { type TreesArtefact, trees } from './trees.ts';

const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const settings = settingsFor(temperature);
const PLACES = 16;

/** Errors of the given mean and spread, by two predictors that the regional model sees too. */
function simulated(
  seed: string,
  days: number,
  mean: (a: number, b: number) => number,
  spread: (a: number, b: number) => number = () => 1,
): RegionRow[] {
  const normal = normalNumbers(seed);
  return Array.from({ length: days * PLACES }, (_, i): RegionRow => {
    const [a, b] = [normal(), normal()];
    const forecast = 10 + 5 * normal();
    return {
      place: `p${i % PLACES}`,
      day: Math.floor(i / PLACES),
      forecast,
      x: [a, b],
      outcome: forecast + mean(a, b) + spread(a, b) * normal(),
    };
  });
}

const before = ({ cases }: Selection, day: number): Selection => ({
  cases,
  rows: Int32Array.from([...cases.knownTime.keys()].filter((row) => cases.knownTime[row] < day * msPerDay)),
});

/** Mean CRPS of the rows from a day on, by a model fitted to those before. */
function crpsOf(
  model: Model<TreesArtefact> | typeof regional,
  rows: readonly RegionRow[],
  day: number,
  choice = settings,
) {
  const all = handMadeRegion(rows);
  const artefact = model.fit(before(all, day), choice, control);
  const next = rows.filter((row) => row.day >= day);
  const answers = (model as Model).predict(artefact, handMadeRegion(next, { places: all.cases.places }));
  return next.reduce((sum, { outcome }, i) => sum + answers.crps(i, outcome), 0) / next.length;
}

/** Warm where both are above or both below 0: no line through either tells anything. */
const crooked = (a: number, b: number) => (a > 0 === b > 0 ? 1 : -1);

describe('boosted trees', () => {
  test('find a crooked pattern in the errors, which the regional model cannot', () => {
    const rows = simulated('crooked', 240, crooked);
    const [plain, grown] = [crpsOf(regional, rows, 210), crpsOf(trees, rows, 210)];
    // σ/√π of the normal law of sd √2, and of sd 1: trees find most of what there is to gain.
    const [worst, best] = [Math.sqrt(2 / Math.PI), Math.sqrt(1 / Math.PI)];
    expect(plain).toBeGreaterThan(0.98 * worst);
    expect(grown).toBeLessThan(best + 0.35 * (worst - best));
  });

  test('mean the same by a shift where the law is logistic, whose scale is less than its standard deviation', () => {
    const rows = simulated('logistic', 240, (a, b) => 3 * crooked(a, b));
    const logistic: Settings = { ...settings, family: { ...settings.family, law: 'logistic' } };
    const [normal, other] = [crpsOf(trees, rows, 210), crpsOf(trees, rows, 210, logistic)];
    expect(other / normal).toBeLessThan(1.03);
  });

  test('find where forecasts are less certain', () => {
    const rows = simulated(
      'spread',
      240,
      () => 0,
      (a, b) => (a > 0 === b > 0 ? 2 : 0.5),
    );
    expect(crpsOf(trees, rows, 210)).toBeLessThan(0.96 * crpsOf(regional, rows, 210));
  });

  test('do nothing where there is nothing to find', () => {
    const rows = simulated('nothing', 240, (a) => 0.5 * a);
    const ratio = crpsOf(trees, rows, 210) / crpsOf(regional, rows, 210);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.01);
  });
});

describe('they are grown', () => {
  const all = handMadeRegion(simulated('anchor', 125, crooked));
  const fitAt = (day: number, earlier?: TreesArtefact) =>
    trees.fit(before(all, day), settings, control, earlier);
  const day100 = fitAt(100);

  test('as of the last of the days 0, 30, 60, 90, …', () => {
    expect(day100.grownUntil).toBe(90 * msPerDay);
    expect(fitAt(120).grownUntil).toBe(90 * msPerDay);
    expect(fitAt(122).grownUntil).toBe(120 * msPerDay);
  });

  test('anew only when that day has moved on; between, the region alone goes on learning', () => {
    const day119 = fitAt(119, day100);
    expect(day119.grown).toBe(day100.grown);
    expect(day119.region.learned).toBe(day100.region.learned + 19 * PLACES);
    const day122 = fitAt(122, day119);
    expect(day122.grown).not.toEqual(day100.grown);
  });

  test('the same from scratch as after an earlier fit', () => {
    expect(fitAt(119, day100)).toEqual(fitAt(119));
    expect(fitAt(122, day100)).toEqual(fitAt(122));
  });

  test('anew where there are other columns', () => {
    const rows = simulated('anchor', 125, crooked);
    const more = handMadeRegion(rows.map((row) => ({ ...row, x: [...row.x!, row.day % 9] })));
    expect(trees.fit(before(more, 110), settings, control, day100)).toEqual(
      trees.fit(before(more, 110), settings, control),
    );
  });

  test('from no outcome that was not known by that day', () => {
    const { cases } = all;
    const outcome = cases.outcome.map((value, row) =>
      cases.knownTime[row] > 90 * msPerDay ? 20 - value : value,
    );
    const other = trees.fit(before({ ...all, cases: { ...cases, outcome } }, 100), settings, control);
    expect(other.grown).toEqual(day100.grown);
    expect(other.region.coefficients).not.toEqual(day100.region.coefficients);
  });

  test('and answer for places that they never saw, and not where the forecast is missing', () => {
    const row: RegionRow = { place: 'toString', day: 130, forecast: 5, x: [1, 1], outcome: Number.NaN };
    const answers = trees.predict(
      structuredClone(day100),
      handMadeRegion([row, { ...row, forecast: Number.NaN }, { ...row, x: [Number.NaN, 1] }]),
    );
    expect(Math.abs(answers.mean(0) - 6)).toBeLessThan(0.6);
    expect(answers.mean(1)).toBeNaN();
    expect(Math.abs(answers.mean(2) - 5)).toBeLessThan(1.5);
  });

  test('from rows with an outcome and a forecast', () => {
    const rows = simulated('gaps', 100, crooked).map(
      (row, i): RegionRow =>
        i % 5 === 0 ? { ...row, outcome: Number.NaN } : i % 5 === 1 ? { ...row, forecast: Number.NaN } : row,
    );
    const artefact = trees.fit(handMadeRegion(rows), settings, control);
    expect(artefact.grown.start.every(Number.isFinite)).toBe(true);
    expect(artefact.grown.rounds).toBeGreaterThan(0);
  });

  test('from 60 dates or more: fewer are refused with their number', () => {
    const few = handMadeRegion(simulated('few', 125, crooked).filter(({ day }) => day < 5 || day >= 70));
    // Thirteen dates go by until 200 outcomes are known: none of the days 0 … 4, nor 70 … 77, is left.
    try {
      trees.fit(few, settings, control);
      expect.unreachable();
    } catch (error) {
      expect(isWeatherglassError(error, 'CannotFit')).toBe(true);
      expect((error as Error).message).toMatch(
        /^by \S+ the region had predicted \d+ outcomes on 4\d dates, after 200 to begin with; trees are grown from 100 on 60$/,
      );
    }
  });
});
