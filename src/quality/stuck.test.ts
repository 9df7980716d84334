import { describe, expect, it } from 'vitest';
import { everyHours, flaggedAt, flagsOf, mildDays } from './hand-made-series.ts';

const still = (value: number, readings: number) => Array.from({ length: readings }, () => value);

describe('stuck', () => {
  it('doubts a value after a day without change, where there is no history', () => {
    const values = [...mildDays(3), ...still(12.3, 30)];
    const flags = flagsOf('temperature_2m', everyHours(values));
    expect(flaggedAt(flags)[0]).toBe(72 + 25);
    expect(flags[72 + 29]).toBe('stuck: 12.3 °C for 29 h');
  });

  it('learns how still the place keeps: after 40 days 9 hours are too long for values that change every hour', () => {
    const values = [...mildDays(40), ...still(15, 12), ...mildDays(1)];
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(values)))).toEqual([960 + 9, 960 + 10, 960 + 11]);
  });

  it('has patience with values that are rounded to whole degrees', () => {
    const whole = mildDays(40).map((value) => Math.round(value));
    const longest = 7;
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(whole)))).toEqual([]);
    const flags = flagsOf('temperature_2m', everyHours([...whole, ...still(23, 24)]));
    const doubted = flaggedAt(flags).filter((at) => flags[at].startsWith('stuck'));
    expect(doubted[0]).toBeGreaterThan(960 + longest + 2);
    expect(doubted.at(-1)).toBe(983);
  });

  it.each([
    ['precipitation', 0],
    ['wind_speed_10m', 0],
    ['wind_gusts_10m', 0],
    ['relative_humidity_2m', 100],
    ['shortwave_radiation', 0],
    ['cloud_cover', 0],
    ['cloud_cover', 100],
    ['visibility', 16_090],
    ['snow_depth', 0],
    ['wind_direction_10m', 270],
  ])('lets %s rest at %d', (variable, value) => {
    expect(flaggedAt(flagsOf(variable, everyHours(still(value, 200))))).toEqual([]);
  });

  it.each([
    ['relative_humidity_2m', 63],
    ['wind_speed_10m', 4.1],
    ['pressure_msl', 1013.2],
    ['dew_point_2m', 7],
  ])('does not let %s rest at %d', (variable, value) => {
    expect(flaggedAt(flagsOf(variable, everyHours(still(value, 60)))).length).toBeGreaterThan(20);
  });

  it('needs six readings, and ends a run at a gap of more than nine hours', () => {
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(still(9.4, 5), 8)))).toEqual([]);
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(still(9.4, 6), 8)))).toEqual([5]);
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(still(9.4, 20), 10)))).toEqual([]);
  });

  it('counts on over missing hours', () => {
    const values = still(12.3, 40).map((value, i) => (i % 3 === 1 ? Number.NaN : value));
    const flags = flagsOf('temperature_2m', everyHours(values));
    expect(flags[39]).toBe('stuck: 12.3 °C for 39 h');
    expect(flags[37]).toBe('');
  });

  it('counts days: 20 of a place without history', () => {
    const flags = flagsOf('temperature_2m_max', everyHours([3, 4, ...still(12.5, 23)], 24));
    expect(flaggedAt(flags)).toEqual([23, 24]);
    expect(flags[23]).toBe('stuck: 12.5 °C for 22 days');
  });
});
