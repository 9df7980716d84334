import { describe, expect, it } from 'vitest';
import { everyHours, flaggedAt, flagsOf, mildDays } from './hand-made-series.ts';

/** Readings every eight hours, too far apart for the step check, so that climatology has to speak. */
const eighth = (days: number) => mildDays(days).filter((_, i) => i % 8 === 0);

describe('climatology', () => {
  it('doubts what is far outside of the season', () => {
    const values = eighth(70);
    values.push(-22, 15);
    const flags = flagsOf('temperature_2m', everyHours(values, 8));
    expect(flaggedAt(flags)).toEqual([210]);
    expect(flags[210]).toMatch(
      /^climatology: -22 °C, but at this season and hour the place has had -?[\d.]+ °C to [\d.]+ °C at most$/,
    );
  });

  it('says nothing without a history of 20 days', () => {
    const values = eighth(18);
    values.push(-22);
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(values, 8)))).toEqual([]);
  });

  it('knows the season of the year before', () => {
    // A year of winter and summer in turn: 30 °C are strange in the second winter, not in the summer before it.
    const seasons = Array.from({ length: 500 }, (_, day) => {
      const year = 15 * Math.sin((2 * Math.PI * day) / 365.2425);
      return Math.round(10 * (10 + year + 2 * Math.sin(day))) / 10;
    });
    seasons[100] = 30;
    seasons[460] = -25;
    expect(flaggedAt(flagsOf('temperature_2m_max', everyHours(seasons, 24)))).toEqual([460]);
  });

  it('knows the season of the year before after a gap of ten months', () => {
    const values = Array.from({ length: 385 }, (_, day) =>
      day < 60 ? 20 + Math.round(10 * Math.sin(day)) / 5 : Number.NaN,
    );
    expect(flaggedAt(flagsOf('temperature_2m_max', everyHours([...values, -9], 24)))).toEqual([385]);
    expect(flaggedAt(flagsOf('temperature_2m_max', everyHours([...values, 21], 24)))).toEqual([]);
  });

  it('never doubts a calm, however windy the season', () => {
    const windy = Array.from({ length: 300 }, (_, i) => 12 + 2 * Math.sin(i / 3));
    windy.push(0, 60);
    const flags = flagsOf('wind_speed_10m', everyHours(windy, 8));
    expect(flaggedAt(flags)).toEqual([301]);
    expect(flags[301]).toContain('climatology: 60 m/s');
  });
});
