import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearSkyRadiation, daylightShare, meanSunHeight, sunPeriod } from './clear-sky.ts';
import { solarElevation } from './solar.ts';
import { msPerHour } from './time.ts';

// The paper's day-of-year formulas are good to about 1 % here, and its solar constant is 1367 W/m².
const paper = (published: number) => [0.985 * published, 1.015 * published] as const;

describe('by the examples of FAO paper 56', () => {
  // Allen, Pereira, Raes & Smith 1998, example 19: 1 October, 14:00–15:00 by a clock one hour behind UTC.
  const senegal = { latitude: 16 + 13 / 60, longitude: -(16 + 15 / 60), elevation: 8 };
  const sun = sunPeriod(Date.UTC(1998, 9, 1, 16));

  it('has 3.543 MJ/m² outside the air in an hour in Senegal', () => {
    const [least, most] = paper(3.543);
    const found = sun.beam * meanSunHeight(senegal, sun) * 0.0036;
    expect(found).toBeGreaterThan(least);
    expect(found).toBeLessThan(most);
  });

  it('has 2.658 MJ/m² of it on clear ground', () => {
    const [least, most] = paper(2.658);
    const found = clearSkyRadiation(senegal, sun) * 0.0036;
    expect(found).toBeGreaterThan(least);
    expect(found).toBeLessThan(most);
  });

  // Example 8: 20° S, 3 September.
  it('has 32.2 MJ/m² outside the air in a day at 20° S', () => {
    const [least, most] = paper(32.2);
    const place = { latitude: -20, longitude: 0, elevation: 0 };
    let sum = 0;
    for (let hour = 1; hour <= 24; hour++) {
      const own = sunPeriod(Date.UTC(1998, 8, 3, hour));
      sum += own.beam * meanSunHeight(place, own) * 0.0036;
    }
    expect(sum).toBeGreaterThan(least);
    expect(sum).toBeLessThan(most);
  });
});

it('is what the sun’s height says minute by minute, wherever and whenever', () => {
  const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
  fc.assert(
    fc.property(
      degrees(90),
      degrees(180),
      fc.integer({ min: 0, max: 24 * 366 }),
      fc.constantFrom(0, -0.833),
      (latitude, longitude, hour, horizon) => {
        const place = { latitude, longitude, elevation: Number.NaN };
        const end = Date.UTC(2024, 0, 1) + hour * msPerHour;
        let [height, share] = [0, 0];
        for (let k = 0; k < 120; k++) {
          const sine =
            Math.sin((solarElevation(place, end - ((k + 0.5) / 120) * msPerHour) * Math.PI) / 180) -
            Math.sin((horizon * Math.PI) / 180);
          height += Math.max(0, sine) / 120;
          share += (sine > 0 ? 1 : 0) / 120;
        }
        const sun = sunPeriod(end);
        expect(Math.abs(meanSunHeight(place, sun, horizon) - height)).toBeLessThan(1e-3);
        // Near the poles the sun grazes the horizon for hours, at no matter which side of it.
        if (Math.abs(latitude) < 60)
          expect(Math.abs(daylightShare(place, sun, horizon) - share)).toBeLessThan(0.03);
      },
    ),
  );
});

it('is night at midnight, midnight sun in June and polar night in December', () => {
  const oslo = { latitude: 59.9, longitude: 10.8, elevation: 20 };
  const cape = { latitude: 71.2, longitude: 25.8, elevation: 300 };
  expect(clearSkyRadiation(oslo, sunPeriod(Date.UTC(2024, 2, 20, 0)))).toBe(0);
  expect(clearSkyRadiation(cape, sunPeriod(Date.UTC(2024, 5, 21, 23)))).toBeGreaterThan(30);
  expect(daylightShare(cape, sunPeriod(Date.UTC(2024, 5, 21, 23)))).toBeCloseTo(1, 9);
  expect(daylightShare(cape, sunPeriod(Date.UTC(2024, 11, 21, 11)))).toBe(0);
});

it('shines brighter on a mountain, by 2·10⁻⁵ of the beam a metre', () => {
  const sun = sunPeriod(Date.UTC(2024, 5, 21, 12));
  const at = (elevation: number) => clearSkyRadiation({ latitude: 47, longitude: 11, elevation }, sun);
  expect(at(3000) / at(0)).toBeCloseTo(0.81 / 0.75, 9);
  expect(at(Number.NaN)).toBe(at(0));
});

it('is unknown where the place or the time is', () => {
  const sun = sunPeriod(Date.UTC(2024, 5, 21));
  for (const [latitude, longitude] of [
    [Number.NaN, 0],
    [0, Number.NaN],
  ]) {
    expect(clearSkyRadiation({ latitude, longitude, elevation: 0 }, sun)).toBeNaN();
    expect(daylightShare({ latitude, longitude, elevation: 0 }, sun)).toBeNaN();
  }
  expect(meanSunHeight({ latitude: 0, longitude: 0, elevation: 0 }, sunPeriod(Number.NaN))).toBeNaN();
});
