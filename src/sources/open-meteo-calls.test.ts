import { describe, expect, it } from 'vitest';
import { openMeteoCalls } from './open-meteo-calls.ts';

describe('openMeteoCalls', () => {
  // The cases of `apiWeight` in OutputformatTests.swift of the open-source server, whose numbers have single precision.
  // Its range of "20 years" runs from 2000-01-01 to 2021-01-01.
  const longRange = (Date.UTC(2021, 0, 1) - Date.UTC(2000, 0, 1)) / 86_400_000;
  it.each([
    [longRange, 1, 1, 54.79286],
    [longRange, 1, 2, 109.58572],
    [7, 1, 1, 1],
    [7, 1, 2, 1],
    [7, 1, 15, 1.5],
    [7, 1, 30, 3],
    [31, 2, 1, 2],
    [31, 2, 2, 2],
    [31, 2, 15, 6.6428566],
    [31, 2, 30, 13.285713],
  ])(
    'of %d days at %d places of %d variables are as the server counts',
    (days, locations, variables, calls) => {
      expect(openMeteoCalls({ variables, models: 1, days, locations })).toBeCloseTo(calls, 4);
    },
  );

  it('are 912.5 for two years of five variables, seven leads and five models', () => {
    expect(openMeteoCalls({ variables: 5 * 7, models: 5, days: 730, locations: 1 })).toBe(912.5);
  });

  it('count models and members like variables, and begun days whole', () => {
    expect(openMeteoCalls({ variables: 5, models: 51, days: 10, locations: 2 })).toBe(51);
    expect(openMeteoCalls({ variables: 10, models: 1, days: 27.1, locations: 1 })).toBe(2);
    expect(openMeteoCalls({ variables: 0, models: 3, days: 7, locations: 1 })).toBe(0);
  });
});
