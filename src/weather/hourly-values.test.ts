import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { airportHours, hourlyValues, sensorHours } from './hourly-values.ts';
import type { Measured } from './measured.ts';
import { rainCounter, rainRate } from './rain-gauge.ts';
import { msPerHour } from './time.ts';
import { findVariable } from './variable.ts';

const noon = Date.UTC(2024, 2, 31, 12);
const minute = 60_000;
const thatHour = { from: noon, until: noon + 1 };

/** Readings at so many minutes from noon. */
function readings(
  variable: string,
  ...values: readonly (readonly [minutes: number, value: number])[]
): Measured[] {
  return values.map(([minutes, value]) => ({
    variable,
    time: noon + minutes * minute,
    value,
    receivedAt: noon + minutes * minute + 1000,
  }));
}

function atNoon(given: readonly Measured[], variable: string, settings = sensorHours): number | undefined {
  const values = hourlyValues(given, findVariable(variable), thatHour, settings);
  expect(values.length).toBeLessThan(2);
  return values[0]?.value;
}

describe('an instant', () => {
  const of = (...values: readonly (readonly [number, number])[]) => readings('temperature_2m', ...values);
  const degrees = (...values: readonly (readonly [number, number])[]) =>
    atNoon(of(...values), 'temperature_2m', airportHours);

  it('is linear between the readings before and after', () => {
    expect(degrees([-7, 10.4], [8, 11])).toBeCloseTo(10.68, 10);
    expect(degrees([-30, 0], [-12, 4], [4, 8], [12, 100])).toBe(7);
  });

  it('is the one reading within the tolerance, ends included', () => {
    expect(degrees([-7, 10.4])).toBe(10.4);
    expect(degrees([-7, 10.4], [21, 50])).toBe(10.4);
    expect(degrees([-21, 50], [20, 10])).toBe(10);
    expect(degrees([-20, 10])).toBe(10);
    expect(degrees([-21, 10], [21, 10])).toBeUndefined();
    expect(atNoon(of([-11, 10]), 'temperature_2m', sensorHours)).toBeUndefined();
  });

  it('is the reading on the hour where there is one', () => {
    expect(degrees([-5, 1], [0, 2], [5, 9])).toBe(2);
  });

  it('passes over what is missing', () => {
    expect(degrees([-10, 3], [-1, NaN], [10, 5])).toBe(4);
    expect(degrees([-1, NaN])).toBeUndefined();
  });

  it('takes no other variable', () => {
    expect(atNoon(of([0, 3]), 'dew_point_2m')).toBeUndefined();
  });

  it('tells when it became known: not before its hour', () => {
    const known = (given: readonly Measured[]) =>
      hourlyValues(given, findVariable('temperature_2m'), thatHour, airportHours)[0]?.receivedAt;
    expect(known(of([-7, 1], [8, 2]))).toBe(noon + 8 * minute + 1000);
    expect(known(of([-7, 1]))).toBe(noon);
    expect(known(of([-7, 1]).map((one) => ({ ...one, receivedAt: NaN })))).toBeNaN();
  });

  it('has the value received last, where a time has several', () => {
    const [first, corrected] = of([0, 30], [0, 20]);
    const later = { ...corrected, receivedAt: noon + 3_600_000 } as Measured;
    expect(atNoon([later, first as Measured], 'temperature_2m')).toBe(20);
    expect(atNoon([{ ...later, receivedAt: NaN }, first as Measured], 'temperature_2m')).toBe(30);
    const atOnce = [first, { ...later, receivedAt: first?.receivedAt }] as Measured[];
    for (const order of [atOnce, atOnce.toReversed()]) expect(atNoon(order, 'temperature_2m')).toBe(30);
  });
});

describe('a direction', () => {
  const degrees = (...values: readonly (readonly [number, number])[]) =>
    atNoon(readings('wind_direction_10m', ...values), 'wind_direction_10m', airportHours);

  it('is the nearest, never a mixture: between 350° and 20° lies no 185°', () => {
    expect(degrees([-7, 350], [8, 20])).toBe(350);
    expect(degrees([-9, 350], [8, 20])).toBe(20);
  });

  it('is the earlier of two as near', () => {
    expect(degrees([-8, 350], [8, 20])).toBe(350);
  });

  it('is none where the nearest says so: variable, calm', () => {
    expect(degrees([-7, NaN], [15, 20])).toBeUndefined();
  });
});

