import { describe, expect, it } from 'vitest';
import { everyHours, flaggedAt, flagsOf, mildDays } from './hand-made-series.ts';

const after = (variable: string, past: readonly number[], value: number) =>
  flagsOf(variable, everyHours([...past, value])).at(-1);

/** From 12 to 24, over five days. */
const warm = Array.from({ length: 120 }, (_, i) => 18 + 6 * Math.sin((i * Math.PI) / 12));

describe('unit mistake', () => {
  it('doubts °F and K that should be °C', () => {
    expect(after('temperature_2m', warm, 68)).toBe(
      'unit: 68 °C where the last 30 days had 12 °C to 24 °C; in °F it would be 20 °C',
    );
    expect(after('temperature_2m', warm, 293.15)).toBe(
      'unit: 293.15 °C where the last 30 days had 12 °C to 24 °C; in K it would be 20 °C',
    );
  });

  it('leaves a cold wave and a heat wave in peace', () => {
    expect(after('temperature_2m', warm, 2)).toBe('');
    expect(after('temperature_2m', warm, 34)).toBe('');
  });

  it.each([
    ['pressure_msl', 1013, 30, 'in inHg it would be 1015.92 hPa'],
    ['pressure_msl', 1013, 101.3, 'in kPa it would be 1013 hPa'],
    ['pressure_msl', 1013, 101_300, 'in Pa it would be 1013 hPa'],
    ['pressure_msl', 1013, 760, 'in mmHg it would be 1013.25 hPa'],
    ['relative_humidity_2m', 60, 0.62, 'in 1 it would be 62 %'],
    ['snow_depth', 0.4, 42, 'in cm it would be 0.42 m'],
  ])('doubts %s that was %d and is %d', (variable, usual, value, says) => {
    const past = Array.from({ length: 120 }, (_, i) => usual * (1 + 0.005 * Math.sin(i)));
    const flag = after(variable, past, value);
    expect(flag).toMatch(/^unit: /);
    expect(flag).toContain(says);
  });

  it('keeps on doubting a level that has changed with its unit', () => {
    const celsius = mildDays(10);
    const values = [...celsius, ...mildDays(5).map((value) => 1.8 * value + 32)];
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(values)))).toEqual(
      Array.from({ length: 120 }, (_, i) => 240 + i),
    );
  });

  it('says nothing of a place that it has known for two days', () => {
    expect(after('temperature_2m', warm.slice(0, 48), 52)).not.toContain('unit');
  });
});
