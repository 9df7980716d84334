import { describe, expect, it } from 'vitest';
import { everyHours, flaggedAt, flagsOf, mildDays, placeBeside } from './hand-made-series.ts';

describe('step', () => {
  it('doubts a spike, and not the value after it', () => {
    expect(flagsOf('temperature_2m', everyHours([10, 11, 40, 12, 12]))).toEqual([
      '',
      '',
      'step: 29 °C in 1 h from 11 °C, more than 19.4 °C',
      '',
      '',
    ]);
  });

  it('allows more over more time: 19.4 K an hour are 32.6 K in two', () => {
    // 2^0.75 = 1.68
    expect(flagsOf('temperature_2m', everyHours([-5, 27], 2))).toEqual(['', '']);
    expect(flagsOf('temperature_2m', everyHours([-5, 28], 2))[1]).toBe(
      'step: 33 °C in 2 h from -5 °C, more than 32.63 °C',
    );
    expect(flagsOf('temperature_2m', everyHours([-5, 40], 7))).toEqual(['', '']);
  });

  it('steps over missing values', () => {
    expect(flaggedAt(flagsOf('temperature_2m', everyHours([10, Number.NaN, 50, 10])))).toEqual([2]);
  });

  it('takes a level for true that lasts: the third value', () => {
    expect(flaggedAt(flagsOf('temperature_2m', everyHours([0, 50, 50, 50, 49])))).toEqual([1, 2]);
  });

  it('does not take a second spike on the other side for the level of the first', () => {
    expect(flaggedAt(flagsOf('pressure_msl', everyHours([1000, 1080, 880, 1080, 880, 1000])))).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it('learns how the place jumps: after 20 calm days 9 K are too many', () => {
    const values = mildDays(20);
    values.push(values[479] + 9, values[479]);
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(values)))).toEqual([480]);
    expect(flagsOf('temperature_2m', everyHours([10, 19]))).toEqual(['', '']);
  });

  it('believes a jump that the neighbours make', () => {
    const own = [...mildDays(20), 30, 30];
    const beside = (name: string) => everyHours([...mildDays(20), 28, 28], 1, placeBeside(name, 9));
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(own)))).toEqual([480, 481]);
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(own), [beside('East'), beside('West')]))).toEqual(
      [],
    );
  });

  it('needs less of a jump where neighbours stay as they were', () => {
    const own = [...mildDays(20), 0, 0];
    own[480] = own[479] + 7;
    own[481] = own[479];
    const beside = (name: string) =>
      everyHours([...mildDays(20), own[479], own[479]], 1, placeBeside(name, 9));
    expect(flaggedAt(flagsOf('temperature_2m', everyHours(own)))).toEqual([]);
    const flags = flagsOf('temperature_2m', everyHours(own), [beside('East'), beside('West')]);
    expect(flaggedAt(flags)).toEqual([480]);
    expect(flags[480]).toMatch(/^step: 7 °C in 1 h from [\d.]+ °C, more than 5\.6 °C$/);
  });

  it('has other limits for days: 25 K', () => {
    expect(flagsOf('temperature_2m_max', everyHours([3, 27, 1], 24))).toEqual([
      '',
      '',
      'step: -26 °C in 24 h from 27 °C, more than 25 °C',
    ]);
  });

  it('says nothing of rain, clouds and directions', () => {
    expect(flagsOf('precipitation', everyHours([0, 60]))).toEqual(['', '']);
    expect(flagsOf('cloud_cover', everyHours([0, 100]))).toEqual(['', '']);
    expect(flagsOf('wind_direction_10m', everyHours([0, 359]))).toEqual(['', '']);
  });
});
