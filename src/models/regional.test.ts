import { describe, expect, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { daysPerYear, msPerDay } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { handMadeRegion, normalNumbers, type RegionRow } from './hand-made-region.ts';
import type { Cases, Control } from './model.ts';
import { regional } from './regional.ts';
import { settingsFor } from './settings.ts';

const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const settings = settingsFor(temperature);
const year = (day: number) => Math.cos((2 * Math.PI * day) / daysPerYear);

interface Simulation {
  readonly places: number;
  readonly days: number;
  readonly leads?: readonly number[];
  readonly bias?: (place: number, lead: number, day: number) => number;
  readonly spread?: (place: number, lead: number, day: number) => number;
}

/** Outcomes of forecast + bias + noise of the spread. */
function simulated(
  seed: string,
  { places, days, leads = [24], bias = () => 0, spread = () => 1 }: Simulation,
): RegionRow[] {
  const normal = normalNumbers(seed);
  return Array.from({ length: days * places * leads.length }, (_, i): RegionRow => {
    const lead = leads[i % leads.length];
    const place = Math.floor(i / leads.length) % places;
    const day = Math.floor(i / leads.length / places);
    const forecast = 10 + 8 * normal();
    return {
      place: `p${place}`,
      day,
      lead,
      forecast,
      outcome: forecast + bias(place, lead, day) + spread(place, lead, day) * normal(),
    };
  });
}

const fit = (rows: readonly RegionRow[], own: Partial<Cases> = {}) =>
  regional.fit(handMadeRegion(rows, own), settings, control);

type Learned = ReturnType<typeof fit>;

/** Mean of the law less the forecast, and half the width of its middle 68.27 %, which is σ. */
function toldOf(artefact: Learned, row: Partial<RegionRow>, own: Partial<Cases> = {}) {
  const day = Math.ceil(artefact.trainedOn.until / msPerDay);
  const target = handMadeRegion([{ place: 'p0', day, forecast: 10, outcome: Number.NaN, ...row }], own);
  const answers = regional.predict(artefact, target);
  return {
    bias: answers.mean(0) - (row.forecast ?? 10),
    sd: (answers.quantile(0, 0.841344746) - answers.quantile(0, 0.158655254)) / 2,
  };
}

describe('of simulated outcomes it finds', () => {
  test('the bias of each place', () => {
    const biases = Array.from({ length: 12 }, (_, k) => (k - 5.5) / 2);
    const artefact = fit(simulated('places', { places: 12, days: 200, bias: (place) => biases[place] }));
    biases.forEach((bias, k) => {
      // Sixty outcomes that are remembered leave an uncertainty of 0.13.
      const told = toldOf(artefact, { place: `p${k}`, day: 200 });
      expect(Math.abs(told.bias - bias)).toBeLessThan(0.5);
      expect(told.sd).toBeGreaterThan(0.85);
      expect(told.sd).toBeLessThan(1.2);
    });
  });

  test('the bias of each lead, and between leads', () => {
    const leads = [24, 48, 72];
    const bias = (_: number, lead: number) => lead / 24 - 2;
    const artefact = fit(simulated('leads', { places: 5, days: 300, leads, bias }));
    for (const lead of [24, 36, 48, 60, 72])
      expect(Math.abs(toldOf(artefact, { lead, day: 300 }).bias - bias(0, lead))).toBeLessThan(0.25);
    // Beyond the last nothing was seen.
    expect(toldOf(artefact, { lead: 120 })).toEqual(toldOf(artefact, { lead: 72 }));
  });

  test('a spread that grows with the lead', () => {
    const leads = [24, 72];
    const spread = (_: number, lead: number) => lead / 24;
    const artefact = fit(simulated('spread', { places: 5, days: 400, leads, spread }));
    expect(toldOf(artefact, { lead: 24 }).sd).toBeGreaterThan(0.85);
    expect(toldOf(artefact, { lead: 24 }).sd).toBeLessThan(1.15);
    expect(toldOf(artefact, { lead: 72 }).sd).toBeGreaterThan(2.6);
    expect(toldOf(artefact, { lead: 72 }).sd).toBeLessThan(3.4);
  });

  test('a bias and a spread that change with the season', () => {
    const artefact = fit(
      simulated('season', {
        places: 6,
        days: 1100,
        bias: (_place, _lead, day) => 2 * year(day),
        spread: (_place, _lead, day) => Math.exp(0.5 * year(day)),
      }),
    );
    const winter = toldOf(artefact, { day: 1096 });
    const summer = toldOf(artefact, { day: 1096 - 183 });
    expect((winter.bias - summer.bias) / 4).toBeGreaterThan(0.85);
    expect((winter.bias - summer.bias) / 4).toBeLessThan(1.1);
    // e^0.5 by e^−0.5, less what the belief in no season holds back.
    expect(winter.sd / summer.sd).toBeGreaterThan(2.2);
    expect(winter.sd / summer.sd).toBeLessThan(3);
  });

  test('a place whose spread is its own', () => {
    const spread = (place: number) => (place === 3 ? 2 : 1);
    const artefact = fit(simulated('own spread', { places: 8, days: 300, spread }));
    const [usual, wide] = ['p1', 'p3'].map((place) => toldOf(artefact, { place, day: 300 }).sd);
    expect(wide / usual).toBeGreaterThan(1.4);
    expect(wide / usual).toBeLessThan(2.1);
  });

  test('what recent errors say', () => {
    const normal = normalNumbers('recent');
    const rows = simulated('recent', { places: 6, days: 600 }).map((row): RegionRow => {
      const error = 2 * normal();
      const recent = { last: 10, error_last: error, error_3d: 0, error_10d: 0, error_30d: 0 };
      return { ...row, outcome: row.outcome + 0.6 * error, recent };
    });
    const artefact = fit(rows);
    const recent = rows[0].recent!;
    const after = (error_last: number) => toldOf(artefact, { recent: { ...recent, error_last } });
    expect((after(2).bias - after(-2).bias) / 4).toBeCloseTo(0.6, 1);
    // Not known, it is wider by the variance of 0.6 · 2 · N(0, 1).
    expect(after(Number.NaN).sd ** 2 - after(0).sd ** 2).toBeGreaterThan(1.44 * 0.8);
    expect(after(Number.NaN).sd ** 2 - after(0).sd ** 2).toBeLessThan(1.44 * 1.2);
  });
});

test('its laws are honest: of new outcomes 50 % and 90 % are covered, at places old and new', () => {
  const normal = normalNumbers('biases');
  const biases = Array.from({ length: 80 }, () => 1.5 * normal());
  const rows = simulated('coverage', {
    places: 80,
    days: 130,
    leads: [24, 72],
    bias: (place) => biases[place],
    spread: (_, lead) => 1 + lead / 72,
  });
  const isNew = ({ place }: RegionRow) => Number(place.slice(1)) >= 40;
  const artefact = fit(rows.filter((row) => row.day < 120 && !isNew(row)));
  for (const [which, slack] of [
    [false, 0.04],
    // Forty biases are few.
    [true, 0.1],
  ] as const) {
    const next = rows.filter((row) => row.day >= 120 && isNew(row) === which);
    const answers = regional.predict(artefact, handMadeRegion(next));
    const ranks = next.map(({ outcome }, i) => answers.cdf(i, outcome));
    for (const share of [0.5, 0.9]) {
      const covered = ranks.filter((rank) => Math.abs(rank - 0.5) < share / 2).length / ranks.length;
      expect(Math.abs(covered - share)).toBeLessThan(slack);
    }
  }
});

test('at a newcomer they are honest, too, where recent errors have taken over what places differ in', () => {
  const normal = normalNumbers('newcomers');
  const biases = Array.from({ length: 160 }, () => 2 * normal());
  const known = 60;
  /** Recent errors are the bias, with the noise of as many days. */
  const errors = (place: number) => ({
    last: 10,
    error_last: biases[place] + normal(),
    error_3d: biases[place] + normal() / Math.sqrt(3),
    error_10d: biases[place] + normal() / Math.sqrt(10),
    error_30d: biases[place] + normal() / Math.sqrt(30),
  });
  const rowOf = (place: number, day: number): RegionRow => {
    const forecast = 10 + 5 * normal();
    return { place: `p${place}`, day, forecast, outcome: forecast + biases[place] + normal() };
  };
  const training = Array.from({ length: 120 * known }, (_, i) => {
    const row = rowOf(i % known, Math.floor(i / known));
    return { ...row, recent: errors(i % known) };
  });
  const targets = biases
    .slice(known)
    .map((_, k) => ({ ...rowOf(known + k, 121), recent: { last: Number.NaN } }));
  const answers = regional.predict(fit(training), handMadeRegion(targets));
  const sds = targets.map(
    (_, i) => (answers.quantile(i, 0.841344746) - answers.quantile(i, 0.158655254)) / 2,
  );
  // √(2² + 1²) of all biases, of the 60 that were seen a little more or less.
  const between = biases.slice(0, known).reduce((sum, bias) => sum + bias * bias, 0) / known;
  expect(sds[0] / Math.sqrt(between + 1)).toBeGreaterThan(0.9);
  expect(sds[0] / Math.sqrt(between + 1)).toBeLessThan(1.15);
});

test('members that all say the same say no more of the spread than those that nearly do', () => {
  const normal = normalNumbers('agreement');
  const size = 600;
  const forecasts = Float64Array.from({ length: 2 * size }, () => 10 + normal());
  // Every tenth row has two members that are one.
  for (let row = 0; row < size; row += 10) forecasts[2 * row + 1] = forecasts[2 * row];
  const outcome = Float64Array.from(
    { length: size },
    (_, row) => (forecasts[2 * row] + forecasts[2 * row + 1]) / 2 + normal(),
  );
  const cases = handMadeCases({ size, columns: ['member_1', 'member_2'], forecasts, outcome });
  const rows = Int32Array.from({ length: size }, (_, row) => row);
  const artefact = regional.fit({ cases, rows: rows.subarray(0, 550) }, settings, control);
  const answers = regional.predict(artefact, { cases, rows });
  const sdOf = (row: number) => (answers.quantile(row, 0.841344746) - answers.quantile(row, 0.158655254)) / 2;
  expect(sdOf(560) / sdOf(561)).toBeGreaterThan(0.7);
  expect(sdOf(560) / sdOf(561)).toBeLessThan(1.4);
});

describe('a place without outcomes of its own', () => {
  const biases = Array.from({ length: 30 }, (_, k) => 2 * Math.sin(k / 5));
  const rows = simulated('elsewhere', { places: 30, days: 100, bias: (place) => biases[place] });
  const locations = Float64Array.from(biases.flatMap((_, k) => [0, 0.05 * k, 200]));
  const located = fit(rows, { locations });
  const unlocated = fit(rows);
  const at = (latitude: number, longitude: number, elevation: number) =>
    toldOf(located, { place: 'new' }, { locations: Float64Array.of(latitude, longitude, elevation) });

  test('has bias 0 and the whole variance between places', () => {
    const told = toldOf(unlocated, { place: 'new' });
    const known = toldOf(unlocated, { place: 'p3' });
    expect(unlocated.elsewhere).toBeUndefined();
    // The sines have a variance of 2 or so.
    expect(unlocated.region.betweenPlaces).toBeGreaterThan(1.5);
    expect(Math.abs(told.bias)).toBeLessThan(0.3);
    expect(told.sd ** 2 - known.sd ** 2).toBeGreaterThan(0.8 * unlocated.region.betweenPlaces);
  });

  test('is told the bias of neighbours that are alike, and is surer', () => {
    const between = at(0, 0.05 * 7.5, 200);
    expect(Math.abs(between.bias - 2 * Math.sin(1.5))).toBeLessThan(0.4);
    expect(between.sd).toBeLessThan(0.85 * toldOf(located, { place: 'new' }).sd);
    expect(between.sd).toBeGreaterThan(0.9 * toldOf(located, { place: 'p7' }).sd);
  });

  test.each([
    ['far away', [40, 100, 200]],
    ['of unknown height', [0, 0.375, Number.NaN]],
    ['of unknown longitude', [0, Number.NaN, 200]],
  ])('%s falls back to bias 0 and the whole variance', (_case, [latitude, longitude, elevation]) => {
    const nowhere = toldOf(located, { place: 'new' });
    const told = at(latitude, longitude, elevation);
    expect(told.bias).toBeCloseTo(nowhere.bias, 9);
    expect(told.sd).toBeCloseTo(nowhere.sd, 9);
  });

  test('is told what its height says, as far as heights were seen', () => {
    const normal = normalNumbers('heights');
    const own = biases.map(() => 0.3 * normal());
    const cold = (heights: readonly number[]) =>
      fit(simulated('heights', { places: 30, days: 100, bias: (place) => own[place] - 3 * heights[place] }), {
        locations: Float64Array.from(heights.flatMap((height, k) => [k, k, 1000 * height])),
      });
    const on = (learned: Learned, height: number) =>
      toldOf(learned, { place: 'new' }, { locations: Float64Array.of(-50, 150, 1000 * height) }).bias;
    const hills = cold(biases.map((_, k) => k / 20));
    // Of 3 °C a km the most; the rest stays with the biases of places.
    const slope = (on(hills, 0.2) - on(hills, 1)) / 0.8;
    expect(slope).toBeGreaterThan(1.9);
    expect(slope).toBeLessThan(3.3);
    // Within 30 m of height the places' own biases hide what 3 °C a km are.
    const plain = cold(biases.map((_, k) => k / 1000));
    expect(Math.abs(on(plain, 2) - on(plain, 0))).toBeLessThan(0.5);
  });

  test('may have any name', () => {
    for (const place of ['__proto__', 'toString', 'constructor'])
      expect(toldOf(unlocated, { place })).toEqual(toldOf(unlocated, { place: 'new' }));
  });

  test('is any whose forecasts were all missing', () => {
    const silent = rows.slice(0, 40).map((row) => ({ ...row, place: 'new', forecast: Number.NaN }));
    const spots = Float64Array.of(...locations, 0, 0.05 * 7.5, 200);
    const artefact = fit([...rows, ...silent], { locations: spots });
    const spot = { locations: Float64Array.of(0, 0.05 * 7.5, 200) };
    expect(toldOf(artefact, { place: 'new' }, spot)).toEqual(toldOf(artefact, { place: 'newer' }, spot));
    expect(toldOf(artefact, { place: 'new' }, spot).bias).toBeGreaterThan(1);
  });
});

describe('rain on roots', () => {
  const rain = findVariable('precipitation_sum');
  const random = normalNumbers('rain');
  /** Dry unless √rain = 0.8 √forecast − 0.6 + noise is above 0. */
  const rows = (share: number) =>
    Array.from({ length: 3000 }, (_, i): RegionRow => {
      const forecast = Math.max(0, random() - share) ** 2;
      const root = 0.8 * Math.sqrt(forecast) - 0.6 + 0.5 * random();
      return {
        place: `p${i % 10}`,
        day: Math.floor(i / 10),
        forecast,
        outcome: Math.max(0, root) ** 2,
      };
    });
  const ofRain = (some: readonly RegionRow[]) =>
    regional.fit(handMadeRegion(some, { variable: rain }), settingsFor(rain), control);

  test.each([0, 1, 3])('is finite and honest about dry days: forecasts dry below %d', (share) => {
    const all = rows(share);
    const artefact = ofRain(all.slice(0, 2500));
    const next = all.slice(2500);
    const answers = regional.predict(artefact, handMadeRegion(next, { variable: rain }));
    let [dry, saidDry] = [0, 0];
    next.forEach(({ outcome }, i) => {
      expect(Number.isFinite(answers.crps(i, outcome))).toBe(true);
      expect(answers.quantile(i, 0.01)).toBeGreaterThanOrEqual(0);
      if (outcome === 0) dry++;
      saidDry += answers.cdf(i, 0);
    });
    expect(dry / next.length).toBeGreaterThan(0.5);
    expect(Math.abs(saidDry - dry) / next.length).toBeLessThan(0.08);
  });

  test('is sure of a desert, and is not surprised for ever by its first shower', () => {
    const desert = Array.from({ length: 600 }, (_, i): RegionRow => {
      const outcome = i === 400 ? 30 : 0;
      return { place: `p${i % 3}`, day: Math.floor(i / 3), forecast: 0, outcome };
    });
    for (const some of [desert.slice(0, 400), desert]) {
      const answers = regional.predict(ofRain(some), handMadeRegion([desert[0]], { variable: rain }));
      expect(answers.cdf(0, 0.1)).toBeGreaterThan(0.9);
      expect(Number.isFinite(answers.quantile(0, 0.999))).toBe(true);
    }
  });
});

test('without any forecast it goes by the season and the recent past', () => {
  const normal = normalNumbers('climate');
  const rows = Array.from({ length: 4400 }, (_, i): RegionRow => {
    const day = Math.floor(i / 4);
    return {
      place: `p${i % 4}`,
      day,
      outcome: 10 + 8 * year(day) + normal(),
      recent: { last: 10 + 8 * year(day - 1), mean_3d: 10, mean_10d: 10, mean_30d: 10 },
    };
  });
  const artefact = fit(rows);
  const recent = { mean_3d: 10, mean_10d: 10, mean_30d: 10 };
  const on = (day: number) => {
    const one = { place: 'p1', day, outcome: Number.NaN, recent: { ...recent, last: 10 + 8 * year(day) } };
    return regional.predict(artefact, handMadeRegion([one])).mean(0);
  };
  expect(Math.abs(on(1461) - 18)).toBeLessThan(1);
  expect(Math.abs(on(1461 + 183) - 2)).toBeLessThan(1);
});

test('a missing forecast is answered by NaN, and its neighbours are as if it were not there', () => {
  const artefact = fit(simulated('missing', { places: 5, days: 40 }));
  const row: RegionRow = { place: 'p1', day: 50, forecast: 3, outcome: Number.NaN };
  const answers = regional.predict(artefact, handMadeRegion([row, { ...row, forecast: Number.NaN }, row]));
  expect(answers.mean(1)).toBeNaN();
  expect(answers.quantile(1, 0.5)).toBeNaN();
  expect(answers.mean(0)).toBe(answers.mean(2));
  expect(answers.mean(0)).toBe(regional.predict(artefact, handMadeRegion([row])).mean(0));
});

test('too few outcomes are refused, with how many there are and how many it takes', () => {
  const rows = simulated('few', { places: 5, days: 4 });
  expect(fit(rows).trainedOn.rows).toBe(20);
  try {
    fit(rows.slice(1));
    expect.unreachable();
  } catch (error) {
    expect(isWeatherglassError(error, 'CannotFit')).toBe(true);
    expect((error as Error).message).toBe('19 outcomes are known; a region is learned from 20');
  }
});

test('an artefact that was stored answers the same, and goes on learning the same', () => {
  const rows = simulated('stored', { places: 12, days: 60, bias: (place) => place % 3 });
  const all = handMadeRegion(rows);
  const earlier = structuredClone(fit(rows.slice(0, 500), { places: all.cases.places }));
  const [target] = rows;
  expect(toldOf(earlier, target)).toEqual(toldOf(fit(rows.slice(0, 500)), target));
  expect(regional.fit(all, settings, control, earlier)).toEqual(regional.fit(all, settings, control));
});
