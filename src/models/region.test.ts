import { describe, expect, test } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { handMadeRegion, normalNumbers, type RegionRow } from './hand-made-region.ts';
import { learnRegion } from './learn-region.ts';
import { addOutcome, noSums } from './place-sums.ts';
import { type Learning, newcomerVariance, openRegion, regionLaw, regionRows, rowLaw } from './region.ts';
import { regionalFormula } from './regional-terms.ts';
import { settingsFor } from './settings.ts';

const settings = settingsFor(findVariable('temperature_2m'));
const known = { last: 0, error_last: 4, error_3d: 0, error_10d: 0, error_30d: 0 };
const row: RegionRow = { place: 'hill', day: 10, forecast: 20, outcome: Number.NaN, recent: known };

/** Constants 2 and 4 at 24 and 48 h, ½ of the last error, whose mean is 0.2; spread e^(1 + 0.1) and e^(1 + 0.3). */
function handMade(): Learning {
  const selection = handMadeRegion([
    { ...row, lead: 24 },
    { ...row, lead: 48 },
  ]);
  const region = openRegion(regionalFormula(selection), settings.family, Float64Array.of(24, 48), 1);
  const terms = region.formula.location.length;
  const lastError = region.formula.location.indexOf('error_last');
  region.coefficients.set([2], 0);
  region.coefficients.set([4], terms);
  region.coefficients.set([0.5], lastError);
  region.coefficients.set([0.5], terms + lastError);
  region.scaleCoefficients.set([0.1], 0);
  region.scaleCoefficients.set([0.3], region.formula.scale.length);
  region.means.set([0.2], lastError);
  region.recentVariance.set([3, 5]);
  region.betweenPlaces = 2;
  return region;
}

function saidOf(region: Learning, one: RegionRow, sums = noSums()) {
  const columns = regionRows(region, handMadeRegion([one]));
  const law = rowLaw();
  regionLaw(region, columns, 0, sums, 0, law);
  return { ...law, offset: columns.offset[0] };
}

describe('what a region says of a row, by hand', () => {
  test('at a lead between two: constant 3, half of the last error, spread e^1.2, the whole variance of a new place', () => {
    const law = saidOf(handMade(), { ...row, lead: 36 });
    expect(law).toMatchObject({ offset: 20, bias: 0, variance: 2, logSpread: 0 });
    expect(law.fixed).toBeCloseTo(3 + 0.5 * 4, 12);
    expect(law.contributed).toBeCloseTo(0.5 * (4 - 0.2), 12);
    expect(law.logScale).toBeCloseTo(1.2, 12);
    expect(law.total).toBeCloseTo(Math.exp(2.4) + 2, 10);
  });

  test('at a known place: its bias and spread', () => {
    const sums = noSums();
    for (const residual of [3, 3, 3]) addOutcome(sums, residual, 2, 4);
    const law = saidOf(handMade(), { ...row, lead: 24 }, sums);
    // Σ r/σ² = 4.5, Σ 1/σ² + 1/τ² = 2; the squares are 12 of 3, with 20 of belief.
    expect(law.bias).toBeCloseTo(2.25, 12);
    expect(law.variance).toBeCloseTo(0.5, 12);
    expect(law.total).toBeCloseTo((Math.exp(2.2) * 32) / 23 + 0.5, 10);
  });

  test('without recent errors: their means, and as much wider as they count for', () => {
    const told = saidOf(handMade(), { ...row, lead: 24 });
    const untold = saidOf(handMade(), { ...row, lead: 24, recent: { ...known, error_last: Number.NaN } });
    expect(untold.fixed).toBeCloseTo(2 + 0.5 * 0.2, 12);
    expect([told.knowsRecent, untold.knowsRecent]).toEqual([true, false]);
    expect(untold.contributed).toBe(0);
    expect(untold.total - told.total).toBeCloseTo(3, 10);
  });

  test('of a newcomer: what places differ in, and what recent outcomes tell beyond that', () => {
    const region = { ...handMade(), betweenNewcomers: 6, betweenContributed: 1 };
    expect(newcomerVariance(region, 10, 1, 0.5)).toBe(10 + 6 * 0.5 + (5 - 1));
    expect(newcomerVariance({ ...region, betweenContributed: 9 }, 10, 1, 0.5)).toBe(13);
  });

  test('beyond the leads that it has learned: as at the last', () => {
    expect(saidOf(handMade(), { ...row, lead: 240 })).toEqual(saidOf(handMade(), { ...row, lead: 48 }));
  });

  test('without a forecast: nothing', () => {
    const columns = regionRows(handMade(), handMadeRegion([{ ...row, forecast: Number.NaN }]));
    expect(columns.offset[0]).toBeNaN();
  });
});

test('what recent errors take from the variance is the variance of what they say', () => {
  const normal = normalNumbers('recents');
  const rows = Array.from({ length: 6000 }, (_, i): RegionRow => {
    const [error_last, error_10d] = [2 * normal(), normal()];
    return {
      place: `p${i % 20}`,
      day: Math.floor(i / 20),
      forecast: 10 + normal(),
      outcome: Number.NaN,
      recent: { ...known, error_last, error_10d },
    };
  }).map((one): RegionRow => {
    const { error_last, error_10d } = one.recent as { error_last: number; error_10d: number };
    return { ...one, outcome: one.forecast! + 0.5 * error_last - 0.8 * error_10d + normal() };
  });
  const { recentVariance } = learnRegion(handMadeRegion(rows), settings, { checkpoint() {} });
  // 0.25 · 4 + 0.64 · 1
  expect(recentVariance).toHaveLength(1);
  expect(recentVariance[0]).toBeGreaterThan(1.64 * 0.9);
  expect(recentVariance[0]).toBeLessThan(1.64 * 1.1);
});
