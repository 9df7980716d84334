import { describe, expect, it } from 'vitest';
import { everyHours, flaggedAt, flagsOf, mildDays, placeBeside } from './hand-made-series.ts';

const days = 20;
const warmer = (by: number, name: string, km: number) =>
  everyHours(
    mildDays(days).map((value) => value + by),
    1,
    placeBeside(name, km),
  );
const around = [warmer(4, 'Town', 12), warmer(-1, 'Field', 25), warmer(0.5, 'Lake', 40)];

describe('neighbours', () => {
  it('doubts what no place around explains, each by its usual difference', () => {
    const own = mildDays(days);
    own[460] += 5;
    const flags = flagsOf('temperature_2m', everyHours(own), around);
    expect(flaggedAt(flags)).toEqual([460]);
    // All differences are constant, so that only base 3 K and 2 K each 100 km of the median distance of 25 km remain.
    expect(flags[460]).toMatch(
      /^neighbours: [\d.]+ °C, but 3 places within 4[01] km make [\d.]+ °C likely here, give or take 3\.5 °C$/,
    );
  });

  it('believes it without two neighbours, and without a past with them', () => {
    const own = mildDays(days);
    own[460] += 5;
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(own), around.slice(0, 1)))).toEqual([]);
    const late = around.slice(0, 2).map((one) => ({
      ...one,
      values: one.values.map((value, i) => (i < 440 ? Number.NaN : value)),
    }));
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(own), late))).toEqual([]);
  });

  it('takes no notice of neighbours more than 100 km away, and of itself', () => {
    const own = mildDays(days);
    own[460] += 5;
    const far = around.map((one) => ({ ...one, place: { ...one.place, longitude: 14 } }));
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(own), far))).toEqual([]);
    const same = around.map((one) => ({ ...one, place: { ...one.place, name: 'Garden' } }));
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(own), same))).toEqual([]);
  });

  it('asks strangers if there are three, corrected for height', () => {
    // On a mountain 1,000 m higher it is 6.5 K colder.
    const strangers = [0, 1, 2].map((k) => everyHours([20], 1, placeBeside(`Valley ${k}`, 10 + k, -1000)));
    const flags = (value: number, number: number) =>
      flagsOf('temperature_2m', everyHours([value]), strangers.slice(0, number));
    expect(flags(13.5, 3)).toEqual(['']);
    expect(flags(46, 3)[0]).toMatch(
      /^neighbours: 46 °C, but 3 places within 13 km make 13\.5 °C likely here/,
    );
    expect(flags(46, 2)).toEqual(['']);
  });

  it('allows more where the neighbours disagree', () => {
    const strangers = [10, 20, 30].map((value, k) =>
      everyHours([value], 1, placeBeside(`Place ${k}`, 10 + k)),
    );
    expect(flagsOf('temperature_2m', everyHours([38]), strangers)).toEqual(['']);
    const agreed = [20, 20, 20].map((value, k) => everyHours([value], 1, placeBeside(`Place ${k}`, 10 + k)));
    expect(flagsOf('temperature_2m', everyHours([38]), agreed)[0]).toContain('neighbours');
  });

  it('looks at no flagged value of a neighbour, and at none after the time', () => {
    const wrong = [0, 1, 2].map((k) => everyHours([60, 20], 1, placeBeside(`Place ${k}`, 10 + k)));
    expect(flagsOf('temperature_2m', everyHours([20]), wrong)[0]).toContain('neighbours');
    const flagged = wrong.map((one) => ({ ...one, flags: ['range: …', ''] }));
    expect(flagsOf('temperature_2m', everyHours([20]), flagged)).toEqual(['']);
    const later = wrong.map((one) => ({ ...one, times: one.times.map((time) => time + 60_000) }));
    expect(flagsOf('temperature_2m', everyHours([20]), later)).toEqual(['']);
  });
});
