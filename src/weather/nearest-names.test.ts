import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean, editDistance, nearestNames } from './nearest-names.ts';

describe('editDistance', () => {
  test.each([
    // The two examples of en.wikipedia.org/wiki/Levenshtein_distance.
    ['kitten', 'sitting', 3],
    ['uninformed', 'uniformed', 1],
    ['', 'abc', 3],
    ['rain', 'rain', 0],
  ])('from %s to %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  test('counts edits: symmetric, at most as many as were made', () => {
    const text = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(text, text, text, (before, inserted, after) => {
        const shorter = before + after;
        const longer = before + inserted + after;
        expect(editDistance(shorter, longer)).toBe(inserted.length);
        expect(editDistance(longer, shorter)).toBe(inserted.length);
      }),
    );
  });
});

describe('nearestNames', () => {
  const known = ['wind_speed_10m', 'wind_speed_100m', 'wind_gusts_10m', 'rain', 'temperature_2m'];

  test('come nearest first, equally near ones by name', () => {
    expect(nearestNames('windspeed_10m', known)).toEqual(['wind_speed_10m', 'wind_speed_100m']);
    expect(nearestNames('wind_speed_1m', ['wind_speed_9m', 'wind_speed_8m'])).toEqual([
      'wind_speed_8m',
      'wind_speed_9m',
    ]);
  });

  test('do not care for case', () => {
    expect(nearestNames('RAIN', known)).toEqual(['rain']);
  });

  test('are each given once, and at most as many as asked for', () => {
    expect(nearestNames('rian', [...known, ...known])).toEqual(['rain']);
    expect(nearestNames('windspeed_10m', known, 1)).toEqual(['wind_speed_10m']);
  });

  test('are none where nothing is near', () => {
    expect(nearestNames('ozone', known)).toEqual([]);
  });
});

test('didYouMean lists the nearest, or nothing', () => {
  expect(didYouMean('ranin', ['rain', 'train', 'snow', 'brain'])).toBe(' Did you mean rain, brain or train?');
  expect(didYouMean('ranin', ['rain', 'train'])).toBe(' Did you mean rain or train?');
  expect(didYouMean('rian', ['rain'])).toBe(' Did you mean rain?');
  expect(didYouMean('ozone', ['rain'])).toBe('');
});
