import { describe, expect, it } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { checkSeries, checks } from './check-series.ts';
import { everyHours, flaggedAt, flagsOf, garden, mildDays, placeBeside } from './hand-made-series.ts';

const variable = findVariable('temperature_2m');

/** Forty days with all that can go wrong. */
function troubled() {
  const values = mildDays(40);
  for (const at of [300, 500, 501, 700]) values[at] += at % 2 === 0 ? 25 : -25;
  values[600] = Number.NaN;
  values[650] = 68;
  values[730] = 400;
  for (let at = 800; at < 840; at++) values[at] = 15.2;
  for (let at = 880; at < 930; at++) values[at] += 6;
  return everyHours(values);
}
const around = [0.4, 1.3].map((by, k) =>
  everyHours(
    mildDays(40, 0.1 * k).map((value) => value + by),
    1,
    placeBeside(`Place ${k}`, 10 + k),
  ),
);

describe('checkSeries', () => {
  it('finds each of many faults', () => {
    const flags = flagsOf('temperature_2m', troubled(), around);
    const names = new Set(flags.filter((flag) => flag !== '').map((flag) => flag.split(':')[0]));
    expect([...names].sort()).toEqual(['neighbours', 'range', 'step', 'stuck', 'unit']);
    for (const at of [300, 500, 501, 650, 700, 730, 839]) expect(flags[at], `value ${at}`).not.toBe('');
    expect(flags[600]).toBe('');
    expect(flaggedAt(flags).every((at) => at >= 300)).toBe(true);
  });

  it('says the same of values one by one, in parts and all at once', () => {
    const series = troubled();
    const all = flagsOf('temperature_2m', series, around);
    for (const part of [1, 37, 400]) {
      const flags: string[] = [];
      for (let until = 0; until < series.times.length; ) {
        const from = until;
        until = Math.min(series.times.length, from + (from < 700 ? 400 : part));
        flags.push(
          ...checkSeries({
            variable,
            place: garden,
            times: series.times.slice(0, until),
            values: series.values.slice(0, until),
            flags,
            from,
            neighbours: around,
          }),
        );
      }
      expect(flags).toEqual(all);
    }
  });

  it('learns nothing from what comes later', () => {
    const series = troubled();
    const all = flagsOf('temperature_2m', series, around);
    const later = { ...series, values: series.values.map((value, i) => (i < 640 ? value : -value)) };
    expect(flagsOf('temperature_2m', later, around).slice(0, 640)).toEqual(all.slice(0, 640));
  });

  it('answers for the new values alone and leaves the known flags', () => {
    const flags = ['', 'step: known', ''] as const;
    const series = everyHours([10, 60, 10, 11, 300]);
    expect(checkSeries({ ...series, variable, flags, from: 3, neighbours: [] })).toEqual([
      '',
      'range: 300 °C is above 56.7 °C, the highest ever measured',
    ]);
    expect(flags).toEqual(['', 'step: known', '']);
    expect(checkSeries({ ...series, variable, flags: series.flags, from: 0, neighbours: [] })[1]).toContain(
      'range',
    );
  });

  it('has nothing to say of nothing', () => {
    expect(flagsOf('temperature_2m', everyHours([]), around)).toEqual([]);
    expect(flagsOf('temperature_2m', everyHours([Number.NaN, Number.NaN]), around)).toEqual(['', '']);
  });

  it('refuses series that are crooked, by name', () => {
    const series = { ...everyHours([1, 2, 3]), variable, from: 0, neighbours: [] };
    const refused = (given: Partial<typeof series>) => () => checkSeries({ ...series, ...given });
    expect(refused({ times: Float64Array.of(1, 3, 3) })).toThrow(
      'Observations of temperature_2m at Garden: time 2 is 3 after 3; sort them, and leave out repeats.',
    );
    expect(refused({ values: Float64Array.of(1, 2) })).toThrow('3 times need as many values, not 2');
    expect(refused({ from: 2 })).toThrow('and 2 flags, not 0');
    expect(refused({ from: 4 })).toThrow('one of 0 to 3, not 4');
  });

  it('has checks of different names, but for the two of units', () => {
    expect(checks.map(({ name }) => name)).toEqual([
      'unit',
      'range',
      'stuck',
      'step',
      'neighbours',
      'climatology',
      'unit',
      'sun',
    ]);
  });
});
