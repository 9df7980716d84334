import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../scores/random.ts';
import { nearestPlace, placeIndex } from './nearest-place.ts';

const at = (name: string, latitude: number, longitude: number) => ({
  name,
  latitude,
  longitude,
  elevation: Number.NaN,
});
const places = [at('unknown', Number.NaN, Number.NaN), at('equator', 0, 0), at('north', 0.1, 0)];

it('finds the nearest, passing over places without coordinates', () => {
  // A degree along a meridian of the mean sphere is 111.195 km.
  const { place, distanceKm } = nearestPlace(places, at('', 0.08, 0));
  expect(place.name).toBe('north');
  expect(distanceKm).toBeCloseTo(0.02 * 111.195, 3);
  expect(nearestPlace(places, at('', 0, 0)).distanceKm).toBe(0);
});

it('looks across the date line', () => {
  expect(nearestPlace([at('west', 0, -179.95)], at('', 0, 179.95)).distanceKm).toBeCloseTo(0.1 * 111.195, 3);
});

it('names what is nearest where nothing is near', () => {
  expect(() => nearestPlace(places, at('', 1, 0))).toThrow(
    /no place is within 25 km of 1, 0: the nearest, "north", is 100 km away/,
  );
  expect(nearestPlace(places, at('', 1, 0), 101).place.name).toBe('north');
});

it('says that no place has coordinates', () => {
  expect(() => nearestPlace([places[0]], at('', 0, 0))).toThrow(/none that is followed has coordinates/);
  expect(() => nearestPlace([], at('', 0, 0))).toThrow(/none that is followed/);
});

it('refuses a location that does not exist', () => {
  expect(() => nearestPlace(places, at('', 91, 0))).toThrow(/Latitude/);
});

describe('an index of places', () => {
  /** The answer or the message, so that failures are compared too. */
  const answer = (find: () => unknown) => {
    try {
      return find();
    } catch (error) {
      return String(error);
    }
  };
  // Whole and quarter degrees make equal distances, poles and the date line frequent.
  const latitude = fc.oneof(
    fc.double({ min: -90, max: 90, noNaN: true }),
    fc.integer({ min: -360, max: 360 }).map((n) => n / 4),
    fc.constantFrom(-90, 90, 89.99, 0),
  );
  const longitude = fc.oneof(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.integer({ min: -720, max: 720 }).map((n) => n / 4),
    fc.constantFrom(-180, 180, 179.99, -179.99, 0),
  );
  const somewhere = fc.tuple(latitude, longitude);

  it('answers as a look at every place does, near and far', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof({ weight: 9, arbitrary: somewhere }, fc.constant([Number.NaN, Number.NaN] as const)),
          {
            maxLength: 60,
          },
        ),
        fc.array(somewhere, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(25, 500, Infinity),
        (where, locations, withinKm) => {
          const some = where.map(([north, east], k) => at(String(k), north, east));
          const index = placeIndex(some);
          for (const [north, east] of locations)
            expect(answer(() => index.nearest(at('', north, east), withinKm))).toEqual(
              answer(() => nearestPlace(some, at('', north, east), withinKm)),
            );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('prefers the first of equally near ones', () => {
    const twins = [at('a', 1, 0), at('b', -1, 0), at('c', 1, 0), at('d', 0, 1)];
    expect(placeIndex(twins).nearest(at('', 0, 0), 200).place.name).toBe('a');
    expect(placeIndex(twins.toReversed()).nearest(at('', 0, 0), 200).place.name).toBe('d');
    expect(placeIndex(twins.slice(1)).nearest(at('', 1, 0)).place.name).toBe('c');
  });

  it('refuses a location that does not exist', () => {
    expect(() => placeIndex(places).nearest(at('', 0, 181))).toThrow(/Longitude/);
  });

  it('looks at few of many places', () => {
    let looks = 0;
    const random = seededRandom('nearest');
    const many = Array.from({ length: 20_000 }, (_, k) => {
      const [north, east] = [180 * random() - 90, 360 * random() - 180];
      return {
        name: String(k),
        elevation: Number.NaN,
        latitude: north,
        get longitude() {
          looks++;
          return east;
        },
      };
    });
    const index = placeIndex(many);
    looks = 0;
    for (let k = 0; k < 100; k++) index.nearest(at('', 160 * random() - 80, 360 * random() - 180), Infinity);
    // Of 20,000: what is nearer than the nearest so far, which halves again and again.
    expect(looks / 100).toBeLessThan(30);
  });
});