describe('a mean over the hour', () => {
  const mean = (...values: readonly (readonly [number, number])[]) =>
    atNoon(readings('shortwave_radiation', ...values), 'shortwave_radiation');

  it('weighs each reading by the time that it is nearest to', () => {
    // 100 until 11:22:30, 200 until 11:47:30, 700 until noon.
    expect(mean([-50, 100], [-25, 200], [0, 700])).toBeCloseTo((22.5 * 100 + 25 * 200 + 12.5 * 700) / 60, 10);
  });

  it('takes the reading on the hour, not the one an hour before', () => {
    expect(mean([-60, 1e6], [-40, 5], [-20, 5], [0, 5], [1, 1e6])).toBeCloseTo(5, 10);
  });

  it('needs three readings and no gap above 25 minutes, at the ends neither', () => {
    expect(mean([-40, 5], [-20, 5])).toBeUndefined();
    expect(mean([-59, 5], [-34, 5], [-9, 5])).toBeCloseTo(5, 10);
    expect(mean([-59, 5], [-33, 5], [-9, 5])).toBeUndefined();
    expect(mean([-34, 5], [-20, 5], [0, 5])).toBeUndefined();
    expect(mean([-59, 5], [-40, 5], [-26, 5])).toBeUndefined();
    expect(mean([-45, 5], [-30, NaN], [-15, 5], [0, 5])).toBeUndefined();
  });

  it('lies between the least and the greatest reading, whatever their order', () => {
    const values = fc.array(fc.double({ min: 0, max: 1400, noNaN: true }), { minLength: 13, maxLength: 13 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 12 }), (given, turn) => {
        const all = readings(
          'shortwave_radiation',
          ...given.map((value, index): [number, number] => [-60 + 5 * index, value]),
        );
        const within = given.slice(1);
        const value = atNoon(all, 'shortwave_radiation') ?? NaN;
        expect(value).toBeGreaterThanOrEqual(Math.min(...within) - 1e-9);
        expect(value).toBeLessThanOrEqual(Math.max(...within) + 1e-9);
        expect(atNoon([...all.slice(turn), ...all.slice(0, turn)].reverse(), 'shortwave_radiation')).toBe(
          value,
        );
      }),
    );
  });
});

describe('a maximum over the hour', () => {
  const gusts = (...values: readonly (readonly [number, number])[]) =>
    atNoon(readings('wind_gusts_10m', ...values), 'wind_gusts_10m');

  it('is the greatest reading of the hour', () => {
    expect(gusts([-61, 40], [-45, 3], [-30, 12], [-15, 4], [0, 5], [2, 30])).toBe(12);
  });

  it('does not come from one airport report, whose gust is of ten minutes', () => {
    const report = readings('wind_gusts_10m', [-7, 15]).map((one) => ({ ...one, periodHours: 1 / 6 }));
    expect(atNoon(report, 'wind_gusts_10m', airportHours)).toBeUndefined();
  });
});

describe('a minimum over the hour', () => {
  it('is the least reading, of a variable of this kind', () => {
    const least = { ...findVariable('wind_gusts_10m'), name: 'least', kind: 'min' as const };
    const given = readings('least', [-45, 3], [-30, 12], [-15, 4], [0, 5]);
    expect(hourlyValues(given, least, thatHour, sensorHours).map(({ value }) => value)).toEqual([3]);
  });
});

