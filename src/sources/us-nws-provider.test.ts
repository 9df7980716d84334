import { expect, it } from 'vitest';
import { usNwsCovers } from './us-nws-provider.ts';

it.each([
  ['Washington', 38.9, -77, true],
  ['Anchorage', 61.2, -149.9, true],
  ['Attu', 52.9, 172.9, true],
  ['Honolulu', 21.3, -157.9, true],
  ['San Juan', 18.5, -66.1, true],
  ['Guam', 13.5, 144.8, true],
  ['Pago Pago', -14.3, -170.7, true],
  ['London', 51.5, -0.1, false],
  ['Mexico City', 19.4, -99.1, false],
])('usNws covers %s: %d, %d: %s', (_, latitude, longitude, covered) => {
  expect(usNwsCovers({ latitude, longitude, elevation: NaN })).toBe(covered);
});
