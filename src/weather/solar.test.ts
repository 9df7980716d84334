import { describe, expect, it } from 'vitest';
import { solarElevation, sunPosition } from './solar.ts';

describe('sunPosition', () => {
  // Meeus 1998, Astronomical Algorithms, 2nd edition, examples 25.a and 28.b.
  it('is that of Meeus on 1992-10-13', () => {
    const { declination, rightAscension, equationOfTime, distance } = sunPosition(Date.UTC(1992, 9, 13));
    expect(declination).toBeCloseTo(-7.785, 2);
    expect(rightAscension).toBeCloseTo(198.381, 1);
    expect(equationOfTime).toBeCloseTo(13 + 42.7 / 60, 1);
    expect(distance).toBeCloseTo(0.99766, 4);
  });

  // Reda & Andreas 2004, Solar position algorithm, Solar Energy 76, 577–589, doi 10.1016/j.solener.2003.12.003, table A5.1.
  it('is that of Reda and Andreas on 2003-10-17', () => {
    const { declination, equationOfTime, distance } = sunPosition(Date.UTC(2003, 9, 17, 19, 30, 30));
    expect(declination).toBeCloseTo(-9.314, 1);
    expect(equationOfTime).toBeCloseTo(14.64, 1);
    expect(distance).toBeCloseTo(0.99654, 4);
  });

  it('keeps the equation of time small where right ascension and longitude turn over apart', () => {
    for (let day = 0; day < 366; day++)
      expect(Math.abs(sunPosition(Date.UTC(2024, 0, 1 + day)).equationOfTime)).toBeLessThan(16.6);
  });

  it('is nowhere without a time', () => {
    expect(sunPosition(Number.NaN).declination).toBeNaN();
  });
});

describe('solarElevation', () => {
  it('is that of Reda and Andreas in Golden, Colorado, without refraction', () => {
    const golden = { latitude: 39.742476, longitude: -105.1786, elevation: 1830.14 };
    const found = solarElevation(golden, Date.UTC(2003, 9, 17, 19, 30, 30));
    expect(Math.abs(found - 39.872046)).toBeLessThan(0.02);
  });

  it('is the obliquity at the North Pole in June and below its horizon in December', () => {
    const pole = { latitude: 90, longitude: 17, elevation: 0 };
    expect(solarElevation(pole, Date.UTC(2024, 5, 20, 20, 51))).toBeCloseTo(23.44, 1);
    expect(solarElevation(pole, Date.UTC(2024, 11, 21, 9, 20))).toBeCloseTo(-23.44, 1);
  });

  it('is nearly 90° at noon below the sun of an equinox', () => {
    // On 2020-03-20 the sun passes Greenwich 7.5 minutes after 12:00, 1.86° later.
    const island = { latitude: 0, longitude: 0, elevation: 0 };
    expect(solarElevation(island, Date.UTC(2020, 2, 20, 12))).toBeCloseTo(90 - 1.86, 1);
  });

  it('is unknown where the place is', () => {
    expect(
      solarElevation({ latitude: Number.NaN, longitude: 0, elevation: 0 }, Date.UTC(2020, 0, 1)),
    ).toBeNaN();
  });
});
