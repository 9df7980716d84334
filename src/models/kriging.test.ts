import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { distanceKm } from '../weather/location.ts';
import { krige } from './kriging.ts';
import { neighboursOf, neighboursOfStation, stationSites } from './station-sites.ts';

type Spot = readonly [latitude: number, longitude: number, elevation: number];

const sitesOf = (spots: readonly Spot[]) => stationSites(Float64Array.from(spots.flat()));
const around = (spots: readonly Spot[], [latitude, longitude, elevation]: Spot, most = 12) =>
  neighboursOf(sitesOf(spots), latitude, longitude, elevation, most);
/** At the equator a degree is as long to the east as to the north. */
const degreeKm = distanceKm(
  { latitude: 0, longitude: 0, elevation: 0 },
  { latitude: 0, longitude: 1, elevation: 0 },
);
const likeness = { distanceKm: degreeKm / Math.log(2), heightM: 400, nugget: 0.1 };

describe('by hand', () => {
  test('two stations a degree to the west and the east, half as alike to the point, a quarter to each other', () => {
    const { weights, unknown } = krige(
      around(
        [
          [0, -1, 0],
          [0, 1, 0],
        ],
        [0, 0, 0],
      ),
      likeness,
    );
    // (1.1 0.25; 0.25 1.1)⁻¹ (0.5, 0.5) = 0.5/1.35 each; the weights are 1.1 times that.
    expect(weights).toHaveLength(2);
    for (const weight of weights) expect(weight).toBeCloseTo((1.1 * 0.5) / 1.35, 10);
    expect(unknown).toBeCloseTo(1 - 0.5 / 1.35, 10);
  });

  test('the nearer one of two hides the other', () => {
    const spots = [
      [0, 1, 0],
      [0, 2, 0],
    ] as const;
    const { weights } = krige(around(spots, [0, 0, 0]), { ...likeness, nugget: 0 });
    // Without a nugget the biases along a line are a chain: what the second knew of the point, the first knows.
    expect(weights[0]).toBeCloseTo(0.5, 10);
    expect(weights[1]).toBeCloseTo(0, 10);
  });
});

const alone = (spot: Spot, point: Spot) => {
  const { weights, unknown } = krige(around([spot], point), likeness);
  return { weight: weights[0], unknown };
};

describe('one station', () => {
  it('is believed in full where it stands, but for what is uncertain about its bias', () => {
    const { weight, unknown } = alone([47, 8, 500], [47, 8, 500]);
    expect(weight).toBeCloseTo(1, 12);
    expect(unknown).toBeCloseTo(0.1 / 1.1, 12);
  });

  it('says nothing of the far end of the world', () => {
    const { weight, unknown } = alone([47, 8, 500], [-40, -170, 500]);
    expect(weight).toBeLessThan(1e-12);
    expect(unknown).toBeCloseTo(1, 12);
  });

  it('counts less by e where it is higher by the height', () => {
    expect(alone([0, 0, 900], [0, 0, 500]).weight).toBeCloseTo(Math.exp(-1), 12);
    expect(alone([0, 0, 100], [0, 0, 500]).weight).toBeCloseTo(Math.exp(-1), 12);
  });

  it('counts the less, the farther and the higher it is', () => {
    const degrees = fc.double({ min: 0, max: 20, noNaN: true });
    const metres = fc.double({ min: 0, max: 3000, noNaN: true });
    fc.assert(
      fc.property(degrees, degrees, metres, metres, (east, more, up, higher) => {
        const near = alone([0, east, up], [0, 0, 0]);
        const farther = alone([0, east + more, up], [0, 0, 0]);
        const above = alone([0, east, up + higher], [0, 0, 0]);
        for (const other of [farther, above]) {
          expect(other.weight).toBeLessThanOrEqual(near.weight + 1e-12);
          expect(other.unknown).toBeGreaterThanOrEqual(near.unknown - 1e-12);
        }
      }),
    );
  });
});

const spot = fc.tuple(
  fc.double({ min: 45, max: 47, noNaN: true }),
  fc.double({ min: 7, max: 9, noNaN: true }),
  fc.double({ min: 0, max: 3000, noNaN: true }),
);

describe('any stations', () => {
  it('never make the bias less known, nor more than certain', () => {
    fc.assert(
      fc.property(fc.array(spot, { maxLength: 14 }), spot, (spots, point) => {
        const all = krige(around(spots, point), likeness);
        expect(all.unknown).toBeGreaterThanOrEqual(0);
        expect(all.unknown).toBeLessThanOrEqual(1 + 1e-12);
        const some = krige(around(spots, point, 5), likeness);
        expect(all.unknown).toBeLessThanOrEqual(some.unknown + 1e-9);
        expect(all.weights.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it('may stand at one spot: together they weigh as one, and are surer', () => {
    const here: Spot = [47, 8, 500];
    const { weights, unknown } = krige(around([here, here, here], here), likeness);
    for (const weight of weights) expect(weight).toBeCloseTo(1.1 / 3.1, 12);
    expect(unknown).toBeCloseTo(0.1 / 3.1, 12);
  });
});

describe('neighbours', () => {
  it('are the nearest by distance along the surface, nearest first', () => {
    const anywhere = fc.tuple(
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.constant(0),
    );
    const locationOf = ([latitude, longitude, elevation]: Spot) => ({ latitude, longitude, elevation });
    fc.assert(
      fc.property(
        fc.array(anywhere, { maxLength: 20 }),
        anywhere,
        fc.integer({ min: 1, max: 6 }),
        (spots, point, most) => {
          const { stations, km } = around(spots, point, most);
          const count = Math.min(most, spots.length);
          expect(stations).toHaveLength(count);
          expect(new Set(stations).size).toBe(count);
          const distances = spots
            .map((one) => distanceKm(locationOf(one), locationOf(point)))
            .sort((a, b) => a - b);
          for (let k = 0; k < count; k++) {
            // Between antipodes a rounded chord is good for a few metres.
            expect(km[count * count + k]).toBeCloseTo(distances[k], 1);
            for (let j = 0; j < k; j++)
              expect(km[k * count + j]).toBeCloseTo(
                distanceKm(locationOf(spots[stations[k]]), locationOf(spots[stations[j]])),
                1,
              );
          }
        },
      ),
    );
  });

  it('of a station leave it out itself', () => {
    const sites = sitesOf([
      [0, 0, 10],
      [0, 1, 20],
      [0, 3, 40],
    ]);
    const { stations, rise } = neighboursOfStation(sites, 1, 12);
    expect([...stations]).toEqual([0, 2]);
    expect([...rise.subarray(4)]).toEqual([-10, 20]);
  });
});
