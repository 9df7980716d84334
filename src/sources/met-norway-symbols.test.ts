import { expect, it } from 'vitest';
import { weatherCodeOf } from './met-norway-symbols.ts';

it.each([
  ['clearsky_day', 0],
  ['fair_night', 1],
  ['partlycloudy_polartwilight', 2],
  ['cloudy', 3],
  ['fog', 45],
  ['lightsleet', 68],
  ['heavysnow', 75],
  ['heavyrainshowers_day', 82],
  ['snowshowers_night', 86],
  ['lightssnowshowersandthunder_day', 95],
  ['lightsnowshowersandthunder_day', 95],
  ['frogs_day', NaN],
  ['constructor', NaN],
])('%s is %d', (symbol, code) => {
  expect(weatherCodeOf(symbol)).toBe(code);
});
