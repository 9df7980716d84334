import { expect, test } from 'vitest';
import { checkPlace } from './place.ts';

const magdeburg = {
  name: 'Magdeburg',
  latitude: 52.13,
  longitude: 11.6,
  elevation: 79,
  zone: 'Europe/Berlin',
};

test('answers a place that can be true', () => {
  expect(checkPlace(magdeburg)).toBe(magdeburg);
});

test.each([
  [{ ...magdeburg, name: ' ' }, 'A place needs a name; its name is empty.'],
  [
    { ...magdeburg, latitude: 152.13 },
    'Place "Magdeburg": Latitude must be from -90 to 90 degrees north, not 152.13.',
  ],
  [
    { ...magdeburg, zone: 'Europe/Berln' },
    'Place "Magdeburg": There is no time zone "Europe/Berln". Did you mean Europe/Berlin',
  ],
])('refuses %o', (place, message) => {
  expect(() => checkPlace(place)).toThrow(
    expect.objectContaining({ name: 'InvalidData', message: expect.stringContaining(message) }),
  );
});
