import { describe, expect, it } from 'vitest';
import { everyHours, flaggedAt, flagsOf, placeBeside } from './hand-made-series.ts';

/** Forty days of wind that all places share, and each has a share of. */
const breeze = (share: number, phase: number) =>
  Array.from(
    { length: 960 },
    (_, i) => Math.round(100 * share * (5 + 3 * Math.sin(i / 9) + 0.7 * Math.sin(i / 2.3 + phase))) / 100,
  );
const around = [
  everyHours(breeze(1, 1), 1, placeBeside('Hill', 9)),
  everyHours(breeze(0.8, 2), 1, placeBeside('Field', 15)),
];

describe('unit level', () => {
  it('doubts wind that is in km/h from one hour on, within two days', () => {
    const own = breeze(0.7, 3).map((value, i) => (i < 720 ? value : 3.6 * value));
    const flags = flagsOf('wind_speed_10m', everyHours(own), around);
    const doubted = flaggedAt(flags).filter((at) => flags[at].startsWith('unit'));
    expect(doubted.every((at) => at >= 720)).toBe(true);
    expect(doubted[0]).toBeLessThan(720 + 48);
    expect(doubted.length).toBeGreaterThan(100);
    expect(flags[doubted.at(-1)!]).toMatch(
      /^unit: for two days 3\.\d times the usual share of the neighbours' wind; in km\/h it would be [\d.]+ m\/s$/,
    );
  });

  it('names knots', () => {
    const own = breeze(0.7, 3).map((value, i) => (i < 720 ? value : (value * 3600) / 1852));
    const flags = flagsOf('wind_speed_10m', everyHours(own), around);
    expect(flags.slice(780).filter((flag) => flag.includes('in kn it would be')).length).toBeGreaterThan(50);
  });

  it('believes a storm that blows for all', () => {
    const storm = (values: readonly number[]) => values.map((value, i) => (i < 720 ? value : 2.5 * value));
    const beside = around.map((one) => everyHours(storm([...one.values]), 1, one.place));
    expect(flaggedAt(flagsOf('wind_speed_10m', everyHours(storm(breeze(0.7, 3))), beside))).toEqual([]);
  });
});
