import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLocation, distanceKm, earthRadiusKm, type Location } from './location.ts';

function at(latitude: number, longitude: number, elevation = NaN): Location {
  return { latitude, longitude, elevation };
}

const anywhere = fc
  .tuple(fc.double({ min: -90, max: 90, noNaN: true }), fc.double({ min: -180, max: 180, noNaN: true }))
  .map(([latitude, longitude]) => at(latitude, longitude));

describe('checkLocation', () => {
  test('answers a location that can be true, its edges and an unknown elevation included', () => {
    for (const location of [at(52.13, 11.6, 79), at(-90, 180), at(90, -180, -430), at(27.99, 86.93, 8849)])
      expect(checkLocation(location)).toBe(location);
  });

  test.each([
    [at(91, 0), 'Latitude must be from -90 to 90 degrees north, not 91.'],
    [at(0, 181), 'Longitude must be from -180 to 180 degrees east, not 181.'],
    [at(NaN, 0), 'Latitude must be from -90 to 90 degrees north, not NaN.'],
    [at(0, -Infinity), 'Longitude must be from -180 to 180 degrees east, not -Infinity.'],
    [
      at(0, 0, 29_032),
      'Elevation must be from -500 to 9000 metres above sea level, or be unknown, not 29032.',
    ],
    [
      at(0, 0, Infinity),
      'Elevation must be from -500 to 9000 metres above sea level, or be unknown, not Infinity.',
    ],
  ])('refuses %o', (location, message) => {
    expect(() => checkLocation(location)).toThrow(expect.objectContaining({ name: 'InvalidData', message }));
  });
});

describe('distanceKm', () => {
  test('of one degree along the equator is R π / 180', () => {
    expect(distanceKm(at(0, 0), at(0, 1))).toBeCloseTo(111.19508, 5);
  });

  test('of one degree along the 60th parallel is about half of that', () => {
    expect(distanceKm(at(60, 10), at(60, 11))).toBeCloseTo(55.597, 2);
  });

  test('of the airports of Nashville and Los Angeles is that of rosettacode.org/wiki/Haversine_formula', () => {
    // Printed there as 2887.2599506 km with a radius of 6372.8 km.
    const kilometres = distanceKm(at(36.12, -86.67), at(33.94, -118.4));
    expect((kilometres * 6372.8) / earthRadiusKm).toBeCloseTo(2887.2599506, 6);
  });

  test('of antipodes is half way round, however h is rounded', () => {
    expect(distanceKm(at(-32.4, -75.1), at(32.4, 104.9))).toBeCloseTo(Math.PI * earthRadiusKm, 6);
  });

  test('crosses the date line the short way', () => {
    expect(distanceKm(at(0, 179.5), at(0, -179.5))).toBeCloseTo(111.19508, 5);
  });

  test('of a location without coordinates is NaN', () => {
    expect(distanceKm(at(NaN, NaN), at(0, 0))).toBeNaN();
  });

  test('is that of the angle between the two directions from the centre', () => {
    const direction = ({ latitude, longitude }: Location) => {
      const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
      return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
    };
    fc.assert(
      fc.property(anywhere, anywhere, (a, b) => {
        const [p, q] = [direction(a), direction(b)];
        const chord = Math.hypot(...p.map((coordinate, axis) => coordinate - q[axis]));
        const expected = 2 * earthRadiusKm * Math.asin(Math.min(1, chord / 2));
        // Near the antipode, where asin is steep, both lose half their digits.
        expect(Math.abs(distanceKm(a, b) - expected)).toBeLessThan(0.001);
      }),
    );
  });
});
