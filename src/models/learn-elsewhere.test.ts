import { describe, expect, it, test } from 'vitest';
import { normalQuantile } from '../forecast/normal.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import { learnElsewhere } from './learn-elsewhere.ts';
import { leaveStationOut, type RegionRows } from './leave-station-out.ts';
import type { Control } from './model.ts';
import { settingsFor } from './settings.ts';

const control: Control = { checkpoint() {} };
const settings = settingsFor(findVariable('temperature_2m'));

/** Simulated rows of stations 0.1° apart on the equator, whose residuals are a bias and noise of sd 1. */
function region(seed: string, biases: readonly number[], times: number, sameDay = 0): RegionRows {
  const random = seededRandom(seed);
  const normal = () => normalQuantile(random());
  const size = biases.length * times;
  const place = Int32Array.from({ length: size }, (_, i) => i % biases.length);
  const days = Float64Array.from({ length: times }, () => sameDay * normal());
  const residual = Float64Array.from(
    place,
    (p, i) => biases[p] + days[Math.floor(i / biases.length)] + normal(),
  );
  return {
    names: biases.map((_, k) => `station ${k}`),
    locations: Float64Array.from(biases.flatMap((_, k) => [0, 0.1 * k, 100])),
    place,
    validTime: Float64Array.from(place, (_, i) => Math.floor(i / biases.length)),
    outcome: residual,
    residual,
    location: new Float64Array(size),
    scale: new Float64Array(size).fill(1),
    priorOutcomes: 3,
  };
}

const waves = Array.from({ length: 60 }, (_, k) => 2 * Math.sin(k / 8));
const random = seededRandom('unlike');
const unlike = waves.map(() => 1.4 * normalQuantile(random()));

describe('biases that are alike where stations are near', () => {
  const rows = region('waves', waves, 20);
  const learned = learnElsewhere(rows, settings, control)!;

  it('are transferred, from the stations and with the likeness that left them out best', () => {
    const { transfer } = learned;
    expect(transfer).toMatchObject({ nearest: 12, stations: rows.names, locations: rows.locations });
    expect([30, 100, 300]).toContain(transfer!.distanceKm);
  });

  it('are not transferred where no locations are known, and then spread as the biases do', () => {
    const { transfer, widening } = learnElsewhere({ ...rows, locations: undefined }, settings, control)!;
    expect(transfer).toBeUndefined();
    // Maximum likelihood of a normal law: its variance is the mean square.
    const meanSquare = rows.residual.reduce((sum, r) => sum + r * r, 0) / rows.residual.length;
    expect(1 + widening).toBeCloseTo(meanSquare, 2);
  });

  it('are not transferred from or to stations of unknown height', () => {
    const locations = rows.locations!.slice();
    locations[2] = Number.NaN;
    const { transfer } = learnElsewhere({ ...rows, locations }, settings, control)!;
    expect(transfer!.stations).toEqual(rows.names.slice(1));
    const told = leaveStationOut({ ...rows, locations }, 12).told(transfer!);
    expect(told.unknown[0]).toBe(1);
    expect(told.bias[0]).toBe(0);
  });

  it('of fewer than ten stations say nothing', () => {
    expect(learnElsewhere(region('few', waves.slice(0, 9), 20), settings, control)).toBeUndefined();
    expect(learnElsewhere(region('ten', waves.slice(0, 10), 20), settings, control)).toBeDefined();
  });
});

test('biases that are alike in part widen the spread as is likeliest for the left-out rows', () => {
  const rows = region(
    'in part',
    waves.map((wave, k) => wave + 0.5 * unlike[k]),
    20,
  );
  const { transfer, widening } = learnElsewhere(rows, settings, control)!;
  const { bias, unknown } = leaveStationOut(rows, 12).told(transfer!);
  const minusLogLikelihood = (gamma: number) =>
    rows.residual.reduce((sum, residual, i) => {
      const variance = 1 + gamma * unknown[rows.place[i]];
      return sum + 0.5 * Math.log(variance) + (0.5 * (residual - bias[i]) ** 2) / variance;
    }, 0);
  expect(widening).toBeGreaterThan(0.1);
  for (const factor of [0.97, 1.03])
    expect(minusLogLikelihood(factor * widening)).toBeGreaterThan(minusLogLikelihood(widening));
});

describe('what does not help is declined', () => {
  test('biases that no neighbour shares', () => {
    const { transfer, widening } = learnElsewhere(region('unlike', unlike, 20), settings, control)!;
    expect(transfer).toBeUndefined();
    expect(widening).toBeGreaterThan(1);
  });

  test('a gain that may be chance: of forty regions without any likeness, one in forty by right', () => {
    let smaller = 0;
    let accepted = 0;
    for (let k = 0; k < 40; k++) {
      const draw = seededRandom(`region ${k}`);
      const biases = Array.from({ length: 20 }, () => normalQuantile(draw()));
      const rows = region(`chance ${k}`, biases, 10);
      if (learnElsewhere(rows, settings, control)!.transfer !== undefined) accepted++;
      const { bias } = leaveStationOut(rows, 12).told({ distanceKm: 30, heightM: 1000, nugget: 0.1 });
      const squaresOf = (of: (i: number) => number) =>
        rows.residual.reduce((sum, _, i) => sum + of(i) ** 2, 0);
      if (squaresOf((i) => rows.residual[i] - bias[i]) < squaresOf((i) => rows.residual[i])) smaller++;
    }
    expect(smaller).toBeGreaterThan(5);
    expect(accepted).toBeLessThanOrEqual(3);
  });

  test('no biases, but errors of the day that all stations share', () => {
    // Stations that knew each other's errors of the same day would seem to know each other's bias.
    const none = waves.map(() => 0);
    const { transfer } = learnElsewhere(region('days', none, 8, 3), settings, control)!;
    expect(transfer).toBeUndefined();
  });
});

describe('leaving a station out', () => {
  const rows = region('left out', waves.slice(0, 12), 6);
  const likeness = { distanceKm: 100, heightM: 1000, nugget: 0.1 };
  const told = (changed: RegionRows) => leaveStationOut(changed, 12).told(likeness).bias;
  const withResidual = (at: number, value: number): RegionRows => ({
    ...rows,
    residual: rows.residual.map((own, i) => (i === at ? value : own)),
  });

  test('its own outcomes tell it nothing, those of others at another time do', () => {
    const at = 3 * 12 + 5;
    const before = told(rows);
    const after = told(withResidual(at, 100));
    before.forEach((bias, i) => {
      const same = rows.place[i] === 5 || rows.validTime[i] === 3;
      if (same) expect(after[i]).toBeCloseTo(bias, 10);
      else expect(Math.abs(after[i] - bias)).toBeGreaterThan(1e-3);
    });
  });

  test('a row that teaches nothing is as if it were not there', () => {
    const without = {
      ...rows,
      ...Object.fromEntries(
        (['place', 'validTime', 'outcome', 'residual', 'location', 'scale'] as const).map((name) => [
          name,
          rows[name].filter((_, i) => i !== 40),
        ]),
      ),
    };
    const expected = told(without);
    const found = told(withResidual(40, Number.NaN)).filter((_, i) => i !== 40);
    found.forEach((bias, i) => expect(bias).toBeCloseTo(expected[i], 10));
  });
});
