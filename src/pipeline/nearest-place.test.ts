import { expect, it } from 'vitest';
import { nearestPlace } from './nearest-place.ts';

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
