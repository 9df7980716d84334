import { describe, expect, it } from 'vitest';
import { solarElevation } from '../weather/solar.ts';
import type { ObservedSeries } from './check.ts';
import { everyHours, flaggedAt, flagsOf, mildDays, placeBeside } from './hand-made-series.ts';

const days = 30;
const around = [0.7, -1.2].map((by, k) =>
  everyHours(
    mildDays(days).map((value) => value + by),
    1,
    placeBeside(`Place ${k}`, 10 + k),
  ),
);
const sine = (series: ObservedSeries, at: number) =>
  Math.sin((solarElevation(series.place, series.times[at]) * Math.PI) / 180);
const heated = (kelvins: number) => {
  const series = everyHours(mildDays(days));
  return {
    ...series,
    values: series.values.map((value, i) => value + kelvins * Math.max(0, sine(series, i))),
  };
};

describe('sun-heated sensor', () => {
  it('doubts values by day that exceed every neighbour, once some days have shown it', () => {
    const series = heated(3.4);
    const flags = flagsOf('temperature_2m', series, around);
    const doubted = flaggedAt(flags);
    expect(doubted.length).toBeGreaterThan(150);
    // Two nights of twelve hours below −3° need some days in June.
    expect((series.times[doubted[0]] - series.times[0]) / 86_400_000).toBeLessThan(5);
    for (const at of doubted) expect(sine(series, at)).toBeGreaterThan(Math.sin((15 * Math.PI) / 180));
    expect(flags[doubted.at(-1)!]).toMatch(
      /^sun: [\d.]+ K above the warmest of 2 places around, and [\d.]+ K on the days before, but not by night/,
    );
  });

  it('says nothing while the sun is below 15°, however much it heats', () => {
    const series = heated(12);
    const flags = flagsOf('temperature_2m', series, around);
    const doubted = flaggedAt(flags).filter((at) => flags[at].startsWith('sun'));
    expect(doubted.length).toBeGreaterThan(50);
    const lowest = Math.min(...doubted.map((at) => sine(series, at)));
    expect(lowest).toBeGreaterThan(Math.sin((15 * Math.PI) / 180));
    // At 10° it heats by 2.1 K, which would be enough.
    const low = flags.filter((_, at) => sine(series, at) > 0.17 && sine(series, at) < 0.25);
    expect(low.length).toBeGreaterThan(10);
  });

  it('believes a place that is warmer by day and by night', () => {
    const warm = everyHours(mildDays(days).map((value) => value + 3));
    expect(flaggedAt(flagsOf('temperature_2m', warm, around))).toEqual([]);
  });

  it('believes a place inland, if one of the others is inland too', () => {
    const inland = { ...heated(3.4), place: placeBeside('Inland', 20) };
    expect(flaggedAt(flagsOf('temperature_2m', heated(3.4), [...around, inland]))).toEqual([]);
  });

  it('believes heating too little to tell from weather', () => {
    expect(flaggedAt(flagsOf('temperature_2m', heated(1.2), around))).toEqual([]);
  });
});