describe('precipitation', () => {
  const counter = (...values: readonly (readonly [number, number])[]) =>
    atNoon(readings(rainCounter, ...values), 'precipitation');
  const everyTwenty = [-60, -40, -20, 0];

  it('is the rise of a counter', () => {
    expect(counter([-60, 4], [-40, 4.5], [-20, 4.5], [0, 6])).toBeCloseTo(2, 10);
    expect(counter([-60, 4], [-40, 4], [-20, 4], [0, 4])).toBe(0);
  });

  it('spreads a rise over the time between its readings', () => {
    // Of 1 mm between 10:50 and 11:10 half belongs to the hour, of 1 mm between 11:50 and 12:10 too.
    expect(counter([-70, 0], [-50, 1], [-30, 1], [-10, 1], [10, 2])).toBeCloseTo(1, 10);
  });

  it('goes on over the reset at midnight', () => {
    expect(counter([-60, 9], [-40, 9.5], [-20, 0.25], [0, 0.5])).toBeCloseTo(1, 10);
  });

  it('is not guessed for an hour that is not covered', () => {
    expect(counter([-40, 4.5], [-20, 4.5], [0, 6])).toBeUndefined();
    expect(counter([-60, 4], [-40, 4.5], [-20, 4.5])).toBeUndefined();
    expect(counter([-60, 4], [-30, 4], [-15, 4], [0, 4])).toBeUndefined();
  });

  it('neither loses nor doubles rain from hour to hour', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 200, maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 200, maxLength: 200 }),
        (rises, steps) => {
          let count = 0;
          let at = -81;
          const given = rises.map((rise, index): [number, number] => {
            at += steps[index] ?? 1;
            count += rise;
            return [at, count];
          });
          const end = noon + Math.floor(at / 60) * msPerHour + 1;
          const sums = hourlyValues(
            readings(rainCounter, ...given),
            findVariable('precipitation'),
            { from: noon, until: end },
            { ...sensorHours, leastReadings: 1 },
          );
          const total = sums.reduce((sum, { value }) => sum + value, 0);
          const shown = (minutes: number) => {
            const next = given.findIndex(([time]) => time >= minutes);
            const [later, after] = given[next] ?? [NaN, NaN];
            if (later === minutes) return after;
            const [earlier, before] = given[next - 1] ?? [NaN, NaN];
            return before + ((after - before) * (minutes - earlier)) / (later - earlier);
          };
          expect(sums).toHaveLength(Math.floor(at / 60) + 1);
          expect(total).toBeCloseTo(shown(Math.floor(at / 60) * 60) - shown(-60), 6);
        },
      ),
    );
  });

  it('is what an airport measured over its hour, at the report nearest to the full hour', () => {
    const hours = readings('precipitation', [-67, 9], [-7, 1.2], [53, 7]).map((one) => ({
      ...one,
      periodHours: 1,
    }));
    expect(atNoon(hours, 'precipitation', airportHours)).toBe(1.2);
    expect(atNoon(hours.slice(0, 1), 'precipitation', airportHours)).toBeUndefined();
  });

  it('is the mean intensity where there is no counter', () => {
    const given = readings(rainRate, ...everyTwenty.map((at): [number, number] => [at, 3]));
    expect(atNoon(given, 'precipitation')).toBeCloseTo(3, 10);
    const counted = readings(rainCounter, ...everyTwenty.map((at): [number, number] => [at, 8]));
    expect(atNoon([...given, ...counted], 'precipitation')).toBe(0);
  });

  it('is the sum of parts that cover the hour once', () => {
    const parts = readings(
      'precipitation',
      ...[-50, -40, -30, -20, -10, 0].map((at): [number, number] => [at, 0.2]),
    );
    const of = (minutes: number) => parts.map((one) => ({ ...one, periodHours: minutes / 60 }));
    expect(atNoon(of(10), 'precipitation')).toBeCloseTo(1.2, 10);
    expect(atNoon(of(20), 'precipitation')).toBeUndefined();
    expect(atNoon(of(5), 'precipitation')).toBeUndefined();
    expect(atNoon(parts, 'precipitation')).toBeUndefined();
  });

  it('fits no other sum', () => {
    expect(atNoon(readings(rainCounter, [-60, 4], [-40, 5], [-20, 6], [0, 7]), 'showers')).toBeUndefined();
  });
});

describe('hourlyValues', () => {
  it('gives the hours of a period that have a value, over a change of clocks too', () => {
    // On 2024-03-31 at 01:00 UTC the clocks of Europe jumped from 02:00 to 03:00.
    const midnight = Date.UTC(2024, 2, 31);
    const given = [-10, 53, 113, 233].map((minutes) => ({
      variable: 'temperature_2m',
      time: midnight + minutes * minute,
      value: minutes,
      receivedAt: NaN,
    }));
    const period = { from: midnight - 1, until: midnight + 4 * msPerHour };
    const values = hourlyValues(given, findVariable('temperature_2m'), period, airportHours);
    expect(values.map(({ time, value }) => [(time - midnight) / msPerHour, value])).toEqual([
      [0, -10],
      [1, 53],
      [2, 113],
    ]);
  });

  it('refuses a daily variable', () => {
    expect(() => hourlyValues([], findVariable('precipitation_sum'), thatHour, sensorHours)).toThrow(
      /precipitation_sum covers 24 hours/,
    );
  });

  it('does not mind the order of readings', () => {
    const given = fc.array(
      fc.record({
        variable: fc.constantFrom('temperature_2m', rainCounter, 'precipitation', 'wind_direction_10m'),
        time: fc.integer({ min: -90, max: 90 }).map((minutes) => noon + minutes * minute),
        value: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(NaN)),
        receivedAt: fc.constantFrom(NaN, noon, noon + 1),
        periodHours: fc.constantFrom(undefined, 0.25, 1),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(given, (all) => {
        for (const name of ['temperature_2m', 'precipitation', 'wind_direction_10m']) {
          const variable = findVariable(name);
          const period = { from: noon - msPerHour, until: noon + 2 * msPerHour };
          const values = hourlyValues(all, variable, period, airportHours);
          expect(hourlyValues([...all].reverse(), variable, period, airportHours)).toEqual(values);
        }
      }),
    );
  });
});
