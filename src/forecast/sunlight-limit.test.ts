import { describe, expect, it } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { isSunlit, sunlightLimit } from './sunlight-limit.ts';

const berlin = { latitude: 52.52, longitude: 13.41, elevation: 34 };
const limit = (name: string, end: number, place = berlin) =>
  sunlightLimit(findVariable(name), end)?.(place) ?? Number.NaN;
const hour = (month: number, day: number, end: number) => Date.UTC(2024, month - 1, day, end);

describe('sunlightLimit', () => {
  it('of a summer noon is 1.2 times the clear sky', () => {
    // Between 11 and 12 UTC the sun stands at 60.9° … 59.8°; R₀ = 1361 / 1.0163² = 1317.8 W/m², sin 60.5° + sin 0.833° = 0.885.
    const expected = 1.2 * (0.75 + 2e-5 * 34) * 1317.8 * 0.885;
    expect(Math.abs(limit('shortwave_radiation', hour(6, 21, 12)) / expected - 1)).toBeLessThan(0.01);
  });

  it('is 0 while the sun is down throughout, and not while its upper edge is seen', () => {
    // In Berlin on 2024-12-21 the sun rose at 7:15 and set at 14:54 UTC (U.S. Naval Observatory's definition, at −0.833°).
    const names = ['shortwave_radiation', 'direct_radiation', 'diffuse_radiation', 'sunshine_duration'];
    for (const name of [...names, 'direct_normal_irradiance']) {
      expect(limit(name, hour(12, 21, 7)), name).toBe(0);
      expect(limit(name, hour(12, 21, 8)), name).toBeGreaterThan(0);
      expect(limit(name, hour(12, 21, 15)), name).toBeGreaterThan(0);
      expect(limit(name, hour(12, 21, 16)), name).toBe(0);
    }
  });

  it('of sunshine is how long the sun is up', () => {
    // Up from 7:15: 45 minutes of that hour, give or take one.
    expect(limit('sunshine_duration', hour(12, 21, 8)) / 60).toBeGreaterThan(43.5);
    expect(limit('sunshine_duration', hour(12, 21, 8)) / 60).toBeLessThan(46.5);
    expect(limit('sunshine_duration', hour(12, 21, 12))).toBeCloseTo(3600, 6);
  });

  it('of a beam that the sun shines along is all there is outside the air', () => {
    expect(limit('direct_normal_irradiance', hour(12, 21, 12))).toBeCloseTo(1361 / 0.9838 ** 2, -1);
  });

  it('adds up hours of a sum, averages those of a mean, and takes the greatest of a maximum', () => {
    const end = hour(6, 21, 22);
    const hours = Array.from({ length: 24 }, (_, k) => limit('shortwave_radiation', end - k * 3_600_000));
    const sum = hours.reduce((a, b) => a + b);
    expect(limit('shortwave_radiation_sum', end)).toBeCloseTo(sum * 0.0036, 6);
    expect(limit('shortwave_radiation_sum_24h', end)).toBeCloseTo(sum, 3);
    expect(limit('shortwave_radiation_mean_24h', end)).toBeCloseTo(sum / 24, 6);
    expect(limit('shortwave_radiation_max_24h', end)).toBeCloseTo(Math.max(...hours), 6);
    expect(limit('sunshine_duration_sum_24h', end) / 3600).toBeGreaterThan(16.5);
  });

  it('is unknown without coordinates, and there is none for what needs no sun', () => {
    expect(limit('shortwave_radiation', hour(6, 21, 12), { ...berlin, latitude: Number.NaN })).toBeNaN();
    expect(sunlightLimit(findVariable('temperature_2m'), hour(6, 21, 12))).toBeUndefined();
    expect(isSunlit(findVariable('shortwave_radiation_sum'))).toBe(true);
    expect(isSunlit(findVariable('temperature_2m'))).toBe(false);
  });
});
