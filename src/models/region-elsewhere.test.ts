import { describe, expect, test } from 'vitest';
import { normalNumbers } from './hand-made-region.ts';
import type { Control } from './model.ts';
import { addOutcome, noSums, type PlaceSums, varianceBetween } from './place-sums.ts';
import { learnStationBiases, toldBias } from './region-elsewhere.ts';

const control: Control = { checkpoint() {} };

/** Stations 0.1° apart on the equator at 100 m, each with so many outcomes of its bias and noise of variance 1. */
function stations(seed: string, biases: readonly number[], outcomes = 50) {
  const normal = normalNumbers(seed);
  const names = biases.map((_, k) => `station ${k}`);
  const places: Record<string, PlaceSums> = {};
  names.forEach((name, k) => {
    places[name] = noSums();
    for (let n = 0; n < outcomes; n++) addOutcome(places[name], biases[k] + normal(), 1, 1);
  });
  return { names, places, locations: Float64Array.from(biases.flatMap((_, k) => [0, 0.1 * k, 100])) };
}

type Stations = ReturnType<typeof stations>;

const learn = ({ names, places, locations }: Stations) =>
  learnStationBiases(names, locations, places, varianceBetween(Object.values(places)), control);

const waves = Array.from({ length: 40 }, (_, k) => 2 * Math.sin(k / 6));
const random = normalNumbers('unlike');
const unlike = waves.map(() => 1.4 * random());

describe('biases that are alike where stations are near', () => {
  const alike = stations('alike', waves);
  const learned = learn(alike)!;

  test('are those of the stations, shrunk by what is uncertain about them', () => {
    expect(learned).toMatchObject({ nearest: 12, stations: alike.names, locations: alike.locations });
    expect([30, 100, 300]).toContain(learned.distanceKm);
    // The noise of 50 outcomes in units of τ².
    const nugget = 1 / 50 / varianceBetween(Object.values(alike.places));
    expect(learned.nugget).toBeCloseTo(nugget, 10);
    waves.forEach((bias, k) => {
      expect(Math.abs(learned.biases[k] * (1 + nugget) - bias)).toBeLessThan(4 * Math.sqrt(1 / 50));
    });
  });

  test('reach a place between stations, of which little is left unknown', () => {
    const { bias, unknown } = toldBias(learned, 0, 0.95, 100);
    expect(Math.abs(bias - 2 * Math.sin(9.5 / 6))).toBeLessThan(0.3);
    expect(unknown).toBeLessThan(0.3);
  });

  test('say less the farther away and the higher up', () => {
    const near = toldBias(learned, 0.1, 0.95, 100);
    for (const other of [toldBias(learned, 1, 0.95, 100), toldBias(learned, 0.1, 0.95, 1000)]) {
      expect(other.unknown).toBeGreaterThan(near.unknown);
      expect(Math.abs(other.bias)).toBeLessThan(Math.abs(near.bias));
    }
  });

  test.each([
    ['half the world away', [0, 180, 100]],
    ['at an unknown height', [0, 0.95, Number.NaN]],
    ['at an unknown latitude', [Number.NaN, 0.95, 100]],
  ])('say nothing %s', (_case, [latitude, longitude, elevation]) => {
    const { bias, unknown } = toldBias(learned, latitude, longitude, elevation);
    expect(bias).toBeCloseTo(0, 9);
    expect(unknown).toBeCloseTo(1, 9);
  });

  test('are not asked of stations of unknown height, or without an outcome', () => {
    const locations = alike.locations.slice();
    locations[2] = Number.NaN;
    const places = { ...alike.places };
    delete places['station 3'];
    const { stations: asked, biases } = learn({ ...alike, locations, places })!;
    expect(asked).toEqual(alike.names.filter((_, k) => k !== 0 && k !== 3));
    expect(biases.every(Number.isFinite)).toBe(true);
  });
});

describe('nothing is said of other places', () => {
  test('by stations that are not alike', () => {
    expect(learn(stations('unlike', unlike))).toBeUndefined();
  });

  test('by chance: of forty regions without any likeness, one in forty by right', () => {
    let accepted = 0;
    for (let k = 0; k < 40; k++) {
      const draw = normalNumbers(`chance ${k}`);
      if (learn(stations(`region ${k}`, Array.from({ length: 20 }, draw))) !== undefined) accepted++;
    }
    expect(accepted).toBeLessThanOrEqual(3);
  });

  test('by fewer than ten stations, or where no location is known, or where places do not differ', () => {
    const tenSmooth = Array.from({ length: 10 }, (_, k) => k - 4.5);
    expect(learn(stations('ten', tenSmooth))).toBeDefined();
    expect(learn(stations('nine', tenSmooth.slice(0, 9)))).toBeUndefined();
    const { names, places, locations } = stations('ten', tenSmooth);
    expect(learnStationBiases(names, undefined, places, 9, control)).toBeUndefined();
    expect(learnStationBiases(names, locations, places, 0, control)).toBeUndefined();
    expect(toldBias(undefined, 0, 0, 0)).toEqual({ bias: 0, unknown: 1 });
  });
});

// Of biases on a line that are alike, half as much is left unknown where neighbours stand half as far apart; to see that it is
// honest, each station is left out and asked again.
test('what is said to be unknown is the share of the variance that is', () => {
  const draw = normalNumbers('chain');
  const biases: number[] = [];
  // A chain whose likeness is exp(−0.2) from one to the next: with 11.1 km between them it falls by e over 56 km.
  for (let k = 0; k < 300; k++)
    biases.push(k === 0 ? draw() : Math.exp(-0.2) * biases[k - 1] + Math.sqrt(1 - Math.exp(-0.4)) * draw());
  const all = stations('chain', biases, 400);
  let squares = 0;
  let unknowns = 0;
  const betweenPlaces = varianceBetween(Object.values(all.places));
  for (let k = 100; k < 200; k++) {
    const keep = (_: unknown, index: number) => index !== k && Math.abs(index - k) < 40;
    const names = all.names.filter(keep);
    const locations = Float64Array.from(names.flatMap((name) => [0, 0.1 * Number(name.slice(8)), 100]));
    const learned = learnStationBiases(names, locations, all.places, betweenPlaces, control)!;
    const { bias, unknown } = toldBias(learned, 0, 0.1 * k, 100);
    squares += (biases[k] - bias) ** 2 / 100;
    unknowns += (unknown * betweenPlaces) / 100;
  }
  expect(squares / unknowns).toBeGreaterThan(0.6);
  expect(squares / unknowns).toBeLessThan(1.6);
});
